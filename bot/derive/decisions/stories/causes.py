"""Which risks have one cause: the rules' findings grouped by what lies behind them, the gravest group first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.derive.checks.registry import THEMES
from bot.derive.checks.rule import Theme
from bot.derive.decisions.questions import hours_at_completion
from bot.derive.results import SEVERITIES, Risk
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.vocabulary import RiskSource, Severity

MOST: Final = 3


class Cause(StrEnum):
    """What lies behind risks. `DELIVERY` is work that takes longer or more hours than agreed."""

    DELIVERY = "delivery"
    SCOPE = "scope"
    WAITING = "waiting"
    ESCALATION = "escalation"
    REGISTER = "register"
    ACCEPTANCE = "acceptance"
    PEOPLE = "people"
    RECORDS = "records"


_BY_THEME: Final[Mapping[Theme | None, Cause]] = MappingProxyType(
    {
        Theme.SCHEDULE: Cause.DELIVERY,
        Theme.BUDGET: Cause.DELIVERY,
        Theme.SCOPE: Cause.SCOPE,
        Theme.ESCALATION: Cause.ESCALATION,
        Theme.PEOPLE: Cause.PEOPLE,
        Theme.ACCEPTANCE: Cause.ACCEPTANCE,
        Theme.RAID: Cause.RECORDS,
    }
)
_BY_RULE: Final[Mapping[str, Cause]] = MappingProxyType(
    {
        **dict.fromkeys(("waiting-on-customer", "blocked-items", "blocked-by-foreign", "partner-late"), Cause.WAITING),
        "watermelon": Cause.DELIVERY,
    }
)


@frozen
class Group:
    """Risks with one cause, gravest first; `about` tells the items where each is a cause of its own."""

    cause: Cause
    risks: tuple[Risk, ...]
    about: str = ""
    further: tuple[Risk, ...] = ()
    """Risks of lesser groups that had to be told here, so that none of high severity is left out."""

    @property
    def all_risks(self) -> tuple[Risk, ...]:
        return (*self.risks, *self.further)

    @property
    def severity(self) -> Severity:
        return max((r.severity for r in self.all_risks), key=SEVERITIES.index)


def group_risks(subject: Subject) -> list[Group]:
    """The groups worth a story, gravest first; low risks never make one."""
    found: dict[tuple[Cause, str], list[Risk]] = {}
    scope_is_cause = has_scope_cause(subject)
    for risk in subject.derived.risks:
        cause = cause_of(risk)
        if scope_is_cause and cause is Cause.DELIVERY:
            cause = Cause.SCOPE
        about = risk.evidence[0] if cause is Cause.REGISTER and risk.evidence else ""
        found.setdefault((cause, about), []).append(risk)
    groups = [Group(cause, tuple(risks), about) for (cause, about), risks in found.items()]
    return sorted((g for g in _joined(groups) if g.severity != Severity.LOW), key=_gravest_first)


def cause_of(risk: Risk) -> Cause:
    if risk.source == RiskSource.REGISTER:
        return Cause.REGISTER
    return _BY_RULE.get(risk.rule) or _BY_THEME.get(THEMES.get(risk.rule), Cause.RECORDS)


def has_scope_cause(subject: Subject) -> bool:
    """Whether what was added to the work explains more hours or days than agreed: then it is one story, not two."""
    scope, effort, budget = subject.derived.scope, hours_at_completion(subject.derived), subject.derived.budget
    grown = (scope.growth or 0.0) >= subject.threshold("growth_yellow") or any(map(is_pending, scope.change_orders))
    over = effort is not None and budget.hours_budget is not None and effort.p50 > budget.hours_budget
    chance = subject.derived.forecast.on_time_probability
    return grown and (over or (chance is not None and chance < subject.threshold("on_time_yellow")))


def _joined(groups: Iterable[Group]) -> list[Group]:
    """A rated risk that is escalated too belongs to the escalation's story."""
    groups = list(groups)
    escalation = next((g for g in groups if g.cause is Cause.ESCALATION), None)
    if escalation is None:
        return groups
    refs = {ref for risk in escalation.risks for ref in risk.evidence}
    same = [g for g in groups if g.cause is Cause.REGISTER and g.about in refs]
    joined = replace(escalation, risks=(*escalation.risks, *(r for g in same for r in g.risks)))
    return [joined, *(g for g in groups if g is not escalation and g not in same)]


def _gravest_first(group: Group) -> tuple[int, int, int, str]:
    score = max((r.score or 0 for r in group.risks), default=0)
    return -SEVERITIES.index(group.severity), list(Cause).index(group.cause), -score, group.about


def merge_to(most: int, groups: Sequence[Group]) -> list[Group]:
    """The first `most`; what is of high severity beyond them joins the last one."""
    kept, rest = list(groups[:most]), groups[most:]
    grave = tuple(r for group in rest for r in group.risks if r.severity in (Severity.HIGH, Severity.CRITICAL))
    if grave:
        kept[-1] = replace(kept[-1], further=grave)
    return kept
