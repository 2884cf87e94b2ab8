"""How GitLab reads a note: comrak with the options of GitLab's own renderer, then what its reference filters would see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import comrak

REFERENCE_CHARACTERS = "$%#&@!~^:"
SKIPPED = ("pre", "code", "a", "style")
VOID = ("br", "hr", "img", "input")

# Patterns of GitLab's references, wider than GitLab's own where that costs nothing; each is tried on single text nodes.
REFERENCES = {
    "user": r"@[a-zA-Z0-9_.]",
    "issue": r"#\d",
    "merge request": r"!\d",
    "epic": r"&\d",
    "milestone": r"%[\w\"]",
    "label": r"~[\w\"?&]",
    "snippet": r"\$\d",
    "alert": r"\^alert",
    "iteration": r"\*iteration:",
    "bracketed": r"\[[a-z_]+:",
    "wiki or contents": r"\[\[|\[(?i:toc)\]",
    "GL or Jira": r"[A-Z][A-Z0-9_]*-\d|gl-\d",
    "commit": r"[0-9a-fA-F]{7,}",
    "project": r"/[\w.-]+>",
    "address": r"[a-z][a-z0-9+.-]*://|www\.",
    "emoji": r":[\w+-]+:",
    "inline diff": r"[\[{][+-]",
    "placeholder": r"%\{",
    "dollar math": r"\$[^$]+\$",
}


@dataclass
class Page:
    """What a text became: its elements, its text, and the text nodes in which references are looked for."""

    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    text: str = ""

    def references(self) -> list[str]:
        """Every kind of reference that a text node would start."""
        return [kind for kind, pattern in REFERENCES.items() for node in self.nodes if re.search(pattern, node)]


class _Reader(HTMLParser):
    def __init__(self, apart: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.apart = apart
        self.open: list[str] = []
        self.escaped = False
        self.join_next = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "span" and "data-escaped-char" in values:
            self.escaped = True
            return
        self.page.tags.append(tag if "data-math-style" not in values else "math")
        if tag == "a":
            self.page.links.append(values.get("href") or "")
        if tag not in VOID:
            self.open.append(tag)
        self.join_next = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self.escaped:
            self.escaped = False
            return
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        self.join_next = False

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if any(tag in SKIPPED for tag in self.open):
            return
        # GitLab keeps an escaped reference character in an element of its own and merges every other with its neighbours.
        apart = self.escaped and data in self.apart
        if self.join_next and not apart and self.page.nodes:
            self.page.nodes[-1] += data
        else:
            self.page.nodes.append(data)
        self.join_next = not apart


def render_html(markdown: str) -> str:
    """HTML as GitLab's renderer makes it (options: lib/banzai/filter/markdown_engines/glfm_markdown.rb)."""
    extensions, parse, render = comrak.ExtensionOptions(), comrak.ParseOptions(), comrak.RenderOptions()
    for name in [
        "alerts",
        "autolink",
        "cjk_friendly_emphasis",
        "description_lists",
        "footnotes",
        "math_code",
        "math_dollars",
        "multiline_block_quotes",
        "strikethrough",
        "table",
        "tasklist",
        "wikilinks_title_before_pipe",
    ]:
        setattr(extensions, name, True)
    parse.relaxed_autolinks = parse.relaxed_tasklist_matching = parse.tasklist_in_table = True
    parse.escaped_char_spans = render.escaped_char_spans = True
    render.full_info_string = render.github_pre_lang = render.tasklist_classes = render.unsafe_ = True
    return comrak.render_markdown(markdown, extensions, parse, render)


def read_page(markdown: str, apart: str = REFERENCE_CHARACTERS) -> Page:
    """The page that `markdown` becomes. `apart`: the characters that this server keeps apart when escaped."""
    reader = _Reader(apart)
    reader.feed(render_html(markdown))
    reader.close()
    return reader.page
