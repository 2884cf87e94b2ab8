"""Figures and dates in the formats of a locale (CLDR, by Babel).

Reports say the same few figures and days again and again, and a format takes longer than what it formats: each text is
worked out once. A number is looked up by its digits, for that is all that Babel reads of it; as keys, `0.0` and `-0.0` were one.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

KEPT: Final = 8192
"""Texts that are kept of each kind."""
_NUMERIC: Final = re.compile(r"(?!.*MMM)[dMyG\s./\u200f-]+")
"""A pattern of a date: figures and signs between them."""


def decimal_text(number: float, pattern: str, locale: Locale) -> str:
    """A number by a pattern such as `#,##0.#`."""
    return _decimal(str(number), pattern, locale)


def percent_text(ratio: float, locale: Locale) -> str:
    return _percent(str(ratio), locale)


@lru_cache(maxsize=KEPT)
def amount_text(amount: float, currency: str, locale: Locale) -> str:
    """An amount without cents: reports are read, not booked."""
    pattern = re.sub(r"([#0])[.,]00", r"\1", locale.currency_formats["standard"].pattern)
    return str(format_currency(round(amount), currency, pattern, locale=locale, currency_digits=False))


@lru_cache(maxsize=KEPT)
def date_text(day: dt.date, locale: Locale) -> str:
    """A whole date: `Nov 26, 2026`."""
    return str(format_date(day, "medium", locale=locale))


def short_date_text(day: dt.date, locale: Locale) -> str:
    """A whole date without its year, the month as there: a word or a number (`08.12.` beside `08.12.2026`)."""
    return part_of_date(day, "MMdd" if _NUMERIC.fullmatch(locale.date_formats["medium"].pattern) else "MMMd", locale)


@lru_cache(maxsize=KEPT)
def part_of_date(day: dt.date, skeleton: str, locale: Locale) -> str:
    """What a CLDR skeleton names of a date: `MMMd`, `yMMMM`."""
    return str(format_skeleton(skeleton, day, locale=locale))


@lru_cache(maxsize=KEPT)
def _decimal(digits: str, pattern: str, locale: Locale) -> str:
    return str(format_decimal(Decimal(digits), format=pattern, locale=locale))


@lru_cache(maxsize=KEPT)
def _percent(digits: str, locale: Locale) -> str:
    return str(format_percent(Decimal(digits), locale=locale))
