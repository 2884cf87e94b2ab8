"""What all whole runs of these tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.app.sources import Reading


@pytest.fixture(scope="module", autouse=True)
def few_trials() -> Iterator[None]:
    """A forecast is drawn from fewer trials than in a run: these tests ask who reads what and when, not how much."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Reading.derive.__kwdefaults__ or {}, "trials", 500)
        yield
