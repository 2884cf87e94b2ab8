"""A customer's text on its way: drafted inside, posted once it is approved, asked about when it was changed. As values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import Settings
from bot.publish.approval import Thumb
from bot.publish.audience import Guard
from bot.publish.digest import digest
from bot.publish.drafts import QUESTION, DraftPlanner, draft_state, is_edited
from bot.publish.forms import PostForm
from bot.publish.marker import Marker, read_marker
from bot.publish.posts import Post, Spotted, Standing
from bot.publish.steps import Step
from bot.publish.wishes import Wish, make_wishes
from bot.report.document import CUSTOMER_TEXT_END, CUSTOMER_TEXT_START, NoteTarget
from tests.publish.stage import CHANNEL, ROOT, SETTINGS, draft

GUARD = Guard(Settings.model_validate(SETTINGS).audience_of, {ROOT: CHANNEL})
SPOTS = {ref: Spotted(ref, ref.partition("#")[0]) for ref in (ROOT, CHANNEL)}
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
DORA = (Thumb("Dora", NOON),)


def wish_of(words: str = "Half done.", **fields: Any) -> Wish:
    return make_wishes(draft(words, **fields))[0]


def drafted(number: int = 7, words: str = "Half done.", now: str = "", **fields: Any) -> Post:
    """The draft as it was written, and with what a person made of it."""
    wish = wish_of(words)
    body = wish.text().replace(words, now or words)
    marker = read_marker(body)
    assert marker is not None
    return Post(ROOT, PostForm.NOTE, number, marker, body, thread=f"t{number}", **fields)


def told(words: str = "Half done.", number: int = 20, **fields: Any) -> Post:
    """What the customer reads."""
    identity = replace(wish_of().identity, draft=False)
    return Post(CHANNEL, PostForm.NOTE, number, Marker(identity, digest(words)), words, shared=True, **fields)


def asked(text: str, number: int = 8, **fields: Any) -> Post:
    wish = wish_of()
    identity = replace(wish.identity, kind=wish.identity.kind + QUESTION)
    return Post(ROOT, PostForm.NOTE, number, Marker(identity, digest(text)), "?", **{"created_at": NOON, **fields})


def planned(wish: Wish, *posts: Post, parts: int = 1) -> list[Step]:
    return list(DraftPlanner(Standing(SPOTS, posts), GUARD, ("dora",)).plan_draft(wish, parts))


def brief(steps: list[Step]) -> list[tuple[str, str, int | None]]:
    return [(step.action, step.target, step.post) for step in steps]


NEW, POSTED = ("create", ROOT, None), ("create", CHANNEL, None)


@pytest.mark.parametrize(
    ("posts", "steps"),
    [
        ((), [NEW]),
        ((drafted(),), [("wait", ROOT, 7)]),
        ((drafted(thumbs=(Thumb("pat", NOON),)),), [("wait", ROOT, 7)]),
        ((drafted(thumbs=DORA),), [POSTED]),
        ((drafted(thumbs=DORA), told()), [("skip", ROOT, 7)]),
        ((drafted(), told()), [("skip", ROOT, 7)]),
        ((drafted(thumbs=DORA), told("Former.")), [("update", CHANNEL, 20)]),
        # the report changed: a new draft, the former goes unless somebody did something with it
        ((drafted(7, "Former."),), [NEW, ("remove", ROOT, 7)]),
        ((drafted(7, "Former.", thumbs=DORA),), [NEW]),
        ((drafted(7, "Former.", thumbs=(Thumb("pat", NOON),)),), [NEW, ("remove", ROOT, 7)]),
        ((drafted(7, "Former.", now="A person's."),), [("wait", ROOT, 7)]),
        ((drafted(7, "Former.", now="A person's."), told("A person's.")), [NEW]),
        ((drafted(7, "Former.", own=False),), [NEW]),
        ((drafted(7, "Former."), drafted(9)), [("wait", ROOT, 9), ("remove", ROOT, 7)]),
        ((drafted(7), drafted(9)), [("wait", ROOT, 7), ("remove", ROOT, 9)]),
        ((drafted(7), drafted(9, thumbs=DORA)), [POSTED, ("remove", ROOT, 7)]),
        ((drafted(9), drafted(7)), [("wait", ROOT, 7), ("remove", ROOT, 9)]),
        ((drafted(7, "Former.", now="A person's."), drafted(9, "Earlier.")), [("wait", ROOT, 7), ("remove", ROOT, 9)]),
        # of two notes for the customer the oldest is the one that stays
        ((drafted(thumbs=DORA), told(), told("Former.", 30)), [("skip", ROOT, 7)]),
        ((drafted(thumbs=DORA), told("Former."), told(number=30)), [("update", CHANNEL, 20), ("remove", CHANNEL, 30)]),
        # a person changed the text
        ((drafted(now="Nearly done."),), [("wait", ROOT, 7)]),
        ((drafted(now="Nearly done.", thumbs=DORA),), [("wait", ROOT, 7), ("ask", ROOT, None)]),
        ((drafted(now="Nearly done.", thumbs=DORA), asked("Nearly done.")), [("wait", ROOT, 7)]),
        ((drafted(now="Nearly done.", thumbs=DORA), asked("Earlier.")), [("wait", ROOT, 7), ("ask", ROOT, None)]),
        ((drafted(now="Nearly done.", thumbs=DORA, edited_at=NOON - timedelta(minutes=1)),), [POSTED]),
        ((drafted(now="Nearly done.", thumbs=DORA, edited_at=NOON + timedelta(minutes=1)),),
         [("wait", ROOT, 7), ("ask", ROOT, None)]),
    ],
)  # fmt: skip
def test_what_stands_decides_what_becomes_of_it(
    posts: tuple[Post, ...], steps: list[tuple[str, str, int | None]]
) -> None:
    assert brief(planned(wish_of(), *posts)) == steps


@pytest.mark.parametrize("n", range(8))
def test_whatever_their_digests_other_words_are_other_words(n: int) -> None:
    """Drafts and posted texts whose digests sort before and behind that of today's words."""
    other = f"Otherwise, {n}."
    assert brief(planned(wish_of(), drafted(7, other))) == [NEW, ("remove", ROOT, 7)]
    assert brief(planned(wish_of(), drafted(7), told(other))) == [("wait", ROOT, 7)]
    changed = drafted(7, "Former.", now="A person's.")
    assert brief(planned(wish_of(), changed, told(other))) == [("wait", ROOT, 7)]
    approved = drafted(now="Nearly done.", thumbs=DORA)
    assert brief(planned(wish_of(), approved, asked(other))) == [("wait", ROOT, 7), ("ask", ROOT, None)]


def test_what_is_posted_is_exactly_what_stands_in_the_approved_draft() -> None:
    edited = drafted(now="Nearly done.", thumbs=DORA, edited_at=NOON - timedelta(minutes=1))
    (step,) = planned(wish_of(), edited)
    assert step.body.startswith("Nearly done.")
    assert (step.identity.draft, step.identity.audience, step.form) == (False, "customer", "note")
    assert step.approval
    assert (step.approval.note, step.approval.place, step.approval.text, step.approval.approvers) == (
        7, ROOT, digest("Nearly done."), ("dora",),
    )  # fmt: skip


def test_a_person_who_takes_the_marker_lines_away_holds_it() -> None:
    body = drafted(thumbs=DORA).body.replace(CUSTOMER_TEXT_END, "")
    steps = planned(wish_of(), replace(drafted(thumbs=DORA), body=body))
    assert brief(steps) == [("wait", ROOT, 7)]
    assert "marker lines" in steps[0].reason


@pytest.mark.parametrize(
    ("wish", "parts"),
    [
        (wish_of(), 2),
        (wish_of(body="No customer's text."), 1),
        (wish_of(customer_target=None), 1),
        (wish_of(customer_target=NoteTarget("acme/customers/other#1")), 1),
        (wish_of(target=NoteTarget(CHANNEL)), 1),
        (wish_of(customer_target=NoteTarget(ROOT)), 1),
    ],
)
def test_what_is_no_draft_for_a_known_channel_is_refused(wish: Wish, parts: int) -> None:
    assert [step.action for step in planned(wish, drafted(thumbs=DORA), parts=parts)] == ["refuse"]


def test_a_question_is_asked_in_the_drafts_own_thread_about_the_very_text() -> None:
    question = planned(wish_of(), drafted(now="Nearly done.", thumbs=DORA))[1]
    marker = read_marker(question.body)
    assert marker
    assert (question.thread, question.form, marker.fingerprint) == ("t7", "reply", digest("Nearly done."))
    assert marker.identity == question.identity


def test_only_psbots_own_questions_about_this_draft_count() -> None:
    post = drafted(thumbs=DORA)
    other = replace(asked("x"), marker=Marker(replace(wish_of().identity, kind="closeout-question"), "x"))
    later = replace(asked("y"), marker=Marker(replace(asked("y").marker.identity, period="2027-W01"), "y"))
    posts = [asked("a"), asked("b", own=False), asked("c", created_at=None), other, later, told()]
    state = draft_state(post, posts)
    assert state
    assert [q.text for q in state.questions] == [digest("a")]
    assert (state.text, state.written, state.thumbs) == ("Half done.", digest("Half done."), DORA)
    assert draft_state(replace(post, body="nothing"), posts) is None


def test_edited_is_what_a_person_changed_between_the_marker_lines() -> None:
    assert not is_edited(drafted())
    assert is_edited(drafted(now="Nearly done."))
    assert not is_edited(replace(drafted(), body="no text at all"))
    around = drafted().body.replace(CUSTOMER_TEXT_START, f"Please look.\n\n{CUSTOMER_TEXT_START}")
    assert not is_edited(replace(drafted(), body=around))
