"""One wish against what stands, as values: which steps follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.model import Reply, ThreadNote
from bot.domain.vocabulary import Audience
from bot.publish.audience import Guard
from bot.publish.digest import digest
from bot.publish.leftovers import leftover_steps
from bot.publish.marker import Identity, engagement_token
from bot.publish.planner import BODY_LIMIT, Planner
from bot.publish.posts import Post, Spotted, Standing
from bot.publish.steps import Step
from bot.publish.wishes import Wish, make_wishes
from bot.report.document import IssueTarget, NoteTarget
from tests.publish.scripted import MONTH, SPOT, post
from tests.publish.stage import REPORTS, SETTINGS, monthly, status

GUARD = Guard(Settings.model_validate(SETTINGS).audience_of)
ELSEWHERE = "acme/ps-internal/other#3"
SPOTS = {ref: Spotted(ref, ref.partition("#")[0]) for ref in (SPOT, REPORTS, ELSEWHERE)}
NEXT = "2026-11"


def wishes_of(words: str = "On track.", **fields: Any) -> tuple[Wish, ...]:
    return make_wishes(
        status(body=words, target=NoteTarget(SPOT), engagement=SPOT, as_of_line="", payload={}, **fields)
    )


def planner(*posts: Post, **standing: Any) -> Planner:
    return Planner(Standing(SPOTS, posts, **standing), GUARD)


def planned(wishes: tuple[Wish, ...], *posts: Post) -> list[Step]:
    return list(planner(*posts).plan_wishes(wishes))


def told(steps: list[Step]) -> list[tuple[str, int | None]]:
    return [(step.action, step.post) for step in steps]


def issue(number: int, period: str = "2026-10", **fields: Any) -> Post:
    return post(number, identity=replace(MONTH, period=period), **{"place": REPORTS, **fields})


def month(**fields: Any) -> tuple[Wish, ...]:
    fields = {"body": "On track.", "as_of_line": "", "target": IssueTarget(REPORTS), **fields}
    return make_wishes(monthly(period=NEXT, **fields))


OLD = "Yesterday's."


@pytest.mark.parametrize(
    ("posts", "steps"),
    [
        ((), [("create", None)]),
        ((post(7),), [("skip", 7)]),
        ((post(7, OLD),), [("update", 7)]),
        ((post(9), post(7)), [("skip", 7), ("remove", 9)]),
        ((post(9), post(7, OLD)), [("update", 7), ("remove", 9)]),
        ((post(7, version=99),), [("refuse", 7)]),
        ((post(7, version=0),), [("skip", 7)]),
        ((post(7, duplicate_of="3"),), [("create", None)]),
        ((post(7, own=False),), [("skip", None)]),
        ((post(7, OLD, own=False),), [("create", None)]),
        ((post(6, own=False), post(7, OLD, own=False)), [("create", None)]),
        ((post(6, OLD, own=False), post(7, own=False)), [("skip", None)]),
        ((post(7, place=ELSEWHERE),), [("create", None), ("remove", 7)]),
        ((post(7, place=ELSEWHERE, own=False),), [("create", None)]),
        ((post(7, place=ELSEWHERE, form="issue"),), [("create", None)]),
        ((post(7), post(8, place=ELSEWHERE)), [("skip", 7), ("remove", 8)]),
        ((post(7, marker=replace(post().marker, parts=3)),), [("update", 7)]),
    ],
)
def test_what_stands_decides_what_is_done(posts: tuple[Post, ...], steps: list[tuple[str, int | None]]) -> None:
    assert told(planned(wishes_of(), *posts)) == steps


def test_a_note_at_a_former_place_stays_where_people_answered() -> None:
    from datetime import UTC, datetime

    answer = Reply("pat", "We wait.", datetime(2026, 11, 20, tzinfo=UTC), ThreadNote(9, ELSEWHERE, "t"))
    assert told(planned(wishes_of(), post(7, place=ELSEWHERE, replies=(answer,)))) == [("create", None)]


def test_a_copy_goes_only_while_another_stands_and_a_part_too_many_at_once() -> None:
    (_, cleared) = planned(wishes_of(), post(7), post(9))
    assert (cleared.needs_other, cleared.expects) == (True, digest(post(9).body))
    second = post(9, "Part two.", identity=replace(post().marker.identity, part=2))
    cleared, kept = planned(wishes_of(), post(7), second)
    assert (cleared.action, cleared.post, cleared.needs_other, cleared.form) == ("remove", 9, False, "reply")
    assert "1 part now" in cleared.reason
    assert kept.action == "skip"
    two = wishes_of(follow_ups=("Part two.",))
    assert "remove" not in [s.action for s in planned(two, post(7), second)]
    assert "remove" not in [s.action for s in planned(wishes_of(), post(7), replace(second, own=False))]


@pytest.mark.parametrize(
    "other",
    [
        {"period": "2026-W01"}, {"period": "2027-W01"}, {"kind": "a-report"}, {"kind": "z-report"}, {"engagement": "a/b#1"},
        {"engagement": "z/z#9"}, {"audience": "customer"}, {"audience": "z"}, {"draft": True}, {"portfolio": "p"},
    ],
)  # fmt: skip
def test_the_parts_of_another_report_stay(other: dict[str, Any]) -> None:
    part = post(9, "Part two.", identity=replace(post().marker.identity, part=2, **other))
    assert told(planned(wishes_of(), post(7), part)) == [("skip", 7)]


def test_a_part_too_many_is_counted_against_what_the_report_has_now() -> None:
    third = post(9, "Part three.", identity=replace(post().marker.identity, part=3))
    cleared, *_ = planned(wishes_of(follow_ups=("Part two.",)), third)
    assert (cleared.post, cleared.reason) == (9, "the report has 2 parts now")
    assert "remove" not in [s.action for s in planned(wishes_of(follow_ups=("Part two.", "Part three.")), third)]


@pytest.mark.parametrize("parts", [1, 3])
def test_more_or_fewer_parts_change_the_text_that_stands(parts: int) -> None:
    wish = replace(wishes_of()[0], parts=2)
    (step,) = planner(post(7, marker=replace(post().marker, parts=parts))).plan_wish(wish)
    assert (step.action, step.reason) == ("update", "the number of parts changed")


@pytest.mark.parametrize("words", [f"Yesterday's, {n}." for n in range(8)])
def test_other_facts_are_the_reason_whatever_their_digest(words: str) -> None:
    assert planned(wishes_of(), post(7, words))[0].reason == "the facts changed"
    assert told(planned(wishes_of(), post(7, words, own=False))) == [("create", None)]


def test_gitlab_takes_a_million_characters_and_not_one_more() -> None:
    wish = wishes_of()[0]
    room = 1_000_000 - len(wish.text())
    fits, over = (replace(wish, body=wish.body + "x" * more) for more in (room, room + 1))
    assert [next(planner().plan_wish(w)).action for w in (fits, over)] == ["create", "refuse"]


def test_a_part_too_many_of_an_issue_is_a_note_on_it() -> None:
    second = post(9, identity=replace(MONTH, period=NEXT, part=2), form="note", place=f"{REPORTS}#7")
    cleared, *_ = planned(month(), second)
    assert (cleared.action, cleared.form) == ("remove", "issue-note")


@pytest.mark.parametrize(
    ("posts", "closed"),
    [
        ((issue(5),), 5),
        ((issue(5), issue(6, "2026-09")), 5),
        ((issue(5), issue(3)), 3),
        ((issue(5, state="closed"),), None),
        ((issue(5, followed_by="9"),), None),
        ((issue(5, state="closed"), issue(4, "2026-09")), None),
        ((issue(5, own=False),), None),
        ((issue(5, duplicate_of="3"),), None),
        ((issue(5, place="acme/ps-internal/elsewhere"),), None),
        ((issue(5, form="note"),), None),
        ((issue(5, "2026-12"),), None),
        ((issue(5, NEXT),), None),
        ((post(5, identity=replace(MONTH, kind="quarterly"), form="issue", place=REPORTS),), None),
        ((post(5, identity=replace(MONTH, kind="a-report"), form="issue", place=REPORTS),), None),
    ],
)
def test_the_issue_of_the_period_before_is_closed_once(posts: tuple[Post, ...], closed: int | None) -> None:
    for wishes in (month(), month(follow_ups=("Part two.",))):
        found = [step.post for step in planned(wishes, *posts) if step.action == "close"]
        assert found == ([closed] if closed else [])
    assert not [s for s in planned(month(closes_previous=False), *posts) if s.action == "close"]


def test_nothing_is_closed_for_a_text_that_is_refused() -> None:
    wishes = tuple(replace(wish, target="acme/customers/open") for wish in month())
    spots = SPOTS | {"acme/customers/open": Spotted(REPORTS, "acme/customers/open")}
    steps = list(Planner(Standing(spots, (issue(5),)), GUARD).plan_wishes(wishes))
    assert [step.action for step in steps] == ["refuse"]


def test_a_note_on_a_report_issue_stands_in_its_project_and_in_no_other() -> None:
    wish = month(follow_ups=("Part two.",))[1]
    at = planner().is_at
    assert at(post(place=f"{REPORTS}#5"), wish)
    assert not at(post(place=f"{REPORTS}x#5"), wish)
    assert not at(post(place="acme/ps-internal/zzz#5"), wish)
    assert not at(post(place="acme/ps-internal/a#5"), wish)
    assert not at(post(place=f"{SPOT}#5"), wishes_of()[0]), "only a report issue's notes stand on it"
    assert not at(post(), replace(wish, target="never/read"))


def test_the_reason_names_who_wrote_and_what_changed() -> None:
    formers = (post(6, OLD, own=False, author="bot_a"), post(7, OLD, own=False, author="bot_b"))
    assert "bot_b" in planned(wishes_of(), *formers)[0].reason
    same = (post(6, own=False, author="bot_a"), post(7, own=False, author="bot_b"))
    assert "bot_b" in planned(wishes_of(), *same)[0].reason
    assert planned(wishes_of(), post(7, place=ELSEWHERE))[0].reason == f"stands on {ELSEWHERE} so far"
    two = post(9, place="acme/ps-internal/third#4"), post(7, place=ELSEWHERE)
    assert planned(wishes_of(), *two)[0].reason == f"stands on {ELSEWHERE} so far"
    assert planned(wishes_of())[0].reason == "not there yet"
    assert planned(wishes_of(), post(7, OLD))[0].reason == "the facts changed"
    copies = planned(wishes_of(), post(7), post(9))
    assert "; 7 stays" in copies[1].reason
    parts = planned(wishes_of(), post(7, marker=replace(post().marker, parts=2)))
    assert parts[0].reason == "the number of parts changed"


def test_what_people_wrote_in_any_copy_is_kept() -> None:
    steps = planned(wishes_of(), post(7), post(9, notes="Call Dana."))
    assert [step.action for step in steps] == ["update", "remove"]
    assert steps[0].reason == "keeps the PM notes of a second copy"
    moved = planned(wishes_of(), post(7, place=ELSEWHERE, notes="/close"))
    assert "\n/close" not in moved[0].body


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"target": "never/read#1"}, "was not read"),
        ({"target": "acme/ps-internal/gone#1"}, "404"),
        ({"target": "acme/customers/globex#1"}, "not declared internal"),
        ({"customer_target": "acme/ps-internal/globex#1"}, "not declared internal"),
        ({"body": "Fine.\n\n/close"}, "line 3 of the text"),
        ({"body": "Fine.\n/close\n\nOr so.\n\n/label ~x"}, "line 2 of the text"),
        ({"body": "x" * BODY_LIMIT}, "more than GitLab takes"),
    ],
)
def test_a_text_that_may_not_stand_there_is_refused_with_the_reason(wish: dict[str, Any], why: str) -> None:
    outside = "acme/customers/globex#1"
    spots = SPOTS | {outside: Spotted(outside, "acme/customers/globex")}
    if "customer_target" in wish:
        spots[SPOT] = Spotted(SPOT, "acme/customers/globex")
    found = Planner(Standing(spots, (), {"acme/ps-internal/gone#1": "404"}), GUARD)
    (step,) = found.plan_wish(replace(wishes_of()[0], **wish))
    assert (step.action, why in step.reason, step.body) == ("refuse", True, "")


def test_a_step_names_what_must_still_hold() -> None:
    (step,) = planned(wishes_of(), post(7, OLD, thread="abc", url="https://gitlab/7"), post(5, own=False))
    assert (step.expects, step.knows, step.thread, step.url) == (
        digest(post(7, OLD).body), (7,), "abc", "https://gitlab/7",
    )  # fmt: skip
    assert (step.path, step.place, step.engagement) == ("acme/ps-internal/globex", SPOT, SPOT)
    assert step.diff


# -- copies of a text whose period is over

LAST_WEEK = replace(post().marker.identity, period="2026-W46")
CHANNEL = "acme/customers/globex#1"


def last_week(number: int, **fields: Any) -> Post:
    return post(number, identity=replace(LAST_WEEK, **fields.pop("identity", {})), **fields)


def leftovers(wish: Wish, *posts: Post) -> list[tuple[str, int | None, str]]:
    return [(s.action, s.post, s.form) for s in leftover_steps(planner(*posts), [wish])]


@pytest.mark.parametrize(
    ("posts", "cleared"),
    [
        ((last_week(7),), []),
        ((last_week(9), last_week(7)), [("remove", 9, "note")]),
        ((last_week(9), last_week(7), last_week(8)), [("remove", 8, "note"), ("remove", 9, "note")]),
        ((last_week(9, words="Otherwise."), last_week(7)), [("remove", 9, "note")]),
        ((last_week(9, identity={"part": 2}), last_week(7, identity={"part": 2})), [("remove", 9, "reply")]),
        ((last_week(9, identity={"part": 2}), last_week(7)), []),
        ((last_week(9), last_week(7, own=False)), []),
        ((last_week(9), last_week(7, duplicate_of="3")), []),
        ((last_week(9, notes="Call Dana."), last_week(7)), []),
        ((last_week(9, notes="Call."), last_week(7, notes="Call. And more.")), [("remove", 9, "note")]),
        ((last_week(9, place=ELSEWHERE), last_week(7)), []),
        ((last_week(9, identity={"draft": True}), last_week(7, identity={"draft": True})), []),
        ((last_week(9, identity={"kind": "closeout"}), last_week(7, identity={"kind": "closeout"})), []),
        ((post(9), post(7)), []),  # this week's are the wish's own matter
    ],
)
def test_of_a_period_that_is_over_the_oldest_copy_stays(
    posts: tuple[Post, ...], cleared: list[tuple[str, int | None, str]]
) -> None:
    assert leftovers(wishes_of()[0], *posts) == cleared


def test_a_second_issue_of_a_month_that_is_over_is_closed_for_the_first() -> None:
    assert leftovers(month()[0], issue(9), issue(7)) == [("close", 9, "issue")]
    (step,) = leftover_steps(planner(issue(9), issue(7)), month()[:1])
    assert (step.target, step.needs_other, "; 7 stays" in step.reason) == (REPORTS, True, True)


def test_a_customers_copies_are_looked_for_where_the_approved_text_stands() -> None:
    token = engagement_token(SPOT, Audience.CUSTOMER)
    drafted = Identity("status", Audience.CUSTOMER, token, "2026-W47", draft=True)
    wish = replace(wishes_of()[0], identity=drafted, customer_target=CHANNEL)
    told = [
        post(number, identity=replace(drafted, period="2026-W46", draft=False), place=CHANNEL, shared=True)
        for number in (9, 7)
    ]
    spots = SPOTS | {CHANNEL: Spotted(CHANNEL, "acme/customers/globex")}
    (step,) = leftover_steps(Planner(Standing(spots, tuple(told)), GUARD), [wish])
    assert (step.action, step.post, step.target, step.engagement) == ("remove", 9, CHANNEL, SPOT)
