"""Whether a report says something new, beyond the mere passing of time.

Every forecast moves a little each day, and "for 6 days" becomes "for 7". Such drift alone touches nothing that stands. It
is told from change by comparing texts of the same day. What stands was written as of some day; written anew as of that
day, with what is known and configured now, it would say something else: then a fact, a setting or a word changed. What
happened since that day shows between today's text, and today's text had nothing happened since. And where time alone
changes a colour, a state or the risks, and the text with it, that is news too.

A fingerprint holds the day and the digests that a later run needs for this. Equal texts have equal fingerprints.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.derive.decisions.due import Due
from bot.derive.results import EngagementDerived
from bot.domain.frozen import frozen
from bot.domain.model import Engagement
from bot.domain.vocabulary import Audience
from bot.report.context import ReportContext
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, customer_text
from bot.report.schedule import cycle_of

Make = Callable[[Due, ReportContext], Document | None]
_FORM = re.compile(r"(?P<day>\d{8})-(?P<text>[0-9a-f]{16})-(?P<state>[0-9a-f]{8})-(?P<shape>[0-9a-f]{8})")
_SPACE = re.compile(r"\s+")
_DRIFTS = re.compile(r"\d+(?:[.,\s\u00a0\u202f]\d+)*")


@frozen
class Trace:
    """What a text was: as of which day, and the digests of what it said, of its state, and of its words without numbers."""

    day: date
    text: str
    state: str
    shape: str

    def __str__(self) -> str:
        return f"{self.day.isoformat().replace('-', '')}-{self.text}-{self.state}-{self.shape}"


def read_trace(fingerprint: str) -> Trace | None:
    """Read back from a fingerprint; None for one of an earlier psbot."""
    match = _FORM.fullmatch(fingerprint)
    if match is None:
        return None
    try:
        return Trace(date.fromisoformat(match["day"]), match["text"], match["state"], match["shape"])
    except ValueError:
        return None


def with_fingerprint(document: Document, due: Due, context: ReportContext, make: Make) -> Document:
    """`document` with the fingerprint of what stands, where it says nothing new; else with its own, or the one that its report gave it."""
    if document.fingerprint:
        return document
    now = trace_of(document, _as_of(document, due, context), context)
    standing = context.stands(document)
    stood = read_trace(standing)
    if stood and (now.day, now.text) == (stood.day, stood.text):
        return replace(document, fingerprint=standing)
    if stood is None or now.day <= stood.day or _says_something_new(document, due, context, make, stood, now):
        return replace(document, fingerprint=str(now))
    return replace(document, fingerprint=standing)


def _says_something_new(
    document: Document, due: Due, context: ReportContext, make: Make, stood: Trace, now: Trace
) -> bool:
    if stood.state != now.state and stood.shape != now.shape:
        return True
    then = make(replace(due, as_of=stood.day), context)
    if then is None or trace_of(then, stood.day, context).text != stood.text:
        return True
    if not _happened(document, context, stood.day, now.day):
        return False
    idle = make(due, context.frozen(stood.day))
    return idle is None or trace_of(idle, now.day, context).text != now.text


def _as_of(document: Document, due: Due, context: ReportContext) -> date:
    """A text that waits for approval holds as of the day on which it was due, and stands still from then on."""
    return min(due.as_of, draft_day(due, context)) if document.draft else due.as_of


def draft_day(due: Due, context: ReportContext) -> date:
    """The day on which the report of this period is first due."""
    cycle = cycle_of(due.kind, context.settings, context.calendar)
    return cycle.first_due(due.period) if cycle else due.as_of


def trace_of(document: Document, day: date, context: ReportContext) -> Trace:
    """The trace of a document that holds as of `day`."""
    text = seen(document)
    return Trace(day, _digest(text, 16), _digest(_state(document, day, context), 8), _digest(_DRIFTS.sub("#", text), 8))


def seen(document: Document) -> str:
    """What a reader sees: title and all parts, without the as-of line, the PM notes and what may change by itself.

    Of a draft the customer's text alone: another approver makes no other text.
    """
    if document.draft:
        return _SPACE.sub(" ", customer_text(document.body) or document.body).strip()
    text = "\n".join((document.title, _without_notes(document.body), *document.follow_ups))
    for passage in sorted((document.as_of_line, *document.volatile), key=len, reverse=True):
        text = text.replace(passage, "") if passage.strip() else text
    return _SPACE.sub(" ", text).strip()


def _without_notes(body: str) -> str:
    before, start, rest = body.partition(PM_NOTES_START)
    return before + rest.partition(PM_NOTES_END)[2] if start else body


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]


def _engagements(document: Document, day: date, context: ReportContext) -> Mapping[str, Engagement]:
    known = context.engagements(day)
    refs = sorted(known) if document.engagement is None else {document.engagement} & known.keys()
    return {ref: known[ref] for ref in refs}


def _happened(document: Document, context: ReportContext, since: date, day: date) -> bool:
    """Whether anything with a date happened after `since`."""
    return _engagements(document, since, context) != _engagements(document, day, context)


def _state(document: Document, day: date, context: ReportContext) -> str:
    """What may change from one day to the next without anybody doing anything, and is news all the same."""
    found = (context.derived(ref, day) for ref in _engagements(document, day, context))
    states = [_state_of(e, document) for e in found if e is not None]
    return json.dumps(states, sort_keys=True, ensure_ascii=False, default=str)


def _state_of(e: EngagementDerived, document: Document) -> Mapping[str, Any]:
    state: dict[str, Any] = {
        "phase": e.phase,
        "milestones": [(m.title, m.state) for m in e.schedule.milestones],
        "acceptance": [(a.milestone, a.state) for a in e.acceptance],
    }
    if document.audience == Audience.INTERNAL:
        s = e.status
        state |= {
            "colours": (s.overall, s.schedule.rag, s.scope.rag, s.budget.rag, s.declared, s.sentiment),
            "risks": sorted({(r.rule, r.severity) for r in e.risks}),
            "escalations": [(x.ref, x.overdue) for x in e.escalations],
            "gaps": sorted({gap.check for gap in e.compliance.missing}),
        }
    return state
