"""Derived risks: one rule a file, in a folder for its theme. A rule is there by being in one of them; nothing else needs to be changed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule, read_rule
from bot.derive.results import SEVERITIES, Risk
from bot.derive.subject import Subject
from bot.domain.bulkhead import contained
from bot.domain.messages import Phrase, Text

MAX_EVIDENCE = 10
"""References of one risk, worst first; its message tells how many there are."""
_NOT_THEMES = ("gates",)


def _collect() -> tuple[Rule, ...]:
    themes = [found.name for found in pkgutil.iter_modules(__path__) if found.ispkg and found.name not in _NOT_THEMES]
    packages = [importlib.import_module(f"{__name__}.{theme}") for theme in themes]
    names = [f"{p.__name__}.{found.name}" for p in packages for found in pkgutil.iter_modules(p.__path__)]
    rules = (read_rule(importlib.import_module(name)) for name in names)
    return tuple(sorted(rules, key=lambda rule: rule.id))


RULES: tuple[Rule, ...] = _collect()
THEMES: Mapping[str, str] = MappingProxyType({rule.id: rule.theme for rule in RULES if rule.theme})
"""What a rule is about, where several rules see the same trouble from different sides."""
RISK_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {name: threshold for rule in RULES for name, threshold in rule.thresholds.items()}
)


def find_risks(subject: Subject, rules: Sequence[Rule] = RULES) -> tuple[tuple[Risk, ...], tuple[Text, ...]]:
    """All derived risks, worst first, and what went wrong: a rule that fails names itself and harms no other."""
    wanted = [r for r in rules if r.id not in subject.settings.risks.disable and subject.derived.phase in r.phases]
    risks, errors = _apply([rule for rule in wanted if not rule.last], subject)
    known = subject.advance(risks=tuple(risks))
    more, more_errors = _apply([rule for rule in wanted if rule.last], known)
    return tuple(sorted(risks + more, key=_order)), tuple(sorted(errors + more_errors, key=str))


def _apply(rules: Sequence[Rule], subject: Subject) -> tuple[list[Risk], list[Text]]:
    risks: list[Risk] = []
    errors: list[Text] = []
    for rule in rules:
        risks += contained(partial(_findings, rule, subject), partial(_tell_failed, errors, rule), [], fatal=())
    return risks, errors


def _findings(rule: Rule, subject: Subject) -> list[Risk]:
    return [_make_risk(rule, finding, subject) for finding in rule.find(subject)]


def _tell_failed(errors: list[Text], rule: Rule, why: str) -> None:
    errors.append(Phrase("risk rule {rule} failed: {error}", rule=rule.id, error=why))


def _make_risk(rule: Rule, finding: Finding, subject: Subject) -> Risk:
    severity = subject.settings.risks.severity.get(rule.id) or finding.severity or rule.severity
    evidence = tuple(dict.fromkeys(filter(None, finding.evidence))) or (subject.engagement.ref,)
    return Risk(rule.id, "derived", severity, finding.message, evidence[:MAX_EVIDENCE], finding.action)


def _order(risk: Risk) -> tuple[int, str, tuple[str, ...], str]:
    return -SEVERITIES.index(risk.severity), risk.rule, risk.evidence, str(risk.message)
