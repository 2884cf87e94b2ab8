"""A word of the vocabulary is a member of its enumeration wherever the code decides by it, never a text typed anew."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
BORDERS: Final = {
    "bot/gitlab_api/": "GitLab's own JSON",
    "bot/cli/docs_config.py": "names of config sections",
    "bot/cli/showcase.py": "kinds of reports, which their own files declare",
    "bot/config/sold.py": "columns of somebody's CSV file",
    "bot/demo/": "tags of the sample portfolio",
    "bot/derive/decisions/orders/consents.py": "words of orders, which their own files declare",
    "bot/derive/decisions/orders/lines.py": "psbot's name in a comment",
    "bot/derive/forecast/scenarios/whatif.py": "words of the command line",
    "bot/derive/schedule/seen_dates.py": "keys of a hidden payload",
    "bot/domain/facts/": "keys of a block of facts",
    "bot/domain/mistakes.py": "choices as pydantic tells them",
    "bot/domain/snapshot_reader.py": "a snapshot's own JSON",
}
"""Where text from outside is told apart, by the reason."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.joinpath("bot").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


@cache
def _enumerations() -> tuple[type[StrEnum], ...]:
    found = []
    for path, tree in sources():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                found.append(getattr(importlib.import_module(path[:-3].replace("/", ".")), node.name))
    return tuple(found)


@cache
def words() -> frozenset[str]:
    return frozenset(member.value for enumeration in _enumerations() for member in enumeration)


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.Set | ast.List):
        for element in node.elts:
            yield from _texts(element)


def bare_words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and word of each comparison with a word that an enumeration has, and of each `Literal[…]` of such words."""
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"):
            parts = [node.slice]
        for part in parts:
            yield from ((node.lineno, text) for text in _texts(part) if text in words())  # type: ignore[attr-defined]


def test_a_domain_word_is_compared_as_a_member() -> None:
    faults = [
        f"{path}:{line}: {word!r}"
        for path, tree in sources()
        if not path.startswith(tuple(BORDERS))
        for line, word in bare_words(tree)
    ]
    assert faults == []


def test_a_bare_word_is_found_wherever_it_stands() -> None:
    for text in (
        'a == "internal"',
        'a in ("x", "soft")',
        'match a:\n case "closed": pass',
        'A = Literal["hard", "soft"]',
    ):
        assert list(bare_words(ast.parse(text)))
    assert not list(bare_words(ast.parse('a == Audience.INTERNAL or a == "no such word"')))


def test_every_border_is_needed() -> None:
    seen = {
        border for path, tree in sources() for border in BORDERS if path.startswith(border) and any(bare_words(tree))
    }
    assert sorted(seen) == sorted(BORDERS)


def test_an_audience_is_declared_once() -> None:
    holders = [e.__name__ for e in _enumerations() if {"internal", "customer"} <= {m.value for m in e}]
    assert holders == ["Audience"]


def test_no_two_enumerations_have_the_same_words() -> None:
    known: dict[frozenset[str], str] = {}
    for enumeration in _enumerations():
        values = frozenset(member.value for member in enumeration)
        assert values not in known, (enumeration.__name__, known[values])
        known[values] = enumeration.__name__
