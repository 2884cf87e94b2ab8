"""A small world behind the demo server, and clients that speak to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from fakegitlab import DemoGitLab, World
from fakegitlab.entities import Item, Project

HOUR = 3600
WAIT = 1200
"""Seconds for one answer, so that a slow machine is no fault."""


class Client:
    """Plain requests with a token."""

    def __init__(self, site: DemoGitLab, token: str) -> None:
        self.url = site.url
        self.session = requests.Session()
        self.session.headers["PRIVATE-TOKEN"] = token

    def rest(self, method: str, path: str, **arguments: Any) -> requests.Response:
        return self.session.request(
            method, f"{self.url}/api/v4{path}", allow_redirects=False, timeout=WAIT, **arguments
        )

    def get(self, path: str, **params: Any) -> Any:
        answer = self.rest("GET", path, params=params)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def graphql(self, query: str, operation: str | None = None, **variables: Any) -> Any:
        body = {"query": query, "variables": variables, "operationName": operation}
        answer = self.session.post(f"{self.url}/api/graphql", json=body, timeout=WAIT)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def data(self, query: str, **variables: Any) -> Any:
        answer = self.graphql(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@dataclass
class Stage:
    """The small world, its server, and its main characters."""

    world: World
    site: DemoGitLab
    project: Project
    issue: Item
    other: Item
    epic: Item
    client: Client

    def client_for(self, username: str, role: str, scopes: tuple[str, ...] = ("api",)) -> Client:
        token = self.world.token(username, scopes, role, at=self.world.group("acme"))
        return Client(self.site, token.value)

    @property
    def notes(self) -> str:
        return f"/projects/{self.project.id}/issues/{self.issue.iid}/notes"


def make_world() -> World:
    world = World(now="2026-11-20T09:00:00+00:00")
    world.group("acme")
    world.token(role="reporter", value="main-token")
    customers = world.group("acme/customers")
    project = world.project("acme/customers/globex/migration")
    phase = world.milestone(project, "Phase 1", due="2026-12-01", start="2026-10-01", created_at="2026-09-30")
    world.milestone(world.group("acme"), "All of us", due="2026-11-01")
    epic = world.epic(customers, "Engagement", labels=["PSProject"], due_date="2026-12-31", created_at="2026-09-01")
    issue = world.issue(
        project, "One", labels=["PS Risk", "health::on track"], parent=epic, milestone=phase, weight=3, estimate=2 * HOUR,
        assignees=["ann"], health="at_risk", due_date="2026-11-28", created_at="2026-10-01", author="ann",
        description="- [x] first\n- [ ] second",
    )  # fmt: skip
    other = world.issue(project, "Two", created_at="2026-10-02")
    world.member(world.group("acme"), "ann", "developer")
    world.member(world.group("acme"), "bob", "developer")
    world.link(issue, other, "blocks", "2026-10-03")
    note = world.note(issue, "Hello", "ann", "2026-11-01")
    world.note(issue, "Hidden", "ann", "2026-11-02", internal=True)
    world.award(note, "bob")
    world.timelog(issue, "ann", 2, "2026-11-01", "did it")
    world.due_change(issue, "2026-12-05", "2026-11-02")
    world.label_event(issue, "waiting::customer", "2026-11-03")
    world.label_event(issue, None, "2026-11-03")
    world.milestone_event(issue, phase, "2026-11-04")
    world.note(epic, "Epic note", "ann", "2026-11-05")
    return world


@pytest.fixture
def stages() -> Iterator[Callable[..., Stage]]:
    """`stages(edition=…, version=…)` starts a server over a fresh small world."""
    with ExitStack() as stack:

        def start(edition: str = "ultimate", version: str = "19.3") -> Stage:
            world = make_world()
            site = stack.enter_context(DemoGitLab(world, edition, version))
            project = world.project("acme/customers/globex/migration")
            epic = next(iter(world.epics.values()))
            return Stage(world, site, project, project.items[1], project.items[2], epic, Client(site, "main-token"))

        yield start


@pytest.fixture
def stage(stages: Callable[..., Stage]) -> Stage:
    return stages()
