from __future__ import annotations

from bot.derive.checks.rule import Finding
from tests.builders import make_milestone
from tests.derive.checks.told import told


def _told(*titles: str) -> list[Finding]:
    return told(
        "billing-milestone-unknown",
        facts={"milestones": [{"milestone": "Wave 1"}]},
        milestones=[make_milestone(title) for title in titles],
    )


def test_titles_must_be_spelt_alike() -> None:
    [found] = _told("wave 1")
    assert str(found.message) == 'The facts name 1 milestone that GitLab does not have: "Wave 1".'
    assert _told("Wave 1", "Wave 2") == []
