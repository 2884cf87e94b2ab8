"""JSON Schemas (draft 2020-12) of the facts block, the snapshot and the derived facts, for editors and other programs."""

from __future__ import annotations

from typing import Any

from bot.derive.billing_results import Billing
from bot.derive.results import RAGS, SEVERITIES
from bot.domain.facts.declared import facts_schema as facts_schema
from bot.domain.facts.declared import or_null

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ISO_DAY = r"^\d{4}-\d{2}-\d{2}$"

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
DAY: Schema = {"type": "string", "format": "date", "pattern": ISO_DAY}
INSTANT: Schema = {"type": "string", "format": "date-time"}
RATIO: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def snapshot_schema() -> Schema:
    """Of `psbot-snapshot/1`. Only `ref` and what can't be guessed is required; the rest may be absent."""
    return {
        "$schema": DIALECT,
        "title": "psbot snapshot",
        **_object({"format": {"const": "psbot-snapshot/1"}, "engagements": _list(_snapshot_engagement())}),
    } | {
        "properties": {
            "format": {"const": "psbot-snapshot/1"},
            "taken_at": or_null(INSTANT),
            "engagements": _list(_snapshot_engagement()),
            "failures": _list(TEXT),
            "members": {"type": "object", "additionalProperties": _list(TEXT)},
            "unread": _list(TEXT),
            "known": _list(TEXT),
            "unpublished": _list(TEXT),
        }
    }


def derived_schema() -> Schema:
    """Of `psbot-derived/1`. Every key is always there; more may come."""
    return {
        "$schema": DIALECT,
        "title": "psbot derived facts",
        **_object(
            {
                "format": {"const": "psbot-derived/1"},
                "as_of": DAY,
                "currency": TEXT,
                "engagements": _list(_derived_engagement()),
                "portfolio": _derived_portfolio(),
                "failures": _list(TEXT),
            }
        ),
    }


# -- building blocks


def _list(shape: Schema) -> Schema:
    return {"type": "array", "items": shape}


def _choice(*names: str) -> Schema:
    return {"type": "string", "enum": list(names)}


def _object(properties: dict[str, Schema]) -> Schema:
    """An object with all of these keys, and maybe more."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _partial(properties: dict[str, Schema], *required: str) -> Schema:
    """An object in which a missing value may be null or absent."""
    shapes = {key: shape if key in required else or_null(shape) for key, shape in properties.items()}
    return {"type": "object", "required": list(required), "properties": shapes}


def _by_name(shape: Schema) -> Schema:
    return {"type": "object", "additionalProperties": shape}


# -- snapshot


def _snapshot_engagement() -> Schema:
    texts, label_dates = _list(TEXT), _by_name(or_null(INSTANT))
    fault = _partial({"key": TEXT, "line": NUMBER, "message": TEXT, "ref": TEXT})
    return _partial(
        {
            "ref": {"type": "string", "minLength": 1},
            "title": TEXT,
            "web_url": TEXT,
            "state": TEXT,
            "closed_at": INSTANT,
            "created_at": INSTANT,
            "labels": texts,
            "label_dates": label_dates,
            "health_status": TEXT,
            "assignees": texts,
            "due_date": DAY,
            "confidential": FLAG,
            "facts": {"type": "object"},
            "fact_faults": _list(fault),
            "customer_visible_facts": texts,
            "items": _list(_snapshot_item()),
            "milestones": _list(_snapshot_milestone()),
            "timelogs": _list(_snapshot_timelog()),
            "bookings": _list(
                _partial({"user": TEXT, "week": TEXT, "hours": NUMBER, "kind": _choice("hard", "soft"), "known": DAY})
            ),
            "hours_difference": NUMBER,
            "errors": texts,
            "unread": texts,
        },
        "ref",
    )


_DUE_HISTORY = _list(_partial({"from": DAY, "to": DAY, "at": INSTANT}, "at"))


def _snapshot_item() -> Schema:
    texts = _list(TEXT)
    days = dict.fromkeys(("start_date", "due_date"), DAY)
    instants = dict.fromkeys(("created_at", "closed_at", "updated_at"), INSTANT)
    numbers = dict.fromkeys(("weight", "estimate_hours", "spent_hours"), NUMBER)
    names = dict.fromkeys(
        ("title", "type", "milestone", "health_status", "web_url", "iteration", "parent", "status"), TEXT
    )
    return _partial(
        {
            "ref": TEXT,
            "state": TEXT,
            **names,
            **days,
            **instants,
            **numbers,
            **dict.fromkeys(("assignees", "labels", "blocked_by"), texts),
            "label_dates": _by_name(or_null(INSTANT)),
            "outcome": _choice("done", "dropped"),
            "updates": _list(INSTANT),
            **dict.fromkeys(("confidential", "takes_texts"), FLAG),
            "due_history": _DUE_HISTORY,
            "facts": {"type": "object"},
        },
        "ref",
    )


def _snapshot_milestone() -> Schema:
    days = dict.fromkeys(("start_date", "due_date"), DAY)
    texts = dict.fromkeys(("ref", "state", "web_url"), TEXT)
    return _partial({"title": TEXT, **texts, **days, "closed_at": INSTANT, "due_history": _DUE_HISTORY}, "title")


def _snapshot_timelog() -> Schema:
    return _partial(
        {"item": TEXT, "user": TEXT, "spent_at": DAY, "hours": NUMBER, "billable": FLAG, "approved": FLAG}, "spent_at"
    )


# -- derived facts

_REASONS = _list(_object({"text": TEXT, "evidence": _list(TEXT)}))
_COLOUR = _choice(*RAGS)
_RAG = _object({"rag": _COLOUR, "reasons": _REASONS})
_SEVERITY = _choice("low", "medium", "high", "critical")
_DECLARED = or_null(_choice("green", "yellow", "red"))
_REVENUE = _object(dict.fromkeys(("actual", "forecast", "low", "high", "upside"), NUMBER))
_MAYBE_DAY, _MAYBE_NUMBER, _MAYBE_TEXT = or_null(DAY), or_null(NUMBER), or_null(TEXT)
_MAYBE_WHOLE, _MAYBE_RATIO, _MAYBE_FLAG = or_null(WHOLE), or_null(RATIO), or_null(FLAG)


def _quantiles(shape: Schema) -> Schema:
    return _object(dict.fromkeys(("p10", "p50", "p80", "p95"), or_null(shape)))


def _derived_engagement() -> Schema:
    return _object(
        {
            **dict.fromkeys(("ref", "title", "customer"), TEXT),
            "phase": _choice("not_started", "active", "complete"),
            "end": _MAYBE_DAY,
            "progress": _object(
                {"basis": _choice("hours", "weight", "count"), "percent": _MAYBE_RATIO, "done": NUMBER, "total": NUMBER}
            ),
            "status": _object(
                {
                    "overall": _COLOUR,
                    "declared": _DECLARED,
                    "sentiment": _DECLARED,
                    "partial": FLAG,
                    "track_record": _by_name(_by_name(_object(dict.fromkeys(("said", "came_true"), WHOLE)))),
                    **dict.fromkeys(("schedule", "scope", "budget"), _RAG),
                }
            ),
            "schedule": _derived_schedule(),
            "budget": _object(
                {
                    **dict.fromkeys(("hours_budget", "burn", "cpi", "tcpi", "eac_hours"), _MAYBE_NUMBER),
                    "hours_spent": NUMBER,
                    "runs_out": _MAYBE_DAY,
                }
            ),
            "scope": _derived_scope(),
            "forecast": _derived_forecast(),
            "acceptance": _list(_derived_acceptance()),
            "invoicing": _list(_derived_billing()),
            "risks": _list(_derived_risk()),
            "escalations": _list(_derived_escalation()),
            "stories": _list(_derived_story()),
            "slips": _list(_derived_slip()),
            "compliance": _object({"score": _MAYBE_RATIO, "missing": _list(_derived_gap())}),
            "orders": _list(
                _object(
                    {
                        **dict.fromkeys(("order", "by", "why", "reason"), TEXT),
                        "at": INSTANT,
                        "until": _MAYBE_DAY,
                        "state": _choice("obeyed", "refused", "expired"),
                    }
                )
            ),
            "errors": _list(TEXT),
        }
    )


def _derived_story() -> Schema:
    consequence = {"days": _MAYBE_WHOLE, "hours": _MAYBE_NUMBER, "money": _MAYBE_NUMBER}
    return _object(
        {
            **dict.fromkeys(("id", "headline", "cause", "action"), TEXT),
            "severity": _SEVERITY,
            "consequence": _object(consequence),
            "gain": or_null(_object({**consequence, "on_time_probability": _MAYBE_RATIO})),
            "evidence": _list(TEXT),
            "risks": _list(TEXT),
            "owner": _MAYBE_TEXT,
            "due": _MAYBE_DAY,
        }
    )


def _derived_slip() -> Schema:
    return _object(
        {
            **dict.fromkeys(("what", "ref"), TEXT),
            "from": _MAYBE_DAY,
            "to": _MAYBE_DAY,
            "at": _MAYBE_DAY,
            "days": _MAYBE_WHOLE,
            "cause": _MAYBE_TEXT,
        }
    )


def _derived_schedule() -> Schema:
    milestone = _object(
        {
            "title": TEXT,
            **dict.fromkeys(("baseline", "due", "forecast"), _MAYBE_DAY),
            "slip_days": _MAYBE_WHOLE,
            "state": _choice("done", "on_track", "at_risk", "late"),
        }
    )
    return _object(
        {
            **dict.fromkeys(("planned_value", "earned_value", "spi", "spi_t"), _MAYBE_NUMBER),
            "baseline_finish": _MAYBE_DAY,
            "milestones": _list(milestone),
            "days_lost_by_cause": _by_name(_by_name(WHOLE)),
            "critical_path": _list(TEXT),
        }
    )


def _derived_scope() -> Schema:
    keys = ("approved_hours", "pending_hours", "approved_value", "pending_value")
    counts = dict.fromkeys(("baseline_items", "added", "removed"), _MAYBE_WHOLE)
    figures = {"dropped": WHOLE, "dropped_hours": NUMBER, "growth": _MAYBE_NUMBER}
    return _object({**counts, **figures, "change_orders": _object(dict.fromkeys(keys, NUMBER))})


def _derived_forecast() -> Schema:
    return _object(
        {
            "finish": _quantiles(DAY),
            "on_time_probability": _MAYBE_RATIO,
            "effort_hours": _quantiles(NUMBER),
            "revenue": _by_name(_REVENUE),
            "basis": _choice("throughput", "schedule", "reference", "none"),
            "history_weeks": WHOLE,
        }
    )


def _derived_acceptance() -> Schema:
    return _object(
        {
            "milestone": TEXT,
            "amount": _MAYBE_NUMBER,
            "state": _choice("open", "ready", "sent", "accepted", "passively_accepted"),
            "sent": _MAYBE_DAY,
            "passive_on": _MAYBE_DAY,
        }
    )


def _derived_billing() -> Schema:
    return _object(
        {
            **dict.fromkeys(("month", "what", "reason"), TEXT),
            "kind": _choice("hours", "milestone", "contract"),
            "state": _choice(*Billing),
            "hours": NUMBER,
            "amount": _MAYBE_NUMBER,
            "since": _MAYBE_DAY,
            "evidence": _list(TEXT),
        }
    )


def _derived_risk() -> Schema:
    return _object(
        {
            "rule": TEXT,
            "source": _choice("register", "derived"),
            "severity": _choice(*SEVERITIES),
            "score": _MAYBE_NUMBER,
            "message": TEXT,
            "evidence": _list(TEXT),
            "action": TEXT,
        }
    )


def _derived_escalation() -> Schema:
    return _object(
        {
            "ref": TEXT,
            "severity": _choice(*SEVERITIES),
            "age_days": WHOLE,
            "update_due": _MAYBE_DAY,
            "overdue": FLAG,
        }
    )


def _derived_gap() -> Schema:
    return _object({"check": TEXT, "message": TEXT, "evidence": _list(TEXT)})


def _derived_portfolio() -> Schema:
    maybe = dict.fromkeys(("target", "committed_at_start", "error"), _MAYBE_NUMBER)
    quarter = _object({**maybe, **dict.fromkeys(("actual", "forecast", "low", "high", "upside"), NUMBER)})
    week = _object({"user": TEXT, "week": TEXT, "hours": NUMBER, "available": NUMBER})
    driver = _object({"kind": TEXT, "engagement": TEXT, "amount": NUMBER, "text": TEXT})
    waterfall = _object({"quarter": TEXT, "since": DAY, "before": NUMBER, "after": NUMBER, "drivers": _list(driver)})
    return _object(
        {
            "engagements": WHOLE,
            "rag": _object(dict.fromkeys(RAGS, WHOLE)),
            "revenue": _by_name(quarter),
            **dict.fromkeys(("on_time_rate", "on_budget_rate"), _MAYBE_RATIO),
            "utilisation": _MAYBE_NUMBER,
            "capacity": _list(week),
            "waterfall": or_null(waterfall),
        }
    )
