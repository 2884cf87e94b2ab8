"""Start (the first two weeks): who, what, until when, for how much, and where it is reported."""

from __future__ import annotations

import re

from bot.derive.checks.gates.gate import EVERY_PHASE, WORKED, Gate, Refs, unless
from bot.derive.decisions.questions import in_planning, owner_of
from bot.derive.labels import raid_kind
from bot.derive.subject import Subject
from bot.domain.messages import Phrase


def _budget(subject: Subject) -> Refs:
    """Hours for time and materials; else a value, or amounts of milestones."""
    facts = subject.engagement.facts
    if facts.billing is None:
        return None
    priced = facts.value is not None or any(m.amount is not None for m in facts.milestones)
    return unless(facts.hours if facts.billing == "time_and_materials" else priced, subject)


def _internal_target(subject: Subject) -> Refs:
    """Asked only where customers can read the engagement itself."""
    namespace = re.sub(r"[#&]\d+$", "", subject.engagement.ref)
    if subject.settings.audience_of(namespace) == "internal":
        return None
    return unless(subject.engagement.facts.internal, subject)


def _raid_log(subject: Subject) -> Refs:
    if subject.derived.phase == "active" and in_planning(subject):
        return None
    labels = subject.settings.labels
    return unless(any(raid_kind(item, labels) for item in subject.engagement.items), subject)


START: tuple[Gate, ...] = (
    Gate(
        "facts-readable",
        EVERY_PHASE,
        Phrase("The facts block has keys that can't be read."),
        lambda s: unless(not s.engagement.fact_faults, s),
    ),
    Gate(
        "customer-named",
        EVERY_PHASE,
        Phrase("The facts name no customer."),
        lambda s: unless(s.engagement.facts.customer, s),
    ),
    Gate("sow-named", EVERY_PHASE, Phrase("The facts name no SOW."), lambda s: unless(s.engagement.facts.sow, s)),
    Gate("pm-named", EVERY_PHASE, Phrase("Neither a PM nor an assignee is named."), lambda s: unless(owner_of(s), s)),
    Gate(
        "dates-agreed",
        EVERY_PHASE,
        Phrase("The facts have no start or no end of the SOW."),
        lambda s: unless(s.engagement.facts.start and s.engagement.facts.end, s),
    ),
    Gate(
        "billing-known",
        EVERY_PHASE,
        Phrase("The facts don't say how the work is billed."),
        lambda s: unless(s.engagement.facts.billing, s),
    ),
    Gate(
        "budget-agreed",
        EVERY_PHASE,
        Phrase("The facts have no budget (hours, value or amounts of milestones)."),
        _budget,
    ),
    Gate(
        "internal-target-set",
        EVERY_PHASE,
        Phrase("There is no internal place for the status; customers can read here."),
        _internal_target,
    ),
    Gate(
        "customer-channel-set",
        EVERY_PHASE,
        Phrase("The customer gets no weekly status: no customer_channel is set."),
        lambda s: unless(s.engagement.facts.customer_channel, s),
    ),
    Gate("raid-log-kept", WORKED, Phrase("There is no entry in the RAID log."), _raid_log),
)
