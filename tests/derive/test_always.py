"""What must hold for any portfolio, not only for the cases that somebody thought of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.derive import derive_portfolio
from bot.derive.output import derived_schema, to_json
from bot.derive.results import EngagementDerived
from bot.derive.scope.progress import derive_progress
from bot.domain.model import Engagement, Item
from bot.domain.snapshot import dump_snapshot, load_snapshot
from bot.domain.vocabulary import ItemState
from tests import builders

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SETTINGS = builders.make_settings()
SCHEMA = jsonschema.Draft202012Validator(derived_schema())
DAYS = st.dates(date(2026, 7, 1), date(2027, 3, 31))
INSTANTS = st.datetimes(datetime(2026, 7, 1), datetime(2027, 3, 31), timezones=st.just(UTC))
HOURS = st.integers(0, 200).map(lambda n: n / 4)
TITLES = st.sampled_from([None, "Design", "Build", "Go-live"])
LABELS = st.lists(
    st.sampled_from(
        [
            "PS Risk",
            "PS RAID Log",
            "impact::5",
            "probability::5",
            "Escalated",
            "acceptance",
            "acceptance::sent",
            "change-order::approved",
            "change-order::proposed",
            "non-billable",
            "WE-time",
            "waiting::customer",
        ]
    ),
    max_size=2,
    unique=True,
)


@st.composite
def items(draw: st.DrawFn, number: int) -> Item:
    created = draw(INSTANTS)
    closed = draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=90)))
    labels = draw(st.just([]) | LABELS)
    return builders.make_item(
        number,
        created_at=created,
        closed=created + closed if closed is not None else None,
        due_date=draw(st.none() | DAYS),
        due_history=[(a, b, at) for a, b, at in draw(st.lists(st.tuples(DAYS, DAYS, INSTANTS), max_size=2))],
        milestone=draw(TITLES),
        estimate_hours=draw(st.none() | HOURS),
        weight=draw(st.none() | st.integers(0, 8)),
        spent_hours=draw(st.none() | HOURS),
        labels=labels,
        label_dates={label: created for label in labels if draw(st.booleans())},
        blocked_by=tuple(f"{builders.PROJECT}#{n}" for n in draw(st.lists(st.integers(1, 8), max_size=2))),
        facts=draw(st.sampled_from([{}, {"hours": 20, "value": 5000}, {"hours": "many", "end": 5}, {"impact": 9}])),
        assignees=draw(st.sampled_from([(), ("ann",), ("ann", "bob")])),
    )


@st.composite
def engagements(draw: st.DrawFn, ref: str = "acme/customers/globex&7") -> Engagement:
    work = [draw(items(n)) for n in range(1, draw(st.integers(0, 8)) + 1)]
    refs = st.sampled_from([None, *(i.ref for i in work)])
    start = draw(st.none() | DAYS)
    facts = {
        "start": start,
        "end": draw(st.none() | DAYS.filter(lambda day: start is None or day >= start)),
        "hours": draw(st.none() | HOURS),
        "value": draw(st.none() | st.integers(0, 500_000).map(float)),
        "billing": draw(st.sampled_from([None, "time_and_materials", "fixed_price", "milestone"])),
        "milestones": draw(
            st.lists(
                st.fixed_dictionaries(
                    {"milestone": st.sampled_from(["Design", "Build"])},
                    optional={"due": DAYS, "amount": HOURS, "sign_off_sent": DAYS, "sign_off_received": DAYS},
                ),
                max_size=2,
                unique_by=lambda m: m["milestone"],
            )
        ),
    }
    logs = draw(st.lists(st.tuples(refs, HOURS, DAYS, st.sampled_from(["ann", "bob"])), max_size=8))
    return builders.make_engagement(
        ref=ref,
        facts=facts,
        items=work,
        milestones=[
            builders.make_milestone(
                t, due_date=draw(st.none() | DAYS), start_date=draw(st.none() | DAYS), closed=draw(st.none() | INSTANTS)
            )
            for t in draw(st.lists(st.sampled_from(["Design", "Build", "Go-live"]), max_size=3))
        ],
        timelogs=[builders.make_log(i, h, d, user=u) for i, h, d, u in logs],
        bookings=[builders.make_booking("2026-W48", h) for h in draw(st.lists(HOURS, max_size=2))],
        closed=draw(st.none() | INSTANTS),
        created_at=None,
        labels=draw(st.sampled_from([(), ("health::at risk",), ("sentiment::happy",)])),
        health_status=draw(st.sampled_from([None, "onTrack", "atRisk"])),
    )


def derive(*found: Engagement, day: date = date(2026, 11, 20), **options: Any) -> dict[str, Any]:
    derived = derive_portfolio(
        builders.make_portfolio(*found), day, SETTINGS, builders.CALENDAR, **{"forecast": False, **options}
    )
    return to_json(derived)


def derived_of(engagement: Engagement, day: date = date(2026, 11, 20)) -> EngagementDerived | None:
    found = derive_portfolio(
        builders.make_portfolio(engagement), day, SETTINGS, builders.CALENDAR, forecast=False
    ).engagements
    return found[0] if found else None


@given(engagements(), DAYS)
@FEW
def test_any_engagement_is_derived_without_an_error_into_valid_json(engagement: Engagement, day: date) -> None:
    found = derive(engagement, day=day)
    SCHEMA.validate(found)
    json.dumps(found, allow_nan=False)
    assert [e["errors"] for e in found["engagements"]] == [[]] * len(found["engagements"])
    assert found["failures"] == []


@given(engagements(), DAYS)
@settings(FEW, max_examples=15)
def test_any_engagement_can_be_forecast(engagement: Engagement, day: date) -> None:
    found = derive(engagement, day=day, forecast=True, trials=50)
    SCHEMA.validate(found)
    assert [e["errors"] for e in found["engagements"]] == [[]] * len(found["engagements"])
    assert found["failures"] == []


@given(engagements(), engagements("acme/customers/initech&2"), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_input_changes_nothing(first: Engagement, second: Engagement, random: Any) -> None:
    def shuffled(engagement: Engagement) -> Engagement:
        parts: dict[str, list[Any]] = {
            key: list(getattr(engagement, key)) for key in ("items", "timelogs", "milestones", "bookings", "labels")
        }
        for part in parts.values():
            random.shuffle(part)
        mixed: dict[str, Any] = {key: tuple(part) for key, part in parts.items()}
        return replace(engagement, **mixed)

    assert derive(shuffled(second), shuffled(first)) == derive(first, second)


@given(engagements(), DAYS, items(99), HOURS)
@FEW
def test_what_happens_later_changes_nothing_of_an_earlier_day(
    engagement: Engagement, day: date, later_item: Item, hours: float
) -> None:
    later = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    known = replace(engagement, items=tuple(replace(i, updated_at=None) for i in engagement.items))
    grown = replace(
        known,
        items=(*known.items, replace(later_item, created_at=later, closed_at=None, state=ItemState.OPENED)),
        timelogs=(*known.timelogs, builders.make_log(later_item.ref, hours, later.date())),
    )
    assert derive(grown, day=day) == derive(known, day=day)


@given(engagements(), DAYS)
@FEW
def test_a_snapshot_is_enough_to_derive_the_same(engagement: Engagement, day: date) -> None:
    read_back = load_snapshot(json.dumps(dump_snapshot(builders.make_portfolio(engagement)))).engagements
    assert derive(*read_back, day=day) == derive(engagement, day=day)


@given(engagements(), HOURS)
@FEW
def test_more_hours_spent_never_lower_the_burn(engagement: Engagement, hours: float) -> None:
    logged = replace(engagement, timelogs=(*engagement.timelogs, builders.make_log(None, hours, date(2026, 11, 2))))
    # An unattributed log makes the logs all the hours there are, so it must be there before as well.
    base = replace(engagement, timelogs=(*engagement.timelogs, builders.make_log(None, 0, date(2026, 11, 2))))
    before, after = derived_of(base), derived_of(logged)
    if before and after and before.budget.burn is not None:
        assert after.budget.burn is not None
        assert after.budget.burn >= before.budget.burn


WORTH = st.integers(1, 40).map(float)


@given(
    st.lists(st.tuples(WORTH, st.booleans()), max_size=8), st.sampled_from(["estimate_hours", "weight", None]), WORTH
)
@FEW
def test_adding_unfinished_work_never_raises_progress(
    work: list[tuple[float, bool]], measure: str | None, worth: float
) -> None:
    def item(number: int, value: float, done: bool) -> Item:
        own = {measure: value} if measure else {}
        return builders.make_item(number, closed="2026-11-02" if done else None, **own)

    before = [item(n, value, done) for n, (value, done) in enumerate(work, 1)]
    found = [
        derive_progress(builders.make_subject(items=i)).percent for i in (before, [*before, item(99, worth, False)])
    ]
    assert found[1] is not None
    assert found[0] is None or found[1] <= found[0]


@given(engagements())
@FEW
def test_progress_is_a_share_and_earned_value_never_exceeds_the_whole(engagement: Engagement) -> None:
    found = derived_of(engagement)
    if found and found.progress.percent is not None:
        assert 0 <= found.progress.percent <= 1
        assert found.schedule.earned_value == found.progress.done
        if found.schedule.planned_value is not None:
            assert 0 <= found.schedule.planned_value <= found.progress.total + 1e-6


@given(engagements(), DAYS)
@FEW
def test_without_evidence_no_axis_is_green_and_every_colour_has_a_reason(engagement: Engagement, day: date) -> None:
    found = derived_of(engagement, day)
    if found is None:
        return
    status = found.status
    for axis in (status.schedule, status.scope, status.budget):
        assert axis.reasons
        assert all(reason.text and reason.evidence for reason in axis.reasons)
    if found.budget.burn is None:
        assert status.budget.rag == "unknown"
    if found.scope.growth is None:
        assert status.scope.rag == "unknown"
    known = {status.schedule.rag, status.scope.rag, status.budget.rag}
    assert status.partial == ("unknown" in known)
    if status.overall == "green":
        assert known - {"unknown"} == {"green"}


@given(engagements(), DAYS)
@FEW
def test_a_later_day_never_plans_less(engagement: Engagement, day: date) -> None:
    frozen = replace(engagement, items=tuple(replace(i, due_history=()) for i in engagement.items))
    known = [i for i in frozen.items if i.created_at and i.created_at.date() <= day]
    frozen = replace(frozen, items=tuple(known))
    values = [derived_of(frozen, on) for on in (day, day + timedelta(days=10))]
    planned = [v.schedule.planned_value for v in values if v]
    if len(planned) == 2 and None not in planned:
        assert planned[0] <= planned[1] + 1e-9  # type: ignore[operator]
