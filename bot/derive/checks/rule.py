"""What a rule is: one condition, told as a risk, as a hint on paperwork and as a gate of compliance, as far as it declares them.

A rule's file ends with `RULE = Rule(…)`; its docstring says why it matters, its folder is its theme.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import ModuleType

from bot.config import Threshold
from bot.derive.checks.gate import EVERY_PHASE as EVERY_PHASE
from bot.derive.checks.gate import Gate
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.messages import NOTHING, Phrase
from bot.domain.model import EMPTY
from bot.domain.vocabulary import Phase, Severity

UNFINISHED = (Phase.NOT_STARTED, Phase.ACTIVE)
"""The phases of a rule that says nothing else: finished work is not nagged about."""


class Theme(StrEnum):
    """What the rules of one folder are about from different sides; reports name the gravest of a theme."""

    SCHEDULE = "schedule"
    SCOPE = "scope"
    BUDGET = "budget"
    PEOPLE = "people"
    ACCEPTANCE = "acceptance"
    RAID = "raid"
    ESCALATION = "escalation"


@frozen
class Finding:
    """One thing a rule found: what (figures and units), references, what to do; `severity` if not the default."""

    message: Phrase = NOTHING
    evidence: tuple[str, ...] = ()
    action: Phrase = NOTHING
    severity: Severity | None = None
    hint: Phrase = NOTHING
    """The paper that change control asks for because of it."""
    is_covered: bool = False
    """Its paper is there or on its way: the rule's gate is passed all the same."""
    is_risk: bool = True
    """False: too little for a risk, but told by the rule's hint and gate."""


Find = Callable[[Subject], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """A rule as its module declares it. `why` (the sentence that readers see) and `details` are the module's docstring."""

    id: str
    severity: Severity | None
    """None: never a risk, only a hint or a gate."""
    find: Find
    """The one condition, from which risk, hint and gate are told."""
    theme: Theme | None = None
    """None: its folder's, where that is one; paperwork (hours, facts, billing …) has none."""
    phases: tuple[Phase, ...] = UNFINISHED
    """When it is told as a risk or hint; a gate has phases of its own."""
    thresholds: Mapping[str, Threshold] = field(default_factory=lambda: EMPTY)
    gate: Gate | None = None
    last: bool = False
    """Judges the status, and so runs when `subject.derived.risks` holds what all other rules found."""
    why: str = ""
    details: str = ""


def lacking(is_met: Callable[[Subject], object]) -> Find:
    """The condition of a rule that only its gate tells: found where `is_met` does not hold."""

    def find_lacking(subject: Subject) -> Iterator[Finding]:
        if not is_met(subject):
            yield Finding(is_risk=False)

    return find_lacking


def out_of_order(failing: Callable[[Subject], tuple[str, ...]]) -> Find:
    """The condition of a rule that only its gate tells: the references that fail it."""

    def find_out_of_order(subject: Subject) -> Iterator[Finding]:
        if refs := failing(subject):
            yield Finding(evidence=refs, is_risk=False)

    return find_out_of_order


def read_rule(module: ModuleType) -> Rule:
    """The rule that a module declares, with its docstring and its folder's theme. Raises TypeError that says what the module lacks."""
    *_, folder, name = module.__name__.split(".")
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        raise TypeError(f"the rule {module.__name__} needs RULE = Rule(…)")
    why, _, details = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    faults = {
        "a docstring that says why it matters": not why.strip(),
        f"id={name.replace('_', '-')!r}, like its file": rule.id != name.replace("_", "-"),
        f"thresholds named {name}_…": any(not key.startswith(f"{name}_") for key in rule.thresholds),
    }
    if any(faults.values()):
        wanting = "; ".join(fault for fault, is_there in faults.items() if is_there)
        raise TypeError(f"the rule {module.__name__} needs {wanting}")
    theme = rule.theme or (Theme(folder) if folder in list(Theme) else None)
    return replace(rule, theme=theme, why=" ".join(why.split()), details=details.strip())
