from __future__ import annotations

from datetime import date

from bot.derive.checks.rule import Finding
from bot.derive.results import RaidEntry
from bot.domain.vocabulary import ItemState, RaidKind
from tests.derive.checks.told import told


def _told(review: date | None, state: ItemState = ItemState.OPENED) -> list[Finding]:
    return told(
        "risk-review-overdue", derived={"raid": (RaidEntry("x#1", "Runners", RaidKind.RISK, state, review=review),)}
    )


def test_from_the_day_after_the_review_date_on() -> None:
    [found] = _told(date(2026, 11, 19))
    assert str(found.message) == '1 RAID entry is past the review date; "Runners" since 2026-11-19.'
    assert _told(date(2026, 11, 20)) == []
    assert _told(None) == []
    assert _told(date(2026, 11, 2), ItemState.CLOSED) == []
