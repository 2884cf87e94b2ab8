"""The stage as a fixture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.publish.stage import Stage, open_stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with open_stage() as made:
        yield made
