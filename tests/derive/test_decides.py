"""Derive decides, report words: each question has one function, and `report` neither asks it anew nor reaches past the results."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

Node = TypeVar("Node", bound=ast.AST)
ROOT = Path(__file__).resolve().parents[2] / "bot"
TELLERS = ("report", "cli", "publish")
DECIDED = {
    "sow_end": "decisions/questions.py",
    "deadline": "decisions/questions.py",
    "hours_at_completion": "decisions/questions.py",
    "is_blocked": "decisions/questions.py",
    "owner_of": "decisions/questions.py",
    "with_owner": "decisions/owners.py",
    "derive_steps": "decisions/next_steps.py",
    "next_steps": "decisions/next_steps.py",
    "derive_asks": "decisions/asks.py",
    "derive_stories": "decisions/stories/__init__.py",
    "overall_colour": "decisions/colours.py",
    "fold_days": "decisions/colours.py",
    "worst_first": "portfolio.py",
    "promised": "decisions/promises.py",
    "by_colour": "decisions/gravity.py",
    "by_severity": "decisions/gravity.py",
    "telling_risk": "decisions/gravity.py",
    "weekly": "decisions/due.py",
    "monthly": "decisions/due.py",
    "quarterly": "decisions/due.py",
    "status_cycle": "decisions/due.py",
    "digest_cycle": "decisions/due.py",
    "standing_of": "decisions/promises.py",
}
"""Question → where derive answers it."""
GONE = {
    "badness",
    "top_risks",
    "theme_of",
    "closeout_due",
    "acceptance_due",
    "digest_period",
    "agreed_end",
    "damped_status",
    "published_colours",
    "gravity",
    "asks",
    "said_before",
}
"""Names under which reports used to answer them for themselves."""
HANDED = {"bot.derive.decisions.questions": {"hours_at_completion"}}
"""What a report may take from the questions: the accessor of one field."""


@cache
def nodes(room: str) -> list[tuple[str, ast.AST]]:
    """Every node of the room's modules, with the module."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / room).rglob("*.py"))}
    return [(str(path.relative_to(ROOT)), node) for path, tree in trees.items() for node in ast.walk(tree)]


def found(kind: type[Node], *rooms: str) -> Iterator[tuple[str, Node]]:
    return ((where, node) for room in rooms for where, node in nodes(room) if isinstance(node, kind))


def functions(*rooms: str) -> Iterator[tuple[str, str]]:
    return ((node.name, where) for where, node in found(ast.FunctionDef, *rooms))


@pytest.mark.parametrize("name", DECIDED)
def test_a_question_is_answered_in_one_place(name: str) -> None:
    assert [where for named, where in functions("derive", *TELLERS) if named == name] == [f"derive/{DECIDED[name]}"]


def test_no_report_decides_under_an_old_name() -> None:
    assert [(name, where) for name, where in functions(*TELLERS) if name in GONE] == []


def test_a_report_asks_no_question_of_the_engagement_itself() -> None:
    """`report/sample.py` makes results for the templates to be tried on: it may derive."""
    taken = [
        (alias.name, where)
        for where, node in found(ast.ImportFrom, *TELLERS)
        if Path(where).name != "sample.py"
        and node.module in ("bot.derive.decisions.questions", "bot.derive.decisions.axes")
        for alias in node.names
        if alias.name not in HANDED.get(node.module or "", set())
    ]
    assert taken == []


def test_no_text_takes_the_end_of_the_sow_from_the_facts() -> None:
    """The end is `facts.end` moved by change orders: `derived.end`."""
    asked = [
        where
        for where, node in found(ast.Attribute, *TELLERS)
        if node.attr == "end"
        and isinstance(node.value, ast.Attribute | ast.Name)
        and (node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id) == "facts"
    ]
    assert [path for path in asked if path != "report/sample.py"] == []
    templates = (ROOT.parent / "templates").rglob("*.j2")
    assert [path.name for path in templates if "facts.end" in path.read_text(encoding="utf-8")] == []


def test_no_text_shows_the_textbook_estimate_as_the_hours_at_completion() -> None:
    """BAC ÷ CPI stands among the indices of the status and in the export, nowhere else."""
    shown = {where for where, node in found(ast.Attribute, *TELLERS) if node.attr == "eac_hours"}
    assert shown <= {"report/kinds/status.py", "cli/exports.py"}
