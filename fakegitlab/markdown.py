"""Where GitLab finds commands and references in a text: read from the Markdown tree, as the server does it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

MARK, END, STOP = "\ue000", "\ue001", "\ue002"
CANDIDATE = re.compile(r"/([a-z_]+)(?:[ \t]+(.*))?$", re.IGNORECASE)
STOPPERS = "$%#&@!~^:"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}, renderer_cls=_Renderer).enable(["table", "strikethrough"])
    return parser.disable("text_join")


class _Renderer(RendererHTML):
    """Renders to HTML, with a mark around characters whose backslash stops a reference."""

    def text_special(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A backslash escape stops references, an entity doesn't."""
        token = tokens[idx]
        if token.info == "escape" and token.content in STOPPERS:
            return f"{STOP}{escapeHtml(token.content)}{STOP}"
        return escapeHtml(token.content)


PARSER = _parser()


# --- quick actions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CommandLine:
    """A line of the source that GitLab takes as a command."""

    line: int
    name: str
    argument: str


def command_lines(text: str, names: frozenset[str]) -> list[CommandLine]:
    """Lines that start with `/name` in a paragraph at the top level, outside code spans and raw HTML."""
    lines = text.split("\n")
    found: dict[int, re.Match[str]] = {}
    for number, line in enumerate(lines):
        match = CANDIDATE.match(line)
        if match and match[1].lower() in names:
            found[number] = match
            lines[number] = f"{MARK}{number}{END}{line}"
    if not found:
        return []
    real = sorted(_marked_lines(PARSER.parse("\n".join(lines))))
    return [CommandLine(n, found[n][1].lower(), (found[n][2] or "").strip()) for n in real]


def _marked_lines(tokens: list[Token]) -> Iterator[int]:
    for before, token in pairwise(tokens):
        if token.type == "inline" and before.type == "paragraph_open" and before.level == 0:
            yield from _line_starts(token.children or [])


def _line_starts(children: list[Token]) -> Iterator[int]:
    fresh = True
    for child in children:
        if fresh and child.type == "text" and child.content.startswith(MARK):
            yield int(child.content[1:].partition(END)[0])
        if child.type != "text" or child.content:
            fresh = child.type in ("softbreak", "hardbreak")


def without_lines(text: str, numbers: set[int]) -> str:
    """The text without those lines."""
    kept = (line for number, line in enumerate(text.split("\n")) if number not in numbers)
    return "\n".join(kept).strip()


# --- references --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """A reference as it stands in a text; `path` is the group or project in front of it."""

    kind: str
    text: str
    path: str | None = None
    value: str = ""


PATH = r"(?P<path>(?:[a-zA-Z0-9_.][\w.-]*)(?:/[\w.-]+)*)?"
PATTERNS = (
    ("user", re.compile(r"(?<![\w/`])@(?P<value>[a-zA-Z0-9_.][\w.-]*(?:/[\w.-]+)*)")),
    ("issue", re.compile(rf"(?<![\w&]){PATH}#(?P<value>\d+)\b")),
    ("issue", re.compile(r"(?<!\w)GL-(?P<value>\d+)\b")),
    ("issue", re.compile(r"\[(?:issue|work_item):(?:(?P<path>[\w./-]+)/)?(?P<value>\d+)\]")),
    ("epic", re.compile(r"\[epic:(?:(?P<path>[\w./-]+)/)?(?P<value>\d+)\]")),
    ("merge_request", re.compile(rf"(?<!\w){PATH}!(?P<value>\d+)\b")),
    ("epic", re.compile(rf"(?<!\w){PATH}&(?P<value>\d+)\b")),
    ("milestone", re.compile(rf'(?<![\w%]){PATH}%(?P<value>\d+\b|"[^"\n]+"|[A-Za-z_][\w.-]*)')),
    ("label", re.compile(rf'(?<![\w~]){PATH}~(?P<value>"[^"\n]+"|[\w?&:.+-]*[\w])')),
    ("snippet", re.compile(r"(?<![\w$])\$(?P<value>\d+)\b")),
    ("alert", re.compile(r"\^alert#(?P<value>\d+)\b")),
    ("iteration", re.compile(r'\*iteration:(?P<value>"[^"\n]+"|\S+)')),
    ("vulnerability", re.compile(r"\[vulnerability:(?P<value>[\w./-]+)\]")),
    ("feature_flag", re.compile(r"\[feature_flag:(?P<value>[\w./-]+)\]")),
    ("contact", re.compile(r"\[contact:(?P<value>[^\]\s]+)\]")),
    ("cadence", re.compile(r"\[cadence:(?P<value>[^\]\s]+)\]")),
    ("wiki", re.compile(r"\[\[(?!_TOC_)(?P<value>[^\]\n]+)\]\]")),
    ("commit", re.compile(r"(?<![\w/#-])(?=[0-9a-f]*[0-9])(?=[0-9]*[a-f])(?P<value>[0-9a-f]{7,40})(?![\w-])")),
    ("project", re.compile(r"(?<![\w./-])(?P<value>[a-zA-Z0-9_.][\w.-]*(?:/[\w.-]+)+)>")),
)
URL_KINDS = {"issues": "issue", "work_items": "issue", "epics": "epic", "merge_requests": "merge_request"}


def find_references(text: str, base_url: str) -> list[Reference]:
    """Everything in the text that GitLab may take as a reference."""
    collector = _Text()
    collector.feed(PARSER.render(text))
    collector.close()
    plain = "".join(collector.parts)
    url = re.compile(re.escape(base_url) + r"/(?:groups/)?(?P<path>[\w./-]+?)/-/(?P<kind>[a-z_]+)/(?P<value>\d+)")
    found = []
    # GitLab's pattern of an address allows an anchor only with characters in it: a link that ends in `#` stays a link.
    whole = re.compile(url.pattern + r"(?:/[\w=-]+)*/*(?:\?[\w=&.-]+)?(?:#[\w-]+)?")
    linked = filter(None, (whole.fullmatch(link) for link in collector.links))
    for match in (*url.finditer(plain), *linked):
        kind = URL_KINDS.get(match["kind"], match["kind"])
        found.append(Reference(kind, match[0], match["path"], match["value"]))
    return found + list(_in_text(re.sub(r"https?://\S+", " ", plain)))


def _in_text(plain: str) -> Iterator[Reference]:
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(plain):
            groups = match.groupdict()
            yield Reference(kind, match[0], groups.get("path"), groups["value"].strip('"'))


class _Text(HTMLParser):
    """Text nodes outside `pre`, `code`, `a` and `style`; and where links lead."""

    SKIPPED = ("pre", "code", "a", "style", "script")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        if tag in self.SKIPPED:
            self.depth += 1
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        if tag in self.SKIPPED and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        """Keep text outside skipped elements."""
        if not self.depth:
            self.parts.append(data)


def task_counts(text: str) -> tuple[int, int]:
    """Tasks in the text, and how many are ticked."""
    boxes = re.findall(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s", text, re.MULTILINE)
    return len(boxes), sum(box != " " for box in boxes)


EMOJI_ONLY = re.compile(r"\A:(?P<name>[\w+-]+):\Z")
UNICODE_EMOJI = {"👍": "thumbsup", "👎": "thumbsdown", "🎉": "tada", "❤️": "heart", "🚀": "rocket", "👀": "eyes"}


def lone_emoji(text: str) -> str | None:
    """The emoji's name when the whole text is one emoji."""
    match = EMOJI_ONLY.match(text.strip())
    return match["name"] if match else UNICODE_EMOJI.get(text.strip())
