"""The fenced blocks of facts in a description: found as GitLab renders it, and read as far as they can be.

A Markdown parser finds them, so that a reader of the page and psbot see the same block: in lists, quotes and `<details>`,
indented, never in an HTML comment. One line that YAML can't read costs that line (`salvage`).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.domain.facts.declared import FactFault
from bot.domain.facts.salvage import Piece, salvage
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase
from bot.domain.yaml_text import YamlDocument, YamlProblem, load_yaml

ENGAGEMENT_BLOCK = "ps-project"
ITEM_BLOCKS = ("ps-change-order", "ps-risk")
MAX_DESCRIPTION = 100_000
"""Characters of a description that are looked through for its block."""
MAX_LINE, MAX_BODY = 4_000, 30_000
MAX_FAULTS = 20
_NAME = re.compile(r"\bps[-_ ]?(?:project|change-order|risk)\b", re.I)
_FENCE_LINE = re.compile(r"^[ \t>*+-]*(?:`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)$")


@frozen
class Block:
    """What stands between the fences, and the 1-based line on which it begins."""

    body: str
    line: int


def may_hold_block(description: str) -> bool:
    """Whether a description may hold a block of facts, or what was meant as one."""
    names = _NAME.finditer(description)
    before = (description[max(found.start() - 60, 0) : found.start()].rpartition("\n")[2] for found in names)
    return any("```" in text or "~~~" in text for text in before)


@cache
def _parser() -> MarkdownIt:
    """Blocks only: what stands in a line does not matter here, and costs time."""
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.disable("reference")
    return parser


@lru_cache(maxsize=1)
def _blocks(description: str) -> tuple[Token, ...]:
    return tuple(_parser().parse(description[:MAX_DESCRIPTION])) if may_hold_block(description) else ()


def find_blocks(description: str, info: str) -> list[Block]:
    """All fenced blocks whose info string says `info`, in whatever letters, in the order of the description."""
    return [
        Block(t.content.removesuffix("\n"), t.map[0] + 2)
        for t in _blocks(description)
        if t.type == "fence" and t.map and _says(t.info, info)
    ]


def _says(written: str, info: str) -> bool:
    """`ps-project`, `yaml ps-project`, `{.ps-project}`."""
    return info in re.split(r"[\s,:;{}=.]+", written.casefold())


def read_block(description: str, info: str) -> tuple[dict[str, Any], YamlDocument | None, list[FactFault]]:
    """The mapping in a description's `info` block; without a block, an empty one. Lines count in the description."""
    found = find_blocks(description, info)
    if not found:
        return {}, None, list(_unseen(description, info))
    first, *others = found
    doubled = [FactFault("", b.line - 1, _doubled(b.line - 1, first.line - 1)) for b in others]
    values, document, faults = _read(first, info)
    return values, document, [*_few(faults), *doubled]


def _doubled(second: int, first: int) -> Phrase:
    return Phrase("a second block begins on line {second}; the one on line {first} counts", second=second, first=first)


def _few(faults: list[FactFault]) -> list[FactFault]:
    if len(faults) <= MAX_FAULTS:
        return faults
    first = faults[MAX_FAULTS]
    return [*faults[:MAX_FAULTS], FactFault("", first.line, Phrase("{n} more mistakes", n=len(faults) - MAX_FAULTS))]


def _read(block: Block, info: str) -> tuple[dict[str, Any], YamlDocument | None, list[FactFault]]:
    text_below = () if info == ENGAGEMENT_BLOCK else None
    body, long = _without_long_lines(block)
    if len(body) > MAX_BODY:
        return {}, None, [FactFault("", block.line, Phrase("longer than {n} characters", n=MAX_BODY))]
    try:
        document = load_yaml(body, text_below)
    except YamlProblem as problem:
        saved = salvage(Piece.of(body, block.line), text_below, problem)
        return saved.values, YamlDocument(saved.values, saved.places), [*long, *saved.faults]
    if document.value is None:
        return {}, document, long
    if not isinstance(document.value, dict):
        return {}, document, [*long, FactFault("", block.line, Phrase("must be a list of `key: value` lines"))]
    moved = {path: (line + block.line - 1, column) for path, (line, column) in document.places.items()}
    return {str(k): v for k, v in document.value.items()}, YamlDocument(document.value, moved), long


def _without_long_lines(block: Block) -> tuple[str, list[FactFault]]:
    """A line of thousands of characters is refused before anything reads it."""
    text = Phrase("longer than {n} characters", n=MAX_LINE)
    lines = block.body.split("\n")
    faults = [
        FactFault(line.partition(":")[0].strip()[:40] if ":" in line[:40] else "", n, text)
        for n, line in enumerate(lines, block.line)
        if len(line) > MAX_LINE
    ]
    return "\n".join(line if len(line) <= MAX_LINE else "" for line in lines), faults


def _unseen(description: str, info: str) -> list[FactFault]:
    """What looks like a block and is none to GitLab: swallowed by HTML around it, or written with another name."""
    found: list[FactFault] = []
    if len(description) > MAX_DESCRIPTION and _NAME.search(description, MAX_DESCRIPTION):
        line = description.count("\n", 0, MAX_DESCRIPTION) + 1
        text = Phrase("is not read: it comes after the first {n} characters", n=MAX_DESCRIPTION)
        found.append(FactFault("", line, text))
    for token in _blocks(description) if info == ENGAGEMENT_BLOCK else ():
        if token.type == "fence" and token.map and re.sub(r"[\s_-]+", "", token.info.casefold()) == "psproject":
            text = Phrase(
                "is not read: after the fence write {info}, not {written}", info=info, written=repr(token.info[:40])
            )
            found.append(FactFault("", token.map[0] + 1, text))
        elif token.type == "html_block" and token.map and not token.content.lstrip().startswith("<!--"):
            found += _swallowed(token.content, token.map[0] + 1, info)
    return found[:1]


def _swallowed(html: str, first: int, info: str) -> list[FactFault]:
    """A fence within HTML is no code to GitLab: it needs a blank line before it."""
    text = Phrase("GitLab does not show this as a block: put a blank line between the HTML and the fence")
    lines = enumerate(html.split("\n"), first)
    return [FactFault("", n, text) for n, line in lines if (m := _FENCE_LINE.match(line)) and _says(m["info"], info)]
