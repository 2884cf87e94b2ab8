"""What approves a customer's text, without a GitLab: whose reaction, to which words, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.publish.approval import DraftState, Question, Thumb, is_thumbs_up, judge_draft, rating_of
from bot.publish.digest import digest

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def state(text: str = "Done.", written: str = "Done.", **fields: Any) -> DraftState:
    return DraftState(text, digest(written), **fields)


DORA = (Thumb("dora", at(5)),)


@pytest.mark.parametrize(
    ("case", "approved", "asks"),
    [
        (state(), False, False),
        (state(thumbs=DORA), True, False),
        (state(thumbs=(Thumb("Dora", at(5)),)), True, False),
        (state(thumbs=(Thumb("pat", at(5)),)), False, False),
        (state("Edited.", thumbs=DORA), False, True),
        (state("Edited.", thumbs=DORA, edited_at=at(4)), True, False),
        (state("Edited.", thumbs=DORA, edited_at=at(5)), False, True),
        (state("Edited.", thumbs=DORA, edited_at=at(6)), False, True),
        (state("Edited.", thumbs=DORA, questions=(Question(digest("Edited."), at(4)),)), True, False),
        (state("Edited.", thumbs=DORA, questions=(Question(digest("Edited."), at(6)),)), False, True),
        (state("Edited.", thumbs=DORA, questions=(Question(digest("Earlier."), at(4)),)), False, True),
    ],
)
def test_what_counts_as_approved(case: DraftState, approved: bool, asks: bool) -> None:
    verdict = judge_draft(case, ["dora"])
    assert (verdict.approved, verdict.ask) == (approved, asks)


def test_the_first_who_approved_and_the_last_who_approved_something_else_are_named() -> None:
    thumbs = (Thumb("eve", at(9)), Thumb("dora", at(5)), Thumb("abe", at(7)))
    assert judge_draft(state(thumbs=thumbs), ["dora", "eve", "abe"]).reason == "approved by dora"
    assert "changed after eve approved it" in judge_draft(state("Edited.", thumbs=thumbs), ["@Dora", "eve"]).reason
    assert "by abe or dora on the draft" in judge_draft(state(), ["dora", "@abe"]).reason


def test_nobody_named_nobody_approves() -> None:
    verdict = judge_draft(state(thumbs=DORA), [])
    assert not verdict.approved
    assert "approvers" in verdict.reason


@pytest.mark.parametrize("tone", ["", *(f"_tone{n}" for n in range(1, 6)), "_medium_skin_tone"])
@pytest.mark.parametrize(("name", "approves"), [("thumbsup", True), ("+1", True), ("thumbsdown", False), ("-1", False)])
def test_any_tone_of_a_persons_thumb_approves_and_nothing_else(name: str, tone: str, approves: bool) -> None:
    assert is_thumbs_up(name + tone) is approves


@pytest.mark.parametrize(
    "name", ["", "tone3", "thumbsupp", "xthumbsup", "thumbsup_not", "clap_tone3", "white_check_mark"]
)
def test_other_reactions_approve_nothing(name: str) -> None:
    assert not is_thumbs_up(name)


def test_each_verdict_says_why() -> None:
    waits = "waits for approval, but `reports.status.customer.approvers` names nobody who could give it"
    changed = "the text was changed after dora approved it; waits for a new 👍"
    asked = judge_draft(state("Edited.", thumbs=DORA), ["dora"])
    assert (judge_draft(state(thumbs=DORA), []).reason, asked.reason) == (waits, changed)
    assert judge_draft(state(), ["dora", "Pat"]).reason == "waits for a 👍 by dora or pat on the draft"
    assert not judge_draft(state(), []).ask
    assert judge_draft(state(thumbs=(Thumb("eve", at(1)), *DORA)), ["dora"]).reason == "approved by dora"


def test_whoever_approved_the_text_that_stands_is_the_one_who_is_named() -> None:
    """Abe approved what psbot wrote, Dora what was made of it."""
    thumbs = (Thumb("abe", at(1)), Thumb("dora", at(9)))
    verdict = judge_draft(state("Edited.", thumbs=thumbs, edited_at=at(5)), ["abe", "dora"])
    assert (verdict.approved, verdict.reason) == (True, "approved by dora")


def test_an_edit_that_is_known_to_be_younger_is_not_outweighed_by_an_older_question() -> None:
    asked = (Question(digest("Edited."), at(1)),)
    assert not judge_draft(state("Edited.", thumbs=DORA, edited_at=at(6), questions=asked), ["dora"]).approved


def test_a_thumb_as_old_as_the_question_was_not_its_answer() -> None:
    asked = (Question(digest("Edited."), at(5)),)
    assert not judge_draft(state("Edited.", thumbs=DORA, questions=asked), ["dora"]).approved


@pytest.mark.parametrize("words", [f"Earlier, {n}." for n in range(8)])
def test_a_question_about_other_words_is_none_about_these(words: str) -> None:
    asked = (Question(digest(words), at(4)),)
    assert not judge_draft(state("Edited.", thumbs=DORA, questions=asked), ["dora"]).approved
    assert judge_draft(state(words, thumbs=DORA), ["dora"]).ask, "an edit is one, whatever its digest"


def test_one_question_of_several_is_enough() -> None:
    asked = (Question(digest("Other."), at(1)), Question(digest("Edited."), at(2)))
    assert judge_draft(state("Edited.", thumbs=DORA, questions=asked), ["dora"]).approved


def test_reactions_are_read_however_gitlab_spells_them() -> None:
    for name in (":thumbsup:", "ThumbsUp", "thumbs_up", "👍", "👍🏽", "+1_tone2", "thumbsup-tone4"):
        assert is_thumbs_up(name), name
    words = ("one", "two", "three", "four", "five", ":Five:", "six", "thumbsup", "")
    assert [rating_of(name) for name in words] == [1, 2, 3, 4, 5, 5, None, None, None]
