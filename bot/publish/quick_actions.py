"""Lines that GitLab would carry out as quick actions, with the bot's rights. Pure.

The last look before a write: what reaches this point is made safe already, but a part that a person wrote (PM notes, an
edited draft) is posted again by the bot. GitLab looks at top-level paragraphs of the Markdown tree and, there, at source
lines that start with `/name`; we take every name for a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_COMMAND = re.compile(r"/[A-Za-z_]")
_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def command_lines(text: str) -> list[int]:
    """Line numbers (from 0) that GitLab could run. Cautious: a line inside a code span that crosses lines counts too."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    suspects = {n for n, line in enumerate(text.split("\n")) if _COMMAND.match(line)}
    return sorted(n for n in _paragraph_lines(_PARSER.parse(text)) if n in suspects) if suspects else []


def _paragraph_lines(tokens: list[Token]) -> Iterator[int]:
    for token in tokens:
        if token.type == "paragraph_open" and token.level == 0 and token.map:
            yield from range(*token.map)


def disarmed(text: str) -> str:
    """`text` with a backslash before each command: it reads the same and does nothing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    numbers = set(command_lines(text))
    return "\n".join("\\" + line if n in numbers else line for n, line in enumerate(text.split("\n")))
