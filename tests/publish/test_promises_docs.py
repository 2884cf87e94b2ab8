"""The pages on security and reliability name tests as evidence: every one of them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["security.md", "reliability.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", (REPO / "docs" / page).read_text(encoding="utf-8")))
    sources = (path.read_text(encoding="utf-8") for path in (REPO / "tests").rglob("test_*.py"))
    known = {name for text in sources for name in re.findall(r"^def (test_\w+)", text, re.M)}
    assert len(named) > 10
    assert named - known == set()
