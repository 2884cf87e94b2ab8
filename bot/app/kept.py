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
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass, replace
from enum import Enum
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bot.app.session import Session
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
    """What was derived of one portfolio, as read with this session, by a name that tells day and depth."""

    def __init__(self, session: Session, portfolio: Portfolio, past: tuple[PastReport, ...]) -> None:
        self._session, self._portfolio, self._past = session, portfolio, past

    def recall(self, names: Iterable[str]) -> Derived | None:
        """What is kept under the first of these names that is there."""
        for name in names:
            body = self._cache.load_derived(self._content, name)
            if body is not None and (found := self._read(name, body)) is not None:
                return found
        return None

    def keep(self, name: str, derived: Derived) -> None:
        """Keep it for the next run."""
        body = zlib.compress(frozen(derived), 1)
        self._cache.store_derived(self._content, name, self._signature(name, body) + body)

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
    def _secret(self) -> bytes:
        return hashlib.blake2b(self._session.token.encode()).digest()

    def _signature(self, name: str, body: bytes) -> bytes:
        message = f"{self._content} {name} ".encode() + body
        return hashlib.blake2b(message, key=self._secret, digest_size=SIGNATURE).digest()

    def _read(self, name: str, signed: bytes) -> Derived | None:
        """None for what this token did not sign, or an interrupted version wrote: it is derived anew."""
        signature, body = signed[:SIGNATURE], signed[SIGNATURE:]
        if not hmac.compare_digest(signature, self._signature(name, body)):
            log.warning("what is kept of %s was not signed with this token: derived anew", name)
            return None
        try:
            return thawed(zlib.decompress(body))
        except (pickle.UnpicklingError, zlib.error, TypeError, AttributeError, ValueError, EOFError) as problem:
            log.warning("what is kept of %s can't be read (%s): derived anew", name, problem)
            return None


# -- values as bytes


def frozen(derived: Derived) -> bytes:
    """A derivation as bytes."""
    buffer = io.BytesIO()
    writer = pickle.Pickler(buffer, 5)
    writer.dispatch_table = copyreg.dispatch_table | {MappingProxyType: lambda m: (read_only, (dict(m),))}
    writer.dump(derived)
    return buffer.getvalue()


def read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A mapping that nobody can change."""
    return MappingProxyType(values)


def thawed(body: bytes) -> Derived:
    """Read back. Raises UnpicklingError for anything that is no value of psbot's result types."""
    found = _Reader(io.BytesIO(body)).load()
    if not isinstance(found, Derived):
        raise pickle.UnpicklingError("no derivation")
    return found


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


def content_digest(session: Session, portfolio: Portfolio, past: tuple[PastReport, ...]) -> str:
    """A digest of all that a derivation rests on: no two that differ in any figure have the same one."""
    digest = hashlib.blake2b(code_digest().encode(), digest_size=20)
    for part in _parts(session, portfolio, past):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(session: Session, portfolio: Portfolio, past: tuple[PastReport, ...]) -> Iterator[str]:
    """When it was read is no part of it, nor what stands where texts go."""
    yield repr(session.settings)
    yield repr(session.calendar.timezone)
    yield repr(sorted(session.calendar.holidays))
    yield repr(replace(portfolio, engagements=(), taken_at=None, targets={}))
    for engagement in portfolio.engagements:
        yield repr(engagement)
    for report in past:
        yield repr(report)


@cache
def code_digest() -> str:
    """A digest of the code that derives, and of what it calculates with."""
    digest = hashlib.blake2b(platform.python_version().encode(), digest_size=20)
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)} ".encode())
    for path in sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
