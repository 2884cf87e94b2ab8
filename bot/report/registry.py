"""What a report module offers, and the collection of all of them: a new file in `kinds/` is a new report."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from bot.report import kinds
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.due import Due


@dataclass(frozen=True)
class Report:
    """A kind of report: on what it is made (references; None for the portfolio), and how.

    `make` gives None where there is nothing to say on a subject, such as a customer who reads no channel.
    """

    kind: str
    name: str
    template: str
    subjects: Callable[[Due, ReportContext], Iterable[str | None]]
    make: Callable[[Due, ReportContext, str | None], Document | None]


@cache
def all_reports() -> tuple[Report, ...]:
    """Every report, by name of its module."""
    names = sorted(found.name for found in pkgutil.iter_modules(kinds.__path__))
    return tuple(importlib.import_module(f"{kinds.__name__}.{name}").REPORT for name in names)


def whole_portfolio(due: Due, context: ReportContext) -> Iterable[str | None]:
    """The subject of a report on all engagements: one, without a reference; none in a run limited to one engagement."""
    return (None,) if context.only is None else ()
