"""psbot new: a sold engagement set up from one file, planned first, made exactly once, read back by status."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config.sow import parse_sow
from bot.domain.errors import ConfigError
from fakegitlab import DemoGitLab, World

SOW = """
customer: Globex
sow: 2163
project: acme/customers/globex/runners
billing: milestone
hours: 200
value: 50000
start: 2026-11-02
end: 2027-01-29
pm: priya
internal: acme/ps-internal/status
milestones:
  - {title: Design, due: 2026-12-04, amount: 20000}
  - {title: "Go-live: wave 1", due: 2027-01-22, amount: 30000}
template: migration
"""
CONFIG = """
gitlab: {{url: "{url}"}}
portfolio: {{namespaces: {{acme/ps-internal: internal, acme/customers: customer}}}}
"""


class Place:
    """A folder with SOW.yml and config.yml, and a GitLab with the groups that are there before anything is sold."""

    def __init__(self, gitlab: DemoGitLab, world: World, folder: Path, call: Callable[..., Any]) -> None:
        self.gitlab, self.world, self.folder, self.call = gitlab, world, folder, call
        self.sow = folder / "SOW.yml"
        self.sow.write_text(SOW, encoding="utf-8")
        (folder / "config.yml").write_text(CONFIG.format(url=gitlab.url), encoding="utf-8")

    def new(self, *arguments: str) -> Any:
        return self.call("--config", str(self.folder / "config.yml"), "new", str(self.sow), *arguments)

    def issues(self, path: str = "acme/customers/globex/runners") -> dict[str, Any]:
        project = self.world.find_project(path)
        return {item.title: item for item in project.items.values()} if project else {}


@pytest.fixture
def place(tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    world = World(now="2026-11-02T08:00:00+00:00")
    world.group("acme/customers/globex")
    world.project("acme/ps-internal/status")
    world.user("priya")
    token = world.token("bot", ("api",), "maintainer", at=world.group("acme"))
    with DemoGitLab(world) as gitlab:
        monkeypatch.setenv("GITLAB_TOKEN", token.value)
        yield Place(gitlab, world, tmp_path, call)


def test_a_dry_run_tells_everything_and_writes_nothing(place: Place) -> None:
    said = place.new("--dry-run", "--plan", str(place.folder / "plan.json"))
    assert said.code == 0
    assert place.gitlab.writes == []
    assert "would make  project    acme/customers/globex/runners" in said.out
    steps = json.loads((place.folder / "plan.json").read_text())["steps"]
    assert {step["action"] for step in steps} == {"create"}


def test_everything_is_made_once_and_left_alone_after(place: Place) -> None:
    assert place.new().code == 0
    made = place.issues()
    root = made["Globex: 2163"]
    assert "PSProject" in [label.title for label in root.labels]
    assert "hours: 200" in root.description
    assert "internal: acme/ps-internal/status#1" in root.description
    assert {"RAID log: Globex: 2163", "Acceptance: Design", "Discovery of source systems and users"} <= set(made)
    assert made["Discovery of source systems and users"].milestone.title == "Design"
    assert made["Discovery of source systems and users"].estimate == 24 * 3600
    root.title, root.description = "Renamed by its PM", root.description.replace("hours: 200", "hours: 220")
    place.world.changed()
    writes = len(place.gitlab.writes)
    assert place.new().code == 0
    assert len(place.gitlab.writes) == writes
    assert "hours: 220" in root.description


def test_money_never_reaches_a_place_where_the_customer_reads(place: Place) -> None:
    said = place.new()
    texts = [f"{i.title} {i.description}" for i in place.issues().values()]
    assert not any(number in text for text in texts for number in ("50000", "20000", "30000"))
    assert "value: 50000" in said.out
    assert "acme/customers/globex/runners#" in said.out


@pytest.mark.parametrize("kind", ["reset_after", "server_error"])
def test_a_lost_answer_makes_nothing_twice(place: Place, kind: str) -> None:
    place.gitlab.faults.add(kind, 1, writes=True, skip=6)
    place.new()
    place.gitlab.faults.clear()
    assert place.new().code == 0
    titles = [item.title for item in place.world.project("acme/customers/globex/runners").items.values()]
    assert len(titles) == len(set(titles)) == 15


def test_a_run_that_was_cut_off_is_completed_and_nothing_stands_twice(place: Place) -> None:
    place.gitlab.faults.add("unavailable", 1000, writes=True, skip=7)
    assert place.new().code in (1, 4)
    place.gitlab.faults.clear()
    assert place.new().code == 0
    titles = [item.title for item in place.world.project("acme/customers/globex/runners").items.values()]
    assert len(titles) == len(set(titles))
    assert "Hand-over and close" in titles


def test_a_new_engagement_gets_its_first_status(place: Place) -> None:
    lines = place.new().out
    config = place.folder / "config.yml"
    config.write_text(config.read_text() + lines[lines.index("engagements:") :], encoding="utf-8")
    said = place.call("--config", str(config), "status", "--json", "--as-of", "2026-11-02")
    [engagement] = json.loads(said.out)["engagements"]
    assert said.code == 0, said.err
    assert engagement["progress"]["total"] == 212
    assert [a["amount"] for a in engagement["acceptance"]] == [20000, 30000]
    assert engagement["errors"] == []


def test_an_internal_place_that_customers_read_is_refused(place: Place) -> None:
    place.sow.write_text(SOW.replace("internal: acme/ps-internal/status", "internal: acme/customers/status"))
    said = place.new()
    assert said.code == 2
    assert place.gitlab.writes == []


@pytest.mark.parametrize(
    ("line", "wrong", "told"),
    [
        ("end: 2027-01-29", "end: 2026-01-29", "before `start`"),
        ("billing: milestone", "billing: barter", "must be one of"),
        ("hours: 200", "hors: 200", "unknown key 'hors'"),
        ("template: migration", "template: ../../etc", "no template"),
    ],
)
def test_mistakes_are_told_before_anything_is_asked(place: Place, line: str, wrong: str, told: str) -> None:
    place.sow.write_text(SOW.replace(line, wrong))
    said = place.new()
    assert said.code == 2
    assert told in said.err
    assert place.gitlab.writes == []


def test_a_sow_needs_what_a_contract_has() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_sow("customer: Globex\n", "SOW.yml")
    assert len(caught.value.faults) == 5
