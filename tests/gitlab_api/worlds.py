"""What the tests of reading share: a demo GitLab, a client with a virtual clock, and two small worlds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from bot.config import Settings
from bot.domain.model import Engagement, Item, Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab, World
from tests.gitlab_api.clock import VirtualClock

TODAY = date(2026, 11, 20)
EDITIONS = [
    ("ultimate", "19.3"),
    ("ultimate", "18.5"),
    ("ultimate", "16.11"),
    ("free", "19.3"),
    ("free", "17.0"),
    ("ce", "19.3"),
    ("ce", "16.11"),
]
FACTS = "```ps-project\ncustomer: Globex\nsow: SOW-1\nhours: 100\nvalue: 20000\nstart: 2026-09-01\n{more}```\n"


def settings(namespaces: dict[str, str] | None = None, **more: Any) -> Settings:
    namespaces = namespaces or {"acme": "customer", "acme/internal": "internal"}
    return Settings.model_validate({"portfolio": {"namespaces": namespaces}} | more)


def facts(more: str = "") -> str:
    return FACTS.format(more=more)


@contextmanager
def demo(world: World, edition: str = "ultimate", version: str = "19.3") -> Iterator[DemoGitLab]:
    if not world.tokens:
        world.token()
    with DemoGitLab(world, edition=edition, version=version) as gitlab:
        yield gitlab


def client_of(gitlab: DemoGitLab, **options: Any) -> GitLabClient:
    fast = {"retry_budget": 60.0} | VirtualClock().options
    return GitLabClient(gitlab.url, options.pop("token", gitlab.token), **(fast | options))


def read(gitlab: DemoGitLab, config: Settings | None = None, **options: Any) -> Portfolio:
    client = options.pop("client", None) or client_of(gitlab)
    found = read_portfolio(client, config or settings(), today=TODAY, **options)
    assert not gitlab.write_requests, "reading must not write"
    return replace(found, taken_at=None)


def item(engagement: Engagement, title: str) -> Item:
    (found,) = [i for i in engagement.items if i.title == title]
    return found


def refs(engagement: Engagement) -> list[str]:
    return [i.ref for i in engagement.items]


def make_world() -> World:
    """One project-rooted engagement with everything that Free has, and a closed one of long ago."""
    w = World(now="2026-11-20T18:00:00Z")
    w.member(w.group("acme"), "dana")
    p = w.project("acme/globex")
    w.milestone(p, "Discovery", "2026-10-01", state="closed", created_at="2026-09-01", updated_at="2026-10-02")
    w.milestone(w.group("acme"), "Company-wide", "2026-12-01", created_at="2026-09-01")
    w.issue(p, "SOW", labels=["PSProject", "health::on track"], description=facts(), created_at="2026-09-01")
    one = w.issue(
        p,
        "One",
        created_at="2026-09-02",
        due_date="2026-10-15",
        estimate=8 * 3600,
        milestone="Discovery",
        assignees=["dana"],
        labels=["acceptance"],
    )
    w.timelog(one, "dana", 2.5, "2026-10-05T12:00:00Z")
    w.due_change(one, "2026-10-30", "2026-10-10T09:00:00Z")
    w.due_change(one, "2026-11-06", "2026-10-20T09:00:00Z")
    w.label_event(one, "acceptance::sent", "2026-11-02T09:00:00Z")
    w.task(p, "Two", created_at="2026-09-03", closed_at="2026-10-20T10:00:00Z", parent=one)
    old = w.project("acme/old")
    w.issue(old, "Old SOW", labels=["PSProject"], created_at="2024-01-01", closed_at="2025-01-01")
    return w


def make_tree() -> World:
    """Epics below epics, with weights, health, links and an engagement inside another one's tree."""
    w = World(now="2026-11-20T18:00:00Z")
    g, p = w.group("acme/globex"), w.project("acme/globex/app")
    # Numbers and old ids of epics run apart: reading by the wrong one gives another epic's events.
    for number in range(3):
        w.epic(w.group("acme/other"), f"Elsewhere {number}", created_at="2026-01-01")
    root = w.epic(g, "SOW", labels=["PSProject"], description=facts(), created_at="2026-09-01", health="at_risk")
    w.label_event(root, "health::at risk", "2026-11-10T09:00:00Z")
    child = w.epic(g, "Phase", parent=root, created_at="2026-09-02")
    w.due_change(child, "2026-10-30", "2026-10-10T09:00:00Z", legacy=True)
    w.due_change(child, None, "2026-10-11T09:00:00Z", legacy=True)
    grandchild = w.epic(g, "Subphase", parent=child, created_at="2026-09-02")
    deep = w.issue(p, "Deep", parent=grandchild, created_at="2026-09-03", weight=5, health="needs_attention")
    task = w.task(p, "Deeper", parent=deep, created_at="2026-09-04")
    blocker = w.issue(p, "Blocker", parent=child, created_at="2026-09-05")
    w.link(blocker, deep, "blocks")
    w.link(task, deep, "relates_to")
    w.iteration(w.group("acme"), date(2026, 11, 9), date(2026, 11, 22))
    inner = w.epic(g, "Inner SOW", parent=root, labels=["PSProject"], created_at="2026-09-05")
    w.issue(p, "Inner work", parent=inner, created_at="2026-09-06")
    w.issue(p, "Nobody's", created_at="2026-09-07")
    for made in (child, grandchild, deep, task, blocker, inner):
        assert made.parent is not None
        made.parent.children.append(made) if made not in made.parent.children else None
    return w
