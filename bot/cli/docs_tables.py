"""Tables that stand in pages written by hand, made from the declarations: reports and orders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.derive.decisions.due import MONTHLY, QUARTERLY, WEEKLY
from bot.derive.decisions.orders.kinds import KINDS
from bot.report.registry import Report, ReportPlace, all_reports

REPORTS_HEAD = "| report | where | when | who reads it |"
ORDERS_HEAD = "| order | effect |"
PAGE_ROW = "| portfolio page | static files: `psbot site --out public` | each run | directors |"
_WHERE = {
    ReportPlace.ENGAGEMENT: "a thread on the engagement, or on its `internal` target",
    ReportPlace.CUSTOMER_CHANNEL: "first a draft in the internal channel, then `customer_channel`",
    ReportPlace.PORTFOLIO: "an issue in `reports.{kind}.project`",
    ReportPlace.FILE: "a file to hand over: `psbot run --report {kind} {arguments} --out DIR`",
}


def reports_page(path: Path) -> str:
    """docs/reports.md with its table of reports."""
    rows = [
        f"| {r.name} | {_WHERE[r.place].format(kind=r.kind, arguments=r.arguments)} | {_when(r)} | {r.readers} |"
        for r in all_reports()
    ]
    return _with_table(path.read_text(encoding="utf-8"), REPORTS_HEAD, [*rows, PAGE_ROW])


def _when(report: Report) -> str:
    if report.place is ReportPlace.FILE:
        return "any time"
    if report.rhythm is WEEKLY:
        approved = ", after approval" if report.place is ReportPlace.CUSTOMER_CHANNEL else ""
        return f"weekly (`reports.{report.kind}.day`){approved}"
    if report.rhythm is MONTHLY:
        return f"day `reports.{report.kind}.day`, for the month that ended"
    if report.rhythm is QUARTERLY:
        return "first day of a fiscal quarter, for the one that ended"
    return f"once, {report.occasion}"


def orders_page(path: Path) -> str:
    """docs/orders.md with its table of orders."""
    kinds = {kind.word: kind for kind in KINDS.values()}.values()
    rows = [f"| `{kind.example or kind.usage}` | {kind.meaning} |" for kind in kinds]
    return _with_table(path.read_text(encoding="utf-8"), ORDERS_HEAD, rows)


def _with_table(page: str, head: str, rows: list[str]) -> str:
    """The page with the rows of the table that begins with `head`."""
    before, _, rest = page.partition(head)
    rule = "| " + " | ".join("---" for _ in head.strip("| ").split("|")) + " |"
    after = "\n".join(_behind_table(rest.splitlines()[1:]))
    return "\n".join([before + head, rule, *rows, after]) + "\n"


def _behind_table(lines: list[str]) -> Iterator[str]:
    inside = True
    for line in lines:
        inside = inside and line.startswith("|")
        if not inside:
            yield line
