"""The errors of psbot: each says what happened, where, and what to do. Only `cli` turns them into exit codes."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.frozen import frozen


def with_advice(text: str, advice: str) -> str:
    """What happened, then what to do, as two sentences."""
    return f"{text}{'' if text.endswith(('.', '!', '?', ':')) else '.'} {advice}" if advice else text


@frozen
class Fault:
    """One mistake in something a person wrote: file, line and column (1-based, 0 = unknown), what, how to put it right."""

    message: str
    where: str = ""
    line: int = 0
    column: int = 0
    advice: str = ""

    def __str__(self) -> str:
        place = ":".join([self.where, *(str(n) for n in (self.line, self.column) if n)]) if self.where else ""
        text = f"{place}: {self.message}" if place else self.message
        return with_advice(text, self.advice)


@dataclass
class PsbotError(Exception):
    """Base of all errors that a user may see. `exit_code` is the contract's."""

    message: str
    where: str = ""
    advice: str = ""
    exit_code: int = field(default=1, init=False)

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return with_advice(head, self.advice)


@dataclass
class UsageError(PsbotError):
    """A command was called wrongly, or an input file is not what it should be. Exit code 2."""

    exit_code: int = field(default=2, init=False)


@dataclass
class ConfigError(UsageError):
    """config.yml or a template is wrong; `faults` lists every mistake. Exit code 2."""

    faults: tuple[Fault, ...] = ()

    def __str__(self) -> str:
        return "\n".join([PsbotError.__str__(self), *(f"  {fault}" for fault in self.faults)])


@dataclass
class AccessError(PsbotError):
    """The token is missing, refused, or lacks a permission (HTTP 401, 403, a scope). Exit code 3."""

    exit_code: int = field(default=3, init=False)


@dataclass
class NotFoundError(PsbotError):
    """GitLab answers 404: it is not there, or the token may not see it."""


@dataclass
class GitLabError(PsbotError):
    """GitLab refused one request for another reason (400, 409, 422); `status` is the HTTP status."""

    status: int = 0


@dataclass
class UnreachableError(PsbotError):
    """GitLab could not be reached or kept failing (no connection, time-out, 429 or 5xx beyond the budget). Exit code 4."""

    exit_code: int = field(default=4, init=False)


@dataclass
class RateLimitedError(GitLabError):
    """GitLab refused a write for now (HTTP 429): surely not done. `retry_after` is in seconds."""

    retry_after: float = 60.0


@dataclass
class UncertainWriteError(PsbotError):
    """The answer to a write was lost (time-out, reset, 5xx): it may or may not have been done. Look before repeating."""
