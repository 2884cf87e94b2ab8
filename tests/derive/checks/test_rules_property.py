"""Whatever stands in GitLab, no rule fails, and none depends on the order in which things were read."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive.checks.engine import examine
from bot.derive.pipeline import derive_portfolio
from bot.derive.raid.escalations import derive_escalations
from bot.derive.raid.log import derive_raid
from bot.domain.model import Engagement, Item
from tests import builders
from tests.derive.checks.troubled import shuffled

LABELS = [
    "PS RAID Log",
    "PS Risk",
    "PS Action",
    "PS Issue",
    "PS:: Priority High",
    "impact::4",
    "probability::5",
    "Escalated",
    "severity::critical",
    "WE-time",
    "work-at-risk",
    "waiting::customer",
    "partner::Initech",
    "change-order::proposed",
    "change-order::approved",
    "acceptance",
    "acceptance::sent",
    "RetroComplete",
    "csat::4",
    "llProduct",
]
DAYS = st.dates(builders.DAY - timedelta(days=150), builders.DAY + timedelta(days=60))
TITLES = st.sampled_from(["Wave 1", "Wave 2", None])
PEOPLE = st.lists(st.sampled_from(["ann", "bob", "zed"]), max_size=2, unique=True)


@st.composite
def items(draw: st.DrawFn, number: int) -> Item:
    labels = draw(st.lists(st.sampled_from(LABELS), max_size=3, unique=True))
    return builders.make_item(
        number,
        created_at=draw(DAYS),
        updated_at=draw(st.none() | DAYS),
        closed=draw(st.none() | DAYS),
        due_date=draw(st.none() | DAYS),
        start_date=draw(st.none() | DAYS),
        milestone=draw(TITLES),
        weight=draw(st.sampled_from([None, 0, 1, 5])),
        estimate_hours=draw(st.sampled_from([None, 0.0, 8.0])),
        spent_hours=draw(st.sampled_from([None, 0.0, 20.0])),
        assignees=tuple(draw(PEOPLE)),
        labels=labels,
        label_dates={label: draw(DAYS) for label in labels if draw(st.booleans())},
        blocked_by=tuple(f"{builders.PROJECT}#{n}" for n in draw(st.lists(st.integers(1, 12), max_size=2))),
        type=draw(st.sampled_from(["issue", "task", "epic"])),
    )


@st.composite
def engagements(draw: st.DrawFn) -> Engagement:
    work = [draw(items(number)) for number in range(1, draw(st.integers(0, 10)) + 1)]
    start = draw(st.none() | DAYS)
    facts = {
        "start": start,
        "end": start and start + timedelta(days=draw(st.integers(0, 200))),
        "hours": draw(st.sampled_from([None, 0.0, 40.0])),
        "billing": draw(st.sampled_from(["time_and_materials", "fixed_price", "milestone", None])),
        "milestones": [{"milestone": "Wave 1", "amount": draw(st.sampled_from([None, 5.0]))}],
        "passive_acceptance_days": draw(st.sampled_from([0, 5])),
    }
    logs = [
        builders.make_log(
            draw(st.sampled_from([None, *(i.ref for i in work)])), 2.5, draw(DAYS), approved=draw(st.booleans())
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    return builders.make_engagement(
        facts=facts,
        items=work,
        milestones=[
            builders.make_milestone("Wave 1", due_date=draw(st.none() | DAYS)),
            builders.make_milestone("Wave 2"),
        ],
        timelogs=logs,
        bookings=[builders.make_booking(draw(st.sampled_from(["2026-W47", "2026-W50", "?"])), 30.0, kind="soft")],
        labels=["PSProject", *draw(st.lists(st.sampled_from(["health::on track", "sentiment::unhappy"]), unique=True))],
        closed=draw(st.none() | DAYS),
    )


@settings(max_examples=60, deadline=None)
@given(engagements(), st.integers(0, 99))
def test_every_engagement_can_be_judged_in_any_order(engagement: Engagement, seed: int) -> None:
    derived = derive_portfolio(
        builders.make_portfolio(engagement), builders.DAY, builders.make_settings(), builders.CALENDAR, forecast=False
    )
    for one in derived.engagements:
        assert one.errors == ()
        subject = builders.make_subject(engagement, derived=one)
        other = shuffled(subject, random.Random(seed))
        assert examine(other) == examine(subject)
        assert derive_raid(other) == derive_raid(subject)
        assert derive_escalations(other) == derive_escalations(subject)


@settings(max_examples=30, deadline=None)
@given(engagements())
def test_what_is_found_can_be_shown(engagement: Engagement) -> None:
    derived = derive_portfolio(
        builders.make_portfolio(engagement),
        date(2027, 1, 26),
        builders.make_settings(),
        builders.CALENDAR,
        forecast=False,
    )
    for one in derived.engagements:
        for risk in one.risks:
            assert risk.evidence
            assert all(risk.evidence)
            assert "None" not in str(risk.message)
        assert one.compliance.score is None or 0 <= one.compliance.score <= 1
