"""What a customer is told of dates: the state of the whole, and the milestone that is the reason for it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.derive.decisions.promises import CustomerState, is_missed, promised, standing_of, state_of
from bot.derive.results import MilestoneStatus
from bot.domain.calendar import WorkCalendar
from bot.domain.vocabulary import MilestoneState

CALENDAR = WorkCalendar()
DAY = date(2026, 11, 20)
STATES = st.sampled_from(MilestoneState)
DAYS = st.integers(0, 120).map(lambda n: DAY + timedelta(days=n))


def milestone(
    title: str, due: date, forecast: date, state: MilestoneState = MilestoneState.ON_TRACK, baseline: date | None = None
) -> MilestoneStatus:
    return MilestoneStatus(title, "", baseline=baseline or due, due=due, forecast=forecast, state=state)


def told(*milestones: MilestoneStatus) -> tuple[CustomerState, str]:
    standing = standing_of([promised(m, CALENDAR) for m in milestones])
    assert standing is not None
    return standing.state, standing.milestone.title


def test_of_two_that_are_at_risk_the_one_further_behind_is_told() -> None:
    build = milestone("Build", date(2026, 12, 7), date(2026, 12, 9), MilestoneState.AT_RISK)
    roll_out = milestone("Roll out", date(2026, 12, 10), date(2027, 1, 28), MilestoneState.AT_RISK)
    assert told(build, roll_out) == (CustomerState.AT_RISK, "Roll out")


def test_one_that_will_be_missed_comes_before_one_that_only_may_be() -> None:
    moved = milestone("Build", date(2026, 12, 7), date(2026, 12, 4), MilestoneState.AT_RISK, baseline=date(2026, 10, 1))
    missed = milestone("Roll out", date(2026, 12, 10), date(2026, 12, 11), MilestoneState.AT_RISK)
    assert told(moved, missed) == (CustomerState.AT_RISK, "Roll out")


def test_where_both_only_may_be_late_the_next_one_is_told() -> None:
    first = milestone("Build", date(2026, 12, 7), date(2026, 12, 4), MilestoneState.AT_RISK)
    second = milestone("Roll out", date(2026, 12, 20), date(2026, 12, 18), MilestoneState.AT_RISK)
    assert told(second, first) == (CustomerState.AT_RISK, "Build")


@given(st.lists(st.tuples(DAYS, DAYS, DAYS, STATES), min_size=1, max_size=5))
def test_the_whole_is_as_bad_as_its_worst_milestone_and_never_on_plan_with_a_slip(
    drawn: list[tuple[date, date, date, MilestoneState]],
) -> None:
    shown = [
        promised(milestone(str(n), due, forecast, state, baseline), CALENDAR)
        for n, (due, forecast, baseline, state) in enumerate(drawn)
    ]
    standing = standing_of(shown)
    assert standing is not None
    order = list(CustomerState)
    assert order.index(standing.state) == max(order.index(state_of(m)) for m in shown)
    if standing.state is CustomerState.ON_PLAN:
        assert all((m.slip_days or 0) <= 0 and not is_missed(m) for m in shown if m.state != "done")
