"""psbot init --places: internal issues for the engagements that need one, named in config.yml without harm to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.setting_up.apart import filled_in
from fakegitlab import DemoGitLab, World

CONFIG = """\
# our own config
gitlab: {{url: "{url}"}}
portfolio:
  namespaces:
    acme/ps-internal: internal   # only us
    acme/customers: customer
engagements: {{}}
"""
PLACES = "acme/ps-internal/status"


class Place:
    def __init__(self, gitlab: DemoGitLab, world: World, folder: Path, call: Callable[..., Any]) -> None:
        self.gitlab, self.world, self.config, self.call = gitlab, world, folder / "config.yml", call
        self.config.write_text(CONFIG.format(url=gitlab.url), encoding="utf-8")

    def psbot(self, *arguments: str) -> Any:
        return self.call("--config", str(self.config), *arguments)


@pytest.fixture
def place(tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    world = World(now="2026-11-19T08:00:00+00:00")
    world.issue(world.project("acme/customers/globex"), "Globex", labels=["PSProject"])
    world.epic(world.group("acme/customers/initech"), "Initech", labels=["PSProject"])
    world.issue(world.project("acme/ps-internal/own"), "Ours", labels=["PSProject"])
    world.project(PLACES)
    token = world.token("bot", ("api",), "reporter", at=world.group("acme"))
    with DemoGitLab(world) as gitlab:
        monkeypatch.setenv("GITLAB_TOKEN", token.value)
        yield Place(gitlab, world, tmp_path, call)


def test_places_are_made_once_and_named_in_the_config(place: Place) -> None:
    assert place.psbot("init", "--places", PLACES).code == 0
    engagements = yaml.safe_load(place.config.read_text())["engagements"]
    assert engagements == {
        "acme/customers/globex#1": {"internal": f"{PLACES}#1"},
        "acme/customers/initech&1": {"internal": f"{PLACES}#2"},
    }
    writes = len(place.gitlab.writes)
    again = place.psbot("init", "--places", PLACES)
    assert again.code == 0
    assert "every engagement has a place" in again.out
    assert len(place.gitlab.writes) == writes


def test_a_place_that_the_config_forgot_is_found_again(place: Place) -> None:
    before = place.config.read_text()
    place.psbot("init", "--places", PLACES)
    place.config.write_text(before)
    writes = len(place.gitlab.writes)
    assert "found" in place.psbot("init", "--places", PLACES).out
    assert len(place.gitlab.writes) == writes
    assert f"{PLACES}#1" in place.config.read_text()


def test_then_a_run_is_refused_nothing(place: Place) -> None:
    place.psbot("init", "--places", PLACES)
    said = place.psbot("run", "--dry-run", "--report", "status", "--as-of", "2026-11-19")
    assert "REFUSED" not in said.out + said.err


def test_a_dry_run_writes_nothing_anywhere(place: Place) -> None:
    before = place.config.read_text()
    said = place.psbot("init", "--places", PLACES, "--dry-run")
    assert said.out.count("would make") == 2
    assert place.gitlab.writes == []
    assert place.config.read_text() == before


@pytest.mark.parametrize("project", ["acme/customers/globex", "acme/ps-internal/nowhere"])
def test_a_place_that_customers_read_or_that_is_not_there_is_refused(place: Place, project: str) -> None:
    said = place.psbot("init", "--places", project)
    assert said.code == 2
    assert project in said.err
    assert place.gitlab.writes == []


def test_filling_in_keeps_comments_order_and_what_was_there() -> None:
    text = "# top\nportfolio:\n  namespaces: {a/b: internal}   # who\nengagements:\n  'A&1': {value: 5}   # money\nserve: {at: ['06:00']}\n"
    changed = filled_in(text, {"a&1": {"internal": "a/b#1"}, "c&2": {"internal": "a/b#2"}})
    assert yaml.safe_load(changed)["engagements"] == {
        "A&1": {"value": 5, "internal": "a/b#1"},
        "c&2": {"internal": "a/b#2"},
    }
    assert all(part in changed for part in ("# top", "# who", "# money", "serve: {at: ['06:00']}"))


def test_a_first_dry_run_shows_the_reports_that_are_refused_too(place: Place) -> None:
    said = place.psbot("run", "--dry-run", "--report", "status")
    assert said.code == 1
    refused = said.out[said.out.index("REFUSED status") :]
    assert "+++ would stand" in refused.split("would create")[0]
    assert "Globex" in refused
    assert place.gitlab.writes == []
