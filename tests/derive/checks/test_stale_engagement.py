from __future__ import annotations

from typing import Any

import pytest

from tests.builders import REF, make_item, make_log
from tests.derive.checks.told import told


def test_two_weeks_of_silence_are_told_with_their_last_day() -> None:
    [found] = told("stale-engagement", items=[make_item(updated_at="2026-11-06")])
    assert str(found.message) == (
        "Nothing has moved since 2026-11-06: no item created, changed or closed and no hours logged, with 1 item open."
    )
    assert found.evidence == (REF,)


@pytest.mark.parametrize(
    "more", [{"timelogs": [make_log(None, 1, "2026-11-07")]}, {"derived": {"phase": "not_started"}}]
)
def test_any_sign_of_life_or_not_having_begun_is_enough(more: dict[str, Any]) -> None:
    assert told("stale-engagement", items=[make_item(updated_at="2026-11-06")], **more) == []


def test_nothing_open_is_not_stale() -> None:
    assert told("stale-engagement", items=[make_item(closed="2026-10-01")]) == []
