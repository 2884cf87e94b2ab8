"""Written exactly when a reader would see a difference beyond drift, tried both ways."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.report.change import Trace, read_trace
from fakegitlab.entities import Item
from tests.app.office import REPORTS, Office, config, open_office

GLOBEX, BUILD = "acme/ps/globex#1", "acme/ps/globex#3"


def item(office: Office, ref: str) -> Item:
    return office.world.item(ref)


def relabel(office: Office) -> None:
    office.world.label_event(item(office, BUILD), "nobody-reads-this", office.world.now)


def describe(office: Office) -> None:
    item(office, BUILD).description = "A longer story."
    touch(office)


def comment(office: Office) -> None:
    office.world.note(item(office, BUILD), "Any news?", author="dev")
    touch(office)


def touch(office: Office) -> None:
    item(office, BUILD).updated_at = office.world.now
    office.world.changed()


def react(office: Office) -> None:
    office.world.award(item(office, GLOBEX), "rosa", "tada")


def rename_nothing(office: Office) -> None:
    """The config said in other words."""
    office.settings = config(thresholds={})


def comment_elsewhere(office: Office) -> None:
    office.world.note(item(office, f"{REPORTS}#1"), "Thanks!", author="rosa", at=office.world.now)


UNSEEN: list[Callable[[Office], None]] = [relabel, describe, comment, touch, react, rename_nothing]


def another_target(office: Office) -> None:
    office.settings |= {"finance": {"targets": {"FY27-Q4": 75_000}}}


def another_threshold(office: Office) -> None:
    office.settings |= {"thresholds": {"budget_nearly_used_share": 0.01}}


def another_rate(office: Office) -> None:
    root = item(office, GLOBEX)
    root.description = root.description.replace("rate: 200", "rate: 310")
    touch(office)
    root.updated_at = office.world.now


def another_template(office: Office) -> None:
    folder = office.folder / "templates"
    folder.mkdir(exist_ok=True)
    shipped = Path(__file__).resolve().parents[2] / "templates"
    for name in ("portfolio.md.j2", "internal-status.md.j2"):
        shutil.copy(shipped / name, folder / name)
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write("\nWith kind regards.\n")


def close_work(office: Office) -> None:
    office.world.close(item(office, BUILD), office.world.now)


def log_hours(office: Office) -> None:
    office.world.timelog(item(office, BUILD), "dev", 30, "2026-11-26T08:00:00Z")


def retitle(office: Office) -> None:
    item(office, BUILD).title = "globex build, second half"
    touch(office)


SEEN: list[Callable[[Office], None]] = [
    another_target, another_threshold, another_rate, another_template, retitle, close_work, log_hours,
]  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as made:
        made.run()
        yield made


@pytest.mark.parametrize("days", [0, 1])
def test_what_no_reader_sees_writes_nothing(office: Office, days: int) -> None:
    before = office.writes()
    office.day += timedelta(days=days)
    for edit in UNSEEN:
        edit(office)
        office.run()
        assert office.writes() == before, edit.__name__


@pytest.mark.parametrize("days", [0, 1])
def test_what_a_reader_sees_is_written_once(office: Office, days: int) -> None:
    office.day += timedelta(days=days)
    for edit in SEEN:
        before = office.writes()
        edit(office)
        office.run()
        written = office.writes()
        assert written > before, edit.__name__
        office.run()
        assert office.writes() == written, edit.__name__


def test_a_period_that_is_over_stays_as_it_is(office: Office) -> None:
    """Next week's status is due: this week's is frozen, whatever happens."""
    stood = office.notes(GLOBEX)
    office.day += timedelta(days=7)
    for edit in (another_target, close_work, retitle):
        edit(office)
    office.run()
    assert [note for note in office.notes(GLOBEX) if note in stood] == stood


@given(st.dates(), st.text("0123456789abcdef", min_size=32, max_size=32))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_trace_survives_its_fingerprint(day: object, digits: str) -> None:
    trace = Trace(day, digits[:16], digits[16:24], digits[24:])  # type: ignore[arg-type]
    assert read_trace(str(trace)) == trace


@pytest.mark.parametrize("text", ["", "abc", "99999999-" + "0" * 16 + "-00000000-00000000"])
def test_another_fingerprint_is_none_of_these(text: str) -> None:
    assert read_trace(text) is None
