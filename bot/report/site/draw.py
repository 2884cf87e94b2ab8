"""Where the lines and bars of a chart stand: numbers and dates → coordinates of an SVG. Templates only draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import ceil, floor, log10

from bot.derive.results import Derived, MilestoneStatus, Quantiles
from bot.domain.calendar import add_months
from bot.domain.frozen import frozen
from bot.domain.vocabulary import MilestoneState
from bot.report.charts import BurnPoint
from bot.report.worth import Revenue

WIDTH = 720.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 24.0, 16.0, 32.0
ROW = 30.0
LABELS = 210.0
TREND_LABELS = 180.0
MOST_TICKS = 7


@frozen
class Tick:
    """A mark on an axis: where, and what it says (a number or a date)."""

    at: float
    value: float | date


@frozen
class DayScale:
    """Linear map of values to pixels."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.0
        return round(self.first + share * (self.last - self.first), 1)

    def on(self, day: date) -> float:
        return self.at(day.toordinal())


def date_axis(first: date, last: date, start: float = LEFT, end: float = WIDTH - RIGHT) -> DayScale:
    """An axis of days with a little room at both ends."""
    room = max(2, (last - first).days // 40)
    return DayScale(first.toordinal() - room, last.toordinal() + room, start, end)


def month_ticks(axis: DayScale) -> tuple[Tick, ...]:
    """First days of months on a date axis, at most seven."""
    first, last = date.fromordinal(ceil(axis.low)), date.fromordinal(floor(axis.high))
    month = first if first.day == 1 else add_months(first.replace(day=1), 1)
    months: list[date] = []
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    step = ceil(len(months) / MOST_TICKS) or 1
    return tuple(Tick(axis.on(day), day) for day in months[::step])


def value_axis(top: float, height: float) -> DayScale:
    """An upward axis from 0 to a round number a little above `top`."""
    return DayScale(0.0, nice_ceiling(top * 1.03), height - BOTTOM, TOP)


def nice_ceiling(top: float) -> float:
    """The smallest number not below `top` that splits into four even steps of few digits."""
    if top <= 0:
        return 1.0
    power = 10.0 ** floor(log10(top))
    return next(
        factor * power for factor in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if factor * power >= top * 0.999999
    )


def value_ticks(axis: DayScale, count: int = 4) -> tuple[Tick, ...]:
    return tuple(Tick(axis.at(axis.high * n / count), axis.high * n / count) for n in range(count + 1))


def path(points: Iterable[tuple[float, float]], closed: bool = False) -> str:
    """SVG path data through the points; "" for none."""
    text = " L".join(f"{x:g} {y:g}" for x, y in points)
    return f"M{text}{' Z' if closed else ''}" if text else ""


# --- burn-up -----------------------------------------------------------------------------------------------------------


@frozen
class BurnUp:
    """Done and scope until today, and the cone in which the work will be finished (P10 to P95)."""

    height: float
    scope: str
    done: str
    area: str
    cone: str
    median: str
    today: float
    sow_end: float | None
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def draw_burn_up(
    history: Sequence[BurnPoint], finish: Quantiles[date], sow_end: date | None, height: float = 280.0
) -> BurnUp | None:
    """None with fewer than two points or without scope."""
    if len(history) < 2 or history[-1].scope <= 0:
        return None
    now = history[-1]
    limit = now.day + timedelta(days=730)
    ends = [min(day, limit) for day in (finish.p10, finish.p50, finish.p95) if isinstance(day, date) and day > now.day]
    last = max([now.day, *ends, *([sow_end] if sow_end and sow_end < limit else [])])
    x = date_axis(history[0].day, last)
    y = value_axis(max(point.scope for point in history), height)
    done = [(x.on(p.day), y.at(p.done)) for p in history]
    start, goal = done[-1], y.at(now.scope)
    scope = [(x.on(p.day), y.at(p.scope)) for p in history] + [(x.on(last), goal)]
    full = len(ends) == 3
    return BurnUp(
        height=height,
        scope=path(scope),
        done=path(done),
        area=path([(done[0][0], y.at(0)), *done, (start[0], y.at(0))], closed=True),
        cone=path([start, (x.on(ends[0]), goal), (x.on(ends[2]), goal)], closed=True) if full else "",
        median=path([start, (x.on(ends[1]), goal)]) if full else "",
        today=x.on(now.day),
        sow_end=x.on(sow_end) if sow_end and history[0].day <= sow_end <= last else None,
        x_ticks=month_ticks(x),
        y_ticks=value_ticks(y),
    )


# --- milestones --------------------------------------------------------------------------------------------------------


@frozen
class SlipMark:
    """One milestone's row: baseline, expected day, and how late it may get (P80)."""

    y: float
    title: str
    state: str
    baseline: float | None
    expected: float | None
    late: float | None
    milestone: MilestoneStatus


@frozen
class DayChart:
    """Rows below one another against one axis of days."""

    height: float
    today: float
    x_ticks: tuple[Tick, ...]


@frozen
class SlipChart(DayChart):
    """All milestones of an engagement."""

    rows: tuple[SlipMark, ...]


def draw_slips(milestones: Sequence[MilestoneStatus], today: date, most: int = 24) -> SlipChart | None:
    """None where no milestone has a date."""
    dated = [m for m in milestones if expected_day(m) or m.baseline]
    if not dated:
        return None
    dated = sorted(dated, key=lambda m: (expected_day(m) or m.baseline or today, m.title))[-most:]
    days = [d for m in dated for d in (m.baseline, expected_day(m), m.forecast_p80) if d]
    x = date_axis(min([*days, today]), max([*days, today]), LABELS)

    def row(number: int, m: MilestoneStatus) -> SlipMark:
        expected = expected_day(m)
        p80 = (
            m.forecast_p80
            if m.state != MilestoneState.DONE and expected and m.forecast_p80 and m.forecast_p80 > expected
            else None
        )
        base, end, late = (x.on(d) if d else None for d in (m.baseline, expected, p80))
        return SlipMark(TOP + ROW * (number + 0.5), m.title, m.state, base, end, late, m)

    height = TOP + ROW * len(dated) + BOTTOM
    return SlipChart(height, x.on(today), month_ticks(x), tuple(row(n, m) for n, m in enumerate(dated)))


def expected_day(milestone: MilestoneStatus) -> date | None:
    """When it was done, else when it is forecast, else when it is due."""
    return milestone.closed or milestone.forecast or milestone.due


@frozen
class TrendLine:
    """How the expected day of one milestone moved from report to report."""

    title: str
    state: str
    line: str
    end: tuple[float, float]
    label_y: float


@frozen
class MilestoneTrend:
    """Milestone trend analysis: as-of dates across, expected dates up; a rising line is a slip."""

    height: float
    lines: tuple[TrendLine, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def draw_trend(
    past: Sequence[tuple[date, Sequence[MilestoneStatus]]], height: float = 280.0, most: int = 8
) -> MilestoneTrend | None:
    """`past` is oldest first and ends today. None with fewer than two dates or without open milestones."""
    now = [m for m in (past[-1][1] if past else ()) if m.state != MilestoneState.DONE and expected_day(m)][:most]
    series = {m.title: _expected_over_time(past, m.title) for m in now}
    series = {title: points for title, points in series.items() if len(points) >= 2}
    if not series:
        return None
    days = [day for points in series.values() for _, day in points]
    x = date_axis(min(p[0][0] for p in series.values()), past[-1][0], LEFT + 16, WIDTH - TREND_LABELS)
    low, high = min(days), max(days)
    room = max(3, (high - low).days // 10)
    y = DayScale(low.toordinal() - room, high.toordinal() + room, height - BOTTOM, TOP)
    ends = _apart({title: y.on(points[-1][1]) for title, points in series.items()})
    lines = tuple(
        TrendLine(m.title, m.state, path((x.on(at), y.on(day)) for at, day in series[m.title]),
                  (x.on(series[m.title][-1][0]), y.on(series[m.title][-1][1])), ends[m.title])
        for m in now if m.title in series
    )  # fmt: skip
    return MilestoneTrend(height, lines, _as_of_ticks(x, past), _day_ticks(y))


def _expected_over_time(past: Sequence[tuple[date, Sequence[MilestoneStatus]]], title: str) -> list[tuple[date, date]]:
    found = ((at, next((m for m in milestones if m.title == title), None)) for at, milestones in past)
    return [(at, day) for at, m in found if m and (day := expected_day(m))]


def _as_of_ticks(x: DayScale, past: Sequence[tuple[date, object]]) -> tuple[Tick, ...]:
    days = [at for at, _ in past if x.low <= at.toordinal() <= x.high]
    step = ceil(len(days) / MOST_TICKS) or 1
    return tuple(Tick(x.on(day), day) for day in days[::-1][::step][::-1])


def _day_ticks(y: DayScale, count: int = 4) -> tuple[Tick, ...]:
    days = [date.fromordinal(round(y.low + (y.high - y.low) * (n + 0.5) / count)) for n in range(count)]
    return tuple(Tick(y.on(day), day) for day in dict.fromkeys(days))


def _apart(wanted: Mapping[str, float], gap: float = 16.0) -> dict[str, float]:
    """The same heights, moved down where two labels would lie on each other."""
    placed: dict[str, float] = {}
    last = float("-inf")
    for title, y in sorted(wanted.items(), key=lambda pair: pair[1]):
        last = max(y, last + gap)
        placed[title] = round(last, 1)
    return placed


# --- revenue -----------------------------------------------------------------------------------------------------------


@frozen
class QuarterBars:
    """One fiscal quarter: bars of forecast and actual, whisker low to high, mark of the target."""

    name: str
    x: float
    width: float
    forecast: tuple[float, float]
    actual: tuple[float, float]
    low: float
    high: float
    target: float | None
    quarter: Revenue


@frozen
class RevenueChart:
    """Revenue by fiscal quarter."""

    height: float
    bars: tuple[QuarterBars, ...]
    y_ticks: tuple[Tick, ...]


def draw_revenue(quarters: Sequence[tuple[str, Revenue]], height: float = 260.0) -> RevenueChart | None:
    """None where there is no revenue in any quarter. A bar is (top, height)."""
    if not any(q.high or q.forecast or q.actual for _, q in quarters):
        return None
    top = max(max(q.high, q.forecast, q.actual, _target(q) or 0.0) for _, q in quarters)
    y = value_axis(top, height)
    slot = (WIDTH - LEFT - RIGHT) / len(quarters)
    width = round(min(84.0, slot * 0.6), 1)

    def bar(value: float) -> tuple[float, float]:
        return y.at(max(value, 0.0)), round(y.at(0) - y.at(max(value, 0.0)), 1)

    def bars(number: int, name: str, q: Revenue) -> QuarterBars:
        x = round(LEFT + slot * (number + 0.5) - width / 2, 1)
        target = _target(q)
        mark = y.at(target) if target is not None else None
        return QuarterBars(name, x, width, bar(q.forecast), bar(q.actual), y.at(q.low), y.at(q.high), mark, q)

    return RevenueChart(height, tuple(bars(n, *pair) for n, pair in enumerate(quarters)), value_ticks(y))


def _target(quarter: Revenue) -> float | None:
    target: float | None = getattr(quarter, "target", None)
    return target


# --- colours over time -------------------------------------------------------------------------------------------------


@frozen
class Stack:
    """How many engagements had each colour on one day: (colour, top, height, count), red at the bottom."""

    x: float
    width: float
    day: date
    parts: tuple[tuple[str, float, float, int], ...]


def draw_colours(past: Sequence[Derived], height: float = 180.0) -> tuple[Stack, ...]:
    """One bar for each of the last twelve reports; nothing with fewer than two."""
    shown = past[-12:]
    most = max((sum(d.portfolio.rag.values()) for d in shown), default=0)
    if len(shown) < 2 or not most:
        return ()
    y = DayScale(0.0, float(most), height - BOTTOM, TOP)
    slot = (WIDTH - LEFT - RIGHT) / len(shown)
    return tuple(
        Stack(round(LEFT + slot * (n + 0.15), 1), round(slot * 0.7, 1), d.as_of, tuple(_stacked(d.portfolio.rag, y.at)))
        for n, d in enumerate(shown)
    )


def _stacked(rag: Mapping[str, int], at: Callable[[float], float]) -> Iterable[tuple[str, float, float, int]]:
    below = 0
    for colour in ("red", "yellow", "unknown", "green"):
        count = rag.get(colour, 0)
        if count:
            yield colour, at(below + count), round(at(below) - at(below + count), 1), count
        below += count
