"""Figures and dates are those that Babel gives, whatever was formatted before."""

from __future__ import annotations

from datetime import date

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from bot.report.text.formats import amount_text, date_text, decimal_text, part_of_date, percent_text

LOCALES = st.sampled_from([Locale.parse(name) for name in ("en_US", "en_GB", "de_DE", "de_CH", "fr_FR", "hi_IN", "ar")])
NUMBERS = st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12) | st.sampled_from([0.0, -0.0, 0, 1.0])


@given(NUMBERS, LOCALES, st.sampled_from(["#,##0", "#,##0.#", "0.00", "#,##0.0000"]))
def test_a_number_reads_as_babel_has_it(number: float, locale: Locale, pattern: str) -> None:
    for _ in range(2):
        assert decimal_text(number, pattern, locale) == format_decimal(number, format=pattern, locale=locale)
        assert percent_text(number, locale) == format_percent(number, locale=locale)


@given(NUMBERS, LOCALES, st.sampled_from(["USD", "EUR", "JPY", "XYZ"]))
def test_an_amount_is_whole_and_rounded_as_python_rounds(number: float, locale: Locale, currency: str) -> None:
    whole = format_currency(round(number), currency, "¤0", locale=locale, currency_digits=False)
    digits = [c for c in amount_text(number, currency, locale) if c.isdigit()]
    assert digits == [c for c in whole if c.isdigit()]
    assert amount_text(number, currency, locale) == amount_text(float(round(number)), currency, locale)


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)), LOCALES)
def test_a_day_reads_as_babel_has_it(day: date, locale: Locale) -> None:
    for _ in range(2):
        assert date_text(day, locale) == format_date(day, "medium", locale=locale)
        assert part_of_date(day, "MMMd", locale) == format_skeleton("MMMd", day, locale=locale)


def test_nothing_and_less_than_nothing_are_two_texts() -> None:
    """`0.0` and `-0.0` are one as the key of a dictionary, `1` and `1.0` too."""
    locale = Locale.parse("en_US")
    assert [decimal_text(n, "0.00", locale) for n in (0.0, -0.0, 0)] == ["0.00", "-0.00", "0.00"]


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_what_is_no_number_is_no_amount(number: float) -> None:
    for _ in range(2):
        with pytest.raises((ValueError, OverflowError)):
            amount_text(number, "USD", Locale.parse("en_US"))
