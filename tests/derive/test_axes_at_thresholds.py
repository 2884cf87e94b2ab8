"""Each axis at, just before and past its thresholds, and the colour that counts once a threshold is cleared by the dead band."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.decisions.axes import Axis, budget_axis, schedule_axis
from bot.derive.results import (
    Budget,
    Completion,
    Forecast,
    MilestoneStatus,
    Progress,
    Quantiles,
    Schedule,
)
from bot.domain.vocabulary import MilestoneState, Phase
from tests.builders import DAY, REF, make_item, make_subject

BASELINE = date(2026, 11, 30)


def axis(of: Any, **values: Any) -> Axis:
    found = of(make_subject(**values))
    assert isinstance(found, Axis)
    return found


def colours(of: Any, **values: Any) -> tuple[str, str]:
    """The colour of the day, and the one past the dead band."""
    signal = axis(of, **values).signal
    return signal.colour, signal.cleared


def said(of: Any, **values: Any) -> list[str]:
    return [str(reason.text) for reason in axis(of, **values).reasons]


def milestone(**values: Any) -> dict[str, Any]:
    made = MilestoneStatus("Design", 'g/p%"Design"', **({"baseline": BASELINE} | values))
    return {"schedule": Schedule(milestones=(made,))}


# -- milestones: yellow from 5 working days on, red from 10 on; the dead band is a day of twenty


@pytest.mark.parametrize(
    ("slip", "expected"),
    [(0, "green green"), (3, "green green"), (4, "green yellow"), (5, "yellow yellow"), (60, "yellow yellow")],
)
def test_an_open_milestone_that_was_moved(slip: int, expected: str) -> None:
    assert " ".join(colours(schedule_axis, derived=milestone(slip_days=slip))) == expected


@pytest.mark.parametrize(
    ("band", "slip", "cleared"),
    [
        (0.15, 2, "yellow"),
        (0.15, 1, "green"),
        (0.04, 4, "yellow"),
        (0.02, 4, "yellow"),
        (0.0, 4, "green"),
        (0.0, 5, "yellow"),
    ],
)
def test_the_dead_band_is_that_part_of_twenty_days_and_a_day_at_least(band: float, slip: int, cleared: str) -> None:
    from tests.builders import make_settings

    settings = make_settings(thresholds={"colour_dead_band": band})
    assert colours(schedule_axis, settings=settings, derived=milestone(slip_days=slip))[1] == cleared


@pytest.mark.parametrize(
    ("chance", "cleared"), [(0.79, "yellow"), (0.84, "yellow"), (0.86, "green"), (None, "green"), (0.2, "yellow")]
)
def test_a_milestone_counts_as_safe_when_its_chance_is_clear_of_the_threshold(
    chance: float | None, cleared: str
) -> None:
    derived = milestone(slip_days=0, on_time_probability=chance)
    assert colours(schedule_axis, derived=derived) == ("green", cleared)
    almost = milestone(slip_days=4, on_time_probability=chance)
    assert colours(schedule_axis, derived=almost) == ("green", "yellow"), "a chance clears no slip"


@pytest.mark.parametrize(("days", "colour"), [(1, "yellow"), (9, "yellow"), (10, "red"), (11, "red"), (60, "red")])
def test_a_milestone_that_is_late(days: int, colour: str) -> None:
    from tests.builders import CALENDAR

    due = DAY
    while CALENDAR.working_days_between(due, DAY) < days:
        due -= timedelta(days=1)
    derived = milestone(state="late", due=due, items_open=1)
    assert colours(schedule_axis, derived=derived)[0] == colour
    assert (
        f"{days} working day{'s' if days > 1 else ''} ago, with 1 open item." in said(schedule_axis, derived=derived)[0]
    )


def test_one_that_was_due_today_has_been_late_for_a_day_at_least() -> None:
    assert "1 working day ago" in said(schedule_axis, derived=milestone(state="late", due=DAY, items_open=2))[0]


@pytest.mark.parametrize(
    ("forecast", "expected"),
    [
        (None, ("yellow", "yellow")),
        (date(2026, 12, 1), ("yellow", "yellow")),
        (date(2026, 12, 11), ("yellow", "red")),
        (date(2026, 12, 14), ("red", "red")),
        (date(2027, 3, 1), ("red", "red")),
    ],
)
def test_a_milestone_at_risk_is_red_when_it_will_be_ten_days_over(
    forecast: date | None, expected: tuple[str, str]
) -> None:
    derived = milestone(state="at_risk", due=BASELINE, forecast=forecast, forecast_p80=date(2027, 3, 3))
    early = colours(schedule_axis, derived=derived)
    assert early == ("yellow", "yellow"), "before a pace can be measured it is nobody's red"
    derived |= {"forecast": Forecast(history_weeks=2)}
    assert axis(schedule_axis, derived=derived).reasons[0].evidence == ('g/p%"Design"',)
    assert colours(schedule_axis, derived=derived) == expected
    assert said(schedule_axis, derived=derived) == [
        'Milestone "Design" may miss its due date 2026-11-30 (P80 2027-03-03).'
    ]


def test_a_milestone_without_forecast_slips_as_its_due_date_was_moved() -> None:
    moved = milestone(due=date(2026, 12, 7))
    assert colours(schedule_axis, derived=moved)[0] == "yellow"
    assert said(schedule_axis, derived=moved) == [
        'Milestone "Design" is expected 2026-12-07, 5 working days late (baseline 2026-11-30).'
    ]
    earlier = milestone(due=date(2026, 11, 27))
    assert said(schedule_axis, derived=earlier) == [
        'Milestone "Design" is expected 2026-11-27, 1 working day early (baseline 2026-11-30).'
    ]
    assert colours(schedule_axis, derived=milestone(due=BASELINE))[0] == "unknown"
    assert colours(schedule_axis, derived=milestone(baseline=None, due=BASELINE))[0] == "unknown"
    assert colours(schedule_axis, derived=milestone(state="done", due=date(2026, 12, 7)))[0] == "unknown"


def test_a_milestone_that_is_done_is_green_however_late() -> None:
    done = milestone(state="done", slip_days=40, closed=date(2026, 11, 2))
    assert colours(schedule_axis, derived=done) == ("green", "green")


# -- the forecast


def chance(value: float, **more: Any) -> dict[str, Any]:
    weeks = more.pop("weeks", 2)
    finish = Quantiles(p50=BASELINE, p80=BASELINE)
    return {"forecast": Forecast(finish=finish, on_time_probability=value, history_weeks=weeks), **more}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.86, ("green", "green")), (0.84, ("green", "yellow")), (0.8, ("green", "yellow")), (0.79, ("yellow", "yellow")),
        (0.54, ("yellow", "red")), (0.5, ("yellow", "red")), (0.49, ("red", "red")),
    ],
)  # fmt: skip
def test_the_chance_to_be_on_time(value: float, expected: tuple[str, str]) -> None:
    assert colours(schedule_axis, derived=chance(value)) == expected


@pytest.mark.parametrize(
    ("facts", "percent", "colour"),
    [
        ({"start": "2026-11-18", "end": "2027-11-18"}, 0.0, "yellow"),
        ({"start": "2026-11-18", "end": "2027-11-18"}, 0.09, "yellow"),
        ({"start": "2026-11-18", "end": "2027-11-18"}, 0.1, "red"),
        ({"start": "2026-11-10", "end": "2027-02-18"}, 0.0, "red"),  # ten of a hundred days
        ({"start": "2026-11-11", "end": "2027-02-19"}, 0.0, "yellow"),  # nine
        ({"start": "2026-12-18", "end": "2026-12-18"}, 0.0, "green"),  # not begun, nothing planned beyond its end
        ({"start": "2026-12-18", "end": "2026-12-18"}, 0.05, "yellow"),
        ({"start": None}, None, "yellow"),
    ],
)
def test_before_a_tenth_of_time_or_value_a_forecast_is_nobodys_red(
    facts: dict[str, Any], percent: float | None, colour: str
) -> None:
    progress = Progress(percent=percent, done=100 * (percent or 0), total=100)
    assert colours(schedule_axis, facts=facts, derived=chance(0.1, progress=progress))[0] == colour


@pytest.mark.parametrize(
    ("planned", "colour"),
    [
        ([], "green"),
        (["2026-12-17"], "green"),
        (["2026-12-18"], "green"),
        (["2026-12-17", "2026-12-21"], "yellow"),
        (["2026-12-19"], "yellow"),
    ],
)
def test_what_has_not_begun_is_green_while_its_plan_keeps_the_end(planned: list[str], colour: str) -> None:
    plan = Schedule(planned={f"g/p#{n}": date.fromisoformat(day) for n, day in enumerate(planned)})
    facts = {"start": DAY, "end": "2026-12-18"}
    assert colours(schedule_axis, facts=facts, derived=chance(0.1, weeks=0, schedule=plan))[0] == colour
    begun = {"schedule": plan, "progress": Progress(percent=0.05, done=5, total=100)}
    assert colours(schedule_axis, facts=facts, derived=chance(0.1, weeks=0, **begun))[0] == "yellow"


@pytest.mark.parametrize(
    ("weeks", "percent", "colour"), [(1, 0.0, "yellow"), (2, 0.0, "red"), (0, 0.1, "red"), (0, None, "yellow")]
)
def test_time_alone_makes_no_red_before_two_weeks_of_work(weeks: int, percent: float | None, colour: str) -> None:
    derived = chance(0.1, weeks=weeks, progress=Progress(percent=percent, done=0, total=100))
    assert colours(schedule_axis, derived=derived)[0] == colour
    assert colours(schedule_axis, derived=derived | {"phase": Phase.NOT_STARTED})[0] == "yellow"


@pytest.mark.parametrize(("end", "colour"), [("2026-11-19", "red"), ("2026-11-20", "green"), ("2026-11-23", "green")])
def test_an_end_has_passed_on_the_day_after_it(end: str, colour: str) -> None:
    open_work: dict[str, Any] = {"facts": {"end": end}, "items": [make_item(1)], "derived": chance(0.9)}
    assert colours(schedule_axis, **open_work)[0] == colour
    assert any("chance to finish by" in text for text in said(schedule_axis, **open_work)) is (colour == "green")


@pytest.mark.parametrize(
    ("of", "derived", "certain"),
    [
        (schedule_axis, milestone(state="late", due=date(2026, 11, 18), items_open=1), "yellow"),
        (schedule_axis, milestone(state="late", due=date(2026, 10, 1), items_open=1), "red"),
        (schedule_axis, milestone(state="at_risk", due=BASELINE, forecast=date(2027, 3, 1)) | chance(0.1), "green"),
        (budget_axis, {"budget": Budget(hours_budget=100, hours_spent=101, burn=1.01)}, "red"),
        (budget_axis, {"forecast": Forecast(effort_hours=Quantiles(p50=200, p80=200))} | {"budget": Budget(hours_budget=100)}, "green"),
    ],
)  # fmt: skip
def test_what_has_passed_is_certain_and_what_is_forecast_is_not(of: Any, derived: Any, certain: str) -> None:
    assert axis(of, derived=derived).signal.certain == certain


def test_an_end_that_has_passed_is_certain() -> None:
    assert axis(schedule_axis, facts={"end": "2026-11-19"}, items=[make_item(1)]).signal.certain == "red"


def test_of_several_reasons_the_worst_comes_first_and_green_ones_only_alone() -> None:
    late = MilestoneStatus("Late", state=MilestoneState.LATE, due=date(2026, 11, 2), items_open=1)
    moved = MilestoneStatus("Moved", slip_days=7, baseline=BASELINE, due=BASELINE)
    fine = MilestoneStatus("Fine", slip_days=0, baseline=BASELINE, due=BASELINE)
    stones = {"schedule": Schedule(milestones=(moved, fine, late))}
    found = axis(schedule_axis, derived=stones)
    assert [str(r.text).split('"')[1] for r in found.reasons] == ["Late", "Moved"]
    assert found.reasons[0].evidence == (REF,)
    assert len(axis(schedule_axis, derived={"schedule": Schedule(milestones=(fine, fine))}).reasons) == 2


# -- when it is complete


def complete(**more: Any) -> dict[str, Any]:
    return {"phase": Phase.COMPLETE, **more}


@pytest.mark.parametrize(
    ("finish", "colour", "text"),
    [
        (date(2026, 12, 18), "green", "Finished 2026-12-18, on the agreed end 2026-12-18."),
        (date(2026, 12, 17), "green", "Finished 2026-12-17, 1 working day before the agreed end 2026-12-18."),
        (date(2026, 12, 21), "green", "Finished 2026-12-21, 1 working day after the agreed end 2026-12-18."),
        (date(2026, 12, 24), "green", "Finished 2026-12-24, 4 working days after the agreed end 2026-12-18."),
        (date(2026, 12, 25), "yellow", "Finished 2026-12-25, 5 working days after the agreed end 2026-12-18."),
        (date(2027, 1, 1), "red", "Finished 2027-01-01, 10 working days after the agreed end 2026-12-18."),
    ],
)
def test_a_finish_against_the_agreed_end(finish: date, colour: str, text: str) -> None:
    derived = complete(completion=Completion(completed_on=finish))
    assert (colours(schedule_axis, derived=derived)[0], said(schedule_axis, derived=derived)) == (colour, [text])


def test_without_a_last_day_or_an_agreed_one_a_finish_says_nothing() -> None:
    assert colours(schedule_axis, derived=complete())[0] == "unknown"
    finished = complete(completion=Completion(completed_on=DAY))
    assert colours(schedule_axis, facts={"end": None}, derived=finished)[0] == "unknown"


@pytest.mark.parametrize(("spent", "colour"), [(105, "green"), (106, "yellow"), (109, "yellow"), (110, "red")])
def test_what_a_complete_engagement_spent(spent: float, colour: str) -> None:
    budget = Budget(hours_budget=100, hours_spent=spent, burn=spent / 100)
    derived = complete(budget=budget)
    assert colours(budget_axis, derived=derived)[0] == colour
    assert said(budget_axis, derived=derived) == [f"{spent} hours of 100 hours spent in the end ({spent} %)."]


@pytest.mark.parametrize(
    "budget", [Budget(), Budget(hours_budget=100), Budget(hours_spent=9.0), Budget(hours_budget=100, hours_spent=9.0)]
)
def test_without_budget_or_hours_the_end_says_nothing(budget: Budget) -> None:
    assert colours(budget_axis, derived=complete(budget=budget))[0] == "unknown"


# -- budget


def budget(burn: float | None, done: float | None, **more: Any) -> dict[str, Any]:
    spent = 0.0 if burn is None else burn * 100
    return {
        "budget": Budget(hours_budget=100, hours_spent=spent, burn=burn, **more),
        "progress": Progress(percent=done, done=0, total=100),
    }


@pytest.mark.parametrize(
    ("burn", "done", "colour"),
    [
        (0.79, 0.1, "green"), (0.8, 0.1, "yellow"), (0.8, 0.79, "yellow"), (0.8, 0.8, "green"), (0.8, None, "yellow"), (0.79, None, "unknown"),
        (1.0, 0.5, "yellow"), (1.01, 0.5, "red"), (1.01, 0.99, "red"), (1.01, None, "red"), (1.01, 1.0, "green"), (0.0, 0.5, "unknown"),
        (0.95, 0.9, "green"), (1.0, 0.99, "green"), (0.5, None, "unknown"), (0.0, 0.0, "unknown"), (None, 0.5, "unknown"),
    ],
)  # fmt: skip
def test_hours_used_before_the_work_is_done(burn: float | None, done: float | None, colour: str) -> None:
    assert colours(budget_axis, derived=budget(burn, done))[0] == colour


@pytest.mark.parametrize(
    ("p50", "expected"),
    [(90, "green green"), (100.5, "green yellow"), (105, "green red"), (106, "yellow red"), (110, "red red")],
)
def test_hours_at_completion_against_the_budget(p50: float, expected: str) -> None:
    derived = budget(0.5, 0.5) | {"forecast": Forecast(effort_hours=Quantiles(p50=p50, p80=p50))}
    assert " ".join(colours(budget_axis, derived=derived)) == expected


@pytest.mark.parametrize(
    ("cpi", "burn", "done", "colour"),
    [
        (0.95, 0.5, 0.5, "green"), (0.94, 0.5, 0.5, "yellow"), (0.9, 0.5, 0.5, "red"),
        (0.9, 0.05, 0.09, "green"), (0.0, 0.05, 0.0, "green"), (0.9, 0.1, 0.0, "red"), (0.9, 0.0, 0.1, "red"),
    ],
)  # fmt: skip
def test_cpi_decides_from_a_tenth_of_hours_or_value_on(cpi: float, burn: float, done: float, colour: str) -> None:
    derived = budget(burn, done)
    derived["budget"] = Budget(
        hours_budget=100, hours_spent=max(burn, 0.01) * 100, burn=burn, cpi=cpi, eac_hours=100 / cpi if cpi else None
    )
    assert colours(budget_axis, derived=derived)[0] == colour


@pytest.mark.parametrize(("spent", "done", "colour"), [(0, 0.1, "unknown"), (0, 0.09, "green"), (1, 0.5, "green")])
def test_without_an_hour_logged_for_work_that_is_done_the_budget_is_not_known(
    spent: float, done: float, colour: str
) -> None:
    derived = budget(spent / 100, done) | {"forecast": Forecast(effort_hours=Quantiles(p50=90, p80=95))}
    assert colours(budget_axis, derived=derived)[0] == colour
    if colour == "unknown":
        assert said(budget_axis, derived=derived) == ["No hours are logged, though 10 % of the work is done."]


def test_an_index_without_an_end_says_that_nothing_is_done() -> None:
    for eac, text in ((None, "CPI 0.90: nothing is done yet."), (111.0, "CPI 0.90.")):
        derived = budget(0.0, 0.5, cpi=0.9, eac_hours=eac)
        assert said(budget_axis, derived=derived) == [text]


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ({"start": "2026-11-10", "end": "2027-02-18"}, "red"),  # ten of a hundred days
        ({"start": "2026-11-11", "end": "2027-02-19"}, "green"),  # nine: what is spent tells, the index does not
        ({"start": "2026-12-18", "end": "2026-08-01"}, "red"),  # typed the wrong way round: nobody knows how long
        ({"start": "2026-11-20", "end": "2026-11-20"}, "red"),
        ({"start": "2026-12-18", "end": "2026-12-18"}, "red"),
    ],
)
def test_an_index_needs_a_tenth_of_the_duration_where_one_is_known(facts: dict[str, Any], colour: str) -> None:
    derived = budget(0.5, 0.5, cpi=0.9, eac_hours=111)
    assert colours(budget_axis, facts=facts, derived=derived)[0] == colour


@pytest.mark.parametrize("known", [Budget(hours_budget=100), Budget(hours_spent=90.0, burn=0.9)])
def test_without_a_share_of_a_budget_nothing_is_said_of_it(known: Budget) -> None:
    derived = {"budget": known, "progress": Progress(percent=0.1, done=10, total=100)}
    assert colours(budget_axis, derived=derived)[0] == "unknown"
