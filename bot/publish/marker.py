"""The hidden line at the end of everything that psbot posts: what it is, and what a later run must know. Pure.

An HTML comment is stored verbatim and not shown, but whoever may read the note may read its source: a text for a
customer carries no payload and names its engagement by a digest only. Who wrote a marker is judged elsewhere
(`standing`): anybody can copy one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from bot.domain.frozen import frozen
from bot.domain.model import EMPTY
from bot.domain.vocabulary import Audience
from bot.publish.pm_notes import without_pm_notes

VERSION = 1
"""Kinds of text on all engagements."""
MAX_PAYLOAD = 2_000_000
"""Characters of unpacked payload that are read; more is taken for damage."""
_LINE = re.compile(r"^<!-- psbot:(?P<version>\d{1,6})(?P<fields>(?: [a-z_]+=[^\s<>]*)*) -->[ \t]*$", re.M)
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What exactly one note or issue stands for. `engagement` is a token (see `engagement_token`), "" for all."""

    kind: str
    audience: str
    """An `Audience`; what a plan file says that is none is refused before it is written (`recheck`)."""
    engagement: str
    period: str
    part: int = 1
    draft: bool = False
    portfolio: str = ""
    """Of a roll-up: which config's portfolio it is on. Two may report into one project."""


@frozen
class Marker:
    """One marker. `parts`: of how many; `duplicate_of`, `followed_by`: the issue (iid) that this one was closed for."""

    identity: Identity
    fingerprint: str
    parts: int = 1
    pm: str = ""
    """Digest of the PM part as psbot wrote it: anything else in it is a person's."""
    text: str = ""
    """Digest of the customer's text in a draft as psbot wrote it: anything else there is a person's."""
    duplicate_of: str = ""
    followed_by: str = ""
    payload: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    version: int = VERSION


def engagement_token(ref: str | None, audience: str) -> str:
    """How a marker names an engagement: by its reference, for customers by a digest (its path may be internal)."""
    if not ref:
        return ""
    return ref if audience == Audience.INTERNAL else "~" + hashlib.sha256(ref.encode()).hexdigest()[:16]


def write_marker(marker: Marker) -> str:
    """The line. Raises ValueError for a payload in a text that customers read."""
    identity = marker.identity
    if marker.payload and identity.audience != Audience.INTERNAL:
        raise ValueError("a customer-visible text carries no payload")
    values = {
        "kind": identity.kind,
        "audience": identity.audience,
        "engagement": identity.engagement,
        "period": identity.period,
        "part": f"{identity.part}/{marker.parts}",
        "draft": "1" if identity.draft else "",
        "portfolio": identity.portfolio,
        "fp": marker.fingerprint,
        "pm": marker.pm,
        "text": marker.text,
        "duplicate_of": marker.duplicate_of,
        "followed_by": marker.followed_by,
        "payload": _pack(marker.payload) if marker.payload else "",
    }
    fields = "".join(f" {name}={quote(value, safe='/~')}" for name, value in values.items() if value)
    return f"<!-- psbot:{marker.version}{fields} -->"


def signed(body: str, marker: Marker) -> str:
    """`body` with the marker as its last line, where nobody deletes it by accident."""
    return f"{body.strip()}\n\n{write_marker(marker)}"


def unsigned(body: str) -> str:
    """`body` without marker lines, as it may be shown."""
    return _BLANKS.sub("\n\n", _LINE.sub("", body)).strip()


def read_marker(body: str) -> Marker | None:
    """The last marker outside the PM notes, where people write; None where there is none that can be read.

    A quoted marker (`> <!-- …`) is none. A payload that can't be read costs the payload alone.
    """
    found = list(_LINE.finditer(without_pm_notes(body.replace("\r", ""))))
    return _marker(found[-1]) if found else None


def _marker(match: re.Match[str]) -> Marker | None:
    values = {name: unquote(value) for name, _, value in (f.partition("=") for f in match["fields"].split())}
    part, _, parts = values.get("part", "1/1").partition("/")
    if (
        not values.get("kind")
        or values.get("audience") not in tuple(Audience)
        or not (part.isdecimal() and parts.isdecimal())
    ):
        return None
    audience = Audience(values["audience"])
    return Marker(
        Identity(
            values["kind"],
            audience,
            values.get("engagement", ""),
            values.get("period", ""),
            part=int(part),
            draft=values.get("draft") == "1",
            portfolio=values.get("portfolio", ""),
        ),
        fingerprint=values.get("fp", ""),
        parts=int(parts),
        pm=values.get("pm", ""),
        text=values.get("text", ""),
        duplicate_of=values.get("duplicate_of", ""),
        followed_by=values.get("followed_by", ""),
        payload=_unpack(values.get("payload", "")) if audience == Audience.INTERNAL else EMPTY,
        version=int(match["version"]),
    )


def _pack(payload: Mapping[str, Any]) -> str:
    text = json.dumps(dict(payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _unpack(text: str) -> Mapping[str, Any]:
    """The payload, bounded (a few bytes may unpack to gigabytes); EMPTY for anything that is not ours."""
    if not text:
        return EMPTY
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        plain = zlib.decompressobj().decompress(packed, MAX_PAYLOAD)
        found = json.loads(plain, parse_constant=_refuse, parse_float=_finite)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        return EMPTY
    return found if isinstance(found, dict) else EMPTY


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a number that can be kept")
    return value
