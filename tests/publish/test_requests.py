"""The hands, without a GitLab: which request is sent, what an answer means, what is looked at, how long is waited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import (
    AccessError,
    GitLabError,
    NotFoundError,
    RateLimitedError,
    UncertainWriteError,
    UnreachableError,
)
from bot.gitlab_api import writing
from bot.publish import writer as hands
from bot.publish.closing import closed_text
from bot.publish.forms import PostForm
from bot.publish.orders import SIGNS
from bot.publish.posts import Post
from bot.publish.standing import Sight
from bot.publish.steps import Step, StepAction
from bot.publish.writer import RefusedWrite, Retry, Scene, Writer
from tests.publish.hands import Hands
from tests.publish.scripted import MONTH, PLACE, SPOT, post, scene, step
from tests.publish.stage import ROOT

# -- what an answer means


@pytest.mark.parametrize(
    ("problem", "action", "seconds", "limited"),
    [
        (RateLimitedError("slow", "p", retry_after=7.0), "create", 7.0, True),
        (UncertainWriteError("lost", "p"), "create", 0.5, False),
        (UnreachableError("gone", "p"), "create", 0.5, False),
        (GitLabError("conflict", "p", status=409), "create", 0.5, False),
        (NotFoundError("gone", "p"), "update", 0.0, False),
        (NotFoundError("gone", "p"), "remove", 0.0, False),
    ],
)
def test_what_may_or_may_not_have_been_written_is_looked_at_again(
    problem: Any, action: str, seconds: float, limited: bool
) -> None:
    made = Hands()
    made.answer = problem
    with pytest.raises(Retry) as again:
        made.write(step(action, target=ROOT), scene(), post())
    assert (again.value.seconds, again.value.limited, again.value.where) == (seconds, limited, "p")


@pytest.mark.parametrize(
    ("problem", "action"),
    [
        (NotFoundError("gone"), "create"),
        (NotFoundError("gone"), "close"),
        (GitLabError("no", status=400), "create"),
        (GitLabError("no", status=410), "update"),
        (AccessError("no"), "update"),
    ],
)
def test_gitlabs_own_refusal_is_passed_on(problem: Any, action: str) -> None:
    made = Hands()
    made.answer = problem
    with pytest.raises(type(problem)) as told:
        made.write(step(action, target=ROOT), scene(), post())
    assert told.value is problem


def test_only_the_answer_to_an_update_proves_what_stands() -> None:
    wanted = step("update", target=ROOT)
    cases: list[tuple[StepAction, str | None, bool]] = [
        (StepAction.UPDATE, wanted.body, True),
        (StepAction.UPDATE, wanted.body + "\n ", True),
        (StepAction.UPDATE, "other", False),
        (StepAction.UPDATE, None, False),
        (StepAction.CREATE, wanted.body, False),
        (StepAction.ASK, wanted.body, False),
    ]
    for action, answer, proves in cases:
        made = Hands()
        made.answer = answer
        assert made.write(replace(wanted, action=action), scene(), post()) is proves, (action, answer)


# -- which request is sent


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    sent: list[tuple[Any, ...]] = []
    for name in ("change_labels", "create_issue", "create_note", "delete_note", "update_issue", "update_note"):
        monkeypatch.setattr(
            writing, name, lambda client, *rest, name=name, **more: sent.append((name, *rest, *more.values()))
        )
    monkeypatch.setattr(hands, "add_sign", lambda client, *rest: sent.append(("add_sign", *rest)))
    monkeypatch.setattr(hands, "resolve_place", lambda client, ref: f"at {ref}")
    return sent


OTHERS: list[dict[str, Any]] = [
    {"period": "2026-W46"},
    {"period": "2026-W48"},
    {"kind": "a"},
    {"kind": "z"},
    {"part": 3},
]


def send(wanted: Step, at: Scene, found: Post | None = None) -> None:
    made = Hands()
    Writer._send(made, wanted, at, found)


def test_each_step_sends_its_one_request(requests: list[tuple[Any, ...]]) -> None:
    note, issue = post(7), post(3, identity=MONTH)
    written = step("create", thread="t1")
    month = step("create", identity=MONTH, title="October", labels=("m",), confidential=True)
    send(written, scene())
    send(step("ask", thread="t2"), scene())
    send(month, scene())
    send(step("update", "New."), scene(), note)
    send(step("update", "New.", identity=MONTH), scene(), issue)
    send(step("remove"), scene(), note)
    send(step("remove"), scene(), replace(note, place="acme/old#1"))
    send(step("update", "New."), scene(), replace(note, place="zeta/old#1"))
    send(step("label", labels=("a",), remove_labels=("b",)), scene())
    send(step("react", labels=("white_check_mark",), post=9), scene())
    send(step("react", labels=SIGNS, post=9), scene())
    at = PLACE
    assert requests == [
        ("create_note", at, written.body, "t1"),
        ("create_note", at, step("ask").body, "t2"),
        ("create_issue", at, "October", month.body, ("m",), True),
        ("update_note", at, 7, step("update", "New.").body),
        ("update_issue", at, 3, step("update", "New.", identity=MONTH).body),
        ("delete_note", at, 7),
        ("delete_note", "at acme/old#1", 7),
        ("update_note", "at zeta/old#1", 7, step("update", "New.").body),
        ("change_labels", at, ("a",), ("b",)),
        ("add_sign", at, 9, "white_check_mark"),
        *(("add_sign", at, 9, sign) for sign in SIGNS),
    ]


def test_without_a_text_to_change_nothing_is_sent(requests: list[tuple[Any, ...]]) -> None:
    for action in ("update", "remove", "close"):
        send(step(action), scene(), None)
    assert requests == []


def test_further_parts_go_below_the_first_one(requests: list[tuple[Any, ...]]) -> None:
    first, copy = post(7, thread="seven"), post(5, thread="five", own=False)
    later = replace(first.marker.identity, part=2)
    send(step("create", identity=later, form="reply"), scene(post(9, thread="nine"), first, copy))
    send(
        step("create", identity=replace(MONTH, part=2), form="issue-note"),
        scene(post(4, identity=MONTH), post(8, identity=MONTH)),
    )
    assert [(name, where, rest[-1:]) for name, where, *rest in requests] == [
        ("create_note", PLACE, ["seven"]),
        ("create_note", f"at {SPOT}#4", [step("create", identity=replace(MONTH, part=2)).body]),
    ]
    others = [post(7, identity=replace(first.marker.identity, **other)) for other in OTHERS]
    for stands in ((), (post(7, duplicate_of="3"),), (post(7, identity=MONTH),), *((other,) for other in others)):
        with pytest.raises(RefusedWrite) as refused:
            send(step("create", identity=later, form="reply"), scene(*stands))
        assert (refused.value.reason, refused.value.stale) == ("its first part does not stand", True)


def test_an_issue_is_closed_for_the_one_that_follows_it(requests: list[tuple[Any, ...]]) -> None:
    old, new = post(3, identity=MONTH), post(5, identity=replace(MONTH, period="2026-11"))
    send(step("close", identity=MONTH), scene(old, new), old)
    assert requests == [("update_issue", PLACE, 3, closed_text(old, new), True)]
    with pytest.raises(RefusedWrite) as refused:
        send(step("close", identity=MONTH), scene(old), old)
    assert (refused.value.reason, refused.value.stale) == ("the issue that follows it does not stand yet", True)


@pytest.mark.parametrize(
    ("labels", "number"), [(("thumbsup",), 9), (("white_check_mark", "thumbsup"), 9), (("white_check_mark",), None)]
)
def test_no_other_reaction_is_given(
    labels: tuple[str, ...], number: int | None, requests: list[tuple[Any, ...]]
) -> None:
    with pytest.raises(RefusedWrite) as refused:
        send(step("react", labels=labels, post=number), scene())
    assert (refused.value.reason, refused.value.stale, requests) == ("a reaction that answers no order", False, [])


# -- looking


class Places:
    """A reader of a few places; what each look asked for is kept."""

    def __init__(self, **posts: tuple[Post, ...]) -> None:
        self.posts = posts
        self.asked: list[tuple[Any, ...]] = []

    def look(self, ref: str, labels: Any = ()) -> Sight:
        self.asked.append((ref, labels))
        if ref == "gone":
            raise NotFoundError("gone")
        return Sight(replace(PLACE, ref=ref), self.posts.get(ref.partition("#")[2] or ref, ()))

    def look_at(self, place: Any, form: str, number: int) -> Sight:
        self.asked.append((place, form, number))
        return Sight(place, (post(number),))

    def health_of(self, place: Any) -> Any:
        return f"health of {place}"


@pytest.fixture
def lookout(monkeypatch: pytest.MonkeyPatch) -> Hands:
    monkeypatch.setattr(hands, "resolve_place", lambda client, ref: replace(PLACE, ref=ref))
    monkeypatch.setattr(hands, "own_signs", lambda client, place, number: (f"{place.ref} {number}",))
    return Hands()


def test_labels_and_reactions_are_looked_at_where_they_are(lookout: Hands) -> None:
    lookout.reader = Places()  # type: ignore[assignment]
    labels = lookout.look(replace(step("label"), form=PostForm.LABELS))
    assert str(labels.health).startswith("health of ")
    assert (labels.posts, labels.signs) == ((), ())
    for number, told in ((9, 9), (None, 0)):
        assert lookout.look(replace(step("react", post=number), form=PostForm.REACTION)).signs == (f"{SPOT} {told}",)


def test_one_text_that_is_known_is_looked_at_alone_and_its_place_is_asked_for_once(lookout: Hands) -> None:
    lookout.reader = places = Places()  # type: ignore[assignment]
    for number in (7, 8):
        assert [p.id for p in lookout.look(step("update", post=number)).posts] == [number]
    assert [asked[1:] for asked in places.asked] == [("note", 7), ("note", 8)]
    places.asked.clear()
    lookout.look(step("update"))
    lookout.look(step("create", post=7))
    lookout.look(step("update", post=7, form="issue"))
    assert [asked[0] for asked in places.asked] == [SPOT, SPOT, SPOT]


def test_a_text_to_clear_away_is_looked_for_where_it_stood(lookout: Hands) -> None:
    here, there = post(7), post(9)
    lookout.reader = places = Places(**{"1": (here,), "2": (there,)})  # type: ignore[assignment]
    old = "acme/ps-internal/globex#2"
    assert [p.id for p in lookout.look(step("remove", place=old)).posts] == [7, 9]
    for wanted in (
        step("remove", place=""),
        step("remove", place=SPOT),
        step("create", place=old),
        step("close", place=old),
    ):
        assert [p.id for p in lookout.look(wanted).posts] == [7], wanted.action
    assert [p.id for p in lookout.look(step("remove", place="gone")).posts] == [7]
    assert places.asked[1] == (old, ())


def test_a_further_part_is_looked_for_below_the_report_issue_itself(lookout: Hands) -> None:
    main, stray, part = post(3, identity=MONTH), post(4), post(8, identity=replace(MONTH, part=2), form="note")
    lookout.reader = places = Places(**{"3": (part,), "acme/ps-internal/reports": (main, stray)})  # type: ignore[assignment]
    wanted = step(
        "create",
        identity=replace(MONTH, part=2),
        form="issue-note",
        target="acme/ps-internal/reports",
        labels=("m", "n"),
    )
    assert [p.id for p in lookout.look(wanted).posts] == [3, 8]
    assert places.asked == [("acme/ps-internal/reports", ("m",)), ("acme/ps-internal/reports#3", ())]
    assert [p.id for p in lookout.look(replace(wanted, action=StepAction.UPDATE, post=8)).posts] == [3, 8]


# -- waiting


def test_pauses_double_up_to_eight_seconds_and_a_limit_is_waited_out_exactly() -> None:
    made = Hands()
    for attempt in range(6):
        made.pause(Retry(0.0), attempt)
    made.pause(Retry(20.0), 0)
    made.pause(Retry(0.25, limited=True), 5)
    made.pause(Retry(-3.0, limited=True), 5)
    assert made.slept == [0.5, 1, 2, 4, 8, 8, 20, 0.25, 0]


def test_a_run_waits_no_longer_than_its_budget() -> None:
    made = Hands(budget=10.0)
    made.pause(Retry(6.0, limited=True), 0)
    made.pause(Retry(4.0, limited=True), 0)
    assert made.slept == [6, 4]
    with pytest.raises(UnreachableError, match="longer than this run waits"):
        made.pause(Retry(0.1, limited=True), 0)
    assert Hands()._budget == 900
