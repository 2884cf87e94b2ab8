"""A report that is too long is split, never cut: the body keeps what comes first, the rest becomes follow-up notes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

from bot.report.document import PM_NOTES_START, PRACTICAL_LIMIT, Document
from bot.report.text.wording import Words

_FENCE = re.compile(r"^(`{3,}|~{3,})")


def fitted(document: Document, words: Words, limit: int = PRACTICAL_LIMIT) -> Document:
    """The document with a body of at most `limit` characters and the overflow in `follow_ups`.

    Where people may write (PM notes) and the as-of line stay in the body. Blocks — paragraphs, whole tables, folded
    parts — stay whole unless one alone is longer than the limit; then it is split between lines, a table with its head.
    """
    if len(document.body) <= limit:
        return document
    body, kept = _pinned(document)
    room = limit - len(kept) - 200
    first, *rest = _pages(_blocks(body), room)
    told = str(words.text("common.continued", n=len(rest)))
    return dataclasses.replace(
        document, body=f"{first}\n\n{told}\n\n{kept}".rstrip() + "\n", follow_ups=(*document.follow_ups, *rest)
    )


def _pinned(document: Document) -> tuple[str, str]:
    """The body without what must stay in its first part, and that: the PM notes and all behind them."""
    start = document.body.find(PM_NOTES_START)
    return (document.body, "") if start < 0 else (document.body[:start], document.body[start:])


def _pages(blocks: Iterable[str], limit: int) -> list[str]:
    """The blocks on as few pages as need be; one that is too long for a page begins on the page that is open."""
    pages: list[str] = [""]
    for block in blocks:
        left = limit - len(pages[-1]) - 2
        for piece in _split_block(block, limit, left):
            if pages[-1] and len(pages[-1]) + 2 + len(piece) > limit:
                pages.append("")
            pages[-1] += ("\n\n" if pages[-1] else "") + piece
    return pages


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, with fences and folded parts kept together."""
    block: list[str] = []
    fence, depth = "", 0
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.strip() == fence:
            fence = ""
        depth += line.count("<details>") - line.count("</details>") if not fence else 0
        if not line.strip() and not fence and depth <= 0:
            if block:
                yield "\n".join(block)
            block = []
        else:
            block.append(line)
    if block:
        yield "\n".join(block)


def _split_block(block: str, limit: int, left: int) -> Iterator[str]:
    """The block itself when it fits; else its parts, unfolded first, a table's head repeated. `left`: room for the first."""
    if len(block) <= limit:
        yield block
    elif block.startswith("<details>"):
        unfolded = re.sub(r"<summary>(.*?)</summary>", r"**\1**", re.sub(r"</?details>", "", block))
        for inner in _blocks(unfolded):
            yield from _split_block(inner, limit, left)
            left = 0
    else:
        yield from _split_lines(block.split("\n"), limit, left)


def _split_lines(lines: list[str], limit: int, left: int) -> Iterator[str]:
    head = lines[:2] if len(lines) > 2 and lines[1].startswith("|") and set(lines[1]) <= set("|-: ") else []
    part, size = list(head), _size(head)
    longest = max(len(line) for line in lines)
    room = left if left > size + longest else limit
    for line in lines[len(head) :]:
        for piece in [line[n : n + limit] for n in range(0, len(line), limit)] or [""]:
            if len(part) > len(head) and size + len(piece) + 1 > room:
                yield "\n".join(part)
                part, size, room = list(head), _size(head), limit
            part.append(piece)
            size += len(piece) + 1
    if len(part) > len(head):
        yield "\n".join(part)


def _size(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)
