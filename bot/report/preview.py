"""Published Markdown as a page for a browser: near to what GitLab shows, for the demo and for `--out`. Pure."""

from __future__ import annotations

import html
from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin

ALLOWED_TAGS = nh3.ALLOWED_TAGS | {"details", "summary", "input"}
ALLOWED_ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "input": {"type", "checked", "disabled"},
    "code": {"class"},
    "td": {"style"},
}
STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8881; --link: #1068bf }
@media (prefers-color-scheme: dark) { :root { --link: #6cb4ff } }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { line-height: 1.25 } h2 { border-bottom: 1px solid var(--line); padding-bottom: .2rem }
a { color: var(--link) } table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top }
code, pre { background: var(--soft); border-radius: .25rem; padding: .1rem .3rem } pre { padding: .8rem; overflow-x: auto }
details { border: 1px solid var(--line); border-radius: .35rem; padding: .4rem .8rem; margin: .6rem 0 }
summary { cursor: pointer; font-weight: 600 } blockquote { border-left: 4px solid var(--line); margin: 0; padding: 0 1rem }
nav li { margin: .2rem 0 } .where { color: #767676; font-size: .9rem }
"""


def markdown_to_html(text: str) -> str:
    """Safe HTML of a report: GitHub-flavoured tables, task lists, `<details>`; no script, style or foreign tag."""
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False}).use(tasklists_plugin)
    return nh3.clean(
        parser.render(text), tags=ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES, link_rel="noopener noreferrer"
    )


def make_page(title: str, body: str) -> str:
    """A whole HTML page around safe HTML; loads nothing from anywhere."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def make_index(title: str, groups: Mapping[str, Mapping[str, str]]) -> str:
    """A page of links: heading → (text → relative address)."""
    parts = [f"<h1>{html.escape(title)}</h1>"]
    for heading, links in groups.items():
        rows = "".join(f'<li><a href="{html.escape(url)}">{html.escape(text)}</a></li>' for text, url in links.items())
        parts.append(f"<h2>{html.escape(heading)}</h2>\n<nav><ul>{rows}</ul></nav>")
    return make_page(title, "\n".join(parts))
