"""Which risks a report names first: the gravest of each theme, so that one trouble seen by five rules is told once."""

from __future__ import annotations

from collections.abc import Iterable

from bot.derive.checks.registry import THEMES
from bot.report.parts.rows import RiskView

MOST = 4


def top_risks(risks: Iterable[RiskView], most: int = MOST) -> tuple[RiskView, ...]:
    """At most `most` of `risks` (gravest first), one of a theme; every critical one; low ones only if nothing is graver."""
    risks = tuple(risks)
    graver = tuple(risk for risk in risks if risk.severity != "low") or risks
    firsts = tuple({theme_of(risk): risk for risk in reversed(graver)}.values())
    chosen = [risk for risk in graver if risk in firsts][:most]
    return tuple(risk for risk in graver if risk.severity == "critical" or risk in chosen)


def telling_risk(risks: Iterable[RiskView], worst: Iterable[str]) -> RiskView | None:
    """The risk that says why a colour is what it is: the gravest on one of the `worst` axes, else the gravest of all."""
    risks, axes = tuple(risks), frozenset(worst)
    about = (risk for risk in risks if THEMES.get(risk.rule) in axes and risk.severity != "low")
    return next(about, risks[0] if risks else None)


def theme_of(risk: RiskView) -> tuple[str, ...]:
    """What a risk is about; a risk of the register, or of a rule without a theme, is about itself."""
    theme = THEMES.get(risk.rule)
    return (theme,) if theme else (risk.rule, *risk.links)
