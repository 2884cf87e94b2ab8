"""What GitLab's answers mean: a status and a body → values, or an error in words. No I/O."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.domain.border import one_line, without_controls
from bot.domain.bulkhead import in_words
from bot.domain.errors import (
    AccessError,
    GitLabError,
    NotFoundError,
    PsbotError,
    RateLimitedError,
    UncertainWriteError,
    UnreachableError,
)
from bot.domain.frozen import frozen

MAX_MESSAGE = 300
LATER = "Run it again later; what is done stays done."
_TOO_DEAR = re.compile(r"complexity|timeout|timed out|too large|too complex", re.I)
_FAILED = re.compile(r"internal server error|timeout|timed out|temporar", re.I)
_HIDDEN = re.compile(r"does not exist or you don't have permission", re.I)


class UnreadableAnswerError(GitLabError):
    """An answer of another shape than GitLab's API describes."""


@contextmanager
def understood(where: str = "") -> Iterator[None]:
    """Around what takes an answer apart: whatever fails on its shape is that answer's fault, and told as such."""
    try:
        yield
    except PsbotError:
        raise
    except (TypeError, AttributeError, ValueError, LookupError, ArithmeticError) as problem:
        raise UnreadableAnswerError(f"GitLab's answer can't be read ({in_words(problem)})", where) from problem


@frozen
class Answer:
    """One answer, or none: then `problem` says why, and `sent` whether the request may have reached GitLab."""

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    problem: str = ""
    sent: bool = True
    final: bool = False
    """Whether trying again can't help (a certificate, a redirect to another host)."""
    advice: str = ""

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """Whether this is a web page, such as a sign-in form, and no API's answer."""
        return self.content.lstrip()[:1] == b"<"

    def json(self) -> Any:
        """The body's value, without characters that no text needs; None for an empty one. Raises ValueError."""
        if not self.content.strip():
            return None
        try:
            value = json.loads(self.content, parse_int=_whole)
        except RecursionError as problem:
            raise ValueError("nested too deeply") from problem
        return admitted_json(value) if _ODD.search(self.content) else value


_ODD = re.compile(rb"\\u(?:d[89a-f]|00[01789])|\\[bf]|[\x7f]|\xc2[\x80-\x9f]", re.I)
"""What may stand for a lone surrogate or a control character."""
MAX_DIGITS = 30


def _whole(digits: str) -> float:
    """A whole number; one of more digits than any that is meant becomes infinite, and is refused where it stands."""
    return int(digits) if len(digits) <= MAX_DIGITS else math.inf


def admitted_json(value: Any) -> Any:
    """A JSON value whose texts hold no lone surrogates and no control characters but line breaks and tabs."""
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, list):
        return [admitted_json(entry) for entry in value]
    if isinstance(value, dict):
        return {without_controls(key): admitted_json(entry) for key, entry in value.items()}
    return value


@dataclass
class FailedInsideError(GitLabError):
    """GitLab failed inside, and went on doing so. Exit code 4, where nothing else could be served."""

    exit_code: int = field(default=4, init=False)


@frozen
class Hole:
    """Where in a GraphQL answer something is missing, and what GitLab says of it."""

    path: tuple[str | int, ...]
    reason: str

    @property
    def place(self) -> int | None:
        """Which entry of the first list on the way it is."""
        return next((step for step in self.path if isinstance(step, int)), None)

    def __str__(self) -> str:
        name = next((step for step in reversed(self.path) if isinstance(step, str)), "")
        return f"{name}: {self.reason}"


@dataclass
class PartialAnswerError(GitLabError):
    """A GraphQL answer with errors at single entries of its lists: the rest of `data` is sound."""

    data: Mapping[str, Any] = field(default_factory=dict)
    spots: tuple[Hole, ...] = ()


@dataclass
class QueryTooComplexError(GitLabError):
    """GitLab finds a GraphQL query too complex (complexity) or too slow: ask for less in one go.

    `partial` is what it answered all the same.
    """

    partial: PartialAnswerError | None = None


def sound_part(ask: Callable[[], Mapping[str, Any]]) -> tuple[Mapping[str, Any], tuple[Hole, ...]]:
    """What can be used of an answer, and where something is missing; raises as `ask` does where nothing can be used."""
    try:
        return ask(), ()
    except (PartialAnswerError, QueryTooComplexError) as problem:
        partial = problem if isinstance(problem, PartialAnswerError) else problem.partial
        if partial is None:
            raise
        return partial.data, partial.spots


def refusal(reply: Answer, where: str) -> PsbotError:
    """The error that stands for an answer which is no success and not worth another try."""
    said = message_of(reply)
    if reply.status == 401:
        advice = "It may be expired, revoked or of another GitLab: check GITLAB_TOKEN and GITLAB_URL."
        return AccessError("GitLab refuses the token (401)", where, advice)
    if reply.status == 403:
        scope = " It needs scope `api` (`read_api` for reading)." if "insufficient_scope" in said else ""
        advice = f"The token's user needs the role Planner (before GitLab 17.7: Reporter) there.{scope}"
        return AccessError(f"the token may not do this (403: {said})", where, advice)
    if reply.status == 407:
        advice = "Put them into HTTP_PROXY: http://user:password@host:port."
        return UnreachableError("a proxy on the way wants a user and password (407)", where, advice)
    if reply.status == 404:
        return NotFoundError("is not there, or the token may not see it (404)", where)
    return GitLabError(f"GitLab refuses ({reply.status}: {said})", where, status=reply.status or 0)


def write_refusal(reply: Answer, where: str, retry_after: float) -> PsbotError:
    """The error of a write: surely refused, refused for now, or unknown."""
    if reply.status == 429:
        advice = f"Try again in {retry_after:.0f} s."
        return RateLimitedError("GitLab takes no more writes for now (429)", where, advice, 429, retry_after)
    if reply.status is None or reply.status >= 500 or reply.status in (200, 201, 408):
        cause = reply.problem or f"status {reply.status}"
        return UncertainWriteError(f"GitLab's answer was lost ({cause}); it may or may not have been done", where)
    return refusal(reply, where)


def message_of(reply: Answer) -> str:
    """GitLab's own words in an error's body, on one line."""
    if reply.is_page:
        return "a web page, no API answer"
    try:
        body = reply.json()
    except ValueError:
        body = reply.content.decode("utf-8", "replace")
    if isinstance(body, dict):
        said = [body.get(key) for key in ("message", "error", "error_description")]
        body = "; ".join(_flat(text) for text in said if text)
    return one_line(" ".join(_flat(body).split())[:MAX_MESSAGE]) if body else "no reason given"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(text)}" for key, text in value.items())
    return ", ".join(_flat(v) for v in value) if isinstance(value, list) else str(value)


# -- GraphQL: errors come with status 200


def nodes_of(connection: Any) -> list[Mapping[str, Any]]:
    """The entries of a connection: GitLab leaves null where one may not be seen, and for a connection that is none."""
    return [node for node in (connection or {}).get("nodes") or () if node]


def graphql_data(body: Any, where: str, *, write: bool = False) -> dict[str, Any]:
    """`data` of a GraphQL answer. Raises QueryTooComplexError, NotFoundError, UncertainWriteError or GitLabError."""
    if not isinstance(body, dict):
        raise GitLabError("GitLab's GraphQL answer is not an object", where)
    errors = body.get("errors")
    data = body.get("data")
    if errors:
        raise _with_sound_part(graphql_error(errors, where, write=write), errors, data, write=write)
    if not isinstance(data, dict):
        raise GitLabError("GitLab's GraphQL answer holds no data", where)
    return data


def _with_sound_part(problem: PsbotError, errors: Any, data: Any, *, write: bool) -> PsbotError:
    """The error with what can be used of a read's answer: there, where only entries of lists are concerned."""
    spots = _spots(errors)
    if write or not spots or not isinstance(data, dict):
        return problem
    partial = PartialAnswerError(problem.message, problem.where, problem.advice, 200, data, spots)
    if isinstance(problem, QueryTooComplexError):
        problem.partial = partial
        return problem
    return partial


def _spots(errors: Any) -> tuple[Hole, ...]:
    """Where the errors are; none where one of them concerns more than an entry of a list."""
    found = []
    for error in errors if isinstance(errors, list) else ():
        path = error.get("path") if isinstance(error, dict) else None
        if not isinstance(path, list) or not any(isinstance(step, int) for step in path):
            return ()
        steps = tuple(step if isinstance(step, int) else one_line(str(step)) for step in path)
        found.append(Hole(steps, one_line(str(error.get("message")))[:MAX_MESSAGE]))
    return tuple(found)


def graphql_error(errors: Any, where: str, *, write: bool) -> PsbotError:
    """The error of a GraphQL answer's `errors`."""
    listed = errors if isinstance(errors, list) else [errors]
    said = "; ".join(str(e.get("message") if isinstance(e, dict) else e) for e in listed)[:MAX_MESSAGE]
    if write and _FAILED.search(said):
        return UncertainWriteError(f"GitLab failed in the middle ({said}); it may or may not have been done", where)
    if _HIDDEN.search(said):
        return NotFoundError("is not there, or the token may not see it", where)
    if not write and _TOO_DEAR.search(said):
        return QueryTooComplexError(f"GitLab finds the query too complex ({said})", where, status=200)
    if not write and is_transient(errors):
        return FailedInsideError(f"GitLab keeps failing ({said})", where, LATER, 200)
    return GitLabError(f"GitLab refuses the query ({said})", where, status=200)


def is_transient(errors: Any) -> bool:
    """Whether a GraphQL answer's errors may be gone at the next try."""
    listed = errors if isinstance(errors, list) else []
    said = " ".join(str(e.get("message")) for e in listed if isinstance(e, dict))
    return bool(re.search(r"internal server error|temporar", said, re.I))
