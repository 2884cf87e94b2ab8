"""Derived facts as tables for a BI tool or a deck: engagements, milestones, revenue by quarter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.derive.results import Derived, EngagementDerived
from bot.errors import UsageError
from bot.report.safe_text import csv_cell

Row = Mapping[str, Any]


def make_tables(derived: Derived) -> dict[str, list[Row]]:
    """`engagements`, `milestones`, `revenue`: one list of rows each, in the order of the derivation."""
    return {
        "engagements": [_engagement_row(e, derived) for e in derived.engagements],
        "milestones": [row for e in derived.engagements for row in _milestone_rows(e)],
        "revenue": [row for e in derived.engagements for row in _revenue_rows(e, derived.currency)],
    }


def write_tables(derived: Derived, folder: Path, parquet: bool) -> None:
    """Write each table as CSV, and as Parquet where asked. Raises UsageError when Parquet support is not installed."""
    from bot.cli.files import write_text

    for name, rows in make_tables(derived).items():
        write_text(folder / f"{name}.csv", to_csv(rows))
        if parquet:
            _write_parquet(rows, folder / f"{name}.parquet")


def to_csv(rows: Sequence[Row]) -> str:
    """CSV with a header; no text can start a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: csv_cell(v) if isinstance(v, str) else v for k, v in row.items()})
    return out.getvalue()


def _write_parquet(rows: Sequence[Row], path: Path) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow", "--parquet", "Install it: pip install 'psbot[parquet]'.") from error
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows]), path)


def _engagement_row(e: EngagementDerived, derived: Derived) -> Row:
    return {
        "as_of": derived.as_of,
        "ref": e.ref,
        "title": e.title,
        "customer": e.customer,
        "phase": e.phase,
        "status": e.status.overall,
        "schedule": e.status.schedule.rag,
        "scope": e.status.scope.rag,
        "budget": e.status.budget.rag,
        "percent_complete": e.progress.percent,
        "spi": e.schedule.spi,
        "cpi": e.budget.cpi,
        "hours_budget": e.budget.hours_budget,
        "hours_spent": e.budget.hours_spent,
        "eac_hours": e.budget.eac_hours,
        "finish_p50": e.forecast.finish.p50,
        "finish_p80": e.forecast.finish.p80,
        "on_time_probability": e.forecast.on_time_probability,
        "forecast_basis": e.forecast.basis,
        "risks": len(e.risks),
    }


def _milestone_rows(e: EngagementDerived) -> Iterator[Row]:
    for m in e.schedule.milestones:
        yield {
            "ref": e.ref,
            "milestone": m.title,
            "baseline": m.baseline,
            "due": m.due,
            "forecast": m.forecast,
            "slip_days": m.slip_days,
            "state": m.state,
        }


def _revenue_rows(e: EngagementDerived, currency: str) -> Iterator[Row]:
    for quarter, r in sorted(e.forecast.revenue.items()):
        yield {
            "ref": e.ref,
            "customer": e.customer,
            "quarter": quarter,
            "currency": currency,
            "actual": r.actual,
            "forecast": r.forecast,
            "low": r.low,
            "high": r.high,
            "upside": r.upside,
        }
