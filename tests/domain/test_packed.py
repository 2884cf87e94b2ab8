from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.domain.packed import PackedText


@dataclass(frozen=True)
class Note:
    number: int
    body: PackedText = PackedText()  # noqa: RUF009 (a descriptor)
    diff: PackedText = PackedText("")  # noqa: RUF009 (a descriptor)


@given(st.text(st.characters(codec=None)))
def test_a_packed_text_is_given_back_as_it_was(text: str) -> None:
    note = Note(1, text)
    assert (note.body, note.diff) == (text, "")
    assert replace(note, number=2) == Note(2, text)
    assert asdict(note) == {"number": 1, "body": text, "diff": ""}


def test_a_text_without_a_default_must_be_given() -> None:
    with pytest.raises(TypeError, match="body"):
        Note(1)  # type: ignore[call-arg, unused-ignore]


def test_what_pydantic_reads_is_a_text() -> None:
    found = TypeAdapter(Note).validate_python({"number": 1, "body": "🟢", "diff": "+"})
    assert found == Note(1, "🟢", "+")
    with pytest.raises(ValueError, match="valid string"):
        TypeAdapter(Note).validate_python({"number": 1, "body": 7})


def test_an_emoji_does_not_make_a_text_four_times_as_large() -> None:
    text = "🟢" + "x" * 10_000
    assert sys.getsizeof(vars(Note(1, text))["body"]) * 3 < sys.getsizeof(text)
