"""The PM part: what a person writes there survives, whatever they do to the lines around it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.publish.pm_notes import join_pm_notes, pm_notes_of, with_pm_notes, without_pm_notes
from bot.report.document import PM_NOTES_END as END
from bot.report.document import PM_NOTES_START as START

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")).filter(
    lambda t: START not in t and END not in t
)


@given(TEXTS)
@settings(max_examples=100)
def test_notes_put_in_come_out(notes: str) -> None:
    notes = notes.strip()
    body = f"Above.\n\n{START}\nhint\n{END}\n\nBelow."
    changed = with_pm_notes(body, notes)
    assert pm_notes_of(changed) == notes.strip("\r\n\t ")
    assert changed.startswith("Above.")
    assert changed.endswith("Below.")


@given(TEXTS)
@settings(max_examples=50)
def test_the_rest_does_not_depend_on_the_notes(notes: str) -> None:
    body = f"Above.\n\n{START}\nhint\n{END}\n\nBelow."
    assert without_pm_notes(with_pm_notes(body, notes)) == without_pm_notes(body)


def test_no_part_no_notes() -> None:
    assert pm_notes_of("Text.") == ""
    assert with_pm_notes("Text.", "notes") == "Text."


def test_a_deleted_end_line_does_not_swallow_the_report() -> None:
    assert pm_notes_of(f"{START}\nAsk Dana.\n\n## Risks\n\nNone.") == "Ask Dana."
    assert pm_notes_of(f"{START}\nAsk Dana.\n\n<!-- psbot:1 kind=x -->") == "Ask Dana."
    assert pm_notes_of(f"{START}\nAsk Dana.") == "Ask Dana."


def test_several_copies_are_joined_without_doubling() -> None:
    assert join_pm_notes(["Ask Dana.", "", "Ask Dana.", "Bring it."]) == "Ask Dana.\n\nBring it."
    assert join_pm_notes(["Ask Dana.", "First.\n\nAsk Dana."]) == "First.\n\nAsk Dana."
    assert join_pm_notes([]) == ""
