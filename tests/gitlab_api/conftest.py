"""The two worlds that readings start from, and a client whose answers a test writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.gitlab_api.client import GitLabClient
from fakegitlab import World
from tests.gitlab_api.answering import TOKEN, URL, Answers
from tests.gitlab_api.clock import Clock
from tests.gitlab_api.worlds import make_tree, make_world


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def tree() -> World:
    return make_tree()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> GitLabClient:
    return GitLabClient(URL, TOKEN, clock=clock, sleep=clock.sleep, wall=lambda: clock.now)


@pytest.fixture
def api() -> Iterator[Answers]:
    with Answers(assert_all_requests_are_fired=False) as mock:
        yield mock
