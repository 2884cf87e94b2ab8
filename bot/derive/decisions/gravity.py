"""What comes first: the most pressing colour, the gravest risk, the risk that tells why a colour is what it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.derive.checks.registry import THEMES
from bot.derive.decisions.colours import GRAVITY
from bot.derive.results import SEVERITIES, Risk
from bot.domain.vocabulary import Severity


def by_colour(rag: str) -> int:
    """Sort key: red first, then yellow; unknown comes before green because somebody must look."""
    known = [str(colour) for colour in GRAVITY]
    return -known.index(rag if rag in known else "unknown")


def by_severity(risk: Risk | None) -> int:
    """Sort key: the gravest first, nothing last."""
    return len(SEVERITIES) if risk is None else len(SEVERITIES) - 1 - SEVERITIES.index(risk.severity)


def telling_risk(risks: Sequence[Risk], worst: Iterable[str]) -> Risk | None:
    """The risk that says why a colour is what it is: the gravest on one of the `worst` axes, else the gravest of all."""
    axes = frozenset(worst)
    about = (risk for risk in risks if THEMES.get(risk.rule) in axes and risk.severity != Severity.LOW)
    return next(about, risks[0] if risks else None)
