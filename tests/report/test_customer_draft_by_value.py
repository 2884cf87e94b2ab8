"""The customer's text as a draft, by value: what the approver sees beside it."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date
from typing import Any

import pytest

from bot.config import Settings
from bot.derive import results as r
from bot.derive.status_results import Story
from bot.domain.messages import Phrase
from bot.domain.vocabulary import RaidKind, Severity
from bot.report.document import CUSTOMER_TEXT_END, Document, NoteTarget, customer_text
from bot.report.kinds.customer import (
    make_customer,
    question,
)
from bot.report.sample import RED, WORK
from tests.report.test_customer_by_value import (
    DEC_9,
    DEC_11,
    FREE,
    NORTHWIND,
    REAL,
    REQUIRED,
    STATUS,
    context_of,
    stone,
)


def made(settings: Settings = REQUIRED, internal: str | None = None, **derived: Any) -> Document:
    engagement = dataclasses.replace(NORTHWIND, facts=dataclasses.replace(NORTHWIND.facts, internal=internal))
    full = dataclasses.replace(REAL, **derived)
    base = context_of(settings)
    context = dataclasses.replace(
        base,
        portfolio=dataclasses.replace(base.portfolio, engagements=(engagement,)),
        derive=lambda day: r.Derived(day, "USD", (full,)),
    )
    return make_customer(STATUS, context, RED)


def test_what_needs_approval_is_a_draft_inside_and_what_does_not_goes_to_the_channel() -> None:
    draft, free = made(), made(FREE)
    channel = NoteTarget(f"{WORK}#1")
    assert (draft.target, draft.customer_target, draft.draft) == (NoteTarget(RED), channel, True)
    assert made(internal="acme/ps-internal/n#2").target == NoteTarget("acme/ps-internal/n#2")
    assert (free.target, free.customer_target, free.draft) == (channel, None, False)
    for document in (draft, free):
        assert (document.kind, document.audience, document.period) == ("status", "customer", STATUS.period.name)
        assert document.engagement == RED
        assert document.as_of_line in document.body
    assert customer_text(draft.body) == free.body.strip("\n")


def test_a_question_is_known_by_its_own_words() -> None:
    for words in ("How was it?", "Well?"):
        asked = question(context_of(), "csat", "x", words, REAL, NORTHWIND)
        assert asked.fingerprint == hashlib.sha256(words.encode()).hexdigest()[:24]
        assert (asked.kind, asked.period, asked.draft) == ("csat", "x", True)


def beside(**derived: Any) -> list[str]:
    """The lines below the draft."""
    below = made(**derived).body.split(CUSTOMER_TEXT_END)[1]
    return [line for line in below.splitlines() if line.startswith("- ")]


def story(name: str, *evidence: str) -> Story:
    return Story(
        name, Severity.HIGH, Phrase("Told {what}", what=name.partition(":")[0]), Phrase("why"), evidence=evidence
    )


WAITING, RISK, SECRET = f"{WORK}#14", f"{WORK}#20", f"{WORK}#15"
NOTHING_MORE = "- No risk and no story: the text tells all of them."
ON_TIME = r.Schedule(milestones=(stone(),))


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (story("register:sso", RISK), False),
        (story("waiting", WAITING), False),
        (story("waiting:x", WAITING, RISK), False),
        (story("register:none"), False),
        (story("register:sso", RISK, SECRET), True),
        (story("waiting", f"{WORK}#12"), True),
        (story("margin", RISK), True),
        (story("register:secret", SECRET), True),
    ],
)
def test_a_story_is_kept_from_the_customer_unless_the_text_tells_it(told: Story, kept: bool) -> None:
    assert beside(stories=(told,), schedule=ON_TIME) == (
        [f"- Told {told.id.partition(':')[0]}"] if kept else [NOTHING_MORE]
    )


def test_a_confidential_entry_of_the_log_is_not_told_whatever_the_log_says() -> None:
    entry = r.RaidEntry(SECRET, "x", RaidKind.RISK)
    assert beside(stories=(story("register:s", SECRET),), raid=(entry,), schedule=ON_TIME) == ["- Told register"]


@pytest.mark.parametrize(
    ("stones", "line"),
    [
        ((stone(),), ""),
        ((stone(forecast=date(2026, 12, 1)),), "Build](x) on Dec 1, 2026; the customer reads Dec 4, 2026"),
        ((stone(forecast=DEC_11),), ""),
        ((stone(forecast=None),), ""),
        ((stone("Early", forecast=date(2026, 12, 1)), stone("End", due=DEC_11, forecast=DEC_11)), ""),
        ((stone("End", due=DEC_11, forecast=DEC_9), stone("Early")), "End on Dec 9, 2026; the customer reads Dec 11, 2026"),
        ((stone("End", due=DEC_11, forecast=DEC_9), stone("Undated", due=None, forecast=None)), ""),
        ((), ""),
    ],
)  # fmt: skip
def test_the_approver_reads_where_the_end_is_promised_later_than_expected(
    stones: tuple[r.MilestoneStatus, ...], line: str
) -> None:
    lines = [said for said in beside(stories=(), schedule=r.Schedule(milestones=stones)) if "We expect" in said]
    assert [said.replace("](x)", "") for said in lines] == (
        [f"- We expect {line.replace('](x)', '')}."] if line else []
    )
