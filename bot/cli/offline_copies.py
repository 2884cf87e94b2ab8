"""What a demo leaves behind, fit to be read when its GitLab has ended: no link that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os.path import relpath
from pathlib import PurePosixPath

MARK = "In the demo GitLab, which lives only while psbot demo --serve runs"


def offline_html(text: str, base: str, here: str, known: Mapping[str, str]) -> str:
    """A page at `here` whose links into the GitLab at `base` lead to what was left, or are no links but say where it is."""

    def link(match: re.Match[str]) -> str:
        left = known.get(base + match[1])
        return f'href="{_from(here, left)}.html"' if left else f'title="{MARK}"'

    return re.sub(rf'href="{re.escape(base)}([^"]*)"', link, text)


def offline_markdown(text: str, base: str, here: str, known: Mapping[str, str]) -> str:
    """The same of a text; what is only in GitLab keeps its name without a link."""

    def link(match: re.Match[str]) -> str:
        left = known.get(base + match[2])
        return f"[{match[1]}]({_from(here, left)}.md)" if left else match[1]

    return re.sub(rf"\[((?:[^\[\]\\]|\\.)*)\]\({re.escape(base)}([^)\s]*)\)", link, text)


def _from(here: str, there: str) -> str:
    return relpath(there, PurePosixPath(here).parent)
