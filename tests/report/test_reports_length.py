"""Too long is split, never cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.vocabulary import Audience
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, NoteTarget
from bot.report.text.length import fitted
from bot.report.text.wording import load_words

WORDS = load_words("en_US", "USD")
NOTES = f"{PM_NOTES_START}\n\n{PM_NOTES_END}\n"
TABLE = "| a | b |\n| --- | --- |\n" + "\n".join(f"| row {n} | {n} |" for n in range(200))
FENCE = "```mermaid\ngantt\n\nsection x\n```"


def document(body: str) -> Document:
    return Document("status", Audience.INTERNAL, "2026-W47", NoteTarget("g&1"), body)


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(document("short\n"), WORDS, 1000) == document("short\n")


def test_overflow_becomes_follow_ups_and_pm_notes_stay_in_the_body() -> None:
    body = "\n\n".join([f"paragraph {n} " + "x" * 300 for n in range(10)]) + "\n\n" + NOTES
    made = fitted(document(body), WORDS, 1500)
    assert len(made.follow_ups) >= 2
    assert NOTES in made.body
    assert made.body.startswith("paragraph 0")
    assert "Continued in the" in made.body


def test_a_table_is_split_between_rows_with_its_head_repeated() -> None:
    made = fitted(document(TABLE), WORDS, 1000)
    parts = [made.body, *made.follow_ups]
    assert all("| a | b |\n| --- | --- |" in part for part in parts)
    assert sum(part.count("| row ") for part in parts) == 200


def test_a_folded_part_that_is_too_long_is_unfolded() -> None:
    made = fitted(document(f"<details><summary>More</summary>\n\n{TABLE}\n\n</details>\n"), WORDS, 1000)
    whole = "\n".join([made.body, *made.follow_ups])
    assert whole.count("<details>") == whole.count("</details>")
    assert "**More**" in whole
    assert whole.count("| row ") == 200


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a line", "word " * 60, FENCE, TABLE, "<details><summary>s</summary>\n\nx\n\n</details>"]),
        max_size=20,
    ),
    st.integers(600, 3000),
)
def test_nothing_is_lost_and_every_part_fits(blocks: list[str], limit: int) -> None:
    body = "\n\n".join(blocks) + "\n\n" + NOTES
    made = fitted(document(body), WORDS, limit)
    parts = [made.body, *made.follow_ups]
    assert all(len(part) <= limit for part in parts)
    whole = "\n\n".join(parts)
    for text in ("a line", "| row ", "section x", "word"):
        assert whole.count(text) == body.count(text)
    for part in parts:
        assert part.count("```") % 2 == 0
        assert part.count("<details>") == part.count("</details>")
    if len(body) <= limit:
        assert made.follow_ups == ()
