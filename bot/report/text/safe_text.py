"""Text that others wrote, made inert before it enters a report: the one place that does it.

Titles, names, labels and replies come from GitLab, from anyone who may open an issue. In a note they could run a quick
action with the bot's rights, mention people, write cross references, break a table, start HTML or forge psbot's own
markers. Three means, each where it is needed:

- a backslash, before what Markdown or GitLab's reference parser reads (GitLab keeps an escaped `@ # ! & ~ % $ ^ :`
  apart from its neighbours, so no reference is found there);
- an entity, for `<` and `>`: no raw HTML and no marker of ours can arise;
- U+2060 (word joiner, invisible), where a backslash stops nothing: `GL-12`, commit SHAs, `[[wiki]]`, URLs, emoji.

What a reader sees is the original text without control, bidirectional and zero-width characters, line breaks folded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

JOINER: Final = "\u2060"
TITLE_LIMIT: Final = 255
"""GitLab's own limit of a title, in characters."""
INLINE_LIMIT: Final = 500
ELLIPSIS: Final = "…"
NOTHING: Final = "–"


class SafeMarkdown(str):
    """Markdown that psbot made itself: whatever stands in it does nothing but show. Kept apart from `str` on purpose."""

    __slots__ = ()


# --- the words themselves ----------------------------------------------------------------------------------------------

_BREAKS = re.compile(r"\s+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
# A single joiner between letters of Persian, Indic … scripts or within an emoji belongs to the word; others only hide.
_LOOSE_JOINERS = re.compile("[\u200c\u200d]{2,}|(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])")


def clean(text: str, limit: int = INLINE_LIMIT) -> str:
    """One line of visible text: breaks and runs of blanks folded, control, bidi and zero-width characters gone.

    Longer than `limit` characters is cut and ends in `…`.
    """
    visible = _LOOSE_JOINERS.sub("", _INVISIBLE.sub("", text[: 4 * limit]))
    line = _BREAKS.sub(" ", visible).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + ELLIPSIS


# --- what a backslash does not stop ------------------------------------------------------------------------------------

_JOINED = (
    # [[wiki]], [[_TOC_]] and [TOC]; inline diffs [- -] {+ +}; task boxes; {{ }}, {% %} and {# #}
    re.compile(r"[\[{](?=[\[{%#+-]|toc\]|[ xX~]\])", re.IGNORECASE),
    # [issue:1], [epic:1], [vulnerability:1] …; *iteration:1
    re.compile(r"(?:\[[a-z_]+|iteration)(?=:|$)", re.IGNORECASE),
    # addresses, and :emoji: (here and above also where the template goes on with a colon)
    re.compile(r"[a-z0-9+.-](?=://)", re.IGNORECASE),
    re.compile(r":(?=[\w+-]+(?::|$))"),
    re.compile(r"www(?=\.)", re.IGNORECASE),
    # group/project>
    re.compile(r"/[\w.-]+(?=>)"),
    # GL-12, and keys of an external tracker such as JIRA-12
    re.compile(r"[A-Z][A-Z0-9_]*(?=-\d)|gl(?=-\d)"),
)
_HEX_RUN = re.compile(r"[0-9a-fA-F]{7,}")
_HEX_PIECE = 6


def _with_joiners(line: str) -> str:
    for pattern in _JOINED:
        line = pattern.sub(rf"\g<0>{JOINER}", line)
    return _HEX_RUN.sub(_split_hex, line)


def _split_hex(match: re.Match[str]) -> str:
    """Pieces too short for an abbreviated SHA. One joiner is not enough: `0` + SHA would leave the SHA whole."""
    run = match[0]
    return JOINER.join(run[start : start + _HEX_PIECE] for start in range(0, len(run), _HEX_PIECE))


# --- Markdown ----------------------------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[\\`*_{}\[\]#!|~$%&@^]|:(?=\S)")
_LINE_START = re.compile(r"^(\d{1,9})?([-+=/:.)])")


def neutralise(text: str) -> SafeMarkdown:
    """One line of Markdown that shows `text` and does nothing, at the start of a line or within one.

    Safe in paragraphs, list items, table cells, quotes, headings and link texts. SafeMarkdown passes as it is. Text of which
    nothing can be shown becomes a dash: a name that vanished would take its link with it, and turn `**` around it into a rule.
    """
    if isinstance(text, SafeMarkdown):
        return text
    return _known_inert(text) if len(text) <= INLINE_LIMIT else _inert(text)


def _inert(text: str) -> SafeMarkdown:
    line = clean(text)
    return SafeMarkdown(_escape(line) if line or not text.strip(" \t\n") else NOTHING)


# Reports say the same titles, names and words many times.
_known_inert = lru_cache(maxsize=8192)(_inert)


def cell(text: str | None) -> SafeMarkdown:
    """Like `neutralise`, for a table cell; nothing shows as a dash."""
    return neutralise(text or "") or SafeMarkdown(NOTHING)


def _escape(line: str) -> str:
    escaped = _SPECIAL.sub(r"\\\g<0>", _with_joiners(line))
    escaped = escaped.replace("<", "&lt;").replace(">", "&gt;")
    return _LINE_START.sub(r"\1\\\2", escaped)


_PLAIN_CODE = re.compile(r"[^`|<>{}\\]+")


def code(text: str) -> SafeMarkdown:
    """`text` as code: nothing in it is a reference. HTML where a code span would break a table or show a marker."""
    line = clean(text)
    if not line:
        return SafeMarkdown("")
    return SafeMarkdown(f"`{line}`" if _PLAIN_CODE.fullmatch(line) else f"<code>{_escape(line)}</code>")


_ESCAPED_CODE = re.compile(r"\\`((?:\\[^`]|[^`\\])+)\\`")


def with_code(text: SafeMarkdown, typed: Collection[str]) -> SafeMarkdown:
    """Safe text in which what stands between backticks is code where it is one of `typed`: psbot's own, not data."""

    def shown(found: re.Match[str]) -> str:
        plain = re.sub(r"\\(.)", r"\1", found[1])
        return code(plain) if plain in typed else found[0]

    return SafeMarkdown(_ESCAPED_CODE.sub(shown, text)) if typed else text


def joined(parts: Iterable[SafeMarkdown], separator: str = ", ") -> SafeMarkdown:
    """Safe parts in a row; the separator is ours, never text from GitLab."""
    return SafeMarkdown(separator.join(parts))


# --- links -------------------------------------------------------------------------------------------------------------

_URL_SAFE = "/?:@!$&'*+,=~-._%#"


def link(text: str, url: str) -> SafeMarkdown:
    """A link that psbot makes; only the text where `url` is no http(s) address."""
    shown, address = neutralise(text), _known_safe_url(url)
    return SafeMarkdown(f"[{shown}]({address})") if shown and address else shown


def safe_url(url: str) -> str:
    """`url` with everything encoded that Markdown or HTML could read; "" where it is no plain http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.password is not None:
        return ""
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host):
        return ""
    authority = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    rest = url[url.index("//") + 2 :]
    path = rest[min((rest.index(c) for c in "/?#" if c in rest), default=len(rest)) :]
    return f"{parts.scheme}://{authority}{quote(path, safe=_URL_SAFE, errors='ignore')}"


_known_safe_url = lru_cache(maxsize=8192)(safe_url)


# --- outside Markdown --------------------------------------------------------------------------------------------------

_REFERENCE = re.compile(r"[@#!&~%$^](?=\S)|<(?=!)|^/")
_HTML_SPECIAL = re.compile(r"[\\`*_{}\[\]()#!|~$%^@:=+-]")


def html_text(text: str) -> str:
    """Text for HTML inside a note (`<summary>`), where a backslash would show; harmless in any other HTML too."""
    plain = html.escape(_with_reference_joiners(clean(text)))
    # Entities stop Markdown, joiners stop references: GitLab looks for them after decoding.
    return re.sub(r"&(?:#x?[0-9a-f]+|[a-z]+);|" + _HTML_SPECIAL.pattern, _as_entity, plain)


def _as_entity(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else f"&#{ord(match[0])};"


def issue_title(text: str) -> str:
    """A plain-text title, at most 255 characters. GitLab looks for mentions and references in titles as well."""
    safe = _with_reference_joiners(clean(text, TITLE_LIMIT))
    return safe if len(safe) <= TITLE_LIMIT else safe[: TITLE_LIMIT - 1].rstrip() + ELLIPSIS


def _with_reference_joiners(line: str) -> str:
    """Plain text in which no reference is found: a joiner after each sign that starts one, before a leading slash."""
    line = _REFERENCE.sub(lambda m: JOINER + m[0] if m[0] == "/" else m[0] + JOINER, line)
    return _with_joiners(line)


def csv_cell(text: str) -> str:
    """Text for a CSV cell that no spreadsheet takes for a formula; quoting is the csv module's."""
    line = clean(text)
    return f"'{line}" if line[:1] in tuple("=+-@＝＋－＠|%") else line
