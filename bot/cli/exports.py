"""Derived facts as tables for a BI tool or a deck. Each column is declared once: its type, and what it means."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.derive.raid.decision_log import decision_log
from bot.derive.results import Derived
from bot.derive.served import served
from bot.domain.errors import UsageError
from bot.domain.frozen import frozen
from bot.domain.model import Facts, Portfolio
from bot.domain.vocabulary import Severity
from bot.report.text.safe_text import csv_cell

if TYPE_CHECKING:
    import pyarrow

Kind = Literal["text", "date", "number", "whole"]
Row = Mapping[str, Any]


@frozen
class Column:
    """A column: how it is named, its type, and what it means in one line."""

    name: str
    kind: Kind
    meaning: str


@frozen
class Table:
    """A table's columns and how its rows are made of the derived facts and the engagements' own."""

    meaning: str
    columns: tuple[Column, ...]
    rows: Callable[[Derived, Mapping[str, Facts]], Iterable[tuple[Any, ...]]]


AS_OF = Column("as_of", "date", "the day that the figures hold for")
REF = Column("ref", "text", "the engagement's reference, the key between the tables")


def _engagements(derived: Derived, facts: Mapping[str, Facts]) -> Iterator[tuple[Any, ...]]:
    for e in derived.engagements:
        f = facts.get(e.ref, Facts())
        yield (
            derived.as_of, e.ref, e.title, e.customer, f.sow, f.region, f.partner, f.pm, f.billing, e.phase,
            e.status.overall, e.status.schedule.rag, e.status.scope.rag, e.status.budget.rag,
            e.status.declared, e.status.sentiment, e.progress.percent, e.schedule.spi, e.budget.cpi, e.scope.growth,
            e.budget.hours_budget, e.budget.hours_spent, e.budget.eac_hours, f.value, f.currency or derived.currency,
            f.start, e.end, e.forecast.finish.p50, e.forecast.finish.p80, e.forecast.on_time_probability,
            e.forecast.basis, len(e.risks), sum(r.severity in (Severity.HIGH, Severity.CRITICAL) for r in e.risks),
            e.budget.burn, str(e.risks[0].message) if e.risks else None,
        )  # fmt: skip


def _milestones(derived: Derived, facts: Mapping[str, Facts]) -> Iterator[tuple[Any, ...]]:
    for e in derived.engagements:
        for m in e.schedule.milestones:
            yield derived.as_of, e.ref, e.customer, m.title, m.baseline, m.due, m.forecast, m.slip_days, m.state


def _revenue(derived: Derived, facts: Mapping[str, Facts]) -> Iterator[tuple[Any, ...]]:
    for e in derived.engagements:
        for quarter, r in sorted(e.forecast.revenue.items()):
            figures = (r.actual, r.forecast, r.low, r.high, r.upside)
            yield derived.as_of, e.ref, e.customer, quarter, derived.currency, *figures


def _quarters(derived: Derived, facts: Mapping[str, Facts]) -> Iterator[tuple[Any, ...]]:
    for quarter, r in sorted(derived.portfolio.revenue.items()):
        figures = (r.target, r.actual, r.forecast, r.low, r.high, r.upside, r.committed_at_start, r.error)
        yield derived.as_of, quarter, derived.currency, *figures


def _risks(derived: Derived, facts: Mapping[str, Facts]) -> Iterator[tuple[Any, ...]]:
    for e in derived.engagements:
        for r in e.risks:
            yield derived.as_of, e.ref, e.customer, r.rule, r.source, r.severity, r.score, str(r.message), str(r.action)


def _invoices(derived: Derived, facts: Mapping[str, Facts]) -> Iterator[tuple[Any, ...]]:
    for e in derived.engagements:
        f = facts.get(e.ref, Facts())
        for line in e.invoicing:
            yield (
                derived.as_of, e.ref, e.customer, f.sow, f.pm, line.month, line.kind, line.what, line.state, line.hours,
                line.amount, f.currency or derived.currency, line.since, str(line.reason), " ".join(line.evidence),
            )  # fmt: skip


def _decisions(derived: Derived, facts: Mapping[str, Facts]) -> Iterator[tuple[Any, ...]]:
    for one in decision_log(derived.engagements):
        e, entry = one.engagement, one.entry
        yield derived.as_of, e.ref, e.customer, one.day, entry.ref, entry.title, entry.owner, entry.web_url


def _of(kind: Kind, /, **meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind, meaning) for name, meaning in meanings.items())


MONEY = _of(
    "number",
    actual="delivered, or accepted and ready for Finance, so far",
    forecast="the whole quarter: actual and what is still expected of committed work",
    low="lower end of the 80 % range",
    high="upper end of the 80 % range",
    upside="what soft bookings, pending change orders and unconfirmed milestones could add",
)
QUARTER = (
    Column("quarter", "text", "fiscal quarter, such as FY27-Q4"),
    Column("currency", "text", "of the amounts in this row"),
)
CUSTOMER = Column("customer", "text", "the customer's name")
TABLES: Mapping[str, Table] = {
    "engagements": Table(
        "a row an engagement",
        (
            AS_OF, REF, Column("title", "text", "its title"), CUSTOMER,
            *_of("text", sow="number of the SOW", region="from the facts", partner="delivery partner",
                 pm="username of the project manager", billing="time_and_materials, fixed_price or milestone",
                 phase="not_started, active or complete", status="green, yellow, red or unknown, over all",
                 schedule="colour of the schedule", scope="colour of the scope", budget="colour of the budget",
                 declared="the health that people declared", sentiment="the customer's, as people set it"),
            *_of("number", percent_complete="share of the work's value that is done, 0 to 1",
                 spi="schedule performance index", cpi="cost performance index",
                 growth="scope added since the baseline, as a share of it", hours_budget="hours of the SOW with approved change orders",
                 hours_spent="hours logged", eac_hours="estimated hours at completion", value="contract value"),
            Column("currency", "text", "of the value"),
            *_of("date", start="start of the SOW", end="end of the SOW, with approved change orders", finish_p50="finish, even odds",
                 finish_p80="finish, four in five"),
            Column("on_time_probability", "number", "of finishing by the end of the SOW, 0 to 1"),
            Column("forecast_basis", "text", "throughput, schedule, reference or none"),
            *_of("whole", risks="risks found", high_risks="of these, high or critical"),
            Column("burn", "number", "share of the budgeted hours that is spent, 0 to 1"),
            Column("top_risk", "text", "the gravest risk in words"),
        ),
        _engagements,
    ),
    "milestones": Table(
        "a row a milestone",
        (
            AS_OF, REF, CUSTOMER, Column("milestone", "text", "its title"),
            *_of("date", baseline="the date that was agreed", due="due date today", forecast="closed on, or expected by (P50)"),
            Column("slip_days", "whole", "working days from baseline to forecast; negative = early"),
            Column("state", "text", "done, on_track, at_risk or late"),
        ),
        _milestones,
    ),
    "revenue": Table("a row an engagement and fiscal quarter", (AS_OF, REF, CUSTOMER, *QUARTER, *MONEY), _revenue),
    "quarters": Table(
        "a row a fiscal quarter, over the portfolio",
        (
            AS_OF, *QUARTER, Column("target", "number", "from the config"), *MONEY,
            *_of("number", committed_at_start="what the forecast said when the quarter began", error="how far that was off"),
        ),
        _quarters,
    ),
    "risks": Table(
        "a row a risk",
        (
            AS_OF, REF, CUSTOMER,
            *_of("text", rule="id of the rule, or register", source="register (people wrote it) or derived",
                 severity="low, medium, high or critical"),
            Column("score", "number", "impact × probability, where given"),
            *_of("text", message="what is wrong", action="what to do about it"),
        ),
        _risks,
    ),
    "invoices": Table(
        "a row for what one person, milestone or contract brings to the invoice of a month",
        (
            AS_OF, REF, CUSTOMER,
            *_of("text", sow="number of the SOW", pm="username of the project manager",
                 month="in which it was earned, such as 2026-11", kind="hours, milestone or contract",
                 what="username, milestone or SOW", state="ready, blocked, leak, or invoiced (before the fact `invoiced_through`)"),
            *_of("number", hours="billable hours", amount="in the contract's currency; empty where it is not known"),
            Column("currency", "text", "of the amount"),
            Column("since", "date", "day on which the oldest of it was earned"),
            *_of("text", reason="what blocks it, or why nobody pays", evidence="references, apart by blanks"),
        ),
        _invoices,
    ),
    "decisions": Table(
        "a row a decision that was closed, the newest first",
        (
            AS_OF, REF, CUSTOMER, Column("decided", "date", "day on which its issue was closed"),
            *_of("text", decision="reference of its issue", title="what was decided", owner="who decided", web_url="address"),
        ),
        _decisions,
    ),
}  # fmt: skip


def make_tables(derived: Derived, portfolio: Portfolio) -> dict[str, list[Row]]:
    """The rows of each table, in the order of the derivation; every row has every column."""
    facts = {e.ref: e.facts for e in portfolio.engagements}
    return {
        name: [
            dict(zip((c.name for c in table.columns), row, strict=True)) for row in table.rows(derived, facts)
        ]
        for name, table in TABLES.items()
    }  # fmt: skip


def write_tables(
    derived: Derived, portfolio: Portfolio, folder: Path, parquet: bool, tell: Callable[[str], None]
) -> None:
    """Write each table as CSV, and as Parquet where asked; `tell` hears of engagements that can't stand in them.

    Raises UsageError when Parquet support is not installed.
    """
    from bot.cli.files import write_text

    tables = served(derived, "the tables", lambda part: make_tables(part, portfolio), tell) or {}
    for name, rows in tables.items():
        write_text(folder / f"{name}.csv", to_csv(rows, TABLES[name].columns))
        if parquet:
            _write_parquet(rows, TABLES[name].columns, folder / f"{name}.parquet")


def to_csv(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """CSV with a header, also without rows."""
    return csv_text(rows, [column.name for column in columns])


def csv_text(rows: Iterable[Row], names: Sequence[str]) -> str:
    """CSV with a header; no text can start a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(names), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: csv_cell(row[name]) if isinstance(row[name], str) else row[name] for name in names})
    return out.getvalue()


def _write_parquet(rows: Sequence[Row], columns: Sequence[Column], path: Path) -> None:
    from bot.cli.files import write_bytes

    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow", "--parquet", "Install it: pip install 'psbot[parquet]'.") from error
    table = pyarrow.Table.from_pylist([dict(row) for row in rows], schema=_schema(columns))
    data = io.BytesIO()
    pyarrow.parquet.write_table(table, data)
    write_bytes(path, data.getvalue())


def _schema(columns: Sequence[Column]) -> pyarrow.Schema:
    """The declared types, so that a column of nulls keeps its own and files of two days fit together."""
    import pyarrow

    kinds = {"text": pyarrow.string(), "date": pyarrow.date32(), "number": pyarrow.float64(), "whole": pyarrow.int64()}
    return pyarrow.schema([(column.name, kinds[column.kind]) for column in columns])
