"""Whom psbot chases for an ask: who holds it, the stand-in while that person is away, the manager from the second week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.decisions.asks import derive_asks
from bot.derive.decisions.chasing import asked_before, chased
from bot.derive.status_results import Ask, AskKind
from tests.builders import DAY, make_settings, make_subject

HOLIDAY = "2026-11-16..2026-11-27"


def chase(people: dict[str, Any], since: date = DAY, owner: str | None = "priya", pm: str = "pm") -> Any:
    subject = make_subject(facts={"pm": pm}, settings=make_settings(people=people))
    ask = Ask(AskKind.DECIDE, "acme/x#1", "Region", owner)
    payloads = [{"asks": {ask.key: since.isoformat()}}]
    return chased([ask], subject, payloads)[0].chase


def test_who_holds_it_is_asked() -> None:
    found = chase({})
    assert (found.to, found.stands_in_for, found.manager, found.people) == ("priya", None, None, ("priya",))


def test_the_deputy_is_asked_while_that_person_is_away() -> None:
    found = chase({"Priya": {"away": [HOLIDAY], "deputy": "sam"}})
    assert (found.to, found.stands_in_for, found.away_until) == ("sam", "priya", date(2026, 11, 27))


def test_the_deputys_deputy_is_asked_while_both_are_away() -> None:
    people = {"priya": {"away": [HOLIDAY], "deputy": "sam"}, "sam": {"away": [HOLIDAY], "deputy": "lee"}}
    assert chase(people).to == "lee"


@pytest.mark.parametrize("deputy", ["priya", "sam", None])
def test_nobody_to_stand_in_leaves_it_with_who_holds_it(deputy: str | None) -> None:
    people = {"priya": {"away": [HOLIDAY], "deputy": deputy}, "sam": {"away": [HOLIDAY], "deputy": "priya"}}
    found = chase(people)
    assert (found.to, found.stands_in_for, found.away_until) == ("priya", None, date(2026, 11, 27))


@pytest.mark.parametrize(("days", "manager"), [(0, None), (6, None), (7, "dana"), (30, "dana")])
def test_the_pms_manager_is_asked_from_the_second_week_on(days: int, manager: str | None) -> None:
    assert chase({"pm": {"manager": "dana"}}, DAY - timedelta(days=days)).manager == manager


def test_a_manager_who_is_away_has_a_stand_in_too() -> None:
    people = {"pm": {"manager": "dana"}, "dana": {"away": [HOLIDAY], "deputy": "lee"}}
    assert chase(people, DAY - timedelta(days=9)).manager == "lee"


def test_an_ask_that_was_answered_in_between_begins_anew() -> None:
    assert asked_before([{"asks": {"a": "2026-11-01"}}, {"asks": {}}]) == {}
    assert asked_before([{"asks": {"a": "2026-11-01"}}, {"days": {}}]) == {"a": date(2026, 11, 1)}
    assert asked_before([{"asks": {"a": "soon", "b": 7}}]) == {}


def test_nobody_is_chased_where_nobody_is_known() -> None:
    assert chase({}, owner=None) is None


def test_every_ask_has_a_key_of_its_own() -> None:
    subject = make_subject(facts={"pm": "pm"})
    keys = [ask.key for ask in derive_asks(subject)]
    assert len(keys) == len(set(keys))
