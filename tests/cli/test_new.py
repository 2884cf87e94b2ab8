"""psbot new: a sold engagement set up from one file, planned first, made exactly once, read back by status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.setting_up.apart import put_apart
from bot.config.sow import parse_sow
from bot.domain.errors import ConfigError, UsageError
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

    def config(self) -> dict[str, Any]:
        read: dict[str, Any] = yaml.safe_load((self.folder / "config.yml").read_text(encoding="utf-8"))
        return read

    def issues(self, path: str = "acme/customers/globex/runners") -> dict[str, Any]:
        project = self.world.find_project(path)
        return {item.title: item for item in project.items.values()} if project else {}


@pytest.fixture(params=["ultimate"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    world = World(now="2026-11-02T08:00:00+00:00")
    world.group("acme/customers/globex")
    world.project("acme/ps-internal/status")
    world.user("priya")
    token = world.token("bot", ("api",), "maintainer", at=world.group("acme"))
    with DemoGitLab(world, edition=request.param) as gitlab:
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
    assert made["Discovery of source systems and users"].estimate == 19 * 3600, "24 of the template's 212, of 170"
    root.title, root.description = "Renamed by its PM", root.description.replace("hours: 200", "hours: 220")
    place.world.changed()
    writes = len(place.gitlab.writes)
    assert place.new().code == 0
    assert len(place.gitlab.writes) == writes
    assert "hours: 220" in root.description


def test_money_never_reaches_a_place_where_the_customer_reads(place: Place) -> None:
    place.new()
    texts = [f"{i.title} {i.description}" for i in place.issues().values()]
    assert not any(number in text for text in texts for number in ("50000", "20000", "30000"))
    [(ref, facts)] = place.config()["engagements"].items()
    assert ref.startswith("acme/customers/globex/runners#")
    assert facts["value"] == 50000
    assert [m["amount"] for m in facts["milestones"]] == [20000, 30000]


def test_what_a_person_wrote_beside_the_money_stays(place: Place) -> None:
    place.new()
    config = place.folder / "config.yml"
    config.write_text(config.read_text().replace("value: 50000", "value: 52000   # as amended"), encoding="utf-8")
    text = config.read_text()
    assert place.new().code == 0
    assert config.read_text() == text


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_facts_kept_in_files_of_their_own_get_the_money_there(place: Place, kind: str) -> None:
    config = place.folder / "config.yml"
    where = {"folder": "facts/", "file": "facts.yml"}[kind]
    config.write_text(config.read_text() + f"engagements: {{path: {where}}}\n", encoding="utf-8")
    if kind == "folder":
        (place.folder / "facts").mkdir()
        (place.folder / "facts/others.yml").write_text('"acme/customers/x#1": {value: 1}\n', encoding="utf-8")
    else:
        (place.folder / where).write_text("# ours\n", encoding="utf-8")
    text, said = config.read_text(), place.new()
    assert said.code == 0, said.err
    assert config.read_text() == text
    file = place.folder / ("facts/new.yml" if kind == "folder" else where)
    assert next(iter(yaml.safe_load(file.read_text()).values()))["value"] == 50000
    assert place.new().code == 0, "a second time it stands"


def test_facts_kept_in_a_project_are_a_person_s_to_commit(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("engagements: {path: facts/, project: acme/ps-internal/facts}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="kept in acme/ps-internal/facts: facts/"):
        put_apart(config, {"a/b#1": {"value": 1}}, lambda path, text: None)


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
    place.new()
    said = place.call("--config", str(place.folder / "config.yml"), "status", "--json", "--as-of", "2026-11-02")
    [engagement] = json.loads(said.out)["engagements"]
    assert said.code == 0, said.err
    assert 165 <= engagement["progress"]["total"] <= 175, "the SOW's 200 hours, less a reserve"
    assert [a["amount"] for a in engagement["acceptance"]] == [20000, 30000]
    assert engagement["errors"] == []


@pytest.mark.parametrize(
    ("place", "epic"), [("ultimate", True), ("ultimate", False), ("free", False), ("ce", False)], indirect=["place"]
)
def test_from_sold_to_the_first_green_status(place: Place, epic: bool) -> None:
    today = datetime.now(UTC).date()
    sow = SOW.replace("acme/customers/globex/runners", "acme/customers/globex/2026/runners")
    for written, days in (("2026-11-02", 0), ("2026-12-04", 32), ("2027-01-22", 80), ("2027-01-29", 88)):
        sow = sow.replace(written, str(today + timedelta(days=days)))
    place.sow.write_text(sow + ("group: acme/customers/globex/2026\n" if epic else ""), encoding="utf-8")
    made = place.new()
    assert made.code == 0, made.err
    assert re.search(r"^made +group +acme/customers/globex/2026$", made.out, re.M)
    config = str(place.folder / "config.yml")
    assert place.call("--config", config, "check").code == 0
    ran = place.call("--config", config, "run", "--report", "status")
    assert ran.code == 0, ran.err
    [note] = [n for n in place.world.project("acme/ps-internal/status").items[1].notes if "psbot" in n.body]
    assert note.body.startswith("## 🟢 Green"), note.body[:2000]
    assert ("&" in made.err) is epic


@pytest.mark.parametrize("place", ["free", "ce"], indirect=True)
def test_an_epic_where_there_are_none_is_refused_before_anything_is_made(place: Place) -> None:
    place.sow.write_text(SOW + "group: acme/customers/globex\n", encoding="utf-8")
    said = place.new()
    assert said.code == 2
    assert "has no epics here (they need Premium)" in said.err
    assert place.gitlab.writes == []


def test_a_place_that_psbot_never_reads_is_refused(place: Place) -> None:
    place.sow.write_text(SOW.replace("acme/customers/globex/runners", "acme/elsewhere/runners"), encoding="utf-8")
    said = place.new()
    assert said.code == 2
    assert "lies in no namespace that psbot reads" in said.err


@pytest.mark.parametrize("title", ["`; /close", "@all\\n/close", "```\\n/close", "x" * 255])
def test_hostile_titles_of_milestones_and_customers_do_nothing(place: Place, title: str) -> None:
    text = SOW.replace('"Go-live: wave 1"', f'"{title}"').replace("customer: Globex", f'customer: "{title}{"y" * 200}"')
    place.sow.write_text(text, encoding="utf-8")
    assert place.new().code == 0
    items = place.world.project("acme/customers/globex/runners").items.values()
    assert all(item.state == "opened" for item in items)
    assert place.new().code == 0
    assert len(items) == 15


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
