"""Results as tables for a terminal; every text in them is data and printed as it is, without control characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from bot.cli.columns import HEADS, SHARES, chosen_columns, fitting, rows_in_order
from bot.cli.console import stdout
from bot.derive.forecast.record.scores import ScoreGroup
from bot.derive.results import Derived, EngagementDerived, Quantiles
from bot.domain.model import Facts
from bot.report.worth import worth_telling

if TYPE_CHECKING:
    from bot.derive.explain import Explanation
    from bot.derive.forecast import BacktestReport
    from bot.derive.forecast.record.scores import ForecastRecord

COLOURS = {"green": "green", "yellow": "yellow", "red": "red", "unknown": "bright_black"}


def print_tables(tables: Iterable[Table]) -> None:
    for table in tables:
        stdout().print(table)


def status_table(derived: Derived, facts: Mapping[str, Facts], columns: str | None, sort: str | None) -> Table:
    """A line an engagement, worst first, in the columns that are asked for, or that fit.

    References are never folded, so that they can be copied.
    """
    longest = max((len(e.ref) for e in derived.engagements), default=0)
    names = chosen_columns(columns, fitting(stdout().width, longest))
    table = Table(title=f"Engagements as of {derived.as_of}", title_justify="left", show_edge=False, pad_edge=False)
    for name in names:
        head = HEADS.get(name, name.replace("_", " "))
        table.add_column(head, overflow="ignore" if name == "ref" else "fold", no_wrap=name == "ref")
    for row in rows_in_order(derived, facts, sort):
        table.add_row(*(_shown(name, row[name]) for name in names))
    return table


def print_counts(derived: Derived) -> None:
    """How many engagements have each colour."""
    counts = derived.portfolio.rag
    stdout().print(", ".join(f"{counts.get(rag, 0)} {rag}" for rag in ("red", "yellow", "unknown", "green")))


def _shown(name: str, value: Any) -> Text:
    if name in SHARES:
        return Text(_ratio(value))
    if isinstance(value, str):
        return _rag(value) if value in COLOURS else _plain(value)
    return Text(f"{value:,.1f}" if isinstance(value, float) else _day(value))


def explanation_tables(one: Explanation) -> Iterable[Table]:
    """How the figures came about, what counts, what does not, and whose hours they are."""
    figures = _table(f"{_plain(one.ref)}: {_plain(one.title)}", "figure", "value", "how")
    for f in one.figures:
        value = f"{f.value:g}" if isinstance(f.value, float | int) else f.value or "–"
        figures.add_row(f.figure, value, _plain(f.how))
    yield figures
    counted = _table(f"{len(one.counted)} items count ({one.basis})", "item", "value", "done", "planned", "title")
    for item in one.counted:
        planned = str(item.planned or "–")
        counted.add_row(_plain(item.ref), f"{item.value:g}", "yes" if item.done else "no", planned, _plain(item.title))
    yield counted
    left = _table(f"{len(one.left_out)} items don't", "item", "why", "title")
    for out in one.left_out:
        left.add_row(_plain(out.ref), out.why, _plain(out.title))
    yield left
    hours = _table(f"{sum(one.hours_by_source.values()):g} hours", "source", "hours")
    for source, spent in one.hours_by_source.items():
        hours.add_row(source, f"{spent:g}")
    yield hours


def forecast_tables(derived: Derived) -> list[Table]:
    """Finish and effort by engagement, then revenue by quarter."""
    table = _table(
        f"Forecast as of {derived.as_of}",
        "engagement",
        "P10",
        "P50",
        "P80",
        "P95",
        "on time",
        "hours P50 – P80",
        "basis",
    )
    for e in derived.engagements:
        f = e.forecast
        table.add_row(
            _name(e),
            *(_day(q) for q in _four(f.finish)),
            _ratio(f.on_time_probability),
            _span(f.effort_hours),
            _basis(e),
        )
    money = _table(f"Revenue ({derived.currency})", "quarter", "target", "actual", "forecast", "80 % range", "upside")
    for quarter, r in sorted(derived.portfolio.revenue.items()):
        money.add_row(
            quarter,
            _money(r.target),
            _money(r.actual),
            _money(r.forecast),
            f"{_money(r.low)} – {_money(r.high)}",
            _money(r.upside),
        )
    return [table, money]


def scenario_table(base: Derived, scenario: Derived) -> Table:
    """Base against scenario, for each engagement whose forecast differs."""
    table = _table(
        f"What if (as of {base.as_of})",
        "engagement",
        "",
        "finish P50",
        "finish P80",
        "on time",
        "hours P50",
        "revenue by quarter",
    )
    before = {e.ref: e for e in base.engagements}
    for e in scenario.engagements:
        if e.ref in before and before[e.ref].forecast != e.forecast:
            table.add_row(_name(e), "base", *_scenario_cells(before[e.ref]))
            table.add_row("", "scenario", *_scenario_cells(e), end_section=True)
    return table


def print_overload(base: Derived, scenario: Derived) -> None:
    """Who is over capacity, with the scenario and without."""
    from bot.derive.forecast import over_capacity, people_over

    for name, side in (("base", base), ("scenario", scenario)):
        people = [
            f"{user} {first} to {last}, {hours:,.0f} h too much"
            for user, (first, last, hours) in people_over(over_capacity(side)).items()
        ]
        stdout().print(_plain(f"Over capacity ({name}): {'; '.join(people) or 'nobody'}"))


def _scenario_cells(e: EngagementDerived) -> list[str]:
    f = e.forecast
    quarters = ", ".join(f"{quarter} {_money(r.forecast)}" for quarter, r in worth_telling(f.revenue).rows)
    return [
        _day(f.finish.p50),
        _day(f.finish.p80),
        _ratio(f.on_time_probability),
        _number(f.effort_hours.p50),
        quarters,
    ]


def print_backtest(result: BacktestReport) -> None:
    """Accuracy and calibration of the replayed forecasts, as of shares of each engagement's time."""
    columns = (
        "as of",
        "cases",
        "finish off by",
        "in P10–P95",
        "by P80",
        "hours off by",
        "in P10–P95",
        "revenue off by",
    )
    table = _table("Forecasts replayed on finished engagements (medians; a good P10–P95 holds 85 %)", *columns)
    for s in result.summaries:
        errors = (s.finish_median_error, s.finish_in_range, s.finish_by_p80, s.effort_median_error, s.effort_in_range)
        table.add_row(_ratio(s.share), str(s.cases), *(_ratio(e) for e in errors), _ratio(s.revenue_median_error))
    stdout().print(table)
    _print_record(result.record)
    for asked, share in result.quarters_within.items():
        stdout().print(f"Past quarters forecast within 5 % at their {asked}: {_ratio(share)}")
    from bot.derive.forecast.record.backtest import judgement_note

    for kind, score in result.judged.items():
        stdout().print(judgement_note(kind, score))
    for line in result.notes:
        stdout().print(_plain(line))


def _print_record(record: ForecastRecord) -> None:
    """Money by quarter and month, of all, by PM and region; promises kept; chances in classes."""
    if record.money:
        columns = ("period", "asked at", "of", "n", "off by", "bias", "within tolerance")
        table = _table("Revenue that came ÷ forecast", *columns)
        for m in record.money:
            name = _plain(f"{m.kind} {m.name or 'none'}" if m.kind in (ScoreGroup.PM, ScoreGroup.REGION) else m.kind)
            table.add_row(m.period, m.asked, name, str(m.n), _ratio(m.error), _bias(m.bias), _ratio(m.within))
        stdout().print(table)
    for c in record.calibration:
        stdout().print(f"{c.what}: {c.nominal:.0%} promised, {_ratio(c.share)} came true ({c.held} of {c.of})")
    for k in record.chances:
        stdout().print(
            f"chance to be on time from {k.low:.0%} to {k.high:.0%}: {k.promised:.0%} on average, {k.came_true:.0%} came true ({k.n})"
        )


def _bias(share: float) -> str:
    """With its sign, which nothing has that rounds to none."""
    return f"{share:+.0%}" if round(share, 2) else "0%"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _plain(text: str) -> Text:
    """Data for a terminal: nothing in it is markup, and no control character moves the cursor."""
    return Text("".join(c if c.isprintable() else " " for c in text))


def _name(e: EngagementDerived) -> Text:
    return _plain(f"{e.title} ({e.ref})" if e.title else e.ref)


def _rag(rag: str) -> Text:
    return Text(rag, style=COLOURS.get(rag, ""))


def _basis(e: EngagementDerived) -> str:
    f = e.forecast
    return f"{f.basis}, {f.history_weeks} weeks" if f.history_weeks else f.basis


def _four(q: Quantiles[date] | Quantiles[float]) -> Iterable[Any]:
    return (q.p10, q.p50, q.p80, q.p95)


def _span(q: Quantiles[date] | Quantiles[float]) -> str:
    return f"{_day(q.p50)} – {_day(q.p80)}" if q.p50 is not None else "–"


def _day(value: date | float | None) -> str:
    return "–" if value is None else value.isoformat() if isinstance(value, date) else _number(value)


def _number(value: date | float | None) -> str:
    return "–" if value is None or isinstance(value, date) else f"{value:,.0f}"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _money(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
