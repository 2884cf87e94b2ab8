"""Every name that a config may use: thresholds with their defaults, and the ids of the risk rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bot.config import Vocabulary
from bot.derive.checks.gate import GATE_THRESHOLDS
from bot.derive.checks.registry import RULE_THRESHOLDS, RULES
from bot.derive.decisions.questions import QUESTION_THRESHOLDS
from bot.derive.money.invoicing import INVOICE_THRESHOLDS
from bot.derive.raid.escalations import ESCALATION_THRESHOLDS
from bot.derive.raid.log import RAID_THRESHOLDS
from bot.derive.thresholds import RAG_THRESHOLDS
from bot.domain.facts import make_facts


@cache
def vocabulary() -> Vocabulary:
    """All thresholds and rules that any derivation declares."""
    thresholds = {
        **RAG_THRESHOLDS,
        **QUESTION_THRESHOLDS,
        **RAID_THRESHOLDS,
        **ESCALATION_THRESHOLDS,
        **INVOICE_THRESHOLDS,
        **GATE_THRESHOLDS,
        **RULE_THRESHOLDS,
    }
    return Vocabulary(thresholds, tuple(rule.id for rule in RULES), _facts_faults)


def _facts_faults(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for fault in make_facts(values)[1]:
        yield fault.key, str(fault.message)
