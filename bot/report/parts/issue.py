"""What all reports that are issues have in common: target, title, as-of line, link to the one before, PM notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.derive.decisions.due import Due
from bot.domain.errors import UsageError
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.vocabulary import Audience
from bot.report.context import ReportContext, quiet
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, IssueTarget
from bot.report.environment import View
from bot.report.text.safe_text import SafeMarkdown, issue_title, link


def issue_document(
    template: str,
    due: Due,
    context: ReportContext,
    view: View,
    payload: Mapping[str, Any],
    title: Text | None = None,
) -> Document:
    """The period's issue; its title is the wording's of its kind, or a message. Raises UsageError where the config names no project for it."""
    section = dict(context.settings.reports.issues())[due.kind]
    if not section.project:
        raise UsageError(
            "no project is named for this issue", f"reports.{due.kind}.project", "Name one that only your people read."
        )
    frame, words = issue_frame(due, context), context.templates.words
    heading = words.text(f"{due.kind}.issue_title", period=frame.period) if title is None else words.sentence(title)
    return Document(
        kind=due.kind,
        audience=Audience.INTERNAL,
        period=due.period.name,
        target=IssueTarget(section.project, section.labels),
        body=context.templates.render(template, frame, view),
        title=issue_title(heading),
        as_of_line=frame.as_of_line,
        payload={"v": 1, **payload},
        closes_previous=True,
    )


@frozen
class IssueFrame:
    """What every issue's template shows besides the report itself."""

    period: SafeMarkdown
    first_day: date
    last_day: date
    as_of_line: SafeMarkdown
    previous: SafeMarkdown | None
    unread: tuple[Text, ...]
    notes_start: SafeMarkdown
    notes_end: SafeMarkdown


def issue_frame(due: Due, context: ReportContext) -> IssueFrame:
    """The values that every such template may show."""
    words = context.templates.words
    before = context.previous(due.kind, None, due.period)
    return IssueFrame(
        period=SafeMarkdown(due.period.name),
        first_day=due.period.first,
        last_day=due.period.last,
        as_of_line=words.text("common.as_of", day=due.as_of, zone=context.calendar.timezone),
        previous=link(before.period, quiet(before.url)) if before and before.url else None,
        unread=context.derive(due.as_of).failures,
        notes_start=SafeMarkdown(PM_NOTES_START),
        notes_end=SafeMarkdown(PM_NOTES_END),
    )
