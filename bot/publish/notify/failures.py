"""A digest that was not delivered. What people read of it never holds an address with its secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://\S+")
_SHORTEST = 4
HIDDEN = "***"


class NotDelivered(Exception):
    """Why, in words; `without_secrets` made it."""


def without_secrets(text: str, *addresses: str) -> str:
    """`text` without any address, and without the parts of these that could be secret, however they are written."""
    for secret in sorted(_secrets(addresses), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return " ".join(_ADDRESS.sub(HIDDEN, text).split())[:300]


def _secrets(addresses: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for address in addresses:
        rest = address.partition("://")[2]
        host = _host(address)
        parts = re.split(r"[/?&=@:#]", rest)
        found |= {p for part in parts for p in (part, unquote(part)) if len(p) >= _SHORTEST and p.casefold() != host}
        found.add(address)
    return {part for part in found if part}


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").casefold()
    except ValueError:
        return ""
