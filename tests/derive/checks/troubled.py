"""One engagement in which nearly everything went wrong, for the contract tests of the rules."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from bot.derive import results
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import FactFault, Item
from bot.domain.vocabulary import (
    AcceptanceState,
    ChangeOrderState,
    Colour,
    ForecastBasis,
    MilestoneState,
    RaidKind,
    Severity,
    ValueBasis,
)
from tests.builders import PROJECT, make_booking, make_item, make_log, make_milestone, make_subject

DAY = date(2027, 1, 27)


def _items() -> Iterator[Item]:
    ref = f"{PROJECT}#"
    old = {"updated_at": "2026-12-15", "assignees": ("ann",)}
    yield make_item(1, title="Late one", due_date="2027-01-04", **old)
    yield make_item(2, title="Late two", due_date="2027-01-20", blocked_by=(f"{ref}1",), milestone="Wave 1", **old)
    yield make_item(3, title="Circle a", blocked_by=(f"{ref}4",), **old)
    yield make_item(4, title="Circle b", blocked_by=(f"{ref}3",), **old)
    yield make_item(5, title="Stale", **old)
    yield make_item(6, title="Nobody's", due_date="2027-01-29", updated_at="2027-01-18")
    yield make_item(7, title="Foreign", blocked_by=("other/project#9",), due_date="2027-03-30", **old)
    yield make_item(8, title="Free again", blocked_by=(f"{ref}90",), start_date="2027-02-01", **old)
    yield make_item(
        9, title="Waits", labels=("waiting::customer",), label_dates={"waiting::customer": "2027-01-04"}, **old
    )
    yield make_item(10, title="Partner's", labels=("partner::Initech",), due_date="2027-01-12", **old)
    yield make_item(11, title="Over", estimate_hours=10.0, spent_hours=40.0, due_date="2027-02-05", **old)
    yield make_item(12, title="Beyond", due_date="2027-02-20", milestone="Wave 2", **old)
    moves = [("2026-10-01", "2026-11-01", "2026-09-30"), ("2026-11-01", "2026-12-01", "2026-10-30")]
    moves += [("2026-12-01", "2027-02-08", "2026-11-30")]
    yield make_item(13, title="Put off", due_date="2027-02-08", due_history=moves, **old)
    yield make_item(14, title="In closed", milestone="Kickoff", updated_at="2027-01-18", assignees=("zed",))
    yield make_item(15, title="In undated", milestone="Someday", updated_at="2027-01-18", assignees=("bob",))
    for number in range(16, 26):
        yield make_item(number, title=f"Big {number}", estimate_hours=20.0, updated_at="2027-01-18", assignees=("ann",))
    yield make_item(90, title="Done", closed="2027-01-04", assignees=("ann",), milestone="Discovery")
    yield make_item(80, title="WE", labels=("WE-scoping",), created_at="2026-10-15")
    yield make_item(81, title="At risk", labels=("work-at-risk",), created_at="2026-12-15")


def _derived() -> dict[str, Any]:
    entry = results.RaidEntry(
        f"{PROJECT}#70", "Runner host is late", RaidKind.RISK, level=Severity.HIGH, review=date(2027, 1, 10)
    )
    action = results.RaidEntry(f"{PROJECT}#71", "Order it", RaidKind.ACTION, due=date(2027, 1, 18))
    return {
        "progress": results.Progress(ValueBasis.COUNT, 0.3, 1, 26, 1, 26),
        "status": results.Status(
            Colour.UNKNOWN,
            Colour.GREEN,
            Colour.RED,
            results.Rag(Colour.RED, (results.Reason("SPI is 0.7.", (f"{PROJECT}#1",)),)),
            results.Rag(),
            results.Rag(),
        ),
        "schedule": results.Schedule(
            milestones=(
                results.MilestoneStatus(
                    "Wave 1", "m%1", due=date(2027, 1, 22), state=MilestoneState.LATE, items_open=3, items_total=5
                ),
                results.MilestoneStatus(
                    "Wave 2", "m%2", due=date(2027, 2, 8), forecast=date(2027, 2, 22), state=MilestoneState.AT_RISK
                ),
                results.MilestoneStatus(
                    "Wave 3", "m%3", due=date(2027, 2, 9), forecast=date(2027, 2, 9), state=MilestoneState.AT_RISK
                ),
            ),
            critical_path=(f"{PROJECT}#1", f"{PROJECT}#2"),
        ),
        "scope": results.Scope(
            baseline_items=12,
            added=14,
            growth=0.3,
            pending_hours=20.0,
            change_orders=(
                results.ChangeOrder(
                    f"{PROJECT}#60", "More repos", ChangeOrderState.PROPOSED, 20.0, 5000.0, opened=date(2026, 12, 1)
                ),
                results.ChangeOrder(
                    f"{PROJECT}#61", "SSO", ChangeOrderState.PROPOSED, 5.0, 0.0, opened=date(2026, 12, 15)
                ),
            ),
        ),
        "budget": results.Budget(100.0, 85.0, 85.0, 0.85, 0.35, 4.0, 283.0, date(2027, 2, 1), 9.0),
        "forecast": results.Forecast(
            results.Quantiles(p50=date(2027, 3, 20), p80=date(2027, 4, 20)),
            on_time_probability=0.1,
            basis=ForecastBasis.THROUGHPUT,
        ),
        "acceptance": (
            results.Acceptance("Discovery", 10_000.0, AcceptanceState.READY, due=date(2027, 1, 15), evidence=("a#1",)),
            results.Acceptance(
                "Wave 1",
                None,
                AcceptanceState.OPEN,
                last_safe_sending=date(2027, 1, 25),
                due=date(2027, 1, 29),
                evidence=("a#2",),
            ),
            results.Acceptance("Wave 2", 5_000.0, AcceptanceState.OPEN, evidence=("a#3",)),
            results.Acceptance(
                "Design",
                5_000.0,
                AcceptanceState.SENT,
                sent=date(2027, 1, 22),
                passive_on=date(2027, 1, 28),
                evidence=("a#4",),
            ),
            results.Acceptance("Review", 5_000.0, AcceptanceState.SENT, sent=date(2027, 1, 12), evidence=("a#5",)),
        ),
        "raid": (replace(entry, missing=("owner", "mitigation")), action),
        "escalations": (
            results.Escalation(f"{PROJECT}#72", "Angry CIO", Severity.CRITICAL, 9, date(2027, 1, 20), True),
            results.Escalation(
                f"{PROJECT}#73", "Slow pipelines", Severity.LOW, 4, date(2027, 1, 29), False, True, False
            ),
        ),
    }


def troubled_subject() -> Subject:
    """As of 2027-01-27, three working days before the end of FY27-Q4."""
    facts = {
        "start": "2026-08-03",
        "end": "2027-02-10",
        "billing": "milestone",
        "milestones": [{"milestone": "Missing"}, {"milestone": "Wave 1", "due": "2027-01-22"}],
    }
    milestones = [
        make_milestone("Wave 1", due_date="2027-01-22"),
        make_milestone("Wave 2", due_date="2027-02-08"),
        make_milestone("Someday"),
        make_milestone("Kickoff", due_date="2026-09-01", closed="2026-09-01"),
    ]
    items = list(_items())
    logs = [make_log(items[-3], 12.0, "2027-01-18"), make_log(items[4], 9.0, "2027-01-19", approved=False)]
    logs += [make_log(None, 3.0, "2026-07-20"), make_log(items[4], 2.0, "2026-10-05", "bob", approved=False)]
    return make_subject(
        on=DAY,
        facts=facts,
        items=items,
        milestones=milestones,
        timelogs=logs,
        bookings=[make_booking("2027-W04", 30.0, kind="soft"), make_booking("2027-W05", 30.0)],
        fact_faults=[FactFault("hours", 7, Phrase("must be text"), "acme/customers/globex&7")],
        customer_visible_facts=("rate", "value"),
        hours_difference=-20.0,
        derived=_derived(),
        load={"ann": {"2027-W05": 60.0, "2027-W06": 41.0}},
        members=frozenset({"ann", "bob"}),
    )


def shuffled(subject: Subject, source: random.Random) -> Subject:
    """The same subject with its collections in another order."""

    def mix(values: tuple[Any, ...]) -> tuple[Any, ...]:
        mixed = list(values)
        source.shuffle(mixed)
        return tuple(mixed)

    e, d = subject.engagement, subject.derived
    engagement = replace(
        e,
        items=mix(e.items),
        milestones=mix(e.milestones),
        timelogs=mix(e.timelogs),
        bookings=mix(e.bookings),
        fact_faults=mix(e.fact_faults),
        customer_visible_facts=mix(e.customer_visible_facts),
        facts=replace(e.facts, milestones=mix(e.facts.milestones)),
    )
    derived = replace(
        d,
        schedule=replace(d.schedule, milestones=mix(d.schedule.milestones)),
        scope=replace(d.scope, change_orders=mix(d.scope.change_orders)),
        acceptance=mix(d.acceptance),
        raid=mix(d.raid),
        escalations=mix(d.escalations),
    )
    return replace(subject, engagement=engagement, derived=derived)
