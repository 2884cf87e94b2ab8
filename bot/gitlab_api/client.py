"""The one door to GitLab: REST through python-gitlab, GraphQL on the same session, reads retried, writes never.

Safe for use from several threads: they share the connection pool, the rate limit and the counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import gitlab
import requests
from gitlab.exceptions import GitlabError, RedirectError

from bot.domain.border import one_line
from bot.domain.errors import AccessError, GitLabError, NotFoundError, UnreachableError, UsageError
from bot.domain.frozen import frozen
from bot.gitlab_api.answers import LATER, Answer, FailedInsideError, graphql_data, is_transient, refusal, write_refusal
from bot.gitlab_api.capabilities import START_QUERY, Capabilities, make_capabilities
from bot.gitlab_api.no_answer import CHECK, SPEAKS_TLS, no_answer, wrong_scheme
from bot.gitlab_api.paging import Pages
from bot.gitlab_api.retry_budget import RETRIED_STATUSES, RetryBudget, is_told
from bot.gitlab_api.transport import MASK, ca_bundle, check_url, make_session, mask_logs

USER_AGENT = "psbot (+python-gitlab)"
GRAPHQL = "/api/graphql"
PAGE = 100
KEYSET_LISTS = {"/projects": "id", "/users": "id", "issues": "created_at"}
"""Lists that page by key where the server can: others fall back to offsets by themselves."""
FAILED_INSIDE = "GitLab failed inside"
INSIDE_TRIES = 3
"""How often a GraphQL answer with an internal error, maybe beside some data, is asked for again: it may last."""


@frozen
class Counts:
    """What went over the wire so far. `requests` holds all, `history_requests` and `writes` are among them."""

    requests: int = 0
    writes: int = 0
    history_requests: int = 0
    retries: int = 0
    bytes: int = 0


@frozen
class Ceiling:
    """What one run may cost at most, whatever the server says."""

    requests: int = 100_000
    seconds: float = 3600.0


@frozen
class TokenUser:
    """Whose token this is."""

    id: int
    username: str


class GitLabClient:
    """A connection to one instance with one token.

    `timeout` bounds one answer, `retry_budget` all tries of one read (seconds). Raises UsageError for an address where
    the token would travel unprotected.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 30.0,
        concurrency: int = 8,
        allow_http: bool = False,
        retry_budget: float = 120.0,
        ceiling: Ceiling | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.url = check_url(url, allow_http)
        self.concurrency = concurrency
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise UsageError("holds characters that no token has", "GITLAB_TOKEN", "Copy it again.")
        self._token = token
        self._ceiling, self._clock, self._began = ceiling or Ceiling(), clock, clock()
        self._retries = RetryBudget(retry_budget, clock, sleep, wall)
        self._lock = threading.Lock()
        self._counts = Counts()
        self._session = make_session(concurrency)
        self._gl = gitlab.Gitlab(
            self.url,
            private_token=token,
            timeout=timeout,
            user_agent=USER_AGENT,
            retry_transient_errors=False,
            keep_base_url=True,
            session=self._session,
            ssl_verify=ca_bundle(self.url) or True,
        )
        mask_logs(token)

    def __repr__(self) -> str:
        return f"GitLabClient({self.url!r})"

    @property
    def counts(self) -> Counts:
        return self._counts

    @cached_property
    def _start(self) -> dict[str, Any]:
        """The first question of a run: who are we, and what is this GitLab?"""
        try:
            return self.graphql(START_QUERY, where=self.url)
        except FailedInsideError:
            raise
        except (GitLabError, NotFoundError) as problem:
            # An EE before 17.x words a token without the API scope like a thing that is not there.
            self._require_gitlab()
            advice = "The token needs scope `api` (`read_api` for reading)."
            raise AccessError(f"GraphQL can't be used: {problem.message}", self.url, advice) from None

    def _require_gitlab(self) -> None:
        """Raises UnreachableError where something answers at the address that is no GitLab."""
        try:
            self.get("/user")
        except (NotFoundError, GitLabError) as problem:
            advice = "Check GITLAB_URL; a GitLab below a path has it in its address: https://example.com/gitlab."
            reason = "404" if isinstance(problem, NotFoundError) else problem.message
            raise UnreachableError(f"no GitLab answers there ({reason})", self.url, advice) from None

    @cached_property
    def user(self) -> TokenUser:
        """The token's user. Raises AccessError when the token is refused."""
        found = self._start.get("currentUser")
        if not found:
            raise AccessError("GitLab does not know the token", self.url, "Check GITLAB_TOKEN and GITLAB_URL.")
        return TokenUser(int(str(found["id"]).rpartition("/")[2]), str(found["username"]))

    @cached_property
    def capabilities(self) -> Capabilities:
        """What this instance is and can do, asked once."""
        return make_capabilities(self._start | {"metadata": self._start.get("metadata") or self._metadata()})

    def _metadata(self) -> Mapping[str, Any]:
        """Version and edition from REST, for servers whose GraphQL keeps them to itself; before 15.2 the version alone."""
        for path in ("/metadata", "/version"):
            try:
                found = self.get(path)
            except (NotFoundError, AccessError, GitLabError):
                continue
            return found if isinstance(found, dict) else {}
        return {}

    # -- reading

    def get(self, path: str, *, history: bool = False, **params: Any) -> Any:
        """The JSON of `GET /api/v4{path}`. Raises AccessError, NotFoundError, GitLabError or UnreachableError."""
        return self._read("get", path, params, None, history)[0]

    def get_all(self, path: str, *, history: bool = False, **params: Any) -> Iterator[dict[str, Any]]:
        """Every entry of a list, page by page; one that shifted into the next page comes once.

        Pages go by key where GitLab serves that, else by offset: then give a `sort` that new entries don't upset.
        """
        asked: dict[str, Any] = {"per_page": PAGE} | _keyset(path, params) | params
        query: dict[str, Any] | None = asked
        seen: set[Any] = set()
        pages = Pages(_name("get", path))
        target: str | None = path
        while target:
            page, headers = self._read("get", target, query or {}, None, history)
            if not isinstance(page, list):
                raise GitLabError("GitLab's answer is not a list", _name("get", path))
            keys = [_key_of(entry) for entry in page]
            for key, entry in zip(keys, page, strict=True):
                if key is None or key not in seen:
                    seen.add(key)
                    yield entry
            target, query = self._next(headers), None
            number = headers.get("X-Next-Page") if target is None else None
            if number:  # a proxy may drop `Link`, whose addresses are long
                target, query = path, asked | {"page": number}
            if target:
                pages.turn(number or target, None if None in keys else keys)

    def total(self, path: str, **params: Any) -> int | None:
        """How many entries a list has, by its header; None where GitLab doesn't count (above 10,000)."""
        _, headers = self._read("get", path, {"per_page": 1} | params, None, False)
        text = headers.get("x-total")
        return int(text) if text and text.isdecimal() else None

    def graphql(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        write: bool = False,
        history: bool = False,
        where: str = "GraphQL",
    ) -> dict[str, Any]:
        """`data` of a GraphQL document. A mutation must say `write=True`: it gets one attempt.

        Raises GitLabError (its kind QueryTooComplexError: ask for less) on `errors`, else what `get` and `write` raise.
        """
        body = {"query": query, "variables": dict(variables or {})}
        if write:
            return graphql_data(self._write("post", self.url + GRAPHQL, body, where), where, write=True)
        return graphql_data(self._read("post", self.url + GRAPHQL, {}, body, history, where)[0], where)

    # -- writing

    def write(self, method: str, path: str, json: Mapping[str, Any] | None = None) -> Any:
        """One attempt at a write; the answer's JSON (None when it is empty).

        Raises GitLabError or AccessError when it was refused, RateLimitedError when it was for now, UnreachableError
        when it was never sent: surely not done, all of them. UncertainWriteError: look before trying again.
        """
        return self._write(method.lower(), path, dict(json) if json is not None else None, _name(method, path))

    # -- one request

    def _read(
        self, verb: str, path: str, query: dict[str, Any], body: Any, history: bool, where: str = ""
    ) -> tuple[Any, Mapping[str, str]]:
        where = where or _name(verb, path)
        attempts = self._retries.start()
        while True:
            self._enter(attempts.left, where)
            reply = self._send(verb, path, query, body)
            self._count(reply, history=history, retry=attempts.count > 0)
            cause = _transient(reply)
            if not cause or (cause == FAILED_INSIDE and attempts.count >= INSIDE_TRIES):
                return self._value(reply, where), reply.headers
            if reply.final or not attempts.again(told=is_told(reply.status, reply.headers)):
                place = "" if where == self.url else f" at {self.url}"
                raise self._masked(
                    UnreachableError(f"no answer from GitLab{place} ({cause})", where, reply.advice or LATER)
                )

    def _enter(self, longest: float, where: str) -> None:
        """Wait for leave to send. Raises UnreachableError when that takes too long, or when it is of no use."""
        if self._counts.requests >= self._ceiling.requests:
            raise UnreachableError(
                f"not asked: this run's ceiling of {self._ceiling.requests:,} requests is met", where, _CEILING
            )
        if self._clock() - self._began > self._ceiling.seconds:
            raise UnreachableError(
                f"not asked: this run's ceiling of {self._ceiling.seconds / 60:.0f} minutes is met", where, _CEILING
            )
        if self._retries.gave_up:
            raise UnreachableError("not asked: GitLab has answered nobody for minutes", where, LATER)
        if not self._retries.enter(longest):
            raise UnreachableError("GitLab's rate limit allows no more requests for minutes", where, LATER)

    def _value(self, reply: Answer, where: str) -> Any:
        if not reply.succeeded:
            if wrong_scheme(reply):
                raise UnreachableError(SPEAKS_TLS, self.url, "Write https:// in GITLAB_URL.")
            raise self._masked(refusal(reply, where))
        if reply.is_page:
            raise GitLabError("answers with a web page, not with GitLab's API", self.url, "Check GITLAB_URL.")
        return reply.json()

    def _write(self, verb: str, path: str, body: Any, where: str) -> Any:
        self._enter(self._retries.budget, where)
        reply = self._send(verb, path, {}, body)
        self._count(reply, write=True)
        if not reply.sent:
            raise self._masked(UnreachableError(f"could not be sent ({reply.problem})", where, reply.advice or LATER))
        if not reply.succeeded:
            raise self._masked(write_refusal(reply, where, self._retries.retry_after(reply.headers)))
        try:
            return reply.json()
        except ValueError:
            raise write_refusal(Answer(reply.status, problem="cut short"), where, 0) from None

    def _send(self, verb: str, path: str, query: dict[str, Any], body: Any) -> Answer:
        """One attempt; never raises for what the network or GitLab does."""
        reply = Answer(None, problem="interrupted")
        try:
            reply = self._attempt(verb, path, query, body)
        finally:
            self._retries.leave(reply.status, reply.headers, connected=reply.sent)
        return reply

    def _attempt(self, verb: str, path: str, query: dict[str, Any], body: Any) -> Answer:
        try:
            answer = self._gl.http_request(
                verb, path, query_data=query, post_data=body, obey_rate_limit=False, retry_transient_errors=False
            )
        except RedirectError:
            return Answer(
                None, problem="GitLab redirects a write to another address", sent=False, final=True,
                advice="Set gitlab.url (or GITLAB_URL) to that address if it is your GitLab.",
            )  # fmt: skip
        except GitlabError:
            answer = self._session.last_answer
        except requests.exceptions.RequestException as error:
            return no_answer(error, self.url)
        except OSError as error:
            problem = f"no connection: {one_line(str(error.strerror or error))[:200]}"
            return Answer(None, problem=problem, sent=False, final=True, advice=CHECK)
        return Answer(answer.status_code, answer.headers, answer.content)

    def _next(self, headers: Mapping[str, str]) -> str | None:
        """The next page's address on our own base: behind a proxy GitLab may name another host."""
        links = requests.utils.parse_header_links(headers.get("Link") or "")
        link = next((entry["url"] for entry in links if entry.get("rel") == "next"), None)
        if link is None:
            return None
        base = urlsplit(self.url)
        return urlunsplit(urlsplit(link)._replace(scheme=base.scheme, netloc=base.netloc))

    def _count(self, reply: Answer, *, write: bool = False, history: bool = False, retry: bool = False) -> None:
        with self._lock:
            c = self._counts
            self._counts = Counts(
                c.requests + 1,
                c.writes + write,
                c.history_requests + history,
                c.retries + retry,
                c.bytes + len(reply.content),
            )

    def _masked(self, error: Any) -> Any:
        error.message = error.message.replace(self._token, MASK) if self._token else error.message
        return error


_CEILING = "What is done stays done. Raise gitlab.max_requests or gitlab.max_minutes if it is meant."


def _transient(reply: Answer) -> str:
    """Why a read's answer is worth another try; empty when it is not."""
    if reply.status is None:
        return reply.problem
    if reply.status in RETRIED_STATUSES:
        return f"status {reply.status}"
    if not reply.succeeded or reply.is_page:
        return ""
    try:
        body = reply.json()
    except ValueError:
        return "an answer that was cut short"
    return FAILED_INSIDE if isinstance(body, dict) and is_transient(body.get("errors")) else ""


def _key_of(entry: Any) -> int | str | None:
    """What tells an entry of a list from the others; None for one without."""
    key = entry.get("id") if isinstance(entry, dict) else None
    return key if isinstance(key, int | str) else None


def _keyset(path: str, params: Mapping[str, Any]) -> dict[str, str]:
    """Ask for keyset pages where the list can and the caller wants no other order."""
    parts = path.strip("/").split("/")
    name = "issues" if len(parts) == 3 and parts[0] == "projects" and parts[2] == "issues" else path
    order = KEYSET_LISTS.get(name)
    if order is None or params.get("order_by", order) != order:
        return {}
    return {"pagination": "keyset", "order_by": order, "sort": "asc"}


def _name(verb: str, path: str) -> str:
    """How an error names a request: without host, query or escapes."""
    return f"{verb.upper()} {unquote(urlsplit(path).path)}"
