"""Nothing of another customer's items reaches an engagement, whatever its `work` names."""

from __future__ import annotations

import pytest

from bot.domain.customers import homes_of, keep_apart, left_out
from bot.domain.model import Engagement, Facts, Item, Milestone, TimeLog

GLOBEX, INITECH = "acme/cust/globex&1", "acme/cust/initech&1"


def told(path: str, *facts: tuple[str, Facts], ref: str = GLOBEX) -> str | None:
    return homes_of(facts).stranger(ref, path)


def both(**globex: object) -> tuple[tuple[str, Facts], ...]:
    initech = Facts(customer="Initech", customer_channel="acme/boards/initech#1", work=("acme/build/initech",))
    return (GLOBEX, Facts(customer="Globex", **globex)), (INITECH, initech)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    ["acme/cust/initech", "ACME/Cust/Initech/app", "acme/boards/initech", "acme/build/initech"],
)
def test_what_lies_in_another_customers_home_is_that_customers(path: str) -> None:
    assert told(path, *both(work=(path,))) == INITECH


@pytest.mark.parametrize("path", ["acme/cust/globex/app", "acme/cust/initech-x", "acme/build", "acme/cust", "other"])
def test_the_rest_may_be_named(path: str) -> None:
    assert told(path, *both(work=(path,))) is None


def test_the_deeper_home_counts() -> None:
    facts = (("acme/cust&1", Facts(customer="Initech")), (GLOBEX, Facts(customer="Globex")))
    assert told("acme/cust/globex/app", *facts) is None
    assert told("acme/cust/globex/app", *facts, ref="acme/cust&1") == GLOBEX
    assert told("acme/cust/other", *facts) == "acme/cust&1"


def test_two_engagements_of_one_customer_share() -> None:
    facts = (GLOBEX, Facts(customer="Globex")), (INITECH, Facts(customer=" globex "))
    assert told("acme/cust/initech/app", *facts) is None


def test_two_roots_in_one_project_are_at_home_there_alike() -> None:
    facts = ("acme/plan#1", Facts(customer="Globex")), ("acme/plan#2", Facts(customer="Initech"))
    assert told("acme/plan", *facts, ref="acme/plan#1") is None


def test_a_more_exact_word_wins_among_equals() -> None:
    facts = (
        (GLOBEX, Facts(customer="Globex", work=("build/globex",))),
        (INITECH, Facts(customer="Initech", work=("build",))),
    )
    assert told("build/globex", *facts) is None
    assert told("build/globex", *facts, ref=INITECH) == GLOBEX


def test_items_hours_and_milestones_go_and_only_their_number_is_told() -> None:
    mine, theirs = Item("acme/cust/globex/app#1", "Ours"), Item("acme/cust/initech/app#9", "Initech's secret launch")
    logs = tuple(TimeLog(i.ref, "ann", None, 2.0) for i in (mine, theirs))  # type: ignore[arg-type]
    stones = tuple(
        Milestone(t, f'{p}%"{t}"') for t, p in (("Go", "acme/cust/globex/app"), ("Boom", "acme/cust/initech/app"))
    )
    facts = Facts(customer="Globex", work=("acme/cust/globex/app", theirs.ref))
    apart, other = keep_apart(
        (
            Engagement(GLOBEX, facts=facts, items=(mine, theirs), timelogs=logs, milestones=stones),
            Engagement(INITECH, facts=Facts(customer="Initech"), items=(theirs,)),
        )
    )
    assert (apart.items, other.items) == ((mine,), (theirs,))
    assert [log.item for log in apart.timelogs] == [mine.ref]
    assert [m.title for m in apart.milestones] == ["Go"]
    assert len(apart.errors) == 1
    assert "secret" not in str(apart.errors[0])


def test_of_each_other_customer_it_is_told_how_many_are_left_out() -> None:
    owners = {"a#1": INITECH, "a#2": GLOBEX, "a#3": "acme/cust/umbrella&1", "a#4": INITECH, "a#5": INITECH}
    counts = [str(said).partition(" of another customer")[0] for said in left_out(owners)]
    assert counts == ["work: 1 item", "work: 3 items", "work: 1 item"]
