"""What a text stood on against what was read now, as values: what is held back, with its reason, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.model import Engagement, Portfolio
from bot.publish.forms import PostForm
from bot.publish.loss import MOST_ASKED, NOTHING_FOUND, SHOWN, LossFinder, StoodOn, basis_of
from bot.publish.marker import Marker
from bot.publish.posts import Post, Standing
from bot.publish.wishes import identity_of
from bot.report.document import Document
from tests.publish.stage import CHANNEL, REPORTS, ROOT, draft, monthly, status

A, B, C = "acme/a#1", "acme/b#1", "acme/c#1"
ADVICE = "correct the label, the namespaces or the token's rights, or run once with --accept-loss"


def basis(engagements: Iterable[str] = (), unread: Iterable[str] = ()) -> dict[str, Any]:
    return {"stood_on": {"engagements": list(engagements), "unread": list(unread)}}


def stood(document: Document, payload: Mapping[str, Any], number: int = 7, **fields: Any) -> Post:
    marker = {name: fields.pop(name) for name in ("duplicate_of", "part") if name in fields}
    identity = replace(identity_of(document), part=marker.pop("part", 1))
    place = ROOT if document.engagement else REPORTS
    return replace(Post(place, PostForm.ISSUE, number, Marker(identity, "f", payload=payload, **marker), "…"), **fields)


def held(
    document: Document,
    *posts: Post,
    now: Iterable[Engagement | str] = (A,),
    unread: Iterable[str] = (),
    explain: Callable[[str], bool] = lambda ref: False,
) -> str:
    """The reason for which the one document is held back; "" for none."""
    known = tuple(e if isinstance(e, Engagement) else Engagement(e) for e in now)
    finder = LossFinder(Portfolio(known, unread=tuple(unread)), Standing(posts=posts), explain)
    found = finder.held([document])
    assert set(found) <= {identity_of(document)}
    return found.get(identity_of(document), "")


# -- what a text says of its basis


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (basis([A, B], ["acme/x"]), StoodOn(frozenset({A, B}), frozenset({"acme/x"}))),
        (basis(), StoodOn(frozenset())),
        ({"stood_on": {}}, StoodOn(frozenset())),
        ({"stood_on": {"engagements": A, "unread": {"a": 1}}}, StoodOn(frozenset())),
        ({"stood_on": {"engagements": [A, 7, None, [B]], "unread": [{}, "acme/x"]}}, StoodOn(frozenset({A}), frozenset({"acme/x"}))),
        ({"stood_on": [A]}, StoodOn()),
        ({"stood_on": basis([A])["stood_on"], "status": {B: "red"}}, StoodOn(frozenset({A}))),
        ({"status": {A: "green", B: "red"}}, StoodOn(frozenset({A, B}))),
        ({"status": {}}, StoodOn()),
        ({"status": [A]}, StoodOn()),
        ({}, StoodOn()),
    ],
)  # fmt: skip
def test_what_a_text_stood_on_is_read_back_from_its_payload(payload: Mapping[str, Any], expected: StoodOn) -> None:
    assert basis_of(payload) == expected


# -- roll-ups


def test_nothing_found_at_first_is_reported_of_nobody() -> None:
    assert held(monthly(), now=()) == NOTHING_FOUND
    assert held(monthly()) == ""


def test_what_was_there_and_is_missing_without_a_reason_keeps_what_stands() -> None:
    reason = held(monthly(), stood(monthly(), basis([A, B, C])))
    assert reason.startswith(f"2 of 3 are missing: {B}, {C}. Nobody closed them or took the label off.")
    assert reason.endswith(ADVICE)
    assert held(monthly(), stood(monthly(), basis([A, B])), now=()).startswith(f"no engagement was found: {A}, {B}. ")


def test_what_gitlab_explains_is_no_loss() -> None:
    before = stood(monthly(), basis([A, B, C]))
    assert held(monthly(), before, explain=lambda ref: True) == ""
    assert held(monthly(), before, explain=lambda ref: ref == B).startswith(f"1 of 3 are missing: {C}. ")
    assert held(monthly(), before, now=(A, B, C, "acme/new#1")) == ""


def test_a_text_that_does_not_say_what_it_stood_on_misses_nothing() -> None:
    assert held(monthly(), stood(monthly(), {})) == ""
    assert held(monthly(), stood(monthly(), {}), now=()) == ""


def noted(asked: list[str]) -> Callable[[str], bool]:
    """GitLab explains nothing, and it is noted of what it was asked."""

    def explain(ref: str) -> bool:
        asked.append(ref)
        return False

    return explain


@pytest.mark.parametrize("n", [MOST_ASKED - 1, MOST_ASKED, MOST_ASKED + 1])
def test_after_ten_without_a_reason_gitlab_is_asked_no_more(n: int) -> None:
    asked: list[str] = []
    gone = [f"acme/gone-{number:02}#1" for number in range(n)]
    reason = held(monthly(), stood(monthly(), basis([A, *gone, "acme/z#1"])), explain=noted(asked))
    assert asked == [*gone, "acme/z#1"][:10]
    assert f"{n + 1} of {n + 2} are missing" in reason


def test_of_many_ten_are_named_and_the_rest_is_a_number() -> None:
    gone = [f"acme/gone-{number:02}#1" for number in range(12)]
    assert SHOWN == 10
    assert f"{gone[9]} and 2 more. " in held(monthly(), stood(monthly(), basis(gone)))
    assert f"{gone[9]}. " in held(monthly(), stood(monthly(), basis(gone[:10])))
    assert f"{gone[9]} and 1 more. " in held(monthly(), stood(monthly(), basis(gone[:11])))


def test_several_reports_that_miss_the_same_ask_once() -> None:
    asked: list[str] = []
    other = monthly(kind="portfolio")
    finder = LossFinder(
        Portfolio((Engagement(A),)),
        Standing(posts=(stood(monthly(), basis([A, B])), stood(other, basis([A, B])))),
        noted(asked),
    )
    found = finder.held([monthly(), other])
    assert set(found) == {identity_of(monthly()), identity_of(other)}
    assert asked == [B]


def test_a_next_period_is_compared_with_the_latest_before_it() -> None:
    old, latest = (
        stood(monthly(period=p), basis(refs), n) for p, refs, n in (("2026-08", [A, B], 8), ("2026-09", [A], 9))
    )
    later = stood(monthly(period="2026-11"), basis([A, C]), 11)
    assert held(monthly(), old, latest, later) == ""
    assert held(monthly(), latest, old) == ""
    assert "are missing" in held(monthly(), old, later)
    assert held(monthly(), later) == ""


@pytest.mark.parametrize(
    "changes", [{"kind": "portfolio"}, {"portfolio": "other"}, {"engagement": ROOT}, {"audience": "customer"}]
)
def test_only_reports_of_its_own_kind_are_its_past(changes: dict[str, Any]) -> None:
    assert held(monthly(), stood(monthly(period="2026-09", **changes), basis([A, B]))) == ""


@pytest.mark.parametrize("n", [1, 9])
def test_the_own_and_of_these_the_oldest_post_tells_what_it_stood_on(n: int) -> None:
    copies = (
        stood(monthly(), basis([A, B]), 5),
        stood(monthly(), basis([A]), 6),
        stood(monthly(), basis([A]), n, own=False),
    )
    assert "1 of 2" in held(monthly(), *copies)
    assert "1 of 2" in held(monthly(), *reversed(copies))


@pytest.mark.parametrize("changes", [{"duplicate_of": "3"}, {"part": 2}])
def test_closed_copies_and_further_parts_tell_nothing(changes: dict[str, Any]) -> None:
    assert held(monthly(), stood(monthly(), basis([A, B]), **changes)) == ""


def test_a_namespace_that_cannot_be_read_keeps_what_stands() -> None:
    reason = "acme/x, acme/y could not be read: what stands is kept"
    before = stood(monthly(), basis([A], ["acme/z"]))
    assert held(monthly(), before, unread=["acme/y", "acme/x"]) == reason
    assert held(monthly(), before, unread=["acme/z"]) == ""
    assert held(monthly(), unread=["acme/x"]) == ""
    assert held(monthly(), stood(monthly(period="2026-09"), basis([A])), unread=["acme/x"]).startswith("acme/x could")


def test_an_engagement_read_in_part_keeps_the_same_periods_text_alone() -> None:
    part = Engagement(A, unread=("acme/work#3", "acme/work#2"))
    reason = f"acme/work#2 ({A}), acme/work#3 ({A}) could not be read: what stands was made from more, and is kept"
    assert held(monthly(), stood(monthly(), basis([A])), now=[part]) == reason
    known = basis([A], [f"acme/work#2 ({A})", f"acme/work#3 ({A})"])
    assert held(monthly(), stood(monthly(), known), now=[part]) == ""
    assert held(monthly(), stood(monthly(period="2026-09"), basis([A])), now=[part]) == ""


# -- texts on one engagement


def test_a_status_made_from_less_overwrites_nothing_that_was_made_from_more() -> None:
    part = Engagement(ROOT, unread=("acme/work#2",))
    others = *(Engagement(ref, unread=("acme/work#9",)) for ref in (A, "acme/z#1")), Engagement(ROOT)
    reason = "acme/work#2 could not be read: what stands was made from more, and is kept"
    assert held(status(), stood(status(), basis()), now=[part]) == reason
    assert held(status(), stood(status(), basis(unread=["acme/work#2"])), now=[part]) == ""
    assert held(status(), stood(status(), basis(unread=["acme/work#2", "acme/work#8"])), now=[part]) == ""
    assert held(status(), stood(status(period="2026-W46"), basis()), now=[part]) == ""
    assert held(status(), now=[part]) == ""
    assert held(status(), stood(status(), basis()), now=others) == ""
    assert held(status(), stood(status(), basis([A])), now=()) == ""


def test_what_a_customers_note_claims_to_have_stood_on_is_not_believed() -> None:
    part = Engagement(ROOT, unread=("acme/work#2",))
    claims = stood(draft(), basis(unread=["acme/work#2"]), place=CHANNEL)
    assert "could not be read" in held(draft(), claims, now=[part])


def test_each_document_is_judged_by_itself() -> None:
    part = Engagement(ROOT, unread=("acme/work#2",))
    standing = Standing(posts=(stood(status(), basis()), stood(monthly(), basis([ROOT], [f"acme/work#2 ({ROOT})"]))))
    finder = LossFinder(Portfolio((part,)), standing, lambda ref: False)
    assert set(finder.held([status(), monthly()])) == {identity_of(status())}
