"""Messages are values: a template and what stands in its places; `str()` says them in English."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import messages as say
from bot.domain.messages import Clause, Decimal, Language, Money, Percent, Phrase, Value


def test_a_phrase_is_a_value_and_its_text_is_english() -> None:
    found = Phrase("{title} was due on {due}.", title=say.quote("Wave 1"), due=date(2026, 11, 20))
    assert not isinstance(found, str)
    assert str(found) == '"Wave 1" was due on 2026-11-20.'
    assert found.template == "{title} was due on {due}."
    assert found.values["due"] == date(2026, 11, 20)
    assert found == Phrase("{title} was due on {due}.", title=say.quote("Wave 1"), due=date(2026, 11, 20))
    assert len({found, found.refilled(due=date(2026, 11, 21)), found.refilled()}) == 2
    assert found
    assert not say.NOTHING


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda phrase: pickle.loads(pickle.dumps(phrase))])
def test_a_copy_of_a_phrase_is_the_same_value(again: Callable[..., Any]) -> None:
    found = Phrase("{n|# item|# items} {{of {title}", n=2, title="{n}")
    assert again(found) == found
    assert str(again(found)) == "2 items {{of {n}"


@pytest.mark.parametrize("depth", [1, 3_000])
def test_messages_nest_to_any_depth_and_list_any_number(depth: int) -> None:
    nested = Phrase("it rains")
    for _ in range(depth):
        nested = Phrase("because {why}.", why=Clause(nested))
    assert str(nested) == "because " * depth + "it rains."
    names = [f"Milestone {n}" for n in range(depth)]
    assert str(say.listing(names, limit=depth)).replace(" and ", ", ").split(", ") == names


def test_to_gettext_a_template_is_a_singular_and_a_plural() -> None:
    pair = say.plural_pair("{n|# item is|# items are} late, {n|it|they} {how}.")
    assert (pair.singular, pair.plural, pair.number) == (
        "{n} item is late, it {how}.",
        "{n} items are late, they {how}.",
        "n",
    )
    assert say.plural_pair("{how}.") == say.PluralPair("{how}.", "{how}.", None)
    with pytest.raises(ValueError, match="more than one number"):
        say.plural_pair("{n|# item|# items} of {m|# list|# lists}")


def test_the_form_goes_with_the_number() -> None:
    template = "{n|# item is|# items are} open, {n|it waits|they wait}."
    assert str(Phrase(template, n=1)) == "1 item is open, it waits."
    assert str(Phrase(template, n=1200)) == "1,200 items are open, they wait."
    assert str(Phrase(template, n=None)) == "– items are open, they wait."
    assert [str(say.items(n)) for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]


@given(st.text(max_size=30))
def test_what_a_value_holds_is_never_read_as_a_template(title: str) -> None:
    clipped = " ".join(title.split())
    assert str(Phrase("{a} and {b}", a=say.quote(title), b="{a}")) == f'"{clipped}" and {{a}}'


def test_the_same_sentence_takes_other_values() -> None:
    assert str(Phrase("Items still open: {n}.", n=0).refilled(n=3)) == "Items still open: 3."


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
def test_lists_read_as_sentences(names: list[str], text: str) -> None:
    assert str(say.listing(names)) == text


def test_titles_are_clipped_to_one_line() -> None:
    assert str(say.quote("a\n b\t c")) == '"a b c"'
    assert str(say.quote("x" * 60)) == f'"{"x" * 60}"'
    assert str(say.quote("x" * 61)) == f'"{"x" * 59}…"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8.0, "8"),
        (8.04, "8"),
        (8.06, "8.1"),
        (1200.0, "1,200"),
        (1200, "1,200"),
        (say.hours(1.04), "1 hour"),
        (say.hours(1.5), "1.5 hours"),
        (say.days(1), "1 working day"),
        (Percent(0.125), "12 %"),
        (Money(12_345.6, "EUR"), "EUR 12,346"),
        (Decimal(0.8), "0.80"),
        (Decimal(1234.5, 0), "1,234"),
        (Clause("All is well."), "All is well"),
        (None, "–"),
    ],
)
def test_figures_read_as_people_write_them(value: Value, text: str) -> None:
    assert str(Phrase("{it}", it=value)) == text


def test_codes_that_have_a_word_are_said_by_it() -> None:
    assert [str(say.word(code)) for code in ("green", "critical", "budget", None, "purple")] == [
        "green",
        "critical",
        "budget",
        "unknown",
        "purple",
    ]


class Shouting(Language):
    """A language that knows two templates."""

    def template(self, phrase: Phrase) -> str | None:
        one = phrase.values.get("n") == 1
        late = "{why}! ONE DAY!" if one else "{why}! {n} DAYS!"
        return {"{n|# day|# days} late, {why}": late, "it rains": "RAIN"}.get(phrase.template)


def test_a_language_says_the_places_in_its_own_order_and_phrases_within_phrases() -> None:
    found = Phrase("{n|# day|# days} late, {why}", n=2, why=Phrase("it rains"))
    assert Shouting().say(found) == "RAIN! 2 DAYS!"
    assert Shouting().say(found.refilled(n=1, why="x")) == "x! ONE DAY!"


def test_a_sentence_that_a_language_lacks_stays_english_as_a_whole() -> None:
    assert Shouting().say(Phrase("Because {why}.", why=Phrase("it rains"))) == "Because it rains."
