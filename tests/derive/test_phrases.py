"""Plain words for figures."""

from __future__ import annotations

import pytest

from bot.derive import phrases as say


def test_counts_agree_with_their_noun():
    assert [say.count(n, "item") for n in (0, 1, 2, 1200)] == ["0 items", "1 item", "2 items", "1,200 items"]
    assert say.count(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b, c and 1 more"),
    ],
)
def test_lists_read_as_sentences(names, text):
    assert say.listing(names) == text


def test_titles_are_clipped_to_one_line():
    assert say.quote("a\n b\t c") == '"a b c"'
    assert say.quote("x" * 60) == f'"{"x" * 60}"'
    assert say.quote("x" * 61) == f'"{"x" * 59}…"'


def test_figures_have_one_decimal_at_most():
    assert [say.figure(n) for n in (8.0, 8.04, 8.06, 1200.0, 0.0)] == ["8", "8", "8.1", "1,200", "0"]
    assert [say.hours(n) for n in (1.0, 1.5)] == ["1 hour", "1.5 hours"]
    assert say.percent(0.125) == "12 %"
    assert say.money(12_345.6, "EUR") == "EUR 12,346"
