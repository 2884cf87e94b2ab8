"""The status of a past day: what trends show of it, by the same functions and to the same values as the whole derivation."""

from __future__ import annotations

from collections.abc import Sequence

from bot.derive.decisions.orders.obeying import obey
from bot.derive.decisions.orders.order import Order
from bot.derive.decisions.status import derive_axes, derive_overall
from bot.derive.past_memory import PastOutlook, Payloads
from bot.derive.past_signals import past_signals
from bot.derive.raid.escalations import derive_escalations
from bot.derive.raid.log import register_risks
from bot.derive.replay import Learned, past_stages
from bot.derive.results import EngagementDerived, Schedule
from bot.derive.stages import Stage, run_stages
from bot.derive.subject import Subject, evolve


def derive_past_status(
    subject: Subject, learned: Learned | None, payloads: Payloads, outlook: PastOutlook, orders: Sequence[Order]
) -> EngagementDerived:
    """Phase, completion, escalations, milestones and colours of the subject's day; the rest is left out."""
    past = past_signals(subject, learned, payloads, outlook)
    stages = (
        *past_stages(learned, payloads),
        Stage("escalations", lambda s: evolve(s.derived, escalations=derive_escalations(s))),
        Stage("status", lambda s: evolve(s.derived, status=derive_axes(s, past))),
        Stage("risks", lambda s: evolve(s.derived, risks=register_risks(s))),
        Stage("overall status", lambda s: evolve(s.derived, status=derive_overall(s))),
        Stage("orders", lambda s: obey(s, orders, payloads)),
    )
    found = run_stages(subject, stages).derived
    return EngagementDerived(
        found.ref,
        found.title,
        phase=found.phase,
        status=found.status,
        schedule=Schedule(milestones=found.schedule.milestones),
        completion=found.completion,
        escalations=found.escalations,
    )
