"""The two worlds that readings start from."""

from __future__ import annotations

import pytest

from fakegitlab import World
from tests.gitlab_api.worlds import make_tree, make_world


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def tree() -> World:
    return make_tree()
