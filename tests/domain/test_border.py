"""The border's quick look: what it lets pass is what the careful look lets in as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.border import FIRST_DAY, LARGEST, LAST_DAY, admitted
from bot.domain.model import Engagement, Item, Portfolio

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes(),
    st.sampled_from([LARGEST, -LARGEST, LARGEST * 2, 10**400, float("inf"), "\ud800", "\x1b[2J", date.min, date.max]),
    st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip
FIELDS = ("title", "created_at", "due_date", "weight", "spent_hours", "confidential", "milestone", "health_status")


def passed(values: dict[str, Any]) -> Item | None:
    items = (Item(**{"ref": "a/b#1", "title": "One", **values}),)
    engagement = admitted(Portfolio((Engagement(ref="a/b#2", title="Two", items=items),))).engagements
    return engagement[0].items[0] if engagement and engagement[0].items else None


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)))
def test_what_is_let_in_is_let_in_once_more_as_it_is(values: dict[str, Any]) -> None:
    found = passed(values)
    if found is not None:
        kept = {name: getattr(found, name) for name in values}
        assert passed(kept) == found


@given(st.floats() | st.integers())
def test_numbers_that_nobody_counts_with_are_left_out(number: float) -> None:
    found = passed({"weight": number})
    assert found is not None
    sane = -LARGEST <= number <= LARGEST
    assert found.weight == (number if sane else None)


@given(st.dates())
def test_days_on_which_nobody_works_are_left_out(day: date) -> None:
    found = passed({"due_date": day})
    assert found is not None
    assert found.due_date == (day if FIRST_DAY <= day <= LAST_DAY else None)


@pytest.mark.parametrize("value", [True, datetime(2026, 11, 20, tzinfo=UTC), "5", [5]])
def test_a_value_of_another_kind_is_no_number(value: object) -> None:
    found = passed({"weight": value})
    assert found is not None
    assert found.weight is None
