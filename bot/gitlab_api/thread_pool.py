"""Reading at the same time: one pool of `gitlab.concurrency` threads that every request goes through."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from bot.gitlab_api.answers import QueryTooComplexError

T = TypeVar("T")
R = TypeVar("R")
SMALLEST_PAGE = 5


class ThreadPool:
    """A pool of threads. Its tasks never wait for each other, so it can't lock up."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="psbot-read")
        self.count = count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, task: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        """One task, waited for."""
        return self._pool.submit(task, *args, **kwargs).result()

    def map(self, task: Callable[[T], R], values: Iterable[T]) -> Iterator[R]:
        """The results in the order of `values`; the first error ends it."""
        return self._pool.map(task, values)


class PageSize:
    """How many entries to ask for: halved, for all threads, when GitLab finds a page too complex."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()

    def ask(self, question: Callable[[int], R]) -> R:
        """The answer to `question(size)`. Raises QueryTooComplexError when even a small page is too complex."""
        while True:
            size = self._size
            try:
                return question(size)
            except QueryTooComplexError:
                if size <= SMALLEST_PAGE:
                    raise
                with self._lock:
                    self._size = min(self._size, max(SMALLEST_PAGE, size // 2))


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Slices of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))
