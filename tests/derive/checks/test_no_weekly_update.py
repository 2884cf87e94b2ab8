from __future__ import annotations

import pytest

from tests.builders import make_item, make_log
from tests.derive.checks.told import told


@pytest.mark.parametrize(
    ("updated", "count"), [("2026-11-14", 0), ("2026-11-13", 1), ("2026-11-07", 1), ("2026-11-06", 0)]
)
def test_from_a_week_of_silence_until_it_is_a_stale_engagement(updated: str, count: int) -> None:
    found = told("no-weekly-update", items=[make_item(updated_at=updated)])
    assert [str(f.message) for f in found] == [
        f"No update for a week: the last change in GitLab was on {updated}."
    ] * count


def test_hours_are_a_sign_of_life() -> None:
    logs = [make_log(None, 1.0, "2026-11-16")]
    assert told("no-weekly-update", items=[make_item(updated_at="2026-11-10")], timelogs=logs) == []
