"""What a report rests on, apart from the mere passing of time: only a change of this is worth a write.

Every forecast moves a little each day, and "for 6 days" becomes "for 7". Such drift alone touches nothing that stands;
it comes along when facts change (an item, hours, a date, a word of the PM), when a colour, a milestone's state or the set
of risks does, or when template or wording does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.derive.results import EngagementDerived
from bot.domain.facts import CUSTOMER_KEYS, MILESTONE_FACTS
from bot.domain.model import Engagement, Portfolio
from bot.domain.snapshot import dump_snapshot
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.due import Due, cycle_of

# The bot's own note touches `updated_at`; when something was read is no fact about it.
_PASSING = ("updated_at",)
_INTERNAL = ("labels", "label_dates", "health_status", "errors", "fact_faults", "customer_visible_facts", "bookings")


def with_facts(document: Document, due: Due, context: ReportContext) -> Document:
    """`document` with the text of what it rests on; `publish` keeps only its digest.

    A draft for the customer rests on its day: it stands still until the next one is due, so that it can be approved.
    """
    if document.draft:
        due = replace(due, as_of=min(due.as_of, draft_day(due, context)))
    plain = {
        "title": document.title,
        "layout": context.templates.signature,
        "data": [_data(e, document) for e in _engagements(document, due, context)],
        "state": [_state(e, document) for e in _derived(document, due, context)],
        "words": _words(document, context),
        "failures": sorted(map(str, context.portfolio.failures)) if document.audience == "internal" else [],
    }
    return replace(document, facts=json.dumps(plain, sort_keys=True, ensure_ascii=False))


def draft_day(due: Due, context: ReportContext) -> date:
    """The day on which the report of this period is first due."""
    return cycle_of(due.kind, context.settings, context.calendar).first_due(due.period)


def _engagements(document: Document, due: Due, context: ReportContext) -> list[Engagement]:
    known = context.engagements(due.as_of)
    refs = sorted(known) if document.engagement is None else [document.engagement]
    return [known[ref] for ref in refs if ref in known]


def _derived(document: Document, due: Due, context: ReportContext) -> Iterable[EngagementDerived]:
    refs = [e.ref for e in _engagements(document, due, context)]
    return [e for e in (context.derived(ref, due.as_of) for ref in refs) if e is not None]


def _data(engagement: Engagement, document: Document) -> Mapping[str, Any]:
    (plain,) = dump_snapshot(Portfolio((engagement,)))["engagements"]
    plain["items"] = [{k: v for k, v in item.items() if k not in _PASSING} for item in plain["items"]]
    return plain if document.audience == "internal" else _customer_data(plain)


def _customer_data(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of the data that a customer's report is made of: internal changes make no new draft."""
    kept = {k: v for k, v in plain.items() if k not in _INTERNAL}
    kept["items"] = [item for item in plain["items"] if not item["confidential"]]
    stones = [{k: v for k, v in m.items() if MILESTONE_FACTS[k].customer} for m in plain["facts"]["milestones"] or ()]
    kept["facts"] = {k: plain["facts"][k] for k in CUSTOMER_KEYS} | {"milestones": stones}
    return kept


def _state(e: EngagementDerived, document: Document) -> Mapping[str, Any]:
    state: dict[str, Any] = {
        "phase": e.phase,
        "milestones": [(m.title, m.state) for m in e.schedule.milestones],
        "acceptance": [(a.milestone, a.state) for a in e.acceptance],
    }
    if document.audience == "internal":
        s = e.status
        state |= {
            "colours": (s.overall, s.schedule.rag, s.scope.rag, s.budget.rag, s.declared, s.sentiment),
            "risks": sorted({(r.rule, r.severity) for r in e.risks}),
            "escalations": [(x.ref, x.overdue) for x in e.escalations],
            "gaps": sorted({gap.check for gap in e.compliance.missing}),
            "errors": [str(error) for error in e.errors],
        }
    return state


def _words(document: Document, context: ReportContext) -> list[Any]:
    """What people wrote below and into other reports; the PM notes of this one are kept, not carried."""
    about = (p for p in context.past if document.engagement in (None, p.engagement))
    others = (p for p in about if (p.kind, p.period) != (document.kind, document.period))
    return sorted(
        [p.kind, p.period, p.engagement or "", p.pm_notes, [(r.author, r.body) for r in p.replies]]
        for p in others
        if document.audience == "internal" and (p.pm_notes.strip() or p.replies)
    )
