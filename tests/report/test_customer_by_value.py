"""What a customer's text is made from, figure by figure, from facts that are known; who gets one, as of which day."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.config import Settings
from bot.derive import results as r
from bot.derive.decisions.due import Due
from bot.derive.order_results import SlipCause
from bot.derive.status_results import NextStep
from bot.domain.model import Engagement, Facts, Item, MilestoneFact
from bot.domain.vocabulary import ItemState, MilestoneState, Phase, RaidKind, Severity
from bot.report import ReportContext
from bot.report.environment import Templates
from bot.report.kinds.customer import (
    CustomerFacts,
    customer_facts,
    is_visible,
    make_customer,
    name_of,
    subjects,
)
from bot.report.sample import DAY, RED, WORK, sample_context, sample_derived, sample_dues, sample_settings
from bot.report.text.wording import load_words

STATUS = next(due for due in sample_dues() if due.kind == "status")
TEMPLATES = Templates(load_words("en_US", "USD"))
REAL = sample_derived(DAY).engagements[0]
INSIDE = "acme/ps-internal/plan"


def with_approval(approval: str) -> Settings:
    plain = sample_settings().model_dump()
    plain["reports"]["status"]["customer"]["approval"] = approval
    return Settings.model_validate(plain)


REQUIRED, FREE = with_approval("required"), with_approval("none")


def context_of(settings: Settings = REQUIRED) -> ReportContext:
    return sample_context(TEMPLATES, settings)


SAMPLE = context_of()
NORTHWIND = SAMPLE.portfolio.engagements[0]


# -- each figure, from facts that are known


def facts_of(changes: Mapping[str, Any] | None = None, items: tuple[Item, ...] = (), **derived: Any) -> CustomerFacts:
    """What a customer's text is made from: of the sample, with these facts, further items and derived values."""
    facts = dataclasses.replace(NORTHWIND.facts, **(changes or {}))
    engagement = dataclasses.replace(NORTHWIND, facts=facts, items=(*NORTHWIND.items, *items))
    values = {**REAL.progress.values, **{item.ref: 1.0 for item in items}}
    weighed = {"progress": dataclasses.replace(REAL.progress, values=values), **derived}
    full = dataclasses.replace(REAL, **weighed)
    return customer_facts(SAMPLE, full, engagement, STATUS, DAY)


def work(number: int, **fields: Any) -> Item:
    return Item(f"{WORK}#{number}", f"Work {number}", created_at=datetime(2026, 9, 1, tzinfo=UTC), **fields)


def test_the_figures_are_those_of_what_the_customer_can_see() -> None:
    found = facts_of()
    assert (found.progress, found.items_done, found.items_total, found.milestones_done) == (0.4, 2, 5, 1)
    assert [m.title.split("](")[0] for m in found.milestones] == ["[Discovery", "[Cut-over"]
    assert (found.accepted, found.to_accept, found.hours_used, found.hours_sold) == (1, 2, None, None)
    assert (len(found.risks), found.more_risks, found.more_finished) == (1, 0, 0)
    assert str(found.state) == (
        "Needs attention: Cut-over may not make its new date, Dec 11, 2026 (agreed: Dec 4, 2026). 1 item waits for you."
    )


def test_what_was_needed_before_today_is_asked_for_within_two_days() -> None:
    waits = {"labels": ("waiting::customer",)}
    items = (work(60, due_date=date(2026, 11, 16), **waits), work(61, due_date=date(2026, 12, 1), **waits))
    asked = {
        "61" if "Work 61" in w.what else "60": (w.due, w.missed)
        for w in facts_of(items=items).waiting
        if "Work 6" in w.what
    }
    assert asked["61"] == (date(2026, 12, 1), None)
    assert asked["60"] == (
        SAMPLE.calendar.add_working_days(DAY, 2),
        date(2026, 11, 16),
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"labels": ("waiting::customer",)}, "2 items wait for you."),
        ({}, "1 item waits for you."),
    ],
)
def test_the_state_names_its_reason(changes: dict[str, Any], why: str) -> None:
    assert str(facts_of(items=(work(70, due_date=date(2026, 11, 16), **changes),)).state).endswith(why)


def test_what_was_finished_in_the_week_is_told_and_the_rest_is_a_number() -> None:
    this_week = [work(40 + n, state="closed", closed_at=datetime(2026, 11, 18, n, tzinfo=UTC)) for n in range(10)]
    earlier = work(60, state="closed", closed_at=datetime(2026, 11, 10, tzinfo=UTC))
    reopened = work(61, state="opened", closed_at=datetime(2026, 11, 18, tzinfo=UTC))
    found = facts_of(items=(*this_week, earlier, reopened))
    assert (len(found.finished), found.more_finished) == (8, 3)
    assert "Migrate wave 1" in found.finished[0]
    assert not any("Work 60" in line or "Work 61" in line for line in found.finished)


def test_risks_beyond_the_first_five_are_a_number() -> None:
    labels = ("PS Risk",)
    risks = tuple(work(70 + n, labels=labels) for n in range(7))
    raid = tuple(
        r.RaidEntry(i.ref, i.title, RaidKind.RISK, ItemState.OPENED, 5, 5, 25, Severity.HIGH, "kim") for i in risks
    )
    found = facts_of(items=risks, raid=(*REAL.raid, *raid))
    assert (len(found.risks), found.more_risks) == (5, 3)


@pytest.mark.parametrize(
    ("billing", "hours", "by_hours"),
    [("time_and_materials", 720.0, True), (None, 720.0, True), ("fixed_price", 720.0, False), (None, None, False)],
)
def test_the_contract_is_measured_by_hours_or_by_milestones_never_by_both(
    billing: str | None, hours: float | None, by_hours: bool
) -> None:
    found = facts_of({"billing": billing, "hours": hours})
    assert (found.hours_used is not None, found.accepted is not None) == (by_hours, not by_hours)
    assert (found.hours_used, found.hours_sold) == ((390, 720) if by_hours else (None, None))


def test_by_neither_where_there_is_neither() -> None:
    for found in (
        facts_of({"billing": "time_and_materials", "hours": None}),
        facts_of({"billing": "fixed_price"}, acceptance=()),
    ):
        assert (found.hours_used, found.hours_sold, found.accepted, found.to_accept) == (None,) * 4


def test_a_milestone_of_our_own_namespace_is_told_only_where_the_contract_names_it_and_without_a_link() -> None:
    inside = [
        r.MilestoneStatus(title, f'acme/ps-internal/plan%"{title}"', DAY, DAY) for title in ("Promised", "Ours alone")
    ]
    schedule = dataclasses.replace(REAL.schedule, milestones=(*REAL.schedule.milestones, *inside))
    found = facts_of({"milestones": (MilestoneFact("Promised"),)}, schedule=schedule)
    assert {m.title.split("](")[0] for m in found.milestones} == {"[Discovery", "[Cut-over", "Promised"}


def test_a_cause_stands_beside_the_milestone_that_it_is_of() -> None:
    cause = SlipCause("Cut-over", "client", "Firewall not open", "pat", datetime(2026, 11, 18, tzinfo=UTC))
    found = facts_of(causes=(cause,))
    assert [m.cause for m in found.milestones] == [None, "client"]


def test_without_milestones_nothing_is_said_of_the_state() -> None:
    assert facts_of(schedule=dataclasses.replace(REAL.schedule, milestones=())).state is None
    assert facts_of(items=()).incomplete is bool(REAL.errors)
    assert facts_of(errors=()).incomplete is False


def test_progress_weighs_the_work_by_its_values_and_is_not_known_of_none() -> None:
    """Two of five hundred-hour items are done; a sixth of 1 hour is done, too."""
    assert facts_of(items=(work(60, state="closed"),)).progress == pytest.approx(201 / 501)
    nothing = facts_of(progress=dataclasses.replace(REAL.progress, values={}), schedule=r.Schedule())
    assert (nothing.progress, nothing.items_total, nothing.items_done) == (None, 0, 0)


def facts_alone(
    engagement: Engagement, derived: r.EngagementDerived = REAL, due: Due = STATUS, day: date = DAY
) -> CustomerFacts:
    return customer_facts(SAMPLE, derived, engagement, due, day)


def test_the_time_that_finished_work_is_told_of_is_the_week_before_the_report_was_due() -> None:
    """Due on Thursday 19 November: from Friday the 13th to that day, however late the text is made."""
    days = [date(2026, 11, n) for n in (12, 13, 19, 20)]
    items = tuple(
        work(40 + day.day, state="closed", closed_at=datetime(2026, 11, day.day, 12, tzinfo=UTC)) for day in days
    )
    told = {n: [line.split("](")[0] for line in facts_of(items=items).finished] for n in (1,)}[1]
    assert [line for line in told if "Work" in line] == ["Work 53", "Work 59"]
    alone = dataclasses.replace(NORTHWIND, items=items)
    derived = dataclasses.replace(REAL, progress=dataclasses.replace(REAL.progress, values={i.ref: 1.0 for i in items}))
    assert [str(w) for w in facts_alone(alone, derived, day=date(2026, 11, 18)).finished] == ["Work 53"]


# -- where it stands, in a sentence


def stone(title: str = "Build", **fields: Any) -> r.MilestoneStatus:
    fields = {"baseline": date(2026, 12, 4), "due": date(2026, 12, 4), "forecast": date(2026, 12, 4)} | fields
    return r.MilestoneStatus(title, f'{WORK}%"{title}"', **fields)


def state_of(*stones: r.MilestoneStatus, items: tuple[Item, ...] = (), **derived: Any) -> str:
    alone = dataclasses.replace(NORTHWIND, items=items)
    values = dataclasses.replace(REAL.progress, values={item.ref: 1.0 for item in items})
    full = dataclasses.replace(REAL, schedule=r.Schedule(milestones=stones), progress=values, **derived)
    return str(facts_alone(alone, full).state)


DEC_4, DEC_9, DEC_11 = date(2026, 12, 4), date(2026, 12, 9), date(2026, 12, 11)
AT_RISK, LATE, DONE = MilestoneState.AT_RISK, MilestoneState.LATE, MilestoneState.DONE


@pytest.mark.parametrize(
    ("milestone", "words"),
    [
        (stone(), "On plan: the next milestone, Build, is planned for Dec 4, 2026, as agreed."),
        (stone(due=DEC_11, forecast=DEC_11), "On the new plan: Build was moved from Dec 4, 2026 to Dec 11, 2026."),
        (stone(forecast=DEC_11, state=AT_RISK), "Needs attention: Build is expected on Dec 11, 2026, 5 working days later than agreed (Dec 4, 2026). The work takes longer than planned."),
        (stone(due=date(2026, 12, 3), forecast=date(2026, 12, 7), state=AT_RISK), "Needs attention: Build is expected on Dec 7, 2026, 1 working day later than agreed (Dec 4, 2026). The work takes longer than planned."),
        (stone(due=DEC_9, forecast=DEC_9, state=AT_RISK), "Needs attention: Build may not make its new date, Dec 9, 2026 (agreed: Dec 4, 2026). The plan has little reserve left."),
        (stone(state=AT_RISK), "Needs attention: Build may not make its date, Dec 4, 2026. The plan has little reserve left."),
        # a date before the one agreed, that is missed but not what was agreed; and one of which nothing was agreed
        (stone(baseline=DEC_11, forecast=DEC_9, state=AT_RISK), "Needs attention: Build may not make its date, Dec 4, 2026. The work takes longer than planned."),
        (stone(baseline=None, forecast=DEC_9, state=AT_RISK), "Needs attention: Build may not make its date, Dec 4, 2026. The work takes longer than planned."),
        (stone(due=date(2026, 11, 13), forecast=None, state=LATE), "Behind plan: Build was due on Nov 13, 2026 and is still open."),
        (stone(closed=date(2026, 11, 10), state=DONE), "All milestones are done; the last one, Build, on Nov 10, 2026."),
        (stone(forecast=None, state=DONE), "All milestones are done; the last one, Build, on Dec 4, 2026."),
        (stone(forecast=DEC_9, state=DONE), "All milestones are done; the last one, Build, on Dec 9, 2026."),
    ],
)  # fmt: skip
def test_each_state_is_a_sentence_of_its_own(milestone: r.MilestoneStatus, words: str) -> None:
    assert state_of(milestone) == words


OVERDUE = {"due_date": date(2026, 11, 18)}
WAITS = {"labels": ("waiting::customer",)}
MISSED = stone(forecast=DEC_11, state=AT_RISK)


@pytest.mark.parametrize(
    ("items", "end"),
    [
        ((work(1, **WAITS),), "1 item waits for you."),
        ((work(1, **WAITS), work(2, **WAITS), work(3, **OVERDUE)), "2 items wait for you."),
        ((work(1, **OVERDUE),), "1 step that was planned by now is still open."),
        ((work(1, **OVERDUE), work(2, **OVERDUE), work(3, due_date=DAY), work(4, due_date=DEC_9)), "2 steps that were planned by now are still open."),
        ((work(1, state="closed", **OVERDUE), work(2, state="closed", **WAITS)), "The work takes longer than planned."),
        ((work(1),), "The work takes longer than planned."),
        ((), "The work takes longer than planned."),
    ],
)  # fmt: skip
def test_what_waits_comes_before_what_is_overdue_as_its_reason(items: tuple[Item, ...], end: str) -> None:
    assert state_of(MISSED, items=items).endswith(f"(Dec 4, 2026). {end}")
    late = stone(due=date(2026, 11, 13), forecast=None, state=LATE)
    assert state_of(late, items=items) == "Behind plan: Build was due on Nov 13, 2026 and is still open." + (
        "" if "longer" in end else f" {end}"
    )
    assert state_of(stone(), items=items).endswith("as agreed.")
    moved = stone(due=DEC_11, forecast=DEC_11)
    assert state_of(moved, items=items).endswith("to Dec 11, 2026.")


@pytest.mark.parametrize("of", ["Build", "Aaa", "Zzz"])
def test_a_cause_that_somebody_named_is_the_reason_for_its_own_milestone_alone(of: str) -> None:
    cause = SlipCause(of, "client", "Firewall not open", "pat", datetime(2026, 11, 18, tzinfo=UTC))
    said = "The cause: on your side."
    waits = (work(1, **WAITS),)
    assert (said in state_of(MISSED, items=waits, causes=(cause,))) is (of == "Build")
    assert ("waits for you" in state_of(MISSED, items=waits, causes=(cause,))) is (of != "Build")
    assert state_of(stone(due=DEC_11, forecast=DEC_11), causes=(cause,)).endswith(said) is (of == "Build")
    assert said not in state_of(stone(), causes=(cause,))
    assert [m.cause for m in facts_of(causes=(dataclasses.replace(cause, milestone="Discovery"),)).milestones] == [
        "client",
        None,
    ]


def test_each_milestone_has_its_state_in_the_customers_words() -> None:
    found = facts_of()
    assert [(m.state, m.dot) for m in found.milestones] == [("done", "✅"), ("at_risk", "🟡")]
    schedule = r.Schedule(
        milestones=(
            stone(),
            stone("Late", due=date(2026, 11, 13), forecast=None, state=LATE),
            stone("Moved", due=DEC_11, forecast=DEC_11),
        )
    )
    assert {(m.state, m.dot) for m in facts_of(schedule=schedule).milestones} == {
        ("on_plan", "🟢"),
        ("new_plan", "🟢"),
        ("late", "🔴"),
    }


def test_a_step_that_the_customer_cannot_see_is_none_of_the_next() -> None:
    steps = (
        NextStep(f"{WORK}#15", "Confidential estimate", soon=True),
        NextStep(f"{WORK}#13", "Wave 2", soon=True),
        NextStep(f"{INSIDE}#1", "Ours"),
    )
    assert [step.ref for step in facts_of(steps=steps).steps] == [f"{WORK}#13"]


# -- who reads what


@pytest.mark.parametrize(
    ("ref", "confidential", "visible"),
    [
        (f"{WORK}#1", False, True),
        (f"{WORK}#1", True, False),
        (f"{INSIDE}#1", False, False),
        ("elsewhere/x#1", False, True),
    ],
)
def test_a_customer_sees_what_is_not_confidential_in_a_customers_namespace(
    ref: str, confidential: bool, visible: bool
) -> None:
    assert is_visible(Item(ref, "x", confidential=confidential), REQUIRED) is visible
    facts = Facts()
    named = name_of(SAMPLE, Engagement(ref, "Migration", facts=facts, confidential=confidential))
    assert str(named) == ("Migration" if visible else "Your project")


@pytest.mark.parametrize(
    ("facts", "name"),
    [({"customer": "A", "sow": "S"}, "A – S"), ({"customer": "A"}, "A"), ({"sow": "S"}, "S")],
)
def test_an_engagement_is_named_by_customer_and_sow(facts: dict[str, Any], name: str) -> None:
    assert str(name_of(SAMPLE, Engagement(RED, "Internal title", facts=Facts(**facts)))) == name


def context_with(
    *derived: r.EngagementDerived, there: Mapping[date, tuple[Engagement, ...]], settings: Settings = REQUIRED
) -> Any:
    return SimpleNamespace(
        settings=settings,
        served=lambda day: derived,
        engagements=lambda day: {e.ref: e for e in there.get(day, ())},
        derived=lambda ref, day: next((d for d in derived if d.ref == ref), None),
    )


FRI, THU = date(2026, 11, 20), date(2026, 11, 19)
LATER = dataclasses.replace(STATUS, as_of=FRI)
EARLIER = dataclasses.replace(STATUS, as_of=date(2026, 11, 17))


def served(derived: r.EngagementDerived, *, due: Due = LATER, settings: Settings = REQUIRED, **there: Any) -> bool:
    known = {THU: (NORTHWIND,), FRI: (NORTHWIND,), EARLIER.as_of: (NORTHWIND,)} | {
        {"thu": THU, "fri": FRI}[name]: value for name, value in there.items()
    }
    found = list(subjects(due, context_with(derived, there=known, settings=settings)))
    assert found in ([], [RED])
    return bool(found)


def completed(on: date | None, phase: Phase = Phase.COMPLETE) -> r.EngagementDerived:
    return dataclasses.replace(REAL, phase=phase, completion=dataclasses.replace(REAL.completion, completed_on=on))


def test_an_engagement_is_told_of_until_the_week_after_its_end() -> None:
    assert served(completed(None, Phase.ACTIVE))
    assert served(completed(date(2026, 1, 1), Phase.ACTIVE))
    assert served(completed(date(2026, 11, 13)))
    assert not served(completed(date(2026, 11, 12)))
    assert not served(completed(date(2026, 10, 1)))
    assert not served(completed(None))


def test_it_was_there_when_its_text_was_due_and_has_a_channel_for_it() -> None:
    assert not served(REAL, thu=())
    assert not served(REAL, fri=())
    assert served(REAL, thu=(), settings=FREE)
    assert served(REAL, due=EARLIER, thu=(), fri=())
    bare = (dataclasses.replace(NORTHWIND, facts=dataclasses.replace(NORTHWIND.facts, customer_channel=None)),)
    assert not served(REAL, fri=bare)


def test_one_that_is_not_among_what_was_derived_is_an_error() -> None:
    for derived, there in (((), {THU: (NORTHWIND,)}), ((REAL,), {})):
        with pytest.raises(LookupError, match="as of 2026-11-19"):
            make_customer(LATER, context_with(*derived, there=there), RED)
        with pytest.raises(LookupError, match="as of 2026-11-20"):
            make_customer(LATER, context_with(*derived, there=there, settings=FREE), RED)
    with pytest.raises(LookupError):
        make_customer(LATER, context_with(REAL, there={THU: (NORTHWIND,)}), None)
