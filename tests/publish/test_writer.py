"""The hands, without a GitLab: what passes the last gate, which request is sent, what an error means, how long is waited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.vocabulary import Audience
from bot.publish.approval import Thumb
from bot.publish.drafts import QUESTION
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, read_marker
from bot.publish.posts import Post
from bot.publish.steps import Step
from bot.publish.wishes import approved_wish, make_wishes
from bot.publish.writer import Scene, is_for_customer
from tests.publish.hands import GUARD, NOON, THERE, Hands, refusal
from tests.publish.scripted import SPOT, post, scene, step
from tests.publish.stage import CHANNEL, ROOT, SETTINGS, UNASKED, draft

# -- the gate


WRITING_TEXT = ("create", "update", "ask", "label", "react")


@pytest.mark.parametrize("action", WRITING_TEXT)
def test_an_internal_text_passes_where_only_our_people_read(action: str) -> None:
    made = Hands()
    made.write(step(action, target=ROOT), scene(), None)
    assert len(made.sent) == 1
    why, stale = refusal(Hands(), step(action, target=ROOT), Scene(THERE, ()))
    assert "customers can read there" in why
    assert not stale


@pytest.mark.parametrize("action", ["remove", "close"])
def test_what_takes_away_is_asked_for_no_audience(action: str) -> None:
    made = Hands()
    made.write(step(action), Scene(THERE, ()), post())
    assert len(made.sent) == 1


@pytest.mark.parametrize("action", WRITING_TEXT)
def test_a_text_that_would_run_a_command_is_not_sent(action: str) -> None:
    wanted = replace(step(action, target=ROOT), body="Fine.\n\n/close")
    assert refusal(Hands(), wanted, scene()) == ("a line of the text would run as a quick action", False)


def test_a_customers_draft_stands_where_our_own_people_read() -> None:
    wanted = step(
        "create",
        identity=Identity("status", Audience.CUSTOMER, "~x", "2026-W47", draft=True),
        target=ROOT,
        engagement=ROOT,
    )
    assert not is_for_customer(wanted)
    made = Hands()
    made.write(wanted, scene(), None)
    assert (len(made.sent), made.shelf.looked) == (1, [])


# -- a customer's text


def drafted(number: int = 7, words: str = "Half done.", **fields: Any) -> Post:
    body = make_wishes(draft(words))[0].text()
    marker = read_marker(body)
    assert marker
    return Post(ROOT, PostForm.NOTE, number, marker, body, **fields)


def customers(words: str = "Half done.", action: Any = "create") -> Step:
    wish = approved_wish(make_wishes(draft(words))[0], CHANNEL, words)
    return Step(
        action,
        PostForm.NOTE,
        wish.identity,
        CHANNEL,
        "approved",
        engagement=ROOT,
        body=wish.text(),
        fingerprint=wish.fingerprint,
    )


DORA = (Thumb("dora", NOON),)
AT_CHANNEL = Scene(THERE, ())


@pytest.mark.parametrize("action", ["create", "update"])
@pytest.mark.parametrize(
    "posts",
    [
        (drafted(thumbs=DORA),),
        (drafted(5), drafted(7, thumbs=DORA)),
        (drafted(5, "Other."), drafted(7, thumbs=DORA)),
        (drafted(thumbs=DORA), drafted(9)),
    ],
)
def test_approved_words_are_posted(posts: tuple[Post, ...], action: str) -> None:
    made = Hands(posts=posts)
    made.write(customers(action=action), AT_CHANNEL, None)
    assert (len(made.sent), made.shelf.looked) == (1, [ROOT])


GONE = (f"its text stands in no draft on {ROOT}: changed or deleted since", True)
WAITS = ("the draft is not approved: waits for a 👍 by dora on the draft", True)
PAT = (Thumb("pat", NOON),)
other_identity = replace(drafted().marker, identity=replace(drafted().marker.identity, period="2026-W46"))
posted_identity = replace(drafted().marker, identity=replace(drafted().marker.identity, draft=False))


@pytest.mark.parametrize("action", ["create", "update"])
@pytest.mark.parametrize(
    ("posts", "why"),
    [
        ((), GONE),
        ((drafted(words="Other.", thumbs=DORA),), GONE),
        ((drafted(thumbs=DORA, own=False),), GONE),
        (
            (replace(drafted(thumbs=DORA), marker=other_identity),),
            GONE,
        ),
        ((replace(drafted(thumbs=DORA), marker=posted_identity),), GONE),
        ((replace(drafted(thumbs=DORA), marker=replace(drafted().marker, duplicate_of="3")),), GONE),
        ((replace(drafted(thumbs=DORA), body="no text between marker lines"),), GONE),
        ((drafted(),), WAITS),
        ((drafted(thumbs=PAT),), WAITS),
        ((drafted(5), drafted(7, thumbs=PAT)), WAITS),
    ],
)
def test_other_words_and_words_that_nobody_approved_are_not(
    posts: tuple[Post, ...], why: tuple[str, bool], action: str
) -> None:
    assert refusal(Hands(posts=posts), customers(action=action), AT_CHANNEL) == why


@pytest.mark.parametrize("n", range(8))
def test_other_approved_words_are_other_words_whatever_their_digest(n: int) -> None:
    other = drafted(words=f"Otherwise, {n}.", thumbs=DORA)
    assert refusal(Hands(posts=(other,)), customers(), AT_CHANNEL) == GONE


@pytest.mark.parametrize(
    "other", [{"period": "2026-W46"}, {"period": "2026-W48"}, {"engagement": ""}, {"engagement": "~z"}, {"part": 2}]
)
def test_the_draft_of_another_text_approves_nothing(other: dict[str, Any]) -> None:
    marker = replace(drafted().marker, identity=replace(drafted().marker.identity, **other))
    assert refusal(Hands(posts=(replace(drafted(thumbs=DORA), marker=marker),)), customers(), AT_CHANNEL) == GONE


def test_the_oldest_draft_with_these_words_says_why_it_waits() -> None:
    edited = drafted(7, "Former.", thumbs=DORA)
    edited = replace(edited, body=edited.body.replace("Former.", "Half done."))
    changed = "the draft is not approved: the text was changed after dora approved it; waits for a new 👍"
    assert refusal(Hands(posts=(drafted(5), edited)), customers(), AT_CHANNEL) == WAITS
    assert refusal(Hands(posts=(edited, drafted(5))), customers(), AT_CHANNEL) == (changed, True)


def test_nothing_hides_between_the_words_and_their_marker() -> None:
    wanted = replace(customers(), body=customers().body.replace("Half done.", "Half done.\n\nMargin 4 %."))
    assert refusal(Hands(posts=(drafted(thumbs=DORA),)), wanted, AT_CHANNEL) == GONE


def test_a_draft_is_looked_for_at_its_engagements_home_of_today() -> None:
    hall = Hands(guard=replace(GUARD, homes={ROOT: SPOT + "9"}), posts=(drafted(thumbs=DORA),))
    hall.write(customers(), AT_CHANNEL, None)
    assert hall.shelf.looked == [SPOT + "9"]
    unknown = Hands(guard=replace(GUARD, homes={}), posts=(drafted(thumbs=DORA),))
    assert refusal(unknown, customers(), AT_CHANNEL) == (
        f"no engagement {ROOT} is known, so no draft of its text",
        False,
    )


def test_what_needs_no_approval_is_posted_and_what_is_switched_off_is_not() -> None:
    free = Hands(UNASKED)
    free.write(customers(), AT_CHANNEL, None)
    assert (len(free.sent), free.shelf.looked) == (1, [])
    off = Settings.model_validate(
        SETTINGS | {"reports": {"status": {"customer": {"enabled": False, "approvers": ["dora"]}}}}
    )
    why = "`reports.status.customer` is switched off: nothing is posted for the customer"
    assert refusal(Hands(off, posts=(drafted(thumbs=DORA),)), customers(), AT_CHANNEL) == (why, False)


def test_a_question_about_a_draft_needs_no_approval() -> None:
    identity = Identity("status" + QUESTION, Audience.CUSTOMER, "~x", "2026-W47", draft=True)
    made = Hands()
    made.write(step("ask", identity=identity, target=ROOT, engagement=ROOT), scene(), None)
    assert (len(made.sent), made.shelf.looked) == (1, [])
