"""The page of all rules, written from the rules themselves, so that it can't be out of date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.config import Threshold
from bot.derive.checks.rule import PHASES, UNFINISHED, Rule

_HEAD = """# Risk rules

Written from the code (`bot/derive/checks/`, one rule a file); don't edit it by hand. Each rule can be switched off in
config.yml (`risks: {disable: [rule-id]}`) or given another severity (`risks: {severity: {rule-id: high}}`); its numbers
are set under `thresholds:`. A rule may call a case more or less severe than its default where the figures say so. Nothing
nags about a complete engagement but what is marked *complete, too*.
"""


def rules_markdown(rules: Sequence[Rule]) -> str:
    """One section a rule: id, default severity, why it matters, thresholds."""
    return "\n".join([_HEAD, f"{len(rules)} rules.", *(line for rule in rules for line in _section(rule))]) + "\n"


def _section(rule: Rule) -> Iterable[str]:
    yield f"\n## {rule.id}\n"
    yield f"Severity: {rule.severity}{_when(rule)}.\n"
    yield rule.why
    if rule.details:
        yield f"\n{rule.details}"
    if rule.thresholds:
        yield "\n| threshold | default | meaning |\n| --- | --- | --- |"
        yield from (_row(name, threshold) for name, threshold in rule.thresholds.items())


def _when(rule: Rule) -> str:
    if set(rule.phases) == set(PHASES):
        return "; complete, too"
    return "" if set(rule.phases) == set(UNFINISHED) else f"; {', '.join(rule.phases)} only"


def _row(name: str, threshold: Threshold) -> str:
    return f"| `{name}` | {threshold.default:g} {threshold.unit} | {threshold.meaning} |"
