"""What was derived is kept between runs: it saves time and changes nothing else."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.app.kept import content_digest, from_bytes, to_bytes
from bot.app.session import Session, open_session
from bot.app.sources import Reading, read_for
from bot.demo.large import LARGE_CONFIG, make_large
from bot.derive.depth import Depth
from bot.derive.output import to_json
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived
from fakegitlab import DemoGitLab

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def gitlab() -> Iterator[DemoGitLab]:
    with DemoGitLab(make_large(2, 12, as_of=DAY)) as running:
        yield running


@pytest.fixture
def session(gitlab: DemoGitLab, tmp_path: Path) -> Session:
    (tmp_path / "config.yml").write_text(LARGE_CONFIG(gitlab.url), encoding="utf-8")
    environment = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}
    settings = open_session(tmp_path / "config.yml", environment).settings
    return Session(settings, tmp_path / "config.yml", DAY, DAY, environment)


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days that are really derived, as they are."""
    days: list[date] = []

    def counted(portfolio: Any, day: date, *args: Any, **options: Any) -> Derived:
        days.append(day)
        return derive_portfolio(portfolio, day, *args, **options)

    monkeypatch.setattr("bot.app.sources.derive_portfolio", counted)
    return days


def read(session: Session) -> Reading:
    return read_for(session, snapshot=None, only=None)


def kept_rows(session: Session) -> list[tuple[str, bytes]]:
    with sqlite3.connect(session.folder / ".psbot-cache") as connection:
        found = connection.execute("SELECT name, body FROM derived").fetchall()
    connection.close()
    return found


def test_a_day_is_derived_by_the_first_run_alone(session: Session, derivations: list[date]) -> None:
    first = read(session).derive(DAY)
    again = read(session).derive(DAY)
    assert derivations == [DAY]
    assert again == first
    assert to_json(again) == to_json(first)


def test_what_is_kept_of_a_day_serves_whoever_asks_for_less_of_it(session: Session, derivations: list[date]) -> None:
    first = read(session).derive(DAY)
    assert read(session).derive(DAY, Depth.STATUS) == first
    assert derivations == [DAY]


def test_other_trials_another_seed_or_day_are_derived_anew(session: Session, derivations: list[date]) -> None:
    read(session).derive(DAY)
    again = read(session)
    again.derive(DAY, seed=2)
    again.derive(DAY, trials=100)
    again.derive(date(2026, 11, 19), Depth.STATUS)
    assert len(derivations) == 4


def test_the_digest_of_a_reading_tells_what_was_read_from_when_it_was_read(session: Session) -> None:
    reading = read(session)
    portfolio = reading.portfolio
    digest = content_digest(session, portfolio, ())
    assert content_digest(session, replace(portfolio, taken_at=None), ()) == digest
    first, *rest = portfolio.engagements
    item, *others = first.items
    for changed in (
        replace(portfolio, engagements=(replace(first, items=(replace(item, weight=77.0), *others)), *rest)),
        replace(portfolio, engagements=(replace(first, facts=replace(first.facts, hours=77.0)), *rest)),
        replace(portfolio, members={"acme": ("somebody",)}),
    ):
        assert content_digest(session, changed, ()) != digest
    thresholds = session.settings.thresholds | {"spi_red": 0.123}
    stricter = replace(session, settings=session.settings.model_copy(update={"thresholds": thresholds}))
    assert content_digest(stricter, portfolio, ()) != digest


def test_what_another_token_signed_is_derived_anew(
    session: Session, derivations: list[date], caplog: pytest.LogCaptureFixture
) -> None:
    first = read(session).derive(DAY)
    with sqlite3.connect(session.folder / ".psbot-cache") as connection:
        connection.execute("UPDATE derived SET body = CAST(zeroblob(32) || substr(body, 33) AS BLOB)")
    connection.close()
    assert read(session).derive(DAY) == first
    assert derivations == [DAY, DAY]
    assert caplog.text.count("not signed") == 1, "once, not for every engagement"


def test_the_cache_holds_what_was_derived_of_the_last_two_readings_only(session: Session) -> None:
    for spi in (0.1, 0.2, 0.3):
        thresholds = session.settings.thresholds | {"spi_red": spi}
        other = replace(session, settings=session.settings.model_copy(update={"thresholds": thresholds}))
        read(other).derive(DAY)
    assert len(kept_rows(session)) == 2


def test_a_derivation_reads_back_as_it_was_written(session: Session) -> None:
    derived = read(session).derive(DAY)
    again = from_bytes(to_bytes(derived))
    assert again == derived
    assert repr(again) == repr(derived)


class _Calls:
    """Says to whoever reads it back: run this."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("run",)


@pytest.mark.parametrize("value", [_Calls(), Path("x"), open_session])
def test_nothing_but_results_is_read_back(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(pickle.UnpicklingError):
        from_bytes(pickle.dumps(value))
    assert not capsys.readouterr().out
