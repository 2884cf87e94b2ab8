"""The one engine of rules: asks each condition once, and tells what it found as risks, hints and gates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Final

from bot.derive.checks.gate import Gate
from bot.derive.checks.registry import RULES, gates_of
from bot.derive.checks.rule import UNFINISHED, Finding, Rule
from bot.derive.ratios import ratio
from bot.derive.results import SEVERITIES, Compliance, Gap, Reason, Risk
from bot.derive.subject import Subject, evolve
from bot.domain.bulkhead import contained
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text
from bot.domain.vocabulary import RiskSource, Severity

MAX_EVIDENCE: Final = 10
"""References of one risk, hint or gap, worst first; its message tells how many there are."""

Found = Mapping[Rule, Sequence[Finding]]
"""What each rule found; a rule that failed is not in it."""


@frozen
class Examination:
    """What the rules say of one engagement. `errors`: rules that failed, by name."""

    risks: tuple[Risk, ...] = ()
    hints: tuple[Reason, ...] = ()
    compliance: Compliance = field(default_factory=Compliance)
    errors: tuple[Text, ...] = ()


def examine(subject: Subject, rules: Sequence[Rule] = RULES) -> Examination:
    """Risks are worst first. A rule that fails names itself and harms no other; one that is disabled says nothing at all."""
    wanted = [rule for rule in rules if rule.id not in subject.settings.risks.disable and _is_asked(rule, subject)]
    errors: list[Text] = []
    found = _ask([rule for rule in wanted if not rule.last], subject, errors)
    known = subject.advance(evolve(subject.derived, risks=tuple(_risks(found, subject))))
    found |= _ask([rule for rule in wanted if rule.last], known, errors)
    return Examination(
        risks=tuple(sorted(_risks(found, subject), key=_order)),
        hints=tuple(_hints(found, subject)),
        compliance=_compliance(found, subject),
        errors=tuple(sorted(errors, key=str)),
    )


def _is_asked(rule: Rule, subject: Subject) -> bool:
    phase = subject.derived.phase
    return phase in rule.phases or (rule.gate is not None and phase in rule.gate.phases)


def _ask(rules: Sequence[Rule], subject: Subject, errors: list[Text]) -> dict[Rule, Sequence[Finding]]:
    answers = {}
    for rule in rules:
        tell = partial(_tell_failed, errors, rule)
        answers[rule] = contained(partial(_findings, rule, subject), tell, None, fatal=())
    return {rule: findings for rule, findings in answers.items() if findings is not None}


def _findings(rule: Rule, subject: Subject) -> Sequence[Finding] | None:
    return tuple(rule.find(subject))


def _tell_failed(errors: list[Text], rule: Rule, why: str) -> None:
    errors.append(Phrase("risk rule {rule} failed: {error}", rule=rule.id, error=why))


# -- risks


def _risks(found: Found, subject: Subject) -> Iterator[Risk]:
    for rule, findings in found.items():
        default = rule.severity
        if default is not None and subject.derived.phase in rule.phases:
            yield from (_make_risk(rule, default, finding, subject) for finding in findings if finding.is_risk)


def _make_risk(rule: Rule, default: Severity, finding: Finding, subject: Subject) -> Risk:
    said = subject.settings.risks.severity.get(rule.id) or finding.severity or default
    return Risk(
        rule.id,
        RiskSource.DERIVED,
        Severity(said),
        finding.message,
        _evidence([finding], subject)[:MAX_EVIDENCE],
        finding.action,
    )


def _evidence(findings: Sequence[Finding], subject: Subject) -> tuple[str, ...]:
    """The engagement itself where a finding names nothing else."""
    refs = (ref for finding in findings for ref in tuple(filter(None, finding.evidence)) or (subject.engagement.ref,))
    return tuple(dict.fromkeys(refs))


def _order(risk: Risk) -> tuple[int, str, tuple[str, ...], str]:
    return -SEVERITIES.index(risk.severity), risk.rule, risk.evidence, str(risk.message)


# -- hints


def _hints(found: Found, subject: Subject) -> Iterator[Reason]:
    """A finished engagement is asked for no more paper than its gates ask for."""
    if subject.derived.phase in UNFINISHED:
        for finding in (finding for findings in found.values() for finding in findings if finding.hint):
            yield Reason(finding.hint, _evidence([finding], subject)[:MAX_EVIDENCE])


# -- gates


def _compliance(found: Found, subject: Subject) -> Compliance:
    """Passed ÷ applicable gates, and the gaps in the order of an engagement's life; no score where none applies."""
    asked = [gate for gate in gates_of(tuple(found)) if gate.applies(subject)]
    failing = [(gate, _failing(gate, found, subject)) for gate in asked]
    gaps = tuple(
        Gap(gate.id, gate.message.refilled(n=len(refs)), refs[:MAX_EVIDENCE])
        for gate, refs in failing
        if not gate.tolerates(subject, len(refs))
    )
    return Compliance(ratio(len(asked) - len(gaps), len(asked)), gaps, len(asked))


def _failing(gate: Gate, found: Found, subject: Subject) -> tuple[str, ...]:
    """What stands in the way, of all rules that feed the gate."""
    findings = [f for rule, all_of in found.items() if rule.gate is gate for f in all_of if not f.is_covered]
    return _evidence(findings, subject)
