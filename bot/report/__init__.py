"""Derived values → Documents: what is due is rendered, one report's failure harms no other. Pure but for templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from bot.derive.decisions.due import Due
from bot.domain.bulkhead import contained
from bot.domain.errors import ConfigError
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Audience
from bot.report.basis import with_basis
from bot.report.change import with_fingerprint
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.registry import Report, all_reports
from bot.report.text.length import fitted

__all__ = ["Made", "ReportContext", "make_documents"]

T = TypeVar("T")


@frozen
class Made:
    """The rendered documents, and a sentence for each one that could not be made."""

    documents: tuple[Document, ...] = ()
    faults: tuple[str, ...] = ()


def make_documents(dues: Due | Iterable[Due], context: ReportContext) -> Made:
    """All documents of what is due. Raises ConfigError for a template that can't be used: then nothing is written.

    A template that serves the sample portfolio and fails for one engagement's odd data costs that report alone.
    """
    documents: list[Document] = []
    faults: list[str] = []
    broken: list[ConfigError] = []
    for due in (dues,) if isinstance(dues, Due) else dues:
        for report in all_reports():
            if report.kind == due.kind:
                made = _make(report, due, context, broken)
                documents += made.documents
                faults += made.faults
    if broken and _serves_nobody(context):
        raise broken[0]
    documents.sort(key=lambda document: document.audience == Audience.CUSTOMER)
    return Made(tuple(documents), tuple(faults))


def _serves_nobody(context: ReportContext) -> bool:
    """Whether the templates fail for the sample portfolio too."""
    from bot.report.check import check_templates
    from bot.report.sample import sample_contexts

    return bool(check_templates(context.templates, sample_contexts(context.templates, context.settings)))


def _make(report: Report, due: Due, context: ReportContext, broken: list[ConfigError]) -> Made:
    faults: list[str] = []
    documents: list[Document] = []

    def guarded(make: Callable[[], T], where: str) -> T | None:
        return contained(make, lambda why: faults.append(f"{where}: could not be made ({why})"), fatal=())

    def made(subject: str | None) -> Document | None:
        try:
            document = report.document(due, context, subject)
        except ConfigError as error:
            broken.append(error)
            raise
        if document is None:
            return None
        document = with_basis(fitted(document, context.templates.words), context.portfolio)
        return with_fingerprint(document, due, context, partial(_again, report, subject))

    subjects = guarded(lambda: tuple(report.subjects_of(due, context)), f"{report.name} {due.period.name}")
    for subject in subjects or ():
        where = " ".join(filter(None, (report.name, due.period.name, subject)))
        document = guarded(partial(made, subject), where)
        if document is not None:
            documents.append(document)
    return Made(tuple(documents), tuple(faults))


def _again(report: Report, subject: str | None, due: Due, context: ReportContext) -> Document | None:
    """The document as of another day; None where there was none, or it can't be made: then what stands is no guide."""
    document = contained(lambda: report.document(due, context, subject), lambda why: None)
    return fitted(document, context.templates.words) if document else None
