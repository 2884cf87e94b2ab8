"""What text, numbers and days may be, wherever they come from: the measures that the border and the facts go by."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Final

LARGEST: Final = 1e12
"""Beyond this no hours, weight or amount is meant."""
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2098, 12, 31)
"""Later days (2099-12-31, 9999-12-31) mean "open" to those who write them."""
MOST_CHARACTERS: Final = 100_000
BROKEN: Final = "\ufdd0"
"""Stands for half a character (a lone surrogate) until the border names and drops it: nothing can encode the half."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HALVES = re.compile("[\ud800-\udfff]")
_JSON_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0\ud800-\udfff]")


def without_controls(text: str) -> str:
    """`text` without control characters; lines and tabs stay, half a character becomes BROKEN."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNPRINTABLE.sub("", text) if _UNPRINTABLE.search(text) else text
    return _HALVES.sub(BROKEN, text) if _HALVES.search(text) else text


def plain_text(text: str) -> str:
    """`text` as the model holds it: without controls, and of a length that somebody may have typed."""
    return without_controls(text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS])


def one_line(text: str) -> str:
    """`text` as it may stand on a terminal, in a log, a file name or XML: no control, direction or line characters."""
    return _CONTROLS.sub(" ", text) if _CONTROLS.search(text) else text


def visible_lines(text: str) -> str:
    """Like `one_line`, line by line."""
    return "\n".join(map(one_line, text.split("\n")))


def json_escaped(text: str) -> str:
    """A JSON text with its control and direction characters as escapes: the same values, and nothing drives a terminal."""
    return _JSON_HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_sane(number: float) -> bool:
    """Whether a number is one to count with."""
    try:
        return math.isfinite(number) and abs(number) <= LARGEST
    except OverflowError:
        return False


def is_sane_day(day: date) -> bool:
    """Whether people work on such a day: neither the zero of some program nor the end of time."""
    return FIRST_DAY <= date(day.year, day.month, day.day) <= LAST_DAY
