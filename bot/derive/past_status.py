"""The status of a past day: what trends show of it, by the same functions and to the same values as the whole derivation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.derive.decisions.orders.order import Order
from bot.derive.decisions.orders.stage import obey
from bot.derive.decisions.status import derive_axes, derive_overall
from bot.derive.raid.escalations import derive_escalations
from bot.derive.raid.log import register_risks
from bot.derive.replay import Learned, Memory, Payloads, past_signals, past_stages
from bot.derive.results import EngagementDerived, Schedule
from bot.derive.subject import Subject
from bot.domain.bulkhead import contained
from bot.domain.messages import Phrase, Text

Stage = Callable[[Subject], Mapping[str, Any]]


def derive_past_status(
    subject: Subject, learned: Learned | None, payloads: Payloads, memory: Memory, orders: Sequence[Order]
) -> EngagementDerived:
    """Phase, completion, escalations, milestones and colours of the subject's day; the rest is left out."""
    past = past_signals(subject, learned, payloads, memory)
    stages: tuple[tuple[str, Stage], ...] = (
        *past_stages(learned, payloads),
        ("escalations", lambda s: {"escalations": derive_escalations(s)}),
        ("status", lambda s: {"status": derive_axes(s, past)}),
        ("risks", lambda s: {"risks": register_risks(s)}),
        ("overall status", lambda s: {"status": derive_overall(s)}),
        ("orders", lambda s: obey(s, orders, payloads)),
    )
    for name, stage in stages:
        subject = staged(subject, name, stage)
    found = subject.derived
    return EngagementDerived(
        found.ref,
        found.title,
        phase=found.phase,
        status=found.status,
        schedule=Schedule(milestones=found.schedule.milestones),
        completion=found.completion,
        escalations=found.escalations,
    )


def staged(subject: Subject, name: str, stage: Stage) -> Subject:
    """The subject with what a stage derives; one that fails is told in the subject's errors."""
    troubles: list[Text] = []
    found = contained(
        lambda: subject.advance(**stage(subject)),
        lambda why: troubles.append(Phrase("{stage} could not be derived: {error}", stage=name, error=why)),
        subject,
        fatal=(),
    )
    return found.advance(errors=(*found.derived.errors, *troubles)) if troubles else found
