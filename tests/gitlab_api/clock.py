"""Time that only passes when somebody sleeps, for all threads at once: no test waits, and none fails on a slow machine."""

from __future__ import annotations

import threading
import time
from typing import Any


class VirtualClock:
    """What a client takes for its clock, its sleep and its wall clock."""

    def __init__(self) -> None:
        self._now, self._lock = 0.0, threading.Lock()
        self._epoch = time.time()

    def __call__(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        until = self() + seconds
        time.sleep(0)  # the others' turn
        with self._lock:
            self._now = max(self._now, until)

    def wall(self) -> float:
        return self._epoch + self._now

    @property
    def options(self) -> dict[str, Any]:
        """As arguments of a client."""
        return {"clock": self, "sleep": self.sleep, "wall": self.wall}


class Clock:
    """The same for one thread, with what was slept."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept: list[float] = []
        self.lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)
            self.now += seconds
