"""What a risk rule is: a module with ID, SEVERITY, a docstring that says why it matters, and one `find_…` function.

THRESHOLDS, PHASES, THEME and LAST are there where a rule needs them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from bot.config import Threshold
from bot.derive.results import SEVERITIES
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase
from bot.domain.model import EMPTY

PHASES = ("not_started", "active", "complete")
UNFINISHED = ("not_started", "active")
"""The phases of a rule that says nothing else: finished work is not nagged about."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found: what (figures and units), references, what to do; `severity` if not the default."""

    message: Phrase
    evidence: tuple[str, ...] = ()
    action: Phrase = NOTHING
    severity: str | None = None


@dataclass(frozen=True)
class Rule:
    """A rule as its module declares it. `why` is the sentence that readers see, `details` the rest of the docstring."""

    id: str
    severity: str
    why: str
    find: Callable[[Subject], Iterator[Finding]]
    thresholds: Mapping[str, Threshold] = field(default_factory=lambda: EMPTY)
    phases: tuple[str, ...] = UNFINISHED
    last: bool = False
    """Judges the status, and so runs when `subject.derived.risks` holds what all other rules found."""
    folder: str = ""
    """The folder it is in: schedule, budget, people, …"""
    theme: str = ""
    """What it is about, where other rules see the same trouble too: reports name the gravest of a theme first."""
    details: str = ""


def read_rule(module: ModuleType) -> Rule:
    """The rule that a module declares. Raises TypeError that says what the module lacks."""
    name = module.__name__.rpartition(".")[2]
    finders = [
        value
        for key, value in vars(module).items()
        if key.startswith("find_") and inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    why, _, details = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    faults = {
        "one find_… function": len(finders) != 1,
        "a docstring that says why it matters": not why.strip(),
        f"ID = {name.replace('_', '-')!r}": getattr(module, "ID", None) != name.replace("_", "-"),
        f"SEVERITY, one of {', '.join(SEVERITIES)}": getattr(module, "SEVERITY", None) not in SEVERITIES,
        f"PHASES among {', '.join(PHASES)}": not set(getattr(module, "PHASES", UNFINISHED)) <= set(PHASES),
        f"THRESHOLDS named {name}_…": any(not key.startswith(f"{name}_") for key in getattr(module, "THRESHOLDS", ())),
    }
    if any(faults.values()):
        lacking = "; ".join(fault for fault, is_there in faults.items() if is_there)
        raise TypeError(f"the risk rule {module.__name__} needs {lacking}")
    return Rule(
        id=module.ID,
        severity=module.SEVERITY,
        why=" ".join(why.split()),
        find=finders[0],
        thresholds=getattr(module, "THRESHOLDS", EMPTY),
        phases=tuple(getattr(module, "PHASES", UNFINISHED)),
        last=getattr(module, "LAST", False),
        folder=module.__name__.split(".")[-2],
        theme=getattr(module, "THEME", ""),
        details=details.strip(),
    )
