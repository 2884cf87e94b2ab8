"""Charts that GitLab draws: short Mermaid, and the same facts in words for those who read a report as e-mail.

GitLab shows at most 2,000 characters of diagrams at once, 50 diagrams a page and 30 `&` a diagram; what is more waits
behind a button. Text from GitLab enters a diagram through `mermaid_text` alone, in both majors that GitLab has shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.derive.results import MilestoneStatus, PortfolioQuarter, Quantiles, QuarterRevenue
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Item
from bot.report.text.safe_text import NOTHING, SafeMarkdown, cell, clean, html_text, joined, neutralise
from bot.report.text.wording import Words

BUDGET: Final = 2_000
"""MAX_CHAR_LIMIT of GitLab's render_sandboxed_mermaid.js: characters of the diagrams that are visible together."""
MOST_DIAGRAMS: Final = 50
TITLE_LIMIT: Final = 36
MOST_MILESTONES: Final = 10
MOST_POINTS: Final = 11
BURN_WEEKS: Final = 26
FORECAST_WEEKS: Final = 52
WEEK: Final = timedelta(days=7)
Revenue = QuarterRevenue | PortfolioQuarter


@dataclass(frozen=True, slots=True)
class Chart:
    """A diagram, what it shows in a sentence, and its figures as a table for where the diagram doesn't fit."""

    title: SafeMarkdown
    source: str
    words: SafeMarkdown
    table: SafeMarkdown


@dataclass(frozen=True, slots=True)
class BurnPoint:
    """Value done and value in scope at the end of `day`, in the units of `progress.basis`."""

    day: date
    done: float
    scope: float


# --- text --------------------------------------------------------------------------------------------------------------

# A gantt line that starts so is a statement or a date, not a task; one encoded letter makes it a title again.
_KEYWORD = re.compile(
    r"(?i)(gantt|title|section|click|call|href|dateformat|axisformat|tickinterval|excludes|includes|todaymarker"
    r"|inclusiveenddates|topaxis|weekday|weekend|acctitle|accdescr|vert|milestone|direction|end|\d{4}-)"
)


def mermaid_text(text: str, limit: int = TITLE_LIMIT) -> str:
    """Text for any place of a diagram: all but letters, digits, blanks and `.,()'-` as `#<decimal>;`; never empty."""
    line = clean(text, limit) or NOTHING
    first = _encoded(line[0]) if _KEYWORD.match(line) else _character(line[0])
    return first + "".join(map(_character, line[1:]))


def _character(character: str) -> str:
    plain = character.isalnum() or character in " .,()'-" or ord(character) > 0x2000
    return character if plain else _encoded(character)


def _encoded(character: str) -> str:
    return f"#{ord(character)};"


# --- milestones --------------------------------------------------------------------------------------------------------

_GANTT_TAGS = {"done": "done, ", "late": "crit, ", "at_risk": "active, "}


def _day_format(words: Words) -> str:
    """Day and month as `strftime` and Mermaid's axes know them: names of months would be English there."""
    return str(words.text("chart.day"))


def milestone_chart(words: Words, milestones: Sequence[MilestoneStatus], as_of: date) -> Chart | None:
    """Baseline against forecast of each milestone; a bar between the two is the slip. None without dates."""
    dated = [m for m in milestones if _ends(m)]
    if not dated:
        return None
    shown = _most_telling(dated)
    lines = ["gantt", "dateFormat YYYY-MM-DD", f"axisFormat {_day_format(words)}", "todayMarker off"]
    lines += [
        f"section {_plain(words, 'chart.as_of')}",
        f"{as_of.strftime(_day_format(words))} :milestone, {as_of}, 0d",
    ]
    for milestone in shown:
        lines += _gantt_lines(words, milestone)
    return Chart(
        words.text("chart.milestones"), "\n".join(lines), _milestone_words(words, dated), _milestone_table(words, dated)
    )


def _most_telling(milestones: Sequence[MilestoneStatus]) -> list[MilestoneStatus]:
    """At most ten, open ones before done ones, in order of their dates."""
    by_need = sorted(milestones, key=lambda m: (m.state == "done", _ends(m)[0]))
    return sorted(by_need[:MOST_MILESTONES], key=lambda m: _ends(m)[0])


def _ends(milestone: MilestoneStatus) -> tuple[date, ...]:
    """(baseline, expected); one date where only one is known."""
    expected = milestone.closed or milestone.forecast or milestone.due
    return tuple(day for day in (milestone.baseline, expected) if day is not None)


def _gantt_lines(words: Words, milestone: MilestoneStatus) -> Iterable[str]:
    first, last = _ends(milestone)[0], _ends(milestone)[-1]
    tag = _GANTT_TAGS.get(milestone.state, "")
    state = _plain(words, f"milestone_state.{milestone.state}")
    yield f"section {mermaid_text(milestone.title)}"
    yield f"{_plain(words, 'chart.baseline') if len(_ends(milestone)) == 2 else state} :milestone, {first}, 0d"
    if first != last:
        yield f"{state} :{tag}{min(first, last)}, {max(first, last)}"


def _milestone_words(words: Words, milestones: Sequence[MilestoneStatus]) -> SafeMarkdown:
    done = sum(m.state == "done" for m in milestones)
    counts = words.text("chart.milestones_words", n=len(milestones), done=done)
    late = [_slip_words(words, m) for m in milestones if m.state != "done" and (m.slip_days or 0) > 0]
    return joined([counts, *late[:3]], " ")


def _slip_words(words: Words, m: MilestoneStatus) -> SafeMarkdown:
    return words.text("chart.slip", n=m.slip_days, milestone=m.title, day=words.date(m.forecast or m.due))


def _milestone_table(words: Words, milestones: Sequence[MilestoneStatus]) -> SafeMarkdown:
    head = [words.text(f"status.{key}") for key in ("milestone", "baseline", "due", "forecast", "state")]
    rows = [
        [cell(m.title), words.date(m.baseline), words.date(m.due), words.date(m.closed or m.forecast),
         words.name("milestone_state", m.state)]
        for m in milestones
    ]  # fmt: skip
    return _table(head, rows)


# --- burn-up -----------------------------------------------------------------------------------------------------------


def burn_history(
    engagement: Engagement, values: Mapping[str, float], as_of: date, calendar: WorkCalendar
) -> tuple[BurnPoint, ...]:
    """Done and scope at the end of each week up to `as_of`, at most 26 weeks back; `values` are `progress.values`."""
    items = [item for item in engagement.items if item.ref in values]
    created = [calendar.local_day(item.created_at) for item in items if item.created_at]
    start = engagement.facts.start or min(created, default=as_of)
    weeks = min(BURN_WEEKS, max(0, (as_of - start).days // 7))
    days = [as_of - WEEK * back for back in range(weeks, -1, -1)]
    return tuple(_burn_point(items, values, day, calendar) for day in days) if items else ()


def _burn_point(items: Sequence[Item], values: Mapping[str, float], day: date, calendar: WorkCalendar) -> BurnPoint:
    def by_then(at: datetime | None) -> bool:
        return at is None or calendar.local_day(at) <= day

    there = [item for item in items if by_then(item.created_at)]
    done = [item for item in there if not item.is_open and by_then(item.closed_at)]
    return BurnPoint(day, sum(values[i.ref] for i in done), sum(values[i.ref] for i in there))


def burn_up_chart(words: Words, history: Sequence[BurnPoint], finish: Quantiles[date], basis: str) -> Chart | None:
    """Done so far as bars, scope and the two forecasts (50 % and 80 % sure) as lines. None with fewer than two points."""
    if len(history) < 2 or history[-1].scope <= 0:
        return None
    now = history[-1]
    p50, p80 = (day if isinstance(day, date) and day > now.day else None for day in (finish.p50, finish.p80))
    days = _shown_days([point.day for point in history], _weeks_until(now.day, p80 or p50))
    known = {point.day: point for point in history}
    lines = [_scope_line(known, now, days)]
    lines += [_forecast_line(known, now, end, days) for end in (p80, p50) if end]
    done = [known[day].done if day in known else 0.0 for day in days]
    colours = ["#9ca3af", "#fbbf24", "#2563eb"][: len(lines)] if p80 else ["#9ca3af", "#2563eb"][: len(lines)]
    top = max(point.scope for point in history)
    source = _xychart(
        ["#34d399", *colours],
        [day.strftime(_day_format(words)) for day in days],
        top,
        [("bar", done), *(("line", v) for v in lines)],
    )
    return Chart(
        words.text("chart.burn_up"), source, _burn_words(words, now, p50, p80, basis), _burn_table(words, history)
    )


def _weeks_until(now: date, end: date | None) -> list[date]:
    """The weeks after `now` until the one that holds `end`; a forecast beyond a year is cut there."""
    weeks = min(FORECAST_WEEKS, -(-(end - now).days // 7)) if end else 0
    return [now + WEEK * (n + 1) for n in range(weeks)]


def _shown_days(past: Sequence[date], ahead: Sequence[date]) -> list[date]:
    """At most 11 days, evenly spread; today (the last of `past`) and the last of all are always among them."""
    step = -(-(len(past) + len(ahead)) // (MOST_POINTS - 2))
    later = [*ahead[step - 1 :: step], *ahead[-1:]]
    return [*past[::-1][::step][::-1], *dict.fromkeys(later)]


def _scope_line(known: Mapping[date, BurnPoint], now: BurnPoint, days: Sequence[date]) -> list[float]:
    return [known[day].scope if day in known else now.scope for day in days]


def _forecast_line(known: Mapping[date, BurnPoint], now: BurnPoint, end: date, days: Sequence[date]) -> list[float]:
    """What was done up to now, then straight to the whole scope at `end`."""
    span = (end - now.day).days

    def at(day: date) -> float:
        if day in known:
            return known[day].done
        return now.done + (now.scope - now.done) * min(1.0, (day - now.day).days / span)

    return [at(day) for day in days]


def _burn_words(words: Words, now: BurnPoint, p50: date | None, p80: date | None, basis: str) -> SafeMarkdown:
    unit = words.name("basis", basis)
    text = words.text(
        "chart.burn_up_words", percent=words.percent(now.done / now.scope), day=words.date(now.day), basis=unit
    )
    ends = words.text("chart.burn_up_forecast", p50=words.date(p50), p80=words.date(p80)) if p50 and p80 else None
    return joined([text, *([ends] if ends else [])], " ")


def _burn_table(words: Words, history: Sequence[BurnPoint]) -> SafeMarkdown:
    days = set(_shown_days([point.day for point in history], []))
    rows = [[words.date(p.day), words.number(p.done), words.number(p.scope)] for p in history if p.day in days]
    return _table([words.text(f"chart.{key}") for key in ("week", "done", "scope")], rows)


# --- revenue -----------------------------------------------------------------------------------------------------------


def revenue_chart(words: Words, quarters: Mapping[str, Revenue]) -> Chart | None:
    """Revenue by fiscal quarter: high end, forecast and what is delivered as bars within each other; target as a line."""
    named = sorted(quarters.items())
    if not any(q.high or q.forecast or q.actual for _, q in named):
        return None
    series = [("bar", [max(q.high, q.forecast) for _, q in named]), ("bar", [q.forecast for _, q in named])]
    series.append(("bar", [q.actual for _, q in named]))
    colours = ["#dbeafe", "#60a5fa", "#1d4ed8"]
    targets = [q.target for _, q in named if isinstance(q, PortfolioQuarter) and q.target is not None]
    if len(targets) == len(named):
        series.append(("line", targets))
        colours.append("#dc2626")
    top = max(max(values) for _, values in series)
    source = _xychart(colours, [name for name, _ in named], top, series)
    legend = words.text("chart.revenue_target" if len(targets) == len(named) else "chart.revenue_legend")
    told = joined([_quarter_words(words, name, q) for name, q in named], "; ")
    text = SafeMarkdown(f"{legend} {told}.")
    return Chart(words.text("chart.revenue"), source, text, _revenue_table(words, named))


def _quarter_words(words: Words, name: str, q: Revenue) -> SafeMarkdown:
    """`FY27-Q4: $220,674 delivered or accepted, forecast $644,000 ($551,000 to $713,000), target $630,000`."""
    parts = [words.text("status.delivered", actual=words.money(q.actual))]
    if (q.forecast, q.low) != (q.actual, q.high):
        low, high = forecast_money(words, q.low), forecast_money(words, q.high)
        forecast = forecast_money(words, q.forecast)
        parts.append(words.text("status.quarter_forecast", forecast=forecast, low=low, high=high))
    if isinstance(q, PortfolioQuarter) and q.target is not None:
        parts.append(words.text("chart.target", target=words.money(q.target)))
    return SafeMarkdown(f"{neutralise(name)}: {joined(parts)}")


def forecast_money(words: Words, value: float | None) -> SafeMarkdown:
    """Money that is forecast, in three figures: more would feign a precision that a forecast has not."""
    return words.money(float(f"{value:.3g}") if value else value)


def _revenue_table(words: Words, named: Sequence[tuple[str, Revenue]]) -> SafeMarkdown:
    head = [words.text(f"chart.{key}") for key in ("quarter_name", "actual", "forecast", "low", "high", "upside")]
    rows = [
        [neutralise(name), *(words.money(v) for v in (q.actual, q.forecast, q.low, q.high, q.upside))]
        for name, q in named
    ]
    return _table(head, rows)


# --- drawing -----------------------------------------------------------------------------------------------------------


def _xychart(
    colours: Sequence[str], names: Sequence[str], top: float, series: Sequence[tuple[str, Sequence[float]]]
) -> str:
    palette = ",".join(colours)
    lines = [
        f'%%{{init: {{"xyChart": {{"height": 320}}, "themeVariables": {{"xyChart": {{"plotColorPalette": "{palette}"}}}}}}}}%%',
        "xychart-beta",
        "x-axis [{}]".format(", ".join(f'"{mermaid_text(name, 12)}"' for name in names)),
        f"y-axis 0 --> {_figure(max(top, 1) * 1.05)}",
    ]
    lines += [f"{kind} [{', '.join(map(_figure, values))}]" for kind, values in series]
    return "\n".join(lines)


def _figure(value: float) -> str:
    """A number in few characters; Mermaid reads no exponent."""
    return f"{value:.0f}" if value >= 100 or value == round(value) else f"{value:.1f}"


def _plain(words: Words, key: str) -> str:
    return mermaid_text(str(words.text(key)))


def _table(head: Sequence[SafeMarkdown], rows: Iterable[Sequence[SafeMarkdown]]) -> SafeMarkdown:
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *(f"| {' | '.join(row)} |" for row in rows)]
    return SafeMarkdown("\n".join(lines))


# --- the budget --------------------------------------------------------------------------------------------------------


def fit_charts(charts: Iterable[Chart | None], budget: int = BUDGET) -> tuple[SafeMarkdown, ...]:
    """Blocks for a comment, the most important chart first: drawn while the budget lasts, then folded, then as a table.

    What is folded counts for itself when it is opened. Each block says in words what its chart shows.
    """
    left, blocks, drawn = budget, [], 0
    for chart in charts:
        if chart is None:
            continue
        size = len(chart.source)
        if size > budget or drawn == MOST_DIAGRAMS:
            blocks.append(_folded(chart, chart.table))
            continue
        drawn += 1
        fence = f"```mermaid\n{chart.source}\n```"
        blocks.append(
            SafeMarkdown(f"**{chart.title}.** {chart.words}\n\n{fence}") if size <= left else _folded(chart, fence)
        )
        left -= size if size <= left else 0
    return tuple(blocks)


def _folded(chart: Chart, content: str) -> SafeMarkdown:
    summary = f"<summary>{html_text(chart.title)}</summary>"
    return SafeMarkdown(f"**{chart.title}.** {chart.words}\n\n<details>{summary}\n\n{content}\n\n</details>")
