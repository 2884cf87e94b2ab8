"""Derived values → Documents: what is due is rendered, one report's failure harms no other. Pure but for templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from bot.domain.errors import ConfigError, PsbotError
from bot.report.basis import with_basis
from bot.report.change import with_facts
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.due import Due
from bot.report.registry import Report, all_reports
from bot.report.text.length import fitted

__all__ = ["Made", "ReportContext", "make_documents"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Made:
    """The rendered documents, and a sentence for each one that could not be made."""

    documents: tuple[Document, ...] = ()
    faults: tuple[str, ...] = ()


def make_documents(dues: Due | Iterable[Due], context: ReportContext) -> Made:
    """All documents of what is due. Raises ConfigError for a template that can't be used: then nothing is written."""
    documents: list[Document] = []
    faults: list[str] = []
    for due in (dues,) if isinstance(dues, Due) else dues:
        for report in all_reports():
            if report.kind == due.kind:
                made = _make(report, due, context)
                documents += made.documents
                faults += made.faults
    documents.sort(key=lambda document: document.audience == "customer")
    return Made(tuple(documents), tuple(faults))


def _make(report: Report, due: Due, context: ReportContext) -> Made:
    faults: list[str] = []
    documents: list[Document] = []
    subjects = _guarded(lambda: tuple(report.subjects(due, context)), f"{report.name} {due.period.name}", faults)
    for subject in subjects or ():
        where = " ".join(filter(None, (report.name, due.period.name, subject)))
        document = _guarded(partial(report.make, due, context, subject), where, faults)
        if document is not None:
            document = with_basis(fitted(document, context.templates.words), context.portfolio)
            documents.append(with_facts(document, due, context))
    return Made(tuple(documents), tuple(faults))


def _guarded(make: Callable[[], T], where: str, faults: list[str]) -> T | None:
    """What `make` gives; its failure becomes a sentence that names the report. A broken template is no such failure."""
    try:
        return make()
    except ConfigError:
        raise
    except PsbotError as error:
        faults.append(f"{where}: {error}")
    except Exception as error:  # noqa: BLE001 -- one report's mistake must not cost the others; it is told, not dropped
        faults.append(f"{where}: could not be made ({type(error).__name__}: {error})")
    return None
