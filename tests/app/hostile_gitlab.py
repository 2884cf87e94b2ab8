"""A GitLab whose answers about one project hold what GitLab never gives: other types, nulls, halves of characters."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.wrappers import Request, Response

from fakegitlab import DemoGitLab, World
from fakegitlab.server import RequestRecord
from tests.app.office import add_engagement

HALF = "\ud800"
ODD: tuple[Any, ...] = (None, True, -1, 10**31, 1e30, 1e308, HALF, [], {}, [[HALF]], "soon", "0001-01-01", "9999-12-31")
BAD_FACTS: tuple[str, ...] = (
    "value: 1e30", "rate: 1e308", "rate: -1e308", f"value: {'9' * 31}", "hours: -5", "hours: [[1]]", "start: 0001-01-01",
    "end: 9999-12-31", "end: soon", "customer: [a, {b: c}]", f"sow: a{HALF}b", "milestones: 1e26", "work: {a: b}",
    "milestones: [{milestone: Design, due: 0001-01-01, amount: 1e26}]", "hours: " + "[" * 3000,
)  # fmt: skip
RISK = "```ps-risk\nimpact: {impact}\nprobability: a" + HALF + "b\n```"
Spoil = Callable[[RequestRecord, Any], Any]


class HostileGitLab(DemoGitLab):
    """Every answer in JSON passes `spoil` before it leaves."""

    def __init__(self, world: World, spoil: Spoil) -> None:
        super().__init__(world)
        self._spoil = spoil

    def _answer(self, request: Request, record: RequestRecord) -> Response:
        answer = super()._answer(request, record)
        if answer.status_code == 200 and answer.mimetype == "application/json":
            answer.set_data(json.dumps(self._spoil(record, json.loads(answer.get_data()))))
        return answer


def poison_world(world: World, facts: str) -> None:
    """One engagement with everything that people can type, and some that they can't."""
    root = add_engagement(world, "hostile", facts)
    project = world.project(root.namespace.full_path)
    root.title = f"a{HALF}b" + "x" * 20_000
    issues: Iterator[Any] = (item for item in list(project.items.values())[1:])
    first, second = issues
    first.title, first.description = f"{HALF}\x1b[31m", RISK.format(impact="1e30")
    second.description = f"```ps-project\n{'[' * 40_000}\n```\n```ps-risk\n{'[' * 40_000}\n```"
    world.timelog(second, "dev", -900, "2026-11-01T10:00:00Z")
    world.timelog(second, "dev", 500_000, "2026-11-02T10:00:00Z")
    world.issue(project, "Risk", labels=["PS Risk", f"l{HALF}"], description=RISK.format(impact="9" * 31))
    world.issue(project, "Dated", due_date="0001-01-01", created_at="2026-08-01T08:00:00Z")
    world.issue(project, "Late", due_date="9999-12-31", assignees=[f"u{HALF}"])
    world.milestone(project, f"m{HALF}", due="9999-12-31")


def spoiler(dice: random.Random, marker: str = "acme/ps/hostile") -> Spoil:
    """Changes one value in every entry of a list that tells of the marked project."""

    def spoil(record: RequestRecord, answer: Any) -> Any:
        for entry in _entries(answer, marker):
            holder, key = dice.choice(list(_leaves(entry)))
            if key not in ("webUrl", "web_url", "reference", "fullPath", "endCursor", "hasNextPage"):
                holder[key] = dice.choice(ODD)
        return answer

    return spoil


def _entries(value: Any, marker: str) -> Iterator[dict[str, Any]]:
    """The innermost list entries that hold the marker."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inside:
        if isinstance(part, dict | list) and marker in json.dumps(part):
            found = list(_entries(part, marker))
            yield from found
            if not found and isinstance(value, list) and isinstance(part, dict):
                yield part


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(part, dict | list):
            yield from _leaves(part)
