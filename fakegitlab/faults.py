"""Trouble on demand, from a seed: what a client must survive when it talks to a real GitLab."""

from __future__ import annotations

import contextlib
import json
import random
import re
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from fakegitlab.server import RequestRecord
    from fakegitlab.store import Store

PAGES = {
    "server_error": 500,
    "bad_gateway": 502,
    "unavailable": 503,
    "gateway_timeout": 504,
    "html": 520,
    "web_page": 200,
}
REFUSALS = {"forbidden": 403, "not_found": 404}
INSTEAD = (*PAGES, *REFUSALS, "rate_limit", "reset_before", "timeout", "too_dear")
AFTER = ("reset_after", "reset_midway", "cut_short", "half_failed", "torn_entry", "null_entries", "spent")
KINDS = (*INSTEAD, *AFTER)
HTML = "<!DOCTYPE html><html><head><title>GitLab: {0}</title></head><body><h1>{0}</h1><p>Whoops.</p></body></html>"


class Dropped(ConnectionResetError):
    """The connection is cut; the client gets no answer."""


@dataclass
class Fault:
    """One kind of trouble for the next `times` requests that match, after `skip` of them went well.

    `retry_after` is what the header says: seconds, an HTTP date, or "" for none.
    """

    kind: str
    times: int = 1
    match: str = ""
    method: str | None = None
    writes: bool | None = None
    skip: int = 0
    retry_after: int | str | None = None
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
        if fault is None or fault.kind in AFTER:
            return None
        if fault.wait:
            time.sleep(fault.wait)
        if fault.kind in ("reset_before", "timeout"):
            raise Dropped(fault.kind)
        if fault.kind == "rate_limit":
            return too_many(self.retry_after if fault.retry_after is None else fault.retry_after)
        if fault.kind == "too_dear":
            return failed_query("Query has complexity of 600, which exceeds max complexity of 250")
        if fault.kind in REFUSALS:
            return Response('{"message":"Refused"}', REFUSALS[fault.kind], content_type="application/json")
        return error_page(PAGES[fault.kind], fault.retry_after)

    def after(self, fault: Fault, answer: Response) -> Response:
        """What becomes of the answer to a request that was carried out."""
        if fault.kind == "reset_after":
            raise Dropped(fault.kind)
        spoil = SPOILERS.get(fault.kind)
        if spoil:
            spoil(answer)
        return answer

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


def too_many(retry_after: int | str, application: bool = False) -> Response:
    """429; application limits say so in JSON."""
    text = "This endpoint has been requested too many times. Try again later."
    headers = _retry_header(retry_after)
    if application:
        body = '{"message":{"error":"' + text + '"}}'
        return Response(body, 429, headers, content_type="application/json")
    return Response("Retry later\n", 429, headers, content_type="text/plain")


def error_page(status: int, retry_after: int | str | None) -> Response:
    """A proxy's HTML page."""
    return Response(HTML.format(status), status, _retry_header(retry_after), content_type="text/html; charset=utf-8")


def _retry_header(value: int | str | None) -> dict[str, str]:
    return {"Retry-After": str(value)} if value not in (None, "") else {}


def failed_query(message: str) -> Response:
    """GraphQL's refusal: status 200, no data."""
    return Response(json.dumps({"errors": [{"message": message}]}), 200, content_type="application/json")


def _cut_midway(answer: Response) -> None:
    """Half of the promised bytes, then the end of the connection."""
    whole = answer.get_data()
    answer.set_data(whole[: len(whole) // 2])
    answer.headers["Content-Length"] = str(len(whole))
    answer.headers["Connection"] = "close"


def _cut_short(answer: Response) -> None:
    """A whole answer of half a text."""
    whole = answer.get_data()
    answer.set_data(whole[: len(whole) // 2])


def _fail_half(answer: Response) -> None:
    """GraphQL's internal error beside what was found until then: half of every list."""
    body = json.loads(answer.get_data())
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        return
    _halve(body["data"])
    body["errors"] = [{"message": "Internal server error", "path": [next(iter(body["data"]))]}]
    answer.set_data(json.dumps(body))


def _halve(value: object) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "nodes" and isinstance(inner, list):
                del inner[len(inner) // 2 :]
            _halve(inner)
    elif isinstance(value, list):
        for inner in value:
            _halve(inner)


def _tear_entry(answer: Response) -> None:
    """GraphQL's error at one work item, the last of several on a page: its widgets are missing, all else is sound."""
    body = json.loads(answer.get_data())
    path = next(_pages_of_items(body.get("data"), ()), None)
    if path is None:
        return
    entry = body["data"]
    for step in path:
        entry = entry[step]
    entry["widgets"] = None
    body["errors"] = [{"message": "undefined method `id' for nil", "path": [*path, "widgets"]}]
    answer.set_data(json.dumps(body))


def _pages_of_items(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Where the last work item of each page stands."""
    if isinstance(value, dict):
        nodes = value.get("nodes")
        if isinstance(nodes, list) and len(nodes) > 1 and isinstance(nodes[-1], dict) and "widgets" in nodes[-1]:
            yield (*path, "nodes", len(nodes) - 1)
        for name, inner in value.items():
            yield from _pages_of_items(inner, (*path, name))


def _add_null_entries(answer: Response) -> None:
    """Every list of nodes holds one that may not be seen."""
    body = json.loads(answer.get_data())
    _put_null(body.get("data"))
    answer.set_data(json.dumps(body))


def _put_null(value: object) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _put_null(inner)
            if name == "nodes" and isinstance(inner, list):
                inner.insert(0, None)
    elif isinstance(value, list):
        for inner in value:
            _put_null(inner)


def _spend_all(answer: Response) -> None:
    """The last request of this window."""
    answer.headers["RateLimit-Remaining"] = "0"
    answer.headers["RateLimit-Reset"] = str(int(time.time()) + 3)


SPOILERS: dict[str, Callable[[Response], None]] = {
    "reset_midway": _cut_midway,
    "cut_short": _cut_short,
    "half_failed": _fail_half,
    "torn_entry": _tear_entry,
    "null_entries": _add_null_entries,
    "spent": _spend_all,
}


def cut(request: Request) -> None:
    """Close the client's connection."""
    client = request.environ.get("werkzeug.socket")
    if client is not None:
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
