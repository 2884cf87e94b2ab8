"""The RAID register: risks, actions, issues and decisions from labelled issues, scored and checked for what they lack.

Scores follow GitLab PS's risk matrix: impact × probability, 1 to 25; High 15–25, Medium 8–14, Low 1–7. Facts of a
`ps-risk` block win over labels and assignee; a priority label gives the level where there is no score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from bot.config import LabelSettings, Threshold
from bot.derive.labels import has_label, is_escalation, label_number, matches, raid_kind
from bot.derive.results import RaidEntry, Risk
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import Item
from bot.domain.vocabulary import ItemState, RaidKind, RaidMovement, RiskSource, Severity

RAID_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "raid_high_score": Threshold(15, "score", "A risk is high from this impact × probability on"),
        "raid_medium_score": Threshold(8, "score", "A risk is medium from this impact × probability on"),
        "raid_movement_days": Threshold(
            7, "days", "What is new, worse or closed for less than this is reported as movement"
        ),
    }
)
LEVELS: Final = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)
IMPACT_WORDS: Final = MappingProxyType({"critical": 5, "high": 4, "medium": 3, "low": 2, "negligible": 1})
PROBABILITY_WORDS: Final = MappingProxyType(
    {"very likely": 5, "likely": 4, "possible": 3, "unlikely": 2, "rare": 1, "high": 4, "medium": 3, "low": 2}
)
_FIELDS: Final = {
    "log": Phrase("log label"),
    "risk": Phrase("risk label"),
    "priority": Phrase("priority"),
    "impact": Phrase("impact"),
    "owner": Phrase("owner"),
    "mitigation": Phrase("mitigation"),
    "review": Phrase("review date"),
    "due": Phrase("due date"),
}
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "risk": ("log", "risk", "priority", "impact", "owner", "mitigation", "review"),
        "issue": ("log", "priority", "owner", "due"),
        "action": ("log", "owner", "due"),
        "decision": ("log", "owner"),
    }
)
"""What an entry must have, by kind; of a risk what GitLab PS's risk management asks for."""
REGISTER_RULE: Final = "raid-risk"
"""What stands for a rule where people, not psbot, see a risk."""


def derive_raid(subject: Subject) -> tuple[RaidEntry, ...]:
    """All entries: open ones first, highest score first."""
    labels = subject.settings.labels
    found = ((item, raid_kind(item, labels)) for item in subject.engagement.items)
    entries = [_make_entry(item, RaidKind(kind), subject) for item, kind in found if kind is not None]
    return tuple(sorted(entries, key=_order))


def register_risks(subject: Subject) -> tuple[Risk, ...]:
    """The open risks of the register as risks: severity by level (an escalated one is high), action = mitigation."""
    return tuple(
        Risk(
            rule=REGISTER_RULE,
            source=RiskSource.REGISTER,
            severity=_severity(entry),
            message=entry.title,
            evidence=(entry.ref,),
            action=entry.mitigation or Phrase("Agree a mitigation and who does it."),
            score=entry.score,
            owner=entry.owner,
        )
        for entry in derive_raid(subject)
        if entry.kind == RaidKind.RISK and entry.state != ItemState.CLOSED
    )


def read_rating(value: Any, words: Mapping[str, int]) -> int | None:
    """1 to 5 from a number, its text or a word of the risk matrix; None when it is none of these."""
    if isinstance(value, str):
        text = value.strip().casefold()
        return int(text) if text in ("1", "2", "3", "4", "5") else words.get(text)
    is_whole = isinstance(value, int | float) and not isinstance(value, bool) and value in (1, 2, 3, 4, 5)
    return int(value) if is_whole else None


def read_day(value: Any) -> date | None:
    """A date, or its ISO text; None when it is neither."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def read_words(value: Any) -> str | None:
    """Text on one line; None when there is none."""
    return " ".join(str(value).split()) or None if isinstance(value, str | int | float) else None


# -- one entry


def _make_entry(item: Item, kind: RaidKind, subject: Subject) -> RaidEntry:
    labels = subject.settings.labels
    impact = _rate(item, "impact", labels.impact, IMPACT_WORDS)
    probability = _rate(item, "probability", labels.probability, PROBABILITY_WORDS)
    score = impact * probability if impact and probability else None
    opened = subject.calendar.local_day(item.created_at) if item.created_at else None
    return RaidEntry(
        ref=item.ref,
        title=item.title,
        kind=kind,
        state=item.state,
        impact=impact,
        probability=probability,
        score=score,
        level=_level(score, item, subject),
        owner=read_words(item.facts.get("owner")) or min(item.assignees, default=None),
        mitigation=read_words(item.facts.get("mitigation")),
        review=read_day(item.facts.get("review")),
        due=item.due_date,
        age_days=(subject.day - opened).days if opened else None,
        closed=subject.calendar.local_day(item.closed_at) if item.closed_at and not item.is_open else None,
        movement=_movement(item, subject),
        missing=tuple(_missing(item, kind, labels)) if item.is_open else (),
        escalated=is_escalation(item, labels),
        confidential=item.confidential,
        web_url=item.web_url,
    )


def _rate(item: Item, key: str, prefix: str, words: Mapping[str, int]) -> int | None:
    told = read_rating(item.facts.get(key), words)
    return told if told is not None else read_rating(label_number(item.labels, prefix), words)


def _level(score: int | None, item: Item, subject: Subject) -> Severity | None:
    """By score, else by priority label."""
    if score is None:
        return _priority(item.labels, subject.settings.labels)
    if score >= subject.threshold("raid_high_score"):
        return Severity.HIGH
    return Severity.MEDIUM if score >= subject.threshold("raid_medium_score") else Severity.LOW


def _priority(labels: tuple[str, ...], names: LabelSettings) -> Severity | None:
    """The highest priority among the labels."""
    return next((level for level in reversed(LEVELS) if has_label(labels, getattr(names.priority, level))), None)


def _missing(item: Item, kind: RaidKind, labels: LabelSettings) -> Iterator[Phrase]:
    """What the entry lacks of what its kind requires. A score is a priority, too."""
    has_impact = bool(read_words(item.facts.get("impact"))) or label_number(item.labels, labels.impact) is not None
    has_probability = _rate(item, "probability", labels.probability, PROBABILITY_WORDS) is not None
    there = {
        "log": has_label(item.labels, labels.raid.log),
        "risk": has_label(item.labels, labels.raid.risk),
        "priority": _priority(item.labels, labels) is not None or (has_impact and has_probability),
        "impact": has_impact,
        "owner": bool(item.assignees or read_words(item.facts.get("owner"))),
        "mitigation": bool(read_words(item.facts.get("mitigation"))),
        "review": read_day(item.facts.get("review")) is not None,
        "due": item.due_date is not None,
    }
    return (_FIELDS[key] for key in REQUIRED[kind] if not there[key])


# -- movement


def _movement(item: Item, subject: Subject) -> RaidMovement | None:
    """closed, new or worse within the last days; None when nothing of that happened."""
    after = subject.day - timedelta(days=int(subject.threshold("raid_movement_days")))

    def is_recent(at: Any) -> bool:
        return at is not None and after < subject.calendar.local_day(at) <= subject.day

    if not item.is_open:
        return RaidMovement.CLOSED if is_recent(item.closed_at) else None
    names = subject.settings.labels
    own = [at for label, at in item.label_dates.items() if label in item.labels and _is_raid_label(label, names)]
    if is_recent(item.created_at) or (own and is_recent(min(own))):
        return RaidMovement.NEW
    fresh = tuple(label for label in item.labels if is_recent(item.label_dates.get(label)))
    return RaidMovement.WORSE if _is_worse(item, fresh, names) else None


def _is_raid_label(label: str, names: LabelSettings) -> bool:
    return any(matches(label, getattr(names.raid, kind)) for kind in ("log", *REQUIRED))


def _is_worse(item: Item, fresh: tuple[str, ...], names: LabelSettings) -> bool:
    """Whether a fresh label escalates the entry, or rates it higher than the label that it replaced.

    Where no earlier label is known, only the highest priority or a rating of 4 or 5 counts: a first rating is no change.
    """
    if has_label(fresh, names.escalation):
        return True
    former = tuple(label for label in item.label_dates if label not in item.labels)
    scales: tuple[tuple[Callable[[tuple[str, ...]], int | None], int], ...] = (
        (lambda labels: _rank(_priority(labels, names)), 2),
        (lambda labels: label_number(labels, names.impact), 4),
        (lambda labels: label_number(labels, names.probability), 4),
    )
    for rate, alarming in scales:
        now, before = rate(fresh), rate(former)
        if now is not None and (now > before if before is not None else now >= alarming):
            return True
    return False


def _rank(level: Severity | None) -> int | None:
    return LEVELS.index(level) if level else None


# -- order and severity


def _severity(entry: RaidEntry) -> Severity:
    """The level; high when escalated; an entry that nobody rated is medium, for unknown is not harmless."""
    return Severity.HIGH if entry.escalated else entry.level or Severity.MEDIUM


def _order(entry: RaidEntry) -> tuple[bool, int, int, str]:
    return entry.state == ItemState.CLOSED, -LEVELS.index(_severity(entry)), -(entry.score or 0), entry.ref
