"""A small stage: one demo GitLab with an internal and a customer's namespace, two engagements, and a publishing run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.config import Settings
from bot.domain.model import Engagement, Facts, Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.publish.audience import make_guard
from bot.publish.execute import RunOutcome, apply_plan
from bot.publish.plan import make_plan
from bot.publish.posts import Standing
from bot.publish.standing import read_standing
from bot.publish.steps import Plan
from bot.publish.writer import Writer
from bot.report.document import (
    CUSTOMER_TEXT_END,
    CUSTOMER_TEXT_START,
    PM_NOTES_END,
    PM_NOTES_START,
    Document,
    IssueTarget,
    NoteTarget,
)
from fakegitlab import DemoGitLab, World

ROOT = "acme/ps-internal/globex#1"
CHANNEL = "acme/customers/globex#1"
REPORTS = "acme/ps-internal/reports"
SETTINGS: dict[str, Any] = {
    "gitlab": {"former_users": ["project_7_bot_a1", *(f"project_7_bot_{n:02d}" for n in range(10))]},
    "portfolio": {"namespaces": {"acme/ps-internal": "internal", "acme/customers": "customer"}},
    "reports": {
        "portfolio": {"project": REPORTS, "labels": ["ps-weekly"]},
        "monthly": {"project": REPORTS},
        "quarterly": {"enabled": False},
        "status": {"customer": {"enabled": True, "approvers": ["dora"]}},
    },
}


UNASKED = Settings.model_validate(
    SETTINGS | {"reports": SETTINGS["reports"] | {"status": {"customer": {"enabled": True, "approval": "none"}}}}
)
"""The same, with customers' texts that need no approval."""


def body(text: str = "On track.", day: str = "2026-11-19") -> str:
    return f"## Status\n\n{text}\n\nAs of {day}.\n\n### PM notes\n\n{PM_NOTES_START}\n_Write here._\n{PM_NOTES_END}"


def status(text: str = "On track.", day: str = "2026-11-19", **changes: Any) -> Document:
    fields: dict[str, Any] = {
        "kind": "status",
        "audience": "internal",
        "period": "2026-W47",
        "target": NoteTarget(ROOT),
        "body": body(text, day),
        "engagement": ROOT,
        "as_of_line": f"As of {day}.",
        "payload": {"overall": "green", "hours": 12.5},
    }
    return Document(**(fields | changes))


def monthly(text: str = "All well.", period: str = "2026-10", **changes: Any) -> Document:
    fields: dict[str, Any] = {
        "kind": "monthly",
        "audience": "internal",
        "period": period,
        "target": IssueTarget(REPORTS, ("ps-monthly-summary",)),
        "title": f"Monthly summary {period}",
        "body": body(text),
        "as_of_line": "As of 2026-11-19.",
        "closes_previous": True,
    }
    return Document(**(fields | changes))


def draft(text: str = "Half done.", **changes: Any) -> Document:
    fields: dict[str, Any] = {
        "kind": "status",
        "audience": "customer",
        "period": "2026-W47",
        "target": NoteTarget(ROOT),
        "customer_target": NoteTarget(CHANNEL),
        "body": f"Draft, not posted yet.\n\n{CUSTOMER_TEXT_START}\n\n{text}\n\n{CUSTOMER_TEXT_END}",
        "engagement": ROOT,
        "draft": True,
    }
    return Document(**(fields | changes))


@dataclass
class Stage:
    """The demo GitLab and what a run needs; `publish` is one whole run: read, plan, apply."""

    world: World
    gitlab: DemoGitLab
    token: str
    settings: Settings = field(default_factory=lambda: Settings.model_validate(SETTINGS))
    portfolio: Portfolio = field(
        default_factory=lambda: Portfolio((Engagement(ROOT, facts=Facts(customer_channel=CHANNEL)),))
    )
    slept: list[float] = field(default_factory=list)

    def client(self, **options: Any) -> GitLabClient:
        clock = [0.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock[0] += seconds

        return GitLabClient(self.gitlab.url, self.token, clock=lambda: clock[0], sleep=sleep, **options)

    def standing(self) -> Standing:
        return read_standing(self.client(), self.settings, self.portfolio)

    def plan(self, *documents: Document, colours: dict[str, str] | None = None) -> Plan:
        return make_plan(documents, self.standing(), make_guard(self.settings, self.portfolio), self.settings, colours)

    def writer(self) -> Writer:
        guard = make_guard(self.settings, self.portfolio)
        return Writer(self.client(), self.settings, guard, sleep=self.slept.append)

    def apply(self, plan: Plan) -> RunOutcome:
        return apply_plan(plan, self.writer())

    def publish(self, *documents: Document, colours: dict[str, str] | None = None) -> RunOutcome:
        return self.apply(self.plan(*documents, colours=colours))

    def notes(self, ref: str = ROOT) -> list[Any]:
        item = self.world.item(ref)
        return [note for note in item.notes if not note.system]

    def item(self, ref: str) -> Any:
        return self.world.item(ref)

    def issues(self) -> list[Any]:
        project = self.world.find_project(REPORTS)
        assert project is not None
        return list(project.items.values())

    def writes_of(self, run: Callable[[], object]) -> list[Any]:
        """What a run stored."""
        before = len(self.gitlab.writes)
        run()
        return self.gitlab.writes[before:]


def build_world() -> World:
    world = World(now="2026-11-19T09:00:00")
    world.issue(world.project("acme/ps-internal/globex"), "Globex migration", labels=["PSProject"])
    world.issue(world.project("acme/customers/globex"), "Welcome, Globex")
    world.epic(world.group("acme/ps-internal/delivery"), "Initech rollout", labels=["PSProject"])
    world.project(REPORTS)
    return world


@contextmanager
def open_stage(**options: Any) -> Iterator[Stage]:
    """A fresh world behind a demo GitLab; `options` are the server's (edition, version)."""
    world = build_world()
    token = world.token(world.user("project_7_bot_a1", bot=True), role="reporter")
    with DemoGitLab(world, **options) as gitlab:
        yield Stage(world, gitlab, token.value)
