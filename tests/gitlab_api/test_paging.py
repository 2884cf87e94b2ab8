"""Every list ends: a server that leads in a circle is told, in bounded time and requests."""

from __future__ import annotations

from itertools import count

import pytest

from bot.domain.errors import UnreachableError
from bot.gitlab_api.paging import IDLE_PAGES, MOST_PAGES, Pages, StuckPaging


def test_pages_that_bring_something_new_go_on() -> None:
    pages = Pages("acme")
    for number in range(100):
        pages.turn(f"cursor {number}", [number, number + 1])


def test_a_cursor_that_comes_again_ends_the_list() -> None:
    pages = Pages("acme")
    pages.turn("a", [1])
    pages.turn("b", [2])
    with pytest.raises(StuckPaging, match="acme"):
        pages.turn("a", [3])


def test_pages_that_repeat_what_is_known_end_the_list() -> None:
    pages = Pages("acme")
    pages.turn("a", [1, 2])
    with pytest.raises(StuckPaging):
        for number in range(IDLE_PAGES):
            pages.turn(f"next {number}", [2, 1])


def test_a_list_without_an_end_meets_a_ceiling_that_is_named() -> None:
    pages = Pages("acme")
    with pytest.raises(UnreachableError, match=f"{MOST_PAGES:,} pages"):
        for number in count():
            pages.turn(str(number), [number])
