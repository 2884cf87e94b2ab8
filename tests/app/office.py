"""A small portfolio on the demo GitLab, and whole runs against it in this process, on a day that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.app.run import RunOptions, apply_plan_text, run_job
from bot.app.session import Session
from bot.app.summary import RunSummary
from bot.config import parse_config
from bot.derive.catalog import vocabulary
from fakegitlab import DemoGitLab, World
from fakegitlab.entities import Item

DAY = date(2026, 11, 26)
"""A Thursday: status is due, the week's portfolio was due on Tuesday."""
REPORTS = "acme/ps/reports"
CHANNEL = "acme/cust/globex#1"
FACTS = """```ps-project
customer: {customer}
sow: {sow}
billing: time_and_materials
hours: 160
rate: 200
start: 2026-10-05
end: 2026-12-18
{more}
```"""


def config(**changes: Any) -> dict[str, Any]:
    """The config of the office; `changes` replace whole sections."""
    values: dict[str, Any] = {
        "portfolio": {"namespaces": {"acme/ps": "internal", "acme/cust": "customer"}},
        "finance": {"targets": {"FY27-Q4": 50_000}},
        "reports": {
            "status": {"customer": {"enabled": True, "approval": "required", "approvers": ["boss"]}},
            "portfolio": {"project": REPORTS, "labels": ["ps-portfolio"]},
            "monthly": {"project": REPORTS},
            "quarterly": {"project": REPORTS},
        },
    }
    return values | changes


def without_roll_ups(settings: dict[str, Any]) -> dict[str, Any]:
    """The config without the issues of months and quarters, for tests that look at none: those derive a quarter's weeks."""
    off = {kind: {"enabled": False} for kind in ("monthly", "quarterly")}
    return settings | {"reports": settings["reports"] | off}


SOW = """customer: Umbrella
sow: SOW-9
billing: milestone
hours: 80
value: 10000
start: 2026-11-02
end: 2027-02-26
project: acme/ps/umbrella
milestones: [{title: Design, due: 2026-12-18, amount: 5000}]
"""
"""What `psbot new` makes an engagement of."""


def add_engagement(world: World, name: str, more: str = "", **fields: Any) -> Item:
    """A project `acme/ps/<name>` whose first issue is the engagement, with two items of work."""
    project = world.project(f"acme/ps/{name}")
    text = FACTS.format(customer=name.title(), sow=f"SOW-{name}", more=more)
    values = {"labels": ["PSProject"], "description": text, "created_at": "2026-10-01T08:00:00Z"} | fields
    root = world.issue(project, f"{name.title()} rollout", **values)
    done = world.issue(project, f"{name} design", created_at="2026-10-01T08:00:00Z", estimate=8 * 3600)
    world.timelog(done, "dev", 10, "2026-10-20T10:00:00Z")
    world.close(done, "2026-10-21T12:00:00Z")
    build = world.issue(project, f"{name} build", created_at="2026-10-01T08:00:00Z", estimate=8 * 3600)
    root.updated_at = build.updated_at = world.now - timedelta(hours=1)
    return root


def build_world() -> World:
    world = World(now="2026-11-26T09:00:00Z")
    world.project(REPORTS)
    world.issue(world.project("acme/cust/globex"), "Status channel", created_at="2026-08-01T08:00:00Z")
    add_engagement(world, "globex", f"customer_channel: {CHANNEL}")
    add_engagement(world, "initech")
    return world


@dataclass
class Office:
    """One world, one config; `run` is one whole scheduled run."""

    world: World
    gitlab: DemoGitLab
    token: str
    folder: Path
    settings: dict[str, Any] = field(default_factory=config)
    day: date = DAY

    def session(self, name: str = "config.yml") -> Session:
        path = self.folder / name
        text = yaml.safe_dump(self.settings)
        path.write_text(text, encoding="utf-8")
        parsed = parse_config(text, str(path), vocabulary())
        return Session(parsed, path, self.day, self.day, {"GITLAB_URL": self.gitlab.url, "GITLAB_TOKEN": self.token})

    def run(self, **options: Any) -> RunSummary:
        return run_job(self.session(), RunOptions(**options))

    def apply(self, text: str) -> RunSummary:
        return apply_plan_text(self.session(), text, "plan.json")

    def reports(self) -> dict[str, str]:
        """The report issues by title."""
        project = self.world.find_project(REPORTS)
        assert project is not None
        return {item.title: item.description for item in project.items.values()}

    def notes(self, ref: str) -> list[str]:
        item = self.world.item(ref)
        return [note.body for note in item.notes if not note.system]

    def writes(self) -> int:
        return len(self.gitlab.writes)


@contextmanager
def open_office(folder: Path, world: World | None = None, **server: Any) -> Iterator[Office]:
    world = world or build_world()
    token = world.token(world.user("psbot", bot=True), role="reporter")
    with DemoGitLab(world, **server) as gitlab:
        yield Office(world, gitlab, token.value, folder)


def noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
