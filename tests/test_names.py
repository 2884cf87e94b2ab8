"""One word, one meaning: a class name stands once in the product, and users read plain English that names real files."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

from tests.test_vocabulary import ROOT, sources

BANNED: Final = {
    r"(?<!there )\bis no (?:date|audience|number|plan|report|config|name|reference|ratio)\b": "is not a …",
    r"\bMEND\b|\bmend(?:ed|s)?\b": "fix, correct",
    r"\btoo dear\b": "too expensive",
    r"\bstood already\b|\bwhen its turn came\b": "is there already",
    r"\bof late\b": "recently",
    r"\b1 (?:engagements|items|days|milestones|hours|weeks|requests|writes)\b": "one of it",
    r"\banew\b": "again",
    r"\bwas told of\b|\bis told of\b": "is named",
    r"CONTRACT(?:\.md)? section": "a file that nobody has",
}
"""What a native PM would not say, and what is said instead."""


def test_a_class_name_stands_once() -> None:
    names = Counter(node.name for _, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert {name: n for name, n in names.items() if n > 1} == {}


ONE_MEANING: Final = {
    "acceptance": "a customer's acceptance: derived, reported",
    "asks": "what is asked of others: derived, worded",
    "capacity": "people's hours: of a person, of a forecast",
    "charts": "a chart, and which charts a report has",
    "colours": "a status colour: published, shown",
    "customer": "the customer's text and the customer's page",
    "engagement": "one engagement: the sample's, its forecast",
    "explain": "what was counted: found, printed",
    "finish": "the finish: forecast, said by order",
    "invoicing": "what can be invoiced: derived, reported",
    "mentions": "mentioning people: in texts, by notes",
    "milestones": "a milestone: its work, its forecast",
    "next_steps": "the next steps: derived, worded",
    "new": "`psbot new`: command, what it does",
    "orders": "people's orders: answered, reported",
    "partner": "a delivery partner's hand-over: report, content",
    "portfolio": "all engagements: derived, forecast, reported, sample",
    "posts": "a post of psbot: as GitLab has it, as read",
    "registry": "all declarations of a kind: rules, reports",
    "revenue": "revenue: forecast, said by order",
    "status": "the weekly status: derived, reported",
    "timesheets": "timesheets: read, of the sample",
    "waterfall": "why the quarter's forecast moved: derived, worded",
}
"""File names that may stand in more than one room, and the one thing that they mean."""


def test_a_file_name_that_stands_twice_has_one_meaning() -> None:
    names = Counter(Path(path).stem for path, _ in sources() if not Path(path).stem.startswith("__"))
    assert sorted(name for name, n in names.items() if n > 1 and name not in ONE_MEANING) == []
    assert sorted(name for name in ONE_MEANING if names[name] < 2) == []


# -- what users read


def _messages() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.glob("bot/report/text/locale/*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                forms = (message.id,) if isinstance(message.id, str) else message.id
                yield from ((path.name, form) for form in forms)


def _pages() -> Iterator[tuple[str, str]]:
    pages = (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("templates/**/*.j2"))
    for path in sorted(p for p in pages if p.name != "CHANGELOG.md"):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def _said_in_code() -> Iterator[tuple[str, str]]:
    """The texts of the CLI, of errors and of messages: every text with a space that is no docstring."""
    for path, tree in sources():
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if _is_text(node) and id(node) not in documented:
                yield path, str(node.value)  # type: ignore[attr-defined]


def _help() -> Iterator[tuple[str, str]]:
    """Docstrings of commands: `--help` prints them."""
    for path, tree in sources():
        if path.startswith("bot/cli/"):
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    yield path, ast.get_docstring(node) or ""


@cache
def _read_by_users() -> tuple[tuple[str, str], ...]:
    return (*_messages(), *_pages(), *_said_in_code(), *_help())


@pytest.mark.parametrize("banned", BANNED)
def test_no_text_sounds_translated(banned: str) -> None:
    pattern = re.compile(banned)
    found = [f"{where}: {found[0]}" for where, text in _read_by_users() if (found := pattern.search(text))]
    assert found == [], f"say: {BANNED[banned]}"


TO_BE_ADDED: Final = {
    "bot/derive/checks/schedule/my_rule.py",
    "bot/report/kinds/backlog.py",
    "bot/derive/decisions/orders/kinds/pause.py",
}
"""Examples of CONTRIBUTING: files that the reader adds."""
_FILE = re.compile(r"`((?:bot|docs|templates|tests|fakegitlab|bench|\.ci)/[\w./-]+\.\w+)`|\b(docs/[\w-]+\.md)\b")


def test_no_text_names_a_file_of_ours_that_is_not_there() -> None:
    lost = [
        f"{where}: {name}"
        for where, text in _read_by_users()
        for found in _FILE.finditer(text)
        if (name := found[1] or found[2]) and name not in TO_BE_ADDED and not ROOT.joinpath(name).exists()
    ]
    assert lost == []
