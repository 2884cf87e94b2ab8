"""The general layout: a title and sections of lines. A report that needs no more has no template of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field

from bot.derive.decisions.due import Due
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text
from bot.domain.vocabulary import Audience
from bot.report.context import ReportContext
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, NoteTarget
from bot.report.parts.issue import issue_document
from bot.report.text.safe_text import SafeMarkdown

TEMPLATE = "sections.md.j2"


@frozen
class TextSection:
    """A heading, and the lines below it: messages, which are said in the reports' language. Without lines it is left out."""

    heading: Phrase
    lines: Callable[[Due, ReportContext, str | None], Iterable[Text]]
    """Of the report, its context and its subject (None: the portfolio)."""


Filled = Sequence[tuple[SafeMarkdown, tuple[SafeMarkdown, ...]]]


@frozen
class IssueSections:
    """What the layout shows of an issue, whose title is GitLab's."""

    sections: Filled
    title: None = None


@frozen
class NoteSections:
    """What the layout shows of a note."""

    sections: Filled
    title: SafeMarkdown
    as_of_line: SafeMarkdown
    previous: None = None
    unread: tuple[Text, ...] = ()
    notes_start: SafeMarkdown = field(default_factory=lambda: SafeMarkdown(PM_NOTES_START))
    notes_end: SafeMarkdown = field(default_factory=lambda: SafeMarkdown(PM_NOTES_END))


def issue_of_sections(title: Phrase, sections: Iterable[TextSection], due: Due, context: ReportContext) -> Document:
    """The period's issue. Raises UsageError where the config names no project for it."""
    view = IssueSections(_filled(sections, due, context, None))
    return issue_document(TEMPLATE, due, context, view, {}, _titled(title, due))


def note_of_sections(
    title: Phrase, sections: Iterable[TextSection], due: Due, context: ReportContext, ref: str
) -> Document | None:
    """The period's note on one engagement; None where there is nothing to say."""
    filled, words = _filled(sections, due, context, ref), context.templates.words
    if not filled:
        return None
    as_of_line = words.text("common.as_of", day=due.as_of, zone=context.calendar.timezone)
    view = NoteSections(filled, words.output(_titled(title, due)), as_of_line)
    return Document(
        kind=due.kind,
        audience=Audience.INTERNAL,
        period=due.period.name,
        target=NoteTarget(context.engagements(due.as_of)[ref].facts.internal or ref),
        body=context.templates.render(TEMPLATE, view),
        engagement=ref,
        as_of_line=as_of_line,
        payload={"v": 1},
    )


def _titled(title: Phrase, due: Due) -> Phrase:
    return title.refilled(period=due.period.name) if "{period}" in title.template else title


def _filled(sections: Iterable[TextSection], due: Due, context: ReportContext, ref: str | None) -> Filled:
    output = context.templates.words.output
    found = ((section.heading, tuple(section.lines(due, context, ref))) for section in sections)
    return [(output(heading), tuple(output(line) for line in lines)) for heading, lines in found if lines]
