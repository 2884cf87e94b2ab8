"""Money apart from where customers read: in the config, in files, in the internal issue; faults by line in each place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakegitlab import DemoGitLab, World
from tests.cli.conftest import Said

REF = "acme/customers/globex/work#1"
PUBLIC = "```ps-project\ncustomer: Globex\nbilling: fixed_price\nhours: 100\nstart: 2026-09-01\nend: 2027-03-01\ninternal: acme/ps-internal/status#1\n```\n"
PRIVATE = "Notes of the PM.\n\n```ps-project\nvalue: 50000\nhours: 120\n{}\n```\n"


class Desk:
    def __init__(self, gitlab: DemoGitLab, world: World, folder: Path, call: Callable[..., Said]) -> None:
        self.gitlab, self.world, self.folder, self.call = gitlab, world, folder, call
        self.write("engagements: {}")

    def write(self, lines: str) -> None:
        names = "{acme/ps-internal: internal, acme/customers: customer}"
        text = f'gitlab: {{url: "{self.gitlab.url}"}}\nportfolio: {{namespaces: {names}}}\n{lines}\n'
        (self.folder / "config.yml").write_text(text, encoding="utf-8")

    def status_issue(self, description: str) -> Any:
        issue = self.world.project("acme/ps-internal/status").items[1]
        issue.description = description
        self.world.changed()
        return issue

    def facts(self) -> tuple[dict[str, Any], Said]:
        snapshot = self.folder / "snapshot.json"
        said = self.call("--config", str(self.folder / "config.yml"), "export", "-o", str(snapshot))
        engagements = json.loads(snapshot.read_text(encoding="utf-8"))["engagements"]
        return next(e["facts"] for e in engagements if e["ref"] == REF), said

    def check(self) -> Said:
        return self.call("--config", str(self.folder / "config.yml"), "check")


@pytest.fixture
def desk(tmp_path: Path, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    world = World(now="2026-11-19T08:00:00+00:00")
    world.issue(world.project("acme/customers/globex/work"), "Globex", description=PUBLIC, labels=["PSProject"])
    world.issue(world.project("acme/ps-internal/status"), "Status: Globex")
    token = world.token("bot", ("api",), "reporter", at=world.group("acme"))
    with DemoGitLab(world) as gitlab:
        monkeypatch.setenv("GITLAB_TOKEN", token.value)
        yield Desk(gitlab, world, tmp_path, call)


def test_the_block_of_the_internal_issue_adds_to_that_of_the_description_and_wins(desk: Desk) -> None:
    desk.status_issue(PRIVATE.format("rate: 400"))
    facts, said = desk.facts()
    assert said.code == 0, said.err
    assert (facts["customer"], facts["value"], facts["hours"], facts["rate"]) == ("Globex", 50_000, 120, 400)
    assert "customers can read" not in desk.check().out


def test_the_config_wins_over_both(desk: Desk) -> None:
    desk.status_issue(PRIVATE.format("rate: 400"))
    desk.write(f'engagements: {{"{REF}": {{value: 70000}}}}')
    facts, _ = desk.facts()
    assert (facts["value"], facts["hours"]) == (70_000, 120)


def test_a_fault_in_it_costs_that_line_and_is_named_by_its_issue_and_line(desk: Desk) -> None:
    desk.status_issue(PRIVATE.format("rate: much"))
    facts, _ = desk.facts()
    assert (facts["value"], facts.get("rate")) == (50_000, None)
    assert "acme/ps-internal/status#1, line 6" in desk.check().out


@pytest.mark.parametrize("why", ["customers read it", "it is another engagement's root"])
def test_a_block_that_is_not_this_engagement_s_own_internal_one_is_not_read(desk: Desk, why: str) -> None:
    issue = desk.status_issue(PRIVATE.format("rate: 400"))
    if why == "customers read it":
        config = (desk.folder / "config.yml").read_text().replace("ps-internal: internal", "ps-internal: customer")
        (desk.folder / "config.yml").write_text(config, encoding="utf-8")
    else:
        issue.labels.append(desk.world.label_for(issue.namespace, "PSProject"))
        desk.world.changed()
    facts, _ = desk.facts()
    assert facts.get("value") is None


@pytest.mark.parametrize(
    ("lines", "file", "told"),
    [
        (f'engagements:\n  "{REF}":\n    value: 5\n    huors: 7', None, "config.yml:6"),
        ("engagements: {path: facts.yml}", f'"{REF}":\n  value: 5\n  huors: 7\n', "facts.yml:3"),
        ("engagements: {path: facts/}", f'"{REF}":\n  value: 5\n  huors: 7\n', "facts/a.yml:3"),
    ],
)
def test_a_fault_in_config_or_file_is_named_by_its_line(desk: Desk, lines: str, file: str | None, told: str) -> None:
    desk.write(lines)
    if file and "facts/" in told:
        (desk.folder / "facts").mkdir()
    if file:
        (desk.folder / told.partition(":")[0]).write_text(file, encoding="utf-8")
    said = desk.check()
    assert said.code == 2
    assert told in said.err
    assert "huors" in said.err
