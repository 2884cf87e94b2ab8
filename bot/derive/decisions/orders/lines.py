"""Finds orders in a comment: lines that begin with `psbot` and that GitLab shows as plain text.

What stands in quotes, code, HTML comments or a copy of one of psbot's own texts is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST_COMMENT = 20_000
"""Characters of a comment that are read; a longer one is a document, not an order."""
_ORDER = re.compile(r"psbot(?=[\s:,]|$)[\s:,]*(?P<rest>.*)$", re.IGNORECASE)
_QUOTE_FENCE = re.compile(r"^ {0,3}>>>[ \t]*\n.*?(?:^ {0,3}>>>[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MARKER = "<!-- psbot:"


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True})


def order_lines(body: str) -> tuple[str, ...]:
    """What stands after `psbot` on each line of a comment that is an order, in their sequence."""
    if _MARKER in body or "psbot" not in body.casefold() or len(body) > LONGEST_COMMENT:
        return ()
    text = _QUOTE_FENCE.sub("", _COMMENT.sub("", body.replace("\r", "")))
    return tuple(rest for line in _plain_lines(text) if (rest := _order(line)) is not None)


def _order(line: str) -> str | None:
    match = _ORDER.match(line.strip())
    return " ".join(match["rest"].split()) if match else None


def _plain_lines(text: str) -> Iterator[str]:
    quoted = 0
    for token in _parser().parse(text):
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline" and not quoted:
            yield from _lines_of(token)


def _lines_of(inline: Token) -> Iterator[str]:
    """Lines as typed where the paragraph holds no markup that spans lines, else as they read; never those of code."""
    read, is_text = [""], [False]
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            read.append("")
            is_text.append(False)
            continue
        if not read[-1] and child.content:
            is_text[-1] = child.type == "text"
        read[-1] += child.content if child.type in ("text", "code_inline") else ""
    typed = inline.content.split("\n")
    shown = typed if len(typed) == len(read) else read
    return (line for line, plain in zip(shown, is_text, strict=True) if plain)
