"""When to wait and when to give up: GitLab's rate limits, shared by all threads, and retries within a budget of time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
FIRST_PAUSE, LONGEST_PAUSE, AFTER_TOLD = 0.5, 30.0, 1.0
DEFAULT_RETRY_AFTER = 60.0
SPREAD = 0.25
"""Seconds over which threads that waited for the same moment spread."""
FIRST_CONTACT = 10.0
"""Seconds to try where nobody has ever taken a request: more likely a wrong address than an outage."""
FIRST_ANSWER = 30.0
"""Seconds to try where requests are taken, and none has ever been answered well."""


class RetryBudget:
    """The common clock of all threads: who may send now, and since when nothing works.

    `clock` and `sleep` count monotonic seconds; `jitter` gives numbers in [0, 1). A header tells times of the server's
    clock, so differences to its own `Date` are used where it is given, and `wall` (Unix time) only where not.
    """

    def __init__(
        self,
        budget: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        wall: Callable[[], float],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.budget = budget
        self._clock, self._sleep, self._wall, self._jitter = clock, sleep, wall, jitter
        self._lock = threading.Lock()
        self._in_flight = 0
        self._remaining: int | None = None
        self._reset_at = 0.0
        self._paused_until = 0.0
        self._failing_since: float | None = None
        self._answered = False
        self._worked = False

    def start(self) -> Attempts:
        """A new request's own account of attempts."""
        return Attempts(self, self._clock(), self._jitter)

    def enter(self, longest: float) -> bool:
        """Wait until the rate limit allows one more request. False when that lies more than `longest` seconds ahead."""
        waited = 0.0
        while (pause := self._take()) > 0:
            if waited + pause > longest:
                return False
            pause += self._jitter() * SPREAD
            waited += pause
            self._sleep(pause)
        return True

    @property
    def gave_up(self) -> bool:
        """Whether nobody has had an answer for the whole budget, and somebody is trying still: others need not.

        Else a server that takes requests but never answers would cost each waiting request its own time-out.
        """
        with self._lock:
            since = self._failing_since
            return self._in_flight > 0 and since is not None and self._clock() - since > self.budget

    def _take(self) -> float:
        """0 = go (and counted as under way), else how long to wait first."""
        with self._lock:
            now = self._clock()
            if now < self._paused_until:
                return self._paused_until - now
            if self._remaining is not None and now >= self._reset_at:
                self._remaining = None
            if self._remaining is not None and self._remaining <= self._in_flight:
                return self._reset_at - now
            self._in_flight += 1
            return 0.0

    def leave(self, status: int | None, headers: Mapping[str, str], *, connected: bool = True) -> None:
        """A request ended: note what its headers say, and whether the server still works (None: no answer came).

        `connected`: somebody took the request, even when no answer came of it.
        """
        works = status is not None and status not in RETRIED_STATUSES
        with self._lock:
            now = self._clock()
            self._in_flight -= 1
            self._answered = self._answered or connected
            self._worked = self._worked or works or is_told(status, headers)
            self._failing_since = None if works else now if self._failing_since is None else self._failing_since
            self._note_limit(now, headers)
            if is_told(status, headers):
                self._paused_until = max(self._paused_until, now + self.retry_after(headers))

    def _note_limit(self, now: float, headers: Mapping[str, str]) -> None:
        remaining, reset = _whole(headers.get("RateLimit-Remaining")), _whole(headers.get("RateLimit-Reset"))
        if remaining is None or reset is None:
            return
        reset_at = now + max(0.0, reset - (_instant(headers.get("Date")) or self._wall()))
        if self._remaining is None or reset_at > self._reset_at + 1:
            self._remaining, self._reset_at = remaining, reset_at
        else:
            self._remaining = min(self._remaining, remaining)

    def retry_after(self, headers: Mapping[str, str]) -> float:
        """Seconds that `Retry-After` asks for, as a number or an HTTP date; else until `RateLimit-Reset`, else a minute."""
        text = headers.get("Retry-After")
        seconds = _whole(text)
        if seconds is not None:
            return float(seconds)
        at = _instant(text) or _whole(headers.get("RateLimit-Reset"))
        if at is None:
            return DEFAULT_RETRY_AFTER
        return max(0.0, at - (_instant(headers.get("Date")) or self._wall()))

    def gives_up(self, pause: float, started: float) -> bool:
        """Whether one more try after `pause` would leave the budget: this request's, or that of a server that is down."""
        now = self._clock()
        since = self._failing_since
        down = now - since if since is not None else 0.0
        first = FIRST_ANSWER if self._answered else FIRST_CONTACT
        budget = self.budget if self._worked else min(self.budget, first)
        return now + pause - started > budget or down > budget

    def sleep(self, seconds: float) -> None:
        self._sleep(seconds)

    def left(self, started: float) -> float:
        return max(0.0, started + self.budget - self._clock())


class Attempts:
    """One request's tries: an exponential pause with jitter, never beyond the budget."""

    def __init__(self, retries: RetryBudget, started: float, jitter: Callable[[], float]) -> None:
        self._retries, self._started, self._jitter = retries, started, jitter
        self.count = 0

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self._retries.left(self._started)

    def again(self, *, told: bool = False) -> bool:
        """Wait before the next try, shortly where GitLab told all threads how long to wait: then `enter` does that.

        False when the budget is used up.
        """
        backoff = min(AFTER_TOLD if told else LONGEST_PAUSE, FIRST_PAUSE * 2**self.count)
        pause = backoff * (0.5 + self._jitter() / 2)
        if self._retries.gives_up(pause, self._started):
            return False
        self.count += 1
        self._retries.sleep(pause)
        return True


def is_told(status: int | None, headers: Mapping[str, str]) -> bool:
    """Whether an answer says for how long to send nothing: then all threads wait in `enter`."""
    return status == 429 or (status == 503 and "Retry-After" in headers)


def _whole(text: str | None) -> int | None:
    """A header's whole number; None when there is none."""
    return int(text) if text is not None and text.strip().isdecimal() else None


def _instant(text: str | None) -> float | None:
    """A header's HTTP date as Unix time; None when there is none."""
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (TypeError, ValueError):
        return None
