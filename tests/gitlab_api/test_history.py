"""Histories from GitLab's own words: both wordings of date notes, replayed; label events."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.model import DueChange
from bot.gitlab_api.label_history import (
    DueNote,
    english_date,
    label_dates,
    label_events,
    read_due_note,
    read_label_note,
    replay_due,
)

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
SEP_20 = date(2018, 9, 20)


@pytest.mark.parametrize(
    ("body", "new", "old"),
    [
        ("changed due date to September 20, 2018", SEP_20, None),
        ("changed start date to August 1, 2018 and changed due date to September 20, 2018", SEP_20, None),
        ("removed start date August 1, 2018 and changed due date to September 20, 2018", SEP_20, None),
        ("removed due date September 20, 2018", None, SEP_20),
        ("removed start date August 1, 2018 and removed due date September 20, 2018", None, SEP_20),
        ("removed due date", None, None),
        ("changed finish date to Sep 20, 2018", SEP_20, None),
        ("changed due date to Sep 20, 2018", SEP_20, None),
        ("removed the finish date", None, None),
        ("removed the due date", None, None),
    ],
)
def test_every_wording_is_read(body: str, new: date | None, old: date | None) -> None:
    assert read_due_note(body, AT) == DueNote(AT, new, old)


@pytest.mark.parametrize(
    "body",
    [
        "changed start date to September 20, 2018",
        "changed title from **{-A-}** to **{+changed due date to September 20, 2018+}**",
        "changed the description",
        "mentioned in issue #4: changed due date to September 20, 2018",
        "changed due date to Smarch 20, 2018",
        "changed due date to February 30, 2018",
        "",
    ],
)
def test_other_notes_are_not(body: str) -> None:
    assert read_due_note(body, AT) is None


def test_every_day_of_a_leap_year_is_read_long_and_short() -> None:
    for number in range(366):
        day = date(2028, 1, 1) + timedelta(days=number)
        assert english_date(f"{day:%B} {day.day}, {day.year}") == day
        assert english_date(f"{day:%b} {day.day}, {day.year}") == day


def test_replaying_gives_each_change_its_former_date() -> None:
    notes = [DueNote(AT + timedelta(days=n), new) for n, new in enumerate([date(2026, 11, 1), date(2026, 11, 8), None])]
    assert [(c.previous, c.new) for c in replay_due(reversed(notes))] == [
        (None, date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 11, 8)),
        (date(2026, 11, 8), None),
    ]


def test_a_removal_tells_the_date_that_was_set_at_creation() -> None:
    notes = [DueNote(AT, None, date(2026, 11, 1)), DueNote(AT + timedelta(days=1), date(2026, 12, 1))]
    assert replay_due(notes) == (
        DueChange(date(2026, 11, 1), None, AT),
        DueChange(None, date(2026, 12, 1), AT + timedelta(days=1)),
    )


def test_the_same_date_again_is_no_change() -> None:
    notes = [DueNote(AT, date(2026, 11, 1)), DueNote(AT + timedelta(days=1), date(2026, 11, 1))]
    assert len(replay_due(notes)) == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1))), max_size=12), st.randoms())
def test_changes_always_follow_on_each_other(dates: list[date | None], chance: random.Random) -> None:
    notes = [DueNote(AT + timedelta(hours=n), new) for n, new in enumerate(dates)]
    shuffled = list(notes)
    chance.shuffle(shuffled)
    changes = replay_due(shuffled)
    assert changes == replay_due(notes)
    for before, after in pairwise(changes):
        assert before.new == after.previous
        assert before.at < after.at
    assert not any(change.previous == change.new for change in changes)


def events(*told: str) -> list[dict[str, object]]:
    """GitLab's events of labels in October 2026, by what was added (`+`) or removed (`-`) on which day."""
    found = [re.fullmatch(r"([+-])(\S*) (\d+)", one) for one in told]
    return [
        {
            "id": number,
            "action": "add" if event[1] == "+" else "remove",
            "label": {"name": event[2]} if event[2] else None,
            "created_at": f"2026-10-{int(event[3]):02}T10:00:00.123Z",
        }
        for number, event in enumerate(found, 1)
        if event
    ]


def test_a_label_counts_from_when_it_was_last_added() -> None:
    sent = ("+acceptance::sent 1", "-acceptance::sent 2", "+acceptance::sent 5")
    first, second, third, *others = events(*sent, "+Escalated 1", "-Escalated 9", "+ 9")
    again = datetime(2026, 10, 5, 10, 0, 0, 123_000, tzinfo=UTC)
    assert label_dates([third, first, second, *others]) == {"acceptance::sent": (again, 0)}


def test_a_label_replaced_by_the_next_of_its_scope_keeps_its_day() -> None:
    """GitLab adds the one and removes the other in the same moment; one that a person took away is gone."""
    order = ("+change-order::proposed 1", "+change-order::approved 5", "-change-order::proposed 5")
    sign_off = ("+acceptance::sent 1", "-acceptance::sent 2", "+acceptance::accepted 5")
    assert {name: at.day for name, (at, _) in label_dates(events(*order, *sign_off)).items()} == {
        "change-order::proposed": 1,
        "change-order::approved": 5,
        "acceptance::accepted": 5,
    }


@pytest.mark.parametrize(
    ("body", "added", "removed"),
    [
        ("added ~12 label", (12,), ()),
        ("added ~12 ~15 labels and removed ~3 label", (12, 15), (3,)),
        ("removed acme/app~3 label", (), (3,)),
        ("added ~12 + 1 deleted labels", (12,), ()),
        ("removed 2 deleted labels", (), ()),
        ("added ~4 scoped label and automatically removed ~3 label", (4,), (3,)),
    ],
)
def test_a_note_about_labels_is_read_by_their_ids(body: str, added: tuple[int, ...], removed: tuple[int, ...]) -> None:
    note = read_label_note(body)
    assert note is not None
    assert (note.added, note.removed) == (added, removed)


@pytest.mark.parametrize(
    "body",
    ["", "closed", "added #12 as child task", "changed title from **~12 label** to **~3 label**", "added 1 commit"],
)
def test_other_notes_are_no_notes_about_labels(body: str) -> None:
    assert read_label_note(body) is None


def test_notes_and_events_about_labels_tell_the_same_dates() -> None:
    notes = [["2026-10-05T10:00:00Z", 7, [1, 2], []], ["2026-10-06T10:00:00Z", 8, [3], [1]]]
    events = label_events(notes, {1: "acceptance::sent", 2: "Escalated", 3: "acceptance::accepted"})
    assert events is not None
    assert {name: (at.day, who) for name, (at, who) in label_dates(events).items()} == {
        "acceptance::sent": (5, 7),
        "Escalated": (5, 7),
        "acceptance::accepted": (6, 8),
    }
    assert label_events(notes, {1: "acceptance::sent"}) is None
