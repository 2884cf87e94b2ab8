"""Readers: a plain value, or its text as somebody typed it, → the typed one; ValueError with a sentence (a phrase) for people.

Text keys stay text as typed, so numbers, dates and choices are read from text here and nowhere else.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain.limits import BROKEN, FIRST_DAY, LARGEST, LAST_DAY, one_line, plain_text
from bot.domain.messages import NOTHING, Phrase

W = TypeVar("W", bound=StrEnum)
MAX_TEXT = 255
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]{0,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def shown(value: Any) -> str:
    """A wrong value, quoted and cut, for a sentence."""
    text = value if isinstance(value, str) else _plain(value)
    return repr(one_line(text[:40]))


def _plain(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # an integer with more digits than Python writes out
        return "a number of thousands of digits"


def read_text(value: Any) -> str | None:
    """Text of one value; nothing for an empty one."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(Phrase("must be text"))
    if not isinstance(value, str) and not is_finite(value):
        raise ValueError(Phrase("must be text"))
    text = BROKEN.join(map(one_line, plain_text(_plain(value)).split(BROKEN))).strip()
    if len(text) > MAX_TEXT:
        raise ValueError(Phrase("longer than {n} characters", n=MAX_TEXT))
    return text or None


def read_number(value: Any) -> float | None:
    """A finite number from 0 to 1e12."""
    number = _number(value)
    if number is not None and number < 0:
        raise ValueError(Phrase("must not be negative, but is {value}", value=f"{number:g}"))
    return number


def read_change(value: Any) -> float | None:
    """A finite number, also below zero: a change order may take scope away."""
    return _number(value)


def _number(value: Any) -> float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_finite(value):
        raise ValueError(Phrase("must be a number, not {value}", value=shown(value)))
    if abs(value) > LARGEST:
        raise ValueError(Phrase("must not be more than 1e12, but is {value}", value=f"{value:.3g}"))
    return float(value)


def is_finite(number: float) -> bool:
    """Whether a number is one to count with: not NaN or infinite, and not an integer beyond all floats."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def read_date(value: Any) -> date | None:
    """An ISO date; one in or after 2099, such as 9999-12-31, means "open": none."""
    day = _day(value)
    if day is not None and day < FIRST_DAY:
        raise ValueError(Phrase("{day} is too long ago to be meant", day=day))
    return day if day is None or day <= LAST_DAY else None


def _day(value: Any) -> date | None:
    if value is None or value == "" or (isinstance(value, date) and not isinstance(value, datetime)):
        return value or None
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ValueError(Phrase("must be a date such as 2026-11-30, not {value}", value=shown(value)))


def read_days(value: Any) -> int | None:
    """A whole number of business days."""
    number = read_number(value)
    if number is None:
        return None
    if number != int(number) or number > 366:
        raise ValueError(Phrase("must be a whole number of business days"))
    return int(number)


def read_flag(value: Any) -> bool | None:
    """True or false, as YAML writes them."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in ("true", "false"):
        return value.casefold() == "true"
    raise ValueError(Phrase("must be true or false"))


def choice_of(words: type[W]) -> Callable[[Any], W | None]:
    """A reader of one of the words."""
    allowed = [word.value for word in words]

    def read(value: Any) -> W | None:
        if value is None or value == "":
            return None
        if isinstance(value, str) and value in allowed:
            return words(value)
        near = difflib.get_close_matches(_plain(value)[:40], allowed, 1)
        hint = Phrase("; did you mean {name}?", name=near[0]) if near else NOTHING
        names = ", ".join(allowed)
        raise ValueError(
            Phrase("must be one of {names}, not {value}{hint}", names=names, value=shown(value), hint=hint)
        )

    return read
