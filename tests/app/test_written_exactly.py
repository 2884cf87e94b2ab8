"""A text is written exactly when a reader would see a difference beyond drift: for an edit of any field.

What a reader would see without the edit is rendered for the same day, and compared: where it differs the text must be
written, where it does not it must not, but for what the mere day brings as news.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app.run import RunOptions, dues, frozen_context, report_context
from bot.app.session import Session
from bot.app.sources import Reading
from bot.config import parse_config
from bot.derive.catalog import vocabulary
from bot.domain.errors import ConfigError
from bot.domain.snapshot import FORMAT, load_snapshot
from bot.report import make_documents
from bot.report.change import seen
from tests.app.edits import CONFIG, NOTHING, Edit, base, beside, edits
from tests.tries import tries

DAY = date(2026, 11, 26)
"""A Thursday: status is due."""
Key = tuple[str, str, str | None, str]
EDITS = tuple(edits())


@dataclass(frozen=True)
class Made:
    """One document: what it would say to a reader, and its fingerprint."""

    text: str
    fingerprint: str


def session_of(edit: Edit, day: date) -> Session:
    parsed = parse_config(yaml.safe_dump(edit.config()), "config.yml", vocabulary())
    return Session(parsed, Path("config.yml"), day, day, {})


def made(edit: Edit, day: date, stands: tuple[tuple[Key, str], ...] = ()) -> Mapping[Key, Made]:
    """All documents that are due, as a run on that day would make them where these fingerprints stand."""
    session = session_of(edit, day)
    changed = edit.engagement()
    snapshot = {"format": FORMAT, "taken_at": f"{day}T12:00:00Z", "engagements": [changed or base(), beside()]}
    reading = Reading(session, load_snapshot(json.dumps(snapshot)), day)
    options, known = RunOptions(), dict(stands)
    context = replace(
        report_context(reading, options),
        stands=lambda document: known.get(document.key, ""),
        freeze=partial(frozen_context, reading, options),
    )
    documents = make_documents(dues(reading, options), context).documents
    return {d.key: Made(seen(d), d.fingerprint) for d in documents}


@functools.cache
def stood() -> tuple[tuple[Key, str], ...]:
    """What a run of DAY left."""
    return tuple((key, found.fingerprint) for key, found in made(NOTHING, DAY).items())


@functools.cache
def idle(day: date) -> Mapping[Key, Made]:
    """The same day, had nobody edited anything."""
    return made(NOTHING, day, stood())


def wrong(edit: Edit, days: int) -> list[str]:
    """Documents that are written although nothing shows, or left although something does."""
    day, before = DAY + timedelta(days=days), dict(stood())
    found = made(edit, day, stood())
    told = []
    for key, document in found.items():
        if key not in before or key not in idle(day):
            continue
        written = document.fingerprint != before[key]
        news = idle(day)[key].fingerprint != before[key]
        differs = document.text != idle(day)[key].text
        if differs != written and not (written and news):
            told.append(f"{edit}, {days} days on: {key} {'written' if written else 'not written'}, {differs=}")
    return told


def is_sane(edit: Edit) -> bool:
    """Whether the value can stand there at all."""
    try:
        session_of(edit, DAY)
    except ConfigError:
        return False
    return edit.engagement() is not None


def test_the_edits_are_those_of_the_declarations() -> None:
    assert len(EDITS) > 300
    assert {"reports", "finance", "thresholds"} <= {edit.path[0] for edit in EDITS if edit.setting}
    assert set(CONFIG) <= {edit.path[0] for edit in EDITS if edit.setting}


@pytest.mark.parametrize("days", [0, 1, 5])
def test_time_alone_and_a_default_in_words_write_nothing_new_twice(days: int) -> None:
    assert wrong(NOTHING, days) == []


@given(st.sampled_from(EDITS).filter(is_sane), st.sampled_from((0, 0, 1, 4)))
@settings(tries(30), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_an_edit_is_written_exactly_where_a_reader_sees_it(edit: Edit, days: int) -> None:
    assert wrong(edit, days) == []
