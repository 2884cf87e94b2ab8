"""No text that the bot posts runs a quick action, whoever wrote the part."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.publish.quick_actions import command_lines, disarmed
from fakegitlab import markdown
from fakegitlab.services.quick_actions import NAMES

PIECES = st.lists(
    st.sampled_from(
        ["/close", "/label ~x", "Text.", "", "> ", "- ", "```", "~~~", "<details>", "</details>", "<!-- a -->", "<!--", "-->",
         "# Title", "| a | b |", "|---|---|", "    ", "`", "/tmp is a folder", "1. ", "***", "\\/close", "<b>"]
    ),
    max_size=14,
)  # fmt: skip


def _runs(text: str) -> list[int]:
    """The lines that the demo GitLab, reading the Markdown tree, would run."""
    return [line.line for line in markdown.command_lines(text, NAMES)]


@given(PIECES)
@settings(max_examples=300)
def test_every_line_that_gitlab_would_run_is_seen(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    assert set(_runs(text)) <= set(command_lines(text))


@given(PIECES)
@settings(max_examples=300)
def test_a_disarmed_text_runs_nothing(pieces: list[str]) -> None:
    text = disarmed("\n".join(pieces))
    assert _runs(text) == command_lines(text) == []
    assert disarmed(text) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("/close", [0]),
        ("Text.\n/close", [1]),
        ("Text.\r\n/close\r\n", [1]),
        ("- /close", []),
        ("> /close", []),
        ("```\n/close\n```", []),
        ("a/close", []),
        ("\\/close", []),
    ],
)
def test_where_commands_count(text: str, lines: list[int]) -> None:
    assert command_lines(text) == lines
