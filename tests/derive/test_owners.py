"""Who acts: of what a manager does the PM, of one person's work that person, of a rated risk who holds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.derive.decisions.owners import with_owner
from bot.derive.results import Risk
from bot.domain.model import Item
from bot.domain.vocabulary import RiskSource, Severity
from tests.builders import make_engagement, make_subject

ITEMS = (
    Item("g/p#1", "A", assignees=("kim",)),
    Item("g/p#2", "B", assignees=("kim",)),
    Item("g/p#3", "C", assignees=("lee",)),
)


def owner(rule: str, *refs: str, source: RiskSource = RiskSource.DERIVED, own: str | None = None) -> str | None:
    engagement = make_engagement(items=ITEMS)
    engagement = replace(engagement, facts=replace(engagement.facts, pm="dana"))
    return with_owner(make_subject(engagement), Risk(rule, source, Severity.MEDIUM, "x", refs, owner=own)).owner


def test_one_person_s_overdue_work_is_that_person_s() -> None:
    assert owner("overdue-items", "g/p#1", "g/p#2") == "kim"


def test_several_people_s_work_is_the_pm_s_to_sort_out() -> None:
    assert owner("overdue-items", "g/p#1", "g/p#3") == "dana"


@pytest.mark.parametrize("rule", ["stale-items", "blocked-items", "raid-overdue", "raid-incomplete", "budget-runs-out"])
def test_asking_naming_and_reviewing_is_the_pm_s(rule: str) -> None:
    assert owner(rule, "g/p#1") == "dana"


def test_a_rated_risk_stays_with_who_holds_it() -> None:
    assert owner("register", "g/p#1", source=RiskSource.REGISTER) == "kim"
    assert owner("register", "g/p#1", source=RiskSource.REGISTER, own="lee") == "lee"
