"""How the tests of rules ask: what one rule finds, by its id, of a subject built from keywords."""

from __future__ import annotations

from typing import Any

from bot.derive.checks.registry import RULES
from bot.derive.checks.rule import Finding
from bot.domain.vocabulary import Severity
from tests.builders import make_subject


def told(rule_id: str, *arguments: Any, **values: Any) -> list[Finding]:
    """The rule's findings; the arguments are those of `make_subject`."""
    rule = next(rule for rule in RULES if rule.id == rule_id)
    return [found for found in rule.find(make_subject(*arguments, **values)) if found.is_risk]


def severity_told(rule_id: str, *arguments: Any, **values: Any) -> Severity | None:
    """The severity of the rule's only finding, the rule's default included; None when it finds nothing."""
    rule = next(rule for rule in RULES if rule.id == rule_id)
    found = told(rule_id, *arguments, **values)
    assert len(found) <= 1
    return (found[0].severity or rule.severity) if found else None
