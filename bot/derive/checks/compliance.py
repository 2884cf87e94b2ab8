"""Compliance: which gates of the engagement's phase are passed. Only what can be tested in GitLab is asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.config import Threshold
from bot.derive.checks.gates.change import CHANGE
from bot.derive.checks.gates.close import CLOSE
from bot.derive.checks.gates.deliver import DELIVER
from bot.derive.checks.gates.gate import Gate
from bot.derive.checks.gates.plan import PLAN
from bot.derive.checks.gates.start import START
from bot.derive.ratios import ratio
from bot.derive.results import Compliance, Gap
from bot.derive.subject import Subject

GATES: Final[tuple[Gate, ...]] = START + PLAN + DELIVER + CHANGE + CLOSE
COMPLIANCE_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "compliance_share": Threshold(
            0.9, "ratio", "Share of the work that must be in order for its gate to be passed"
        ),
        "compliance_long_weeks": Threshold(9, "weeks", "Longer engagements owe iterations and retrospectives"),
        "compliance_long_months": Threshold(2, "months", "Or engagements longer than this"),
        "expect_practices": Threshold(
            0,
            "yes = 1",
            "Ask for iterations, lessons, retrospectives, surveys and approvals also where nobody uses them",
        ),
        "compliance_approval_days": Threshold(5, "working days", "Billable hours are approved within this time"),
    }
)
MAX_EVIDENCE: Final = 10


def derive_compliance(subject: Subject) -> Compliance:
    """Passed ÷ applicable gates of the phase, and the gaps in the order of the phases; no score where none applies."""
    asked = [gate for gate in GATES if subject.derived.phase in gate.phases]
    found = [(gate, refs) for gate in asked if (refs := gate.test(subject)) is not None]
    gaps = tuple(_make_gap(gate, refs) for gate, refs in found if refs)
    return Compliance(ratio(len(found) - len(gaps), len(found)), gaps, len(found))


def _make_gap(gate: Gate, refs: tuple[str, ...]) -> Gap:
    return Gap(gate.check, gate.message.refilled(n=len(refs)), refs[:MAX_EVIDENCE])
