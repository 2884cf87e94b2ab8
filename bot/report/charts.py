"""Charts that GitLab draws: short Mermaid, and the same facts in words for those who read a report as e-mail.

GitLab shows at most 2,000 characters of diagrams at once, 50 diagrams a page and 30 `&` a diagram; what is more waits
behind a button. Text from GitLab enters a diagram through `mermaid_text` alone, in both majors that GitLab has shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.derive.results import MilestoneStatus, PortfolioQuarter, Quantiles
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Engagement, Item
from bot.domain.vocabulary import MilestoneState, ValueBasis
from bot.report.text.safe_text import NOTHING, SafeMarkdown, cell, clean, html_text, joined, neutralise
from bot.report.text.wording import Words
from bot.report.worth import Revenue, has_range, is_over, worth_telling

BUDGET: Final = 2_000
"""MAX_CHAR_LIMIT of GitLab's render_sandboxed_mermaid.js: characters of the diagrams that are visible together."""
MOST_DIAGRAMS: Final = 50
TITLE_LIMIT: Final = 36
MOST_MILESTONES: Final = 10
MOST_POINTS: Final = 11
BURN_WEEKS: Final = 26
WEEK: Final = timedelta(days=7)


@frozen
class Chart:
    """A diagram, what it shows in a sentence, and its figures as a table for where the diagram doesn't fit."""

    title: SafeMarkdown
    source: str
    words: SafeMarkdown
    table: SafeMarkdown


@frozen
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


def milestone_chart(
    words: Words, milestones: Sequence[MilestoneStatus], as_of: date, starts: Mapping[str, date] = EMPTY
) -> Chart | None:
    """The work of each milestone as a bar to its expected end, its baseline, and what it slips beyond. None without dates.

    `starts`: the day on which work on a milestone began, by title; without one it follows the milestone before.
    """
    dated = [m for m in milestones if _ends(m)]
    if not dated:
        return None
    shown = _most_telling(dated)
    lines = ["gantt", "dateFormat YYYY-MM-DD", f"axisFormat {_day_format(words)}", "todayMarker off"]
    lines += [
        f"section {_plain(words, 'chart.as_of')}",
        f"{as_of.strftime(_day_format(words))} :milestone, {as_of}, 0d",
    ]
    before: date | None = None
    for milestone in shown:
        lines += _gantt_lines(words, milestone, starts.get(milestone.title) or before)
        before = _ends(milestone)[-1]
    return Chart(
        words.text("chart.milestones"), "\n".join(lines), _milestone_words(words, dated), _milestone_table(words, dated)
    )


def _most_telling(milestones: Sequence[MilestoneStatus]) -> list[MilestoneStatus]:
    """At most ten, open ones before done ones, in order of their dates."""
    by_need = sorted(milestones, key=lambda m: (m.state == MilestoneState.DONE, _ends(m)[0]))
    return sorted(by_need[:MOST_MILESTONES], key=lambda m: _ends(m)[0])


def _ends(milestone: MilestoneStatus) -> tuple[date, ...]:
    """(baseline, expected); one date where only one is known."""
    expected = milestone.closed or milestone.forecast or milestone.due
    return tuple(day for day in (milestone.baseline, expected) if day is not None)


def _gantt_lines(words: Words, milestone: MilestoneStatus, begun: date | None) -> Iterable[str]:
    """A bar of the colour of its state; one of its own, always red, for the days after the baseline."""
    first, last = _ends(milestone)[0], _ends(milestone)[-1]
    tag = _GANTT_TAGS.get(milestone.state, "")
    state = _plain(words, f"milestone_state.{milestone.state}")
    yield f"section {mermaid_text(milestone.title)}"
    if begun is not None and begun < last:
        yield f"{state} :{tag}{begun}, {last}"
    elif len(_ends(milestone)) == 1 or first == last:
        yield f"{state} :{tag}milestone, {last}, 0d"
    if len(_ends(milestone)) == 2 and first != last:
        yield f"{_plain(words, 'chart.baseline')} :milestone, {first}, 0d"
    if first < last and milestone.slip_days:
        yield f"{mermaid_text(str(words.text('slip.late', n=milestone.slip_days)))} :crit, {first}, {last}"


def _milestone_words(words: Words, milestones: Sequence[MilestoneStatus]) -> SafeMarkdown:
    done = sum(m.state == MilestoneState.DONE for m in milestones)
    counts = words.text("chart.milestones_words", n=len(milestones), done=done)
    late = [_slip_words(words, m) for m in milestones if m.state != MilestoneState.DONE and (m.slip_days or 0) > 0]
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


def burn_up_chart(
    words: Words, history: Sequence[BurnPoint], finish: Quantiles[date], basis: ValueBasis
) -> Chart | None:
    """Done so far as bars, scope as a line; the forecast is told in words. None with fewer than two points."""
    history = _from_first_done(history)
    if len(history) < 2 or history[-1].scope <= 0:
        return None
    now = history[-1]
    p50, p80 = (day if isinstance(day, date) and day > now.day else None for day in (finish.p50, finish.p80))
    shown = _shown(history)
    source = _xychart(
        ["#34d399", "#9ca3af"],
        [point.day.strftime(_day_format(words)) for point in shown],
        max(point.scope for point in history),
        [("bar", [point.done for point in shown]), ("line", [point.scope for point in shown])],
    )
    return Chart(
        words.text("chart.burn_up"), source, _burn_words(words, now, p50, p80, basis), _burn_table(words, shown)
    )


def _from_first_done(history: Sequence[BurnPoint]) -> Sequence[BurnPoint]:
    """Without the weeks before anything was done."""
    begun = next((n for n, point in enumerate(history) if point.done), len(history))
    return history[begun:]


def _shown(history: Sequence[BurnPoint]) -> Sequence[BurnPoint]:
    """At most 11 weeks, evenly spread; the last one is always among them."""
    step = -(-len(history) // MOST_POINTS)
    return history[::-1][::step][::-1]


def _burn_words(words: Words, now: BurnPoint, p50: date | None, p80: date | None, basis: ValueBasis) -> SafeMarkdown:
    unit = words.name("basis", basis)
    text = words.text(
        "chart.burn_up_words", percent=words.percent(now.done / now.scope), day=words.date(now.day), basis=unit
    )
    ends = words.text("chart.burn_up_forecast", p50=words.date(p50), p80=words.date(p80)) if p50 and p80 else None
    return joined([text, *([ends] if ends else [])], " ")


def _burn_table(words: Words, shown: Sequence[BurnPoint]) -> SafeMarkdown:
    rows = [[words.date(p.day), words.number(p.done), words.number(p.scope)] for p in shown]
    return _table([words.text(f"chart.{key}") for key in ("week", "done", "scope")], rows)


# --- revenue -----------------------------------------------------------------------------------------------------------


def revenue_chart(words: Words, quarters: Mapping[str, Revenue]) -> Chart | None:
    """Revenue by fiscal quarter: what is delivered, and of those still open forecast and high end; target as a line."""
    told = worth_telling(quarters)
    named = told.rows
    if not any(q.high or q.forecast or q.actual for _, q in named):
        return None
    series = [("bar", [_if_open(q, max(q.high, q.forecast)) for _, q in named])]
    series += [("bar", [_if_open(q, q.forecast) for _, q in named]), ("bar", [q.actual for _, q in named])]
    colours = ["#dbeafe", "#60a5fa", "#1d4ed8"]
    targets = [q.target for _, q in named if isinstance(q, PortfolioQuarter) and q.target is not None]
    if len(targets) == len(named):
        series.append(("line", targets))
        colours.append("#dc2626")
    top = max(max(values) for _, values in series)
    source = _xychart(colours, [name for name, _ in named], top, series)
    legend = words.text("chart.revenue_target" if len(targets) == len(named) else "chart.revenue_legend")
    parts = [_quarter_words(words, name, q) for name, q in named]
    if told.later:
        parts.append(words.text("chart.later", amount=forecast_money(words, told.later)))
    text = SafeMarkdown(f"{legend} {joined(parts, '; ')}.")
    return Chart(words.text("chart.revenue"), source, text, _revenue_table(words, named))


def _if_open(q: Revenue, value: float) -> float:
    """A quarter that is over has no forecast any more: what came is all there is to draw."""
    return value if (q.forecast, q.low) != (q.actual, q.high) else 0.0


def _quarter_words(words: Words, name: str, q: Revenue) -> SafeMarkdown:
    """`FY27-Q4: $220,674 delivered or accepted, forecast $644,000 ($551,000 to $713,000), target $630,000`."""
    parts = [words.text("status.delivered", actual=words.money(q.actual))] if q.actual else []
    if (q.forecast, q.low) != (q.actual, q.high):
        parts.append(forecast_words(words, q))
    if isinstance(q, PortfolioQuarter) and q.target is not None:
        parts.append(words.text("chart.target", target=words.money(q.target)))
    return SafeMarkdown(f"{neutralise(name)}: {joined(parts)}")


def forecast_words(words: Words, q: Revenue) -> SafeMarkdown:
    """`forecast $644,000 ($551,000 to $713,000)`; without a range where there is none to tell."""
    low, high = forecast_money(words, q.low), forecast_money(words, q.high)
    forecast = forecast_money(words, q.forecast)
    if low == high or not has_range(q.low, q.high):
        return words.text("status.quarter_forecast_sure", forecast=forecast)
    return words.text("status.quarter_forecast", forecast=forecast, low=low, high=high)


def forecast_money(words: Words, value: float | None) -> SafeMarkdown:
    """Money that is forecast, in three figures: more would feign a precision that a forecast has not."""
    return words.money(three_figures(value))


def three_figures(value: float | None) -> float | None:
    return float(f"{value:.3g}") if value else value


def whole_money(words: Words, q: Revenue) -> SafeMarkdown:
    """All of a period: its forecast, or, once nothing more is to come, to the dollar what came."""
    return words.money(q.actual) if is_over(q) else forecast_money(words, q.forecast)


def _revenue_table(words: Words, named: Sequence[tuple[str, Revenue]]) -> SafeMarkdown:
    head = [words.text(f"chart.{key}") for key in ("quarter_name", "actual", "forecast", "low", "high", "upside")]
    rows = [
        [
            neutralise(name),
            words.money(q.actual),
            *(forecast_money(words, v) for v in (q.forecast, q.low, q.high, q.upside)),
        ]
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
