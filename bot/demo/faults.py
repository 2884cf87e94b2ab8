"""Trouble on demand, from a seed: what a client must survive when it talks to a real GitLab."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from bot.demo.server import RequestRecord
    from bot.demo.store import Store

KINDS = (
    "rate_limit",
    "bad_gateway",
    "unavailable",
    "gateway_timeout",
    "reset_before",
    "reset_after",
    "timeout",
    "html",
)
PAGES = {"bad_gateway": 502, "unavailable": 503, "gateway_timeout": 504, "html": 520}
HTML = "<!DOCTYPE html><html><head><title>GitLab: {0}</title></head><body><h1>{0}</h1><p>Whoops.</p></body></html>"


class Dropped(ConnectionResetError):
    """The connection is cut; the client gets no answer."""


@dataclass
class Fault:
    """One kind of trouble for the next `times` requests that match, after `skip` of them went well."""

    kind: str
    times: int = 1
    match: str = ""
    method: str | None = None
    writes: bool | None = None
    skip: int = 0
    retry_after: int | None = None
    wait: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}: one of {', '.join(KINDS)}")

    def takes(self, record: RequestRecord) -> bool:
        """Whether it strikes this request; counts down."""
        fits = (
            self.times > 0
            and self.method in (None, record.method)
            and self.writes in (None, record.is_write)
            and bool(re.search(self.match, f"{record.path} {record.operation or ''}"))
        )
        if fits and self.skip > 0:
            self.skip -= 1
            return False
        self.times -= fits
        return fits


@dataclass
class Faults:
    """The trouble of a server. Nothing happens until something is set."""

    seed: int = 1
    latency: float = 0.0
    rate: float = 0.0
    kinds: tuple[str, ...] = ("bad_gateway", "rate_limit", "reset_before", "reset_after")
    retry_after: int = 1
    notes_per_minute: int | None = None
    issues_per_minute: int | None = None
    requests_per_minute: int | None = None
    window: float = 60.0
    shift_pages: int = 0
    planned: list[Fault] = field(default_factory=list)
    hooks: list[Callable[[RequestRecord], None]] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def add(self, kind: str, times: int = 1, **conditions: object) -> Fault:
        """Plan trouble, e.g. `add("rate_limit", 3, match="/notes", retry_after=2)`."""
        fault = Fault(kind, times, **conditions)  # type: ignore[arg-type]
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """End all trouble."""
        self.planned.clear()
        self.hooks.clear()
        self.latency = self.rate = 0.0
        self.notes_per_minute = self.issues_per_minute = self.requests_per_minute = None
        self.shift_pages = 0

    # --- at work ------------------------------------------------------------------------------------------------------

    def choose(self, record: RequestRecord) -> Fault | None:
        """The trouble that strikes this request."""
        with self._lock:
            for hook in self.hooks:
                hook(record)
            fault = next((fault for fault in self.planned if fault.takes(record)), None)
            if fault is None and self.rate and self._random.random() < self.rate:
                fault = Fault(self._random.choice(self.kinds))
            if fault is not None:
                self.struck.append(fault.kind)
            return fault

    def before(self, fault: Fault | None) -> Response | None:
        """What happens instead of the request."""
        if self.latency:
            time.sleep(self.latency)
        if fault is None or fault.kind == "reset_after":
            return None
        if fault.wait:
            time.sleep(fault.wait)
        if fault.kind in ("reset_before", "timeout"):
            raise Dropped(fault.kind)
        if fault.kind == "rate_limit":
            return too_many(self.retry_after if fault.retry_after is None else fault.retry_after)
        return error_page(PAGES[fault.kind], fault.retry_after)

    def limited(self, record: RequestRecord) -> Response | None:
        """Application limits: they strike though `RateLimit-Remaining` is high."""
        for name, limit in (("notes", self.notes_per_minute), ("issues", self.issues_per_minute)):
            if limit is not None and record.creates == name and self._over(record.user, name, limit):
                self.struck.append(f"{name}_limit")
                return too_many(self.retry_after, application=True)
        if self.requests_per_minute is not None and self._over(record.user, "requests", self.requests_per_minute):
            self.struck.append("requests_limit")
            return too_many(self.retry_after)
        return None

    def _over(self, user: str, name: str, limit: int) -> bool:
        with self._lock:
            times, now = self._seen[(user, name)], time.monotonic()
            while times and now - times[0] > self.window:
                times.popleft()
            if len(times) >= limit:
                return True
            times.append(now)
            return False

    def shift(self, world: Store) -> None:
        """Others write meanwhile: random items get a new `updated_at`, so pages by it shift."""
        for _ in range(self.shift_pages):
            item = self._random.choice(list(world.items.values()))
            item.updated_at = world.now
            world.changed()


def too_many(retry_after: int, application: bool = False) -> Response:
    """429; application limits say so in JSON."""
    text = "This endpoint has been requested too many times. Try again later."
    headers = {"Retry-After": str(retry_after)}
    if application:
        body = '{"message":{"error":"' + text + '"}}'
        return Response(body, 429, headers, content_type="application/json")
    return Response("Retry later\n", 429, headers, content_type="text/plain")


def error_page(status: int, retry_after: int | None) -> Response:
    """A proxy's HTML page."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return Response(HTML.format(status), status, headers, content_type="text/html; charset=utf-8")


def cut(request: Request) -> None:
    """Close the client's connection."""
    client = request.environ.get("werkzeug.socket")
    if client is not None:
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
