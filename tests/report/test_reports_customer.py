"""No customer's text ever holds an internal fact: every internal field gets a canary, and none may sing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Settings
from bot.derive import results as r
from bot.derive.decisions.due import Due
from bot.domain.facts import CUSTOMER_KEYS, MILESTONE_FACTS
from bot.domain.messages import Phrase, Series
from bot.domain.model import Engagement, FactFault, Facts, Item, MilestoneFact, Portfolio, Reply
from bot.domain.vocabulary import ItemState, RaidKind, RiskSource, Severity
from bot.report import ReportContext, make_documents
from bot.report.document import CUSTOMER_TEXT_END, CUSTOMER_TEXT_START, Document, NoteTarget, customer_text
from bot.report.environment import Templates
from bot.report.kinds.customer import CustomerFacts
from bot.report.sample import (
    DAY,
    RED,
    WORK,
    sample_context,
    sample_derived,
    sample_dues,
    sample_portfolio,
    sample_settings,
)
from bot.report.text.wording import load_words

STATUS = next(due for due in sample_dues() if due.kind == "status")
TEMPLATES = {locale: Templates(load_words(locale, "USD")) for locale in ("en_US", "de_DE")}
CANARY_TEXT, CANARY_DIGITS, CANARY_YEAR = "canary", "777", 2077

# What a customer may read, by path; `*` stands for every element. All else is internal.
ALLOWED = {
    "ref", "phase", "progress.values.*", "progress.basis", "completion.completed_on",
    "schedule.milestones.*.title", "schedule.milestones.*.ref", "schedule.milestones.*.baseline",
    "schedule.milestones.*.due", "schedule.milestones.*.forecast", "schedule.milestones.*.closed",
    "schedule.milestones.*.slip_days", "schedule.milestones.*.state", "schedule.milestones.*.web_url",
    "budget.hours_spent", "budget.hours_budget", "acceptance.*.state", "schedule.planned.*", "schedule.critical_path.*",
    "raid.*.ref", "raid.*.title", "raid.*.kind", "raid.*.state", "raid.*.level", "raid.*.owner", "raid.*.mitigation",
    "raid.*.review", "raid.*.due", "raid.*.score",
}  # fmt: skip
ALLOWED_FACTS = {
    *(key for key in CUSTOMER_KEYS if key != "milestones"),
    *(f"milestones.*.{key}" for key, fact in MILESTONE_FACTS.items() if fact.customer),
    "customer_channel", "internal",
}  # fmt: skip
"""What the facts' declarations let a customer's text rest on, and what decides its places."""


def painted(value: Any, allowed: set[str], path: str = "") -> Any:
    """`value` with a canary in every field that is not allowed."""
    if path in allowed:
        return value
    if isinstance(value, Phrase | Series):
        return CANARY_TEXT
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in dataclasses.fields(value)]
        return dataclasses.replace(
            value, **{n: painted(getattr(value, n), allowed, f"{path}.{n}".lstrip(".")) for n in names}
        )
    if isinstance(value, tuple):
        return tuple(painted(v, allowed, f"{path}.*") for v in value)
    if isinstance(value, Mapping):
        return {k: painted(v, allowed, f"{path}.*") for k, v in value.items()}
    if isinstance(value, bool | Enum):
        return value
    if isinstance(value, int | float):
        return int(f"{CANARY_DIGITS}{crc32(path.encode()) % 1000:03d}")
    if isinstance(value, date):
        return date(CANARY_YEAR, value.month, min(value.day, 28))
    return CANARY_TEXT if isinstance(value, str) or (value is None and path.endswith("text")) else value


def secrets() -> tuple[Item, ...]:
    """Items that the customer can't read: confidential ones, and one in our own namespace."""
    made = datetime(2026, 9, 1, tzinfo=UTC)
    closed = datetime(2026, 11, 18, tzinfo=UTC)
    inside = "acme/ps-internal/plan"
    return (
        Item(f"{WORK}#90", f"{CANARY_TEXT} next", created_at=made, due_date=date(2026, 11, 20), confidential=True),
        Item(
            f"{WORK}#91",
            f"{CANARY_TEXT} done",
            state=ItemState.CLOSED,
            closed_at=closed,
            created_at=made,
            confidential=True,
        ),
        Item(f"{WORK}#92", f"{CANARY_TEXT} wait", labels=("waiting::customer",), created_at=made, confidential=True),
        Item(f"{WORK}#93", f"{CANARY_TEXT} risk", labels=("PS Risk",), created_at=made, confidential=True),
        Item(f"{inside}#94", f"{CANARY_TEXT} plan", created_at=made, due_date=date(2026, 11, 20)),
        Item(f"{inside}#95", f"{CANARY_TEXT} wait", labels=("waiting::customer",), created_at=made),
        Item(f"{inside}#96", f"{CANARY_TEXT} risk", labels=("PS Risk",), created_at=made),
    )


def canary_engagement(billing: str | None, hours: float | None) -> Engagement:
    real = sample_portfolio().engagements[0]
    facts = painted(real.facts, ALLOWED_FACTS)
    facts = dataclasses.replace(facts, billing=billing, hours=hours, rate=777_250, value=777_000)
    return dataclasses.replace(
        real,
        title=f"{CANARY_TEXT} title",
        labels=(f"{CANARY_TEXT} label",),
        health_status=CANARY_TEXT,
        assignees=(CANARY_TEXT,),
        facts=facts,
        fact_faults=(FactFault(CANARY_TEXT, 777, CANARY_TEXT),),
        customer_visible_facts=(CANARY_TEXT,),
        timelogs=tuple(dataclasses.replace(log, user=CANARY_TEXT, hours=777.0) for log in real.timelogs),
        items=(*real.items, *secrets()),
        errors=(f"{CANARY_TEXT} error",),
        hours_difference=777.0,
    )


def canary_derived(day: date) -> r.EngagementDerived:
    real = sample_derived(day).engagements[0]
    values = {**real.progress.values, **{item.ref: 1000.0 for item in secrets()}}
    raid = tuple(
        r.RaidEntry(i.ref, i.title, RaidKind.RISK, ItemState.OPENED, 5, 5, 25, Severity.HIGH, CANARY_TEXT)
        for i in secrets()
    )
    inside = r.MilestoneStatus(f"{CANARY_TEXT} ms", 'acme/ps-internal/plan%"x"', DAY, DAY)
    risks = (
        *real.risks,
        r.Risk("margin", RiskSource.DERIVED, Severity.CRITICAL, f"{CANARY_TEXT} margin", (f"{WORK}#12",), CANARY_TEXT),
    )
    full = dataclasses.replace(
        real,
        progress=dataclasses.replace(real.progress, values=values),
        raid=(*real.raid, *raid),
        risks=risks,
        schedule=dataclasses.replace(real.schedule, milestones=(*real.schedule.milestones, inside)),
    )
    found: r.EngagementDerived = painted(full, ALLOWED)
    return found


def render(billing: str | None, hours: float | None, approval: str, locale: str, due: Due = STATUS) -> Document:
    plain = sample_settings().model_dump()
    plain["reports"]["status"]["customer"]["approval"] = approval
    plain["finance"]["rates"] = {"default": 777.0}
    base = sample_context(TEMPLATES[locale], Settings.model_validate(plain))
    engagement = canary_engagement(billing, hours)
    written = datetime(2026, 11, 18, tzinfo=UTC)
    context = dataclasses.replace(
        base,
        portfolio=Portfolio((engagement,), base.portfolio.taken_at, (CANARY_TEXT,)),
        derive=lambda day: r.Derived(day, "USD", (canary_derived(day),), failures=(CANARY_TEXT,)),
        past=tuple(
            dataclasses.replace(past, pm_notes=CANARY_TEXT, replies=(Reply(CANARY_TEXT, CANARY_TEXT, written),))
            for past in base.past
        ),
    )
    made = make_documents(due, context)
    assert made.faults == ()
    return next(d for d in made.documents if d.audience == "customer")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([None, "time_and_materials", "fixed_price", "milestone"]),
    st.sampled_from([None, 720.0]),
    st.sampled_from(["required", "none"]),
    st.sampled_from(["en_US", "de_DE"]),
    st.integers(0, 6),
)
def test_no_customer_text_holds_an_internal_fact(
    billing: str | None, hours: float | None, approval: str, locale: str, later: int
) -> None:
    due = dataclasses.replace(STATUS, as_of=date.fromordinal(STATUS.as_of.toordinal() + later))
    document = render(billing, hours, approval, locale, due)
    text = document.body if approval == "none" else customer_text(document.body) or ""
    assert len(text) > 300
    for canary in (
        CANARY_TEXT,
        CANARY_DIGITS,
        str(CANARY_YEAR),
        "ps-internal",
        "$",
        "USD",
        "€",
        "Globex",
        "dana",
        "🟠",
    ):
        assert canary not in text, canary
    assert document.payload == {}


def test_the_canaries_do_sing_in_an_internal_report() -> None:
    """The test above can fail: the same facts do show where they may."""
    base = sample_context(TEMPLATES["en_US"], sample_settings())
    context = dataclasses.replace(
        base,
        portfolio=Portfolio((canary_engagement("milestone", 720.0),)),
        derive=lambda day: r.Derived(day, "USD", (canary_derived(day),)),
    )
    body = next(d for d in make_documents(STATUS, context).documents if d.audience == "internal").body
    assert CANARY_TEXT in body
    assert CANARY_DIGITS in body


def test_the_type_has_no_field_for_money_risk_rules_or_load() -> None:
    names = {f.name for f in dataclasses.fields(CustomerFacts)}
    assert not names & {"value", "rate", "revenue", "margin", "forecast", "status", "declared", "sentiment", "capacity"}
    assert names == {
        "name", "period", "as_of_line", "progress", "items_done", "items_total", "milestones", "milestones_done",
        "hours_used", "hours_sold", "accepted", "to_accept", "finished", "more_finished", "steps", "waiting", "risks",
        "more_risks", "incomplete", "state", "undecided", "absences",
    }  # fmt: skip


# -- what it does say


def test_time_and_materials_shows_hours_and_a_fixed_price_milestones_accepted() -> None:
    assert "**390 h** of 720 h used (54%)" in render("time_and_materials", 720.0, "none", "en_US").body
    fixed = render("fixed_price", 720.0, "none", "en_US").body
    assert "**1** of 2 accepted" in fixed
    assert "720 h" not in fixed


def test_confidential_work_counts_in_no_figure() -> None:
    assert "**40%** of the work is done (2 of 5 items)" in render("milestone", None, "none", "en_US").body


def test_a_draft_goes_to_the_internal_channel_with_the_text_between_its_markers() -> None:
    document = render("milestone", None, "required", "en_US")
    assert document.draft
    assert document.target == NoteTarget(RED)
    assert document.customer_target == NoteTarget(f"{WORK}#1")
    outside = document.body.split(CUSTOMER_TEXT_START)[0] + document.body.split(CUSTOMER_TEXT_END)[1]
    assert "👍" in outside
    assert "👍" not in (customer_text(document.body) or "")


def test_without_approval_it_goes_straight_to_the_customers_channel() -> None:
    document = render("milestone", None, "none", "en_US")
    assert (document.draft, document.customer_target) == (False, None)
    assert document.target == NoteTarget(f"{WORK}#1")
    assert CUSTOMER_TEXT_START not in document.body


def test_a_draft_stands_still_until_the_next_is_due() -> None:
    later = dataclasses.replace(STATUS, as_of=date(2026, 11, 24))
    first, second = (render("milestone", None, "required", "en_US", due) for due in (STATUS, later))
    assert (first.body, first.fingerprint) == (second.body, second.fingerprint)


@pytest.mark.parametrize("switch", ["disabled", "no channel"])
def test_nothing_is_made_for_the_customer_unless_asked_for(switch: str) -> None:
    base: ReportContext = sample_context(TEMPLATES["en_US"], sample_settings())
    if switch == "disabled":
        plain = sample_settings().model_dump()
        plain["reports"]["status"]["customer"]["enabled"] = False
        base = dataclasses.replace(base, settings=Settings.model_validate(plain))
    else:
        first, *rest = base.portfolio.engagements
        first = dataclasses.replace(first, facts=dataclasses.replace(first.facts, customer_channel=None))
        base = dataclasses.replace(base, portfolio=dataclasses.replace(base.portfolio, engagements=(first, *rest)))
    assert all(d.audience == "internal" for d in make_documents(STATUS, base).documents)


def test_the_title_of_an_internal_engagement_is_not_told() -> None:
    base = sample_context(TEMPLATES["en_US"], sample_settings())
    first = base.portfolio.engagements[0]
    facts = dataclasses.replace(Facts(), customer_channel=f"{WORK}#1", milestones=(MilestoneFact("Cut-over"),))
    bare = dataclasses.replace(first, facts=facts, title="Northwind, thin margin")
    context = dataclasses.replace(base, portfolio=dataclasses.replace(base.portfolio, engagements=(bare,)))
    text = next(d for d in make_documents(STATUS, context).documents if d.audience == "customer").body
    assert "thin margin" not in text
    assert "Your project" in text
