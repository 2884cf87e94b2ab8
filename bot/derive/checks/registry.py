"""All rules. One is there by being a file in a theme's folder; nothing else needs to be changed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from bot.config import Threshold
from bot.derive import checks
from bot.derive.checks.gate import Gate, LifeStage
from bot.derive.checks.rule import Rule, Theme, read_rule


def _collect() -> tuple[Rule, ...]:
    themes = [f"{checks.__name__}.{found.name}" for found in pkgutil.iter_modules(checks.__path__) if found.ispkg]
    packages = [importlib.import_module(theme) for theme in themes]
    names = [f"{p.__name__}.{found.name}" for p in packages for found in pkgutil.iter_modules(p.__path__)]
    rules = (read_rule(importlib.import_module(name)) for name in names)
    return tuple(sorted(rules, key=lambda rule: rule.id))


def gates_of(rules: tuple[Rule, ...]) -> tuple[Gate, ...]:
    """The gates that rules feed, each once, in the order of an engagement's life."""
    found = {rule.gate.id: rule.gate for rule in rules if rule.gate}
    return tuple(sorted(found.values(), key=lambda gate: (list(LifeStage).index(gate.stage), gate.id)))


RULES: tuple[Rule, ...] = _collect()
GATES: tuple[Gate, ...] = gates_of(RULES)
THEMES: Mapping[str, Theme] = MappingProxyType({rule.id: rule.theme for rule in RULES if rule.theme})
"""What a rule is about, where several rules see the same trouble from different sides."""
RULE_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {name: threshold for rule in RULES for name, threshold in rule.thresholds.items()}
)
