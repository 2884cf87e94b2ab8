"""The pages of all rules and gates, written from the rules themselves, so that they can't be out of date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.config import Threshold
from bot.derive.checks.gate import Gate
from bot.derive.checks.rule import EVERY_PHASE, UNFINISHED, Rule

_HEAD = """# Risk rules

Written from the code (`bot/derive/checks/`, one rule a file); don't edit it by hand. Each rule can be switched off in
config.yml (`risks: {disable: [rule-id]}`) or given another severity (`risks: {severity: {rule-id: high}}`); its numbers
are set under `thresholds:`. A rule that is switched off asks for no paper and no gate either. A rule may call a case more
or less severe than its default where the figures say so. Nothing nags about a complete engagement but what is marked
*complete, too*.
"""


def rules_markdown(rules: Sequence[Rule]) -> str:
    """One section a rule: id, default severity, why it matters, thresholds."""
    risks = [rule for rule in rules if rule.severity]
    return "\n".join([_HEAD, f"{len(risks)} rules.", *(line for rule in risks for line in _section(rule))]) + "\n"


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
    if set(rule.phases) == set(EVERY_PHASE):
        return "; complete, too"
    return "" if set(rule.phases) == set(UNFINISHED) else f"; {', '.join(rule.phases)} only"


def _row(name: str, threshold: Threshold) -> str:
    unit = threshold.unit.removesuffix("s") if threshold.default == 1 else threshold.unit
    return f"| `{name}` | {threshold.default:g} {unit} | {threshold.meaning} |"


_GATES_HEAD = """# Compliance

Written from the code (`bot/derive/checks/`); don't edit it by hand. The score is the share of the gates that apply and are
passed. A gate applies in the phases named here, and only where what it asks for can be known: no bookings, no question
about bookings. Planning gates wait for the first two weeks; iterations and retrospectives are asked of engagements longer
than nine weeks or two months. The numbers are thresholds (`compliance_…`, `planning_days`). A gate tells what its rules
find: the risk of the same matter can't say anything else, and `risks: {disable: […]}` with the ids of its rules switches
the gate off, too.

| gate | asked while | said when it is not passed | rules |
| --- | --- | --- | --- |
"""


def gates_markdown(gates: Sequence[Gate], rules: Sequence[Rule]) -> str:
    """One row a gate."""
    return _GATES_HEAD + "".join(_gate_row(gate, [r.id for r in rules if r.gate is gate]) for gate in gates)


def _gate_row(gate: Gate, rules: Sequence[str]) -> str:
    message, fed_by = gate.message.template.replace("{n}", "n"), ", ".join(f"`{rule}`" for rule in rules)
    return f"| {gate.id} | {_asked_while(gate)} | {message} | {fed_by} |\n"


def _asked_while(gate: Gate) -> str:
    return "always" if gate.phases == EVERY_PHASE else ", ".join(phase.replace("_", " ") for phase in gate.phases)
