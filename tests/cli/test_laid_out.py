"""JSON over several lines is what the standard library writes, to the byte."""

from __future__ import annotations

import json
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.laid_out import laid_out


class Word(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from([Word.RED, Level.HIGH]),
)
KEYS = st.text() | st.integers() | st.booleans() | st.none() | st.just(Word.RED)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(VALUES, st.booleans(), st.integers(0, 3))
def test_it_is_the_standard_library_s_text(value: Any, plain: bool, indent: int) -> None:
    assert laid_out(value, plain=plain, indent=indent) == json.dumps(value, ensure_ascii=plain, indent=indent)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        laid_out({"a": [float("nan")]}, plain=False, indent=1)
    with pytest.raises(TypeError):
        laid_out({"a": object()}, plain=False, indent=1)
