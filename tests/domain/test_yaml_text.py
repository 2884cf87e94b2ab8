"""YAML that strangers wrote: what is read as what, and what is refused where."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.yaml_text import YamlProblem, load_yaml


def test_country_codes_times_and_versions_stay_text() -> None:
    value = load_yaml("country: NO\nat: 06:00\noctal: 012\nyes: yes\nhex: 0x1F\nplain: 7").value
    assert value == {"country": "NO", "at": "06:00", "octal": "012", "yes": "yes", "hex": "0x1F", "plain": 7}


def test_dates_flags_and_numbers_are_what_they_look_like() -> None:
    value = load_yaml("day: 2026-11-20\nflag: true\nnumber: 1.5\nnothing:").value
    assert value == {"day": date(2026, 11, 20), "flag": True, "number": 1.5, "nothing": None}


def test_a_day_that_does_not_exist_stays_text_so_that_only_its_key_is_refused() -> None:
    assert load_yaml("end: 2026-02-30\nhours: 5").value == {"end": "2026-02-30", "hours": 5}


def test_every_value_has_a_place() -> None:
    document = load_yaml("a: 1\nb:\n  - x\n  - c: 2\n")
    assert document.place(("a",)) == (1, 1)
    assert document.place(("b", 1, "c")) == (4, 5)
    assert document.place(("b", 7)) == (2, 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2", 2),
        ("a: &x 1\nb: *x", 1),
        ("a: 1\n b: 2", 2),
        ("a: [1, 2", 1),
        ("? [1, 2]\n: x", 1),
        ("customer: !!timestamp foo", 1),
        ("customer: !!bool perhaps", 1),
        ("a: 1\nb: !!python/object/apply:os.system [id]", 2),
        ("a: !!binary x", 1),
        ("a: 1\nb: \x1f", 2),
        ("a: 1\n---\nb: 2", 2),
    ],
)
def test_what_is_refused_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(YamlProblem) as problem:
        load_yaml(text)
    assert problem.value.line == line


def test_deep_nesting_and_endless_texts_are_refused() -> None:
    with pytest.raises(YamlProblem, match="nested"):
        load_yaml("[" * 25 + "]" * 25)
    with pytest.raises(YamlProblem):
        load_yaml("[" * 5_000)
    with pytest.raises(YamlProblem, match="characters"):
        load_yaml("a" * 200_001)


def test_an_alias_bomb_is_refused_at_once() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
        f"{c}: &{c} [{','.join(['*' + p] * 9)}]" for p, c in pairwise("abcdefghijklmnopqrstuvwxyz")
    )
    # Unfolded it holds 9 ** 26 values: refused before that, or the test never ends.
    with pytest.raises(YamlProblem, match="aliases"):
        load_yaml(bomb)


@given(st.text(max_size=60) | st.text(alphabet=":-[]{}#&*!|>'\"%@`? \n\ta0.", max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_is_either_read_or_refused_in_words(text: str) -> None:
    try:
        document = load_yaml(text)
    except YamlProblem as problem:
        told = str(problem)
    else:
        told = str(document.place(()))
    assert told
