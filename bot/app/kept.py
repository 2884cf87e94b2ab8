"""Derivations kept between runs: of what is the same in every respect, a day is derived once.

A derivation is a pure function of what was read, of the settings, and of psbot's own code. Under a digest of all three it
is kept in the cache; whatever changed, the digest is another one, and everything is derived anew. Only the newest digests are
kept. The file is no more trusted than any other: what is kept is signed with the token, and only values of psbot's own
result types are read back.
"""

from __future__ import annotations

import copyreg
import hashlib
import hmac
import io
import logging
import pickle
import platform
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from enum import Enum
from functools import cache, cached_property
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bot.app.session import Session
from bot.derive.past_memory import Days
from bot.derive.results import Derived
from bot.domain.model import PastReport, Portfolio
from bot.gitlab_api.cache import Cache

log = logging.getLogger("psbot.kept")
SIGNATURE = 32
ROOT = Path(__file__).parents[1]
SOURCES = ("config", "derive", "domain")
LIBRARIES = ("numpy", "holidays")
"""What else decides a figure: random numbers and medians, days off."""
TIMES: Final = frozenset({"date", "datetime", "timedelta", "timezone"})


class Kept:
    """What earlier runs derived of one portfolio, as read with this session: whole days by name, and what past days said."""

    def __init__(self, session: Session, portfolio: Portfolio, past: tuple[PastReport, ...]) -> None:
        self._session, self._portfolio, self._past = session, portfolio, past
        self._is_told = False

    def recall(self, names: Iterable[str]) -> Derived | None:
        """What is kept under the first of these names that is there."""
        for name in names:
            signed = self._cache.load_derived(self._content, name)
            found = self._opened(f"{self._content} {name}", signed) if signed is not None else None
            if isinstance(found, Derived):
                return found
        return None

    def keep(self, name: str, derived: Derived) -> None:
        """Keep it for the next run."""
        self._cache.store_derived(self._content, name, self._sealed(f"{self._content} {name}", derived))

    def days_of(self, ref: str) -> Days:
        """What past days said of an engagement."""
        signed = self._cache.load_past(self._rules, ref)
        found = self._opened(f"{self._rules} {ref}", signed) if signed is not None else None
        return found if isinstance(found, dict) else {}

    def leave(self, days: Mapping[str, Days]) -> None:
        """Keep what past days said of these engagements."""
        sealed = {ref: self._sealed(f"{self._rules} {ref}", found) for ref, found in days.items()}
        self._cache.store_past(self._rules, sealed)

    @cached_property
    def _cache(self) -> Cache:
        client = self._session.client
        opened = Cache.open(self._session.folder / self._session.settings.gitlab.cache, client.url, client.user.id)
        weakref.finalize(self, opened.close)
        return opened

    @cached_property
    def _content(self) -> str:
        return content_digest(self._session, self._portfolio, self._past)

    @cached_property
    def _rules(self) -> str:
        return rules_digest(self._session)

    @cached_property
    def _secret(self) -> bytes:
        return hashlib.blake2b(self._session.token.encode()).digest()

    def _signature(self, name: str, body: bytes) -> bytes:
        return hashlib.blake2b(name.encode() + b"\0" + body, key=self._secret, digest_size=SIGNATURE).digest()

    def _sealed(self, name: str, value: Derived | Days) -> bytes:
        body = zlib.compress(to_bytes(value), 1)
        return self._signature(name, body) + body

    def _opened(self, name: str, signed: bytes) -> object:
        """None for what this token did not sign: it is derived anew."""
        signature, body = signed[:SIGNATURE], signed[SIGNATURE:]
        if not hmac.compare_digest(signature, self._signature(name, body)):
            if not self._is_told:  # a new token finds all of it so
                log.warning("what is kept in the cache was not signed with this token: derived again")
            self._is_told = True
            return None
        return from_bytes(zlib.decompress(body))


# -- values as bytes


def to_bytes(value: object) -> bytes:
    """What was derived as bytes."""
    buffer = io.BytesIO()
    writer = pickle.Pickler(buffer, 5)
    writer.dispatch_table = copyreg.dispatch_table | {MappingProxyType: lambda m: (read_only, (dict(m),))}
    writer.dump(value)
    return buffer.getvalue()


def read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A mapping that nobody can change."""
    return MappingProxyType(values)


def from_bytes(body: bytes) -> object:
    """Read back. Raises UnpicklingError for anything that is no value of psbot's result types."""
    return _Reader(io.BytesIO(body)).load()


class _Reader(pickle.Unpickler):
    """Makes dataclasses and enumerations of what is derived, and days; calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in TIMES:
            return super().find_class(module, name)
        if module == __name__ and name == read_only.__name__:
            return read_only
        if module.startswith(("bot.derive.", "bot.domain.")) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no result")


# -- what a derivation rests on


def rules_digest(session: Session) -> str:
    """A digest of what a derivation rests on besides the portfolio."""
    calendar = session.calendar
    return _digest((code_digest(), repr(session.settings), calendar.timezone, repr(sorted(calendar.holidays))))


def content_digest(session: Session, portfolio: Portfolio, past: tuple[PastReport, ...]) -> str:
    """A digest of all that a derivation rests on: no two that differ in any figure have the same one."""
    return _digest(chain((rules_digest(session),), _read(portfolio, past)))


def _read(portfolio: Portfolio, past: tuple[PastReport, ...]) -> Iterator[str]:
    """When it was read is no part of it, nor what stands where texts go."""
    yield repr(replace(portfolio, engagements=(), taken_at=None, targets={}))
    yield from map(repr, portfolio.engagements)
    yield from map(repr, past)


def _digest(parts: Iterable[str]) -> str:
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


@cache
def code_digest() -> str:
    """A digest of the code that derives, and of what it calculates with."""
    digest = hashlib.blake2b(platform.python_version().encode(), digest_size=20)
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)} ".encode())
    for path in sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
