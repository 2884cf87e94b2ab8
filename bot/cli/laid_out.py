"""JSON over several lines, to the byte as `json.dumps(indent=…)` writes it, which leaves its fast encoder for that."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any


def laid_out(value: object, *, plain: bool, indent: int) -> str:
    """`json.dumps(value, ensure_ascii=plain, indent=indent, allow_nan=False)`."""
    return _Layout(plain, indent).text(value, "\n")


class _Layout:
    def __init__(self, plain: bool, indent: int) -> None:
        self._encode = json.JSONEncoder(ensure_ascii=plain, allow_nan=False).encode
        self._quote: Callable[[str], str] = encode_basestring_ascii if plain else encode_basestring
        self._step = " " * indent
        self._short: Mapping[type, Callable[[Any], str]] = {
            str: self._quote,
            int: int.__repr__,
            bool: lambda value: "true" if value else "false",
            type(None): lambda value: "null",
        }
        """By exact type: what is written often."""
        self._keys: dict[str, str] = {}

    def text(self, value: Any, margin: str) -> str:
        """`margin`: the line break and the spaces before what ends the value."""
        if isinstance(value, dict):
            return self._of_dict(value, margin)
        if isinstance(value, list | tuple):
            return self._of_list(value, margin)
        return self._encode(value)

    def _of_dict(self, entries: Mapping[Any, Any], margin: str) -> str:
        if not entries:
            return "{}"
        inner, known, short = margin + self._step, self._keys, self._short
        parts = [
            (known.get(key) or self._key(key))
            + (write(value) if (write := short.get(type(value))) else self.text(value, inner))
            for key, value in entries.items()
        ]
        return f"{{{inner}{f',{inner}'.join(parts)}{margin}}}"

    def _of_list(self, values: Sequence[Any], margin: str) -> str:
        if not values:
            return "[]"
        inner, short = margin + self._step, self._short
        parts = [write(one) if (write := short.get(type(one))) else self.text(one, inner) for one in values]
        return f"[{inner}{f',{inner}'.join(parts)}{margin}]"

    def _key(self, key: Any) -> str:
        """A key and its colon; one that is no text becomes one as `json` has it. The same keys come a thousand times."""
        if not isinstance(key, str):
            return self._encode({key: 0})[1:-2]
        found = self._keys[key] = f"{self._quote(key)}: "
        return found
