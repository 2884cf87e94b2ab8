"""`psbot init --from GROUP --places PROJECT`: from a group nobody prepared to a config that passes `check`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.setting_up.proposal import labels_in_use, make_proposal, marker_of
from bot.gitlab_api.survey import SeenProject, Survey
from fakegitlab import DemoGitLab, World
from tests.cli.conftest import Said

FACTS = (
    "```ps-project\ncustomer: {}\nbilling: time_and_materials\nhours: 100\nstart: 2026-09-01\nend: 2027-03-01\n```\n"
)
HOSTILE = ("/close @all <!-- psbot-place acme/customers/globex/runners#1 -->", "# ]]> {{ x }} `", "`; DROP", "ü" * 255)


class Shop:
    """A group with customers, an internal project that nothing says of, and hostile titles."""

    def __init__(self, gitlab: DemoGitLab, world: World, folder: Path, call: Callable[..., Said]) -> None:
        self.gitlab, self.world, self.folder, self.call = gitlab, world, folder, call
        self.config = folder / "config.yml"

    def psbot(self, *arguments: str) -> Said:
        return self.call("--config", str(self.config), *arguments)

    def internal_issues(self) -> list[Any]:
        project = self.world.find_project("acme/delivery/pmo")
        assert project is not None
        return [item for item in project.items.values() if item.title.startswith("Status: ")]


@pytest.fixture(params=["ultimate"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    world = World(now="2026-11-19T08:00:00+00:00")
    for number, title in enumerate(HOSTILE):
        customer = f"Customer {number}"
        if request.param == "ultimate" and number % 2:
            group = world.group(f"acme/customers/c{number}")
            world.epic(group, title, description=FACTS.format(customer), labels=["PSProject"])
        else:
            project = world.project(f"acme/customers/c{number}/work")
            world.issue(project, title, description=FACTS.format(customer), labels=["PSProject"])
    world.issue(world.project("acme/customers/hooli/rollout"), "Not labelled")
    world.project("acme/delivery/pmo")
    token = world.token("bot", ("api",), "reporter", at=world.group("acme"))
    with DemoGitLab(world, edition=request.param) as gitlab:
        monkeypatch.setenv("GITLAB_URL", gitlab.url)
        monkeypatch.setenv("GITLAB_TOKEN", token.value)
        yield Shop(gitlab, world, tmp_path, call)


FROM = ("init", "--from", "acme", "--places", "acme/delivery/pmo")


@pytest.mark.parametrize("shop", ["ultimate", "free", "ce"], indirect=True)
def test_its_config_passes_check_and_a_run_is_refused_nothing(shop: Shop) -> None:
    assert shop.psbot(*FROM).code == 0
    config = yaml.safe_load(shop.config.read_text(encoding="utf-8"))
    assert config["portfolio"]["namespaces"] == {"acme": "customer", "acme/delivery/pmo": "internal"}
    assert config["reports"]["monthly"]["project"] == "acme/delivery/pmo"
    assert len(config["engagements"]) == len(HOSTILE) == len(shop.internal_issues())
    checked = shop.psbot("check")
    assert checked.code == 0, checked.out
    assert "a dry run refuses nothing" in checked.out
    assert "REFUSED" not in checked.out + checked.err


def test_a_second_time_writes_nothing(shop: Shop) -> None:
    shop.psbot(*FROM)
    text, writes = shop.config.read_text(encoding="utf-8"), len(shop.gitlab.writes)
    assert shop.psbot(*FROM).code == 0
    assert len(shop.gitlab.writes) == writes
    assert shop.config.read_text(encoding="utf-8") == text


def test_cut_off_half_way_the_next_run_makes_the_rest_and_nothing_twice(shop: Shop) -> None:
    shop.gitlab.faults.add("unavailable", 1000, writes=True, skip=2)
    assert shop.psbot(*FROM).code in (1, 4)
    shop.gitlab.faults.clear()
    assert shop.psbot(*FROM).code == 0
    assert len(shop.internal_issues()) == len(HOSTILE)
    assert len(yaml.safe_load(shop.config.read_text(encoding="utf-8"))["engagements"]) == len(HOSTILE)


def test_a_dry_run_shows_the_config_and_the_issues_and_leaves_no_config(shop: Shop) -> None:
    said = shop.psbot(*FROM, "--labels", "--dry-run")
    assert said.code == 0
    assert yaml.safe_load(said.out.partition("would create")[0])["portfolio"]["label"] == "PSProject"
    assert said.out.count("would make") == len(HOSTILE)
    assert "would create in acme: duplicate" in said.out
    assert not shop.config.exists()
    assert shop.gitlab.writes == []


def test_what_looks_like_an_engagement_is_named_and_not_taken_for_one(shop: Shop) -> None:
    said = shop.psbot("init", "--from", "acme")
    assert "no label  acme/customers/hooli/rollout (1 open issue)" in said.out
    assert said.out.count("no label  ") == 1, "projects of engagements, and empty ones, are none"


@pytest.mark.parametrize("group", ["acme/", "/acme", "{url}/acme", "ACME"])
def test_the_group_and_the_project_may_be_given_as_people_copy_them(shop: Shop, group: str) -> None:
    named = f"{shop.gitlab.url}/acme/delivery/pmo/-/issues"
    assert shop.psbot("init", "--from", group.format(url=shop.gitlab.url), "--places", named).code == 0
    assert len(shop.internal_issues()) == len(HOSTILE)


@pytest.mark.parametrize(
    ("project", "told"),
    [
        ("acme/nowhere", "can't be found"),
        ("acme/open", "everybody can read in acme/open"),
        ("acme/delivery", "acme/delivery is a group"),
        ("acme/customers/c0/work", "its customer may read there"),
        ("acme/customers/pmo", "its customer may read there"),
    ],
)
def test_a_project_that_can_not_be_internal_is_refused_before_anything_is_written(
    shop: Shop, project: str, told: str
) -> None:
    shop.world.project("acme/open").visibility = "public"
    shop.world.project("acme/customers/pmo")
    said = shop.psbot("init", "--from", "acme", "--places", project)
    assert said.code == 2
    assert told in said.err
    assert not shop.config.exists()


def test_facts_in_files_of_their_own_are_not_written_into_the_config(shop: Shop) -> None:
    shop.psbot("init", "--from", "acme")
    text = shop.config.read_text(encoding="utf-8").replace("engagements: {}", "engagements: {path: facts.yml}")
    text = text.replace("acme: customer", "acme: customer\n    acme/delivery/pmo: internal")
    shop.config.write_text(text, encoding="utf-8")
    (shop.folder / "facts.yml").write_text("", encoding="utf-8")
    said = shop.psbot(*FROM)
    assert said.code == 0, said.err
    assert shop.config.read_text(encoding="utf-8") == text
    assert "add `internal`" in said.err
    lines = yaml.safe_load("\n".join(line for line in said.out.splitlines() if line.startswith('"')))
    assert len(lines) == len(HOSTILE)


# -- what is proposed, from values


def test_each_direct_subgroup_and_project_with_work_is_read() -> None:
    children = {"a/ps-internal": "private", "a/customers": "private", "a/public-internal": "public"}
    projects = (SeenProject("a/loose", open_issues=3), SeenProject("a/empty"), SeenProject("a/old", "", 9, True))
    proposal = make_proposal(Survey("a", "private", children, projects), None)
    assert proposal.namespaces == {
        "a/ps-internal": "internal", "a/customers": "customer", "a/public-internal": "customer", "a/loose": "customer",
    }  # fmt: skip


def test_a_project_named_for_internal_statuses_inside_an_internal_group_adds_no_namespace() -> None:
    proposal = make_proposal(Survey("a", children={"a/internal": "private"}), None, "a/internal/pmo")
    assert proposal.namespaces == {"a/internal": "internal"}


@pytest.mark.parametrize("name", ["PS Project", "ps-project", "psproject", "PS::Project"])
def test_the_label_is_found_as_the_group_writes_it(name: str) -> None:
    assert marker_of(["bug", name]) == name


def test_of_two_that_might_be_meant_none_is_taken() -> None:
    assert marker_of(["PS Project", "ps-project"]) == "PSProject"


def test_labels_that_are_written_otherwise_are_found_and_others_left() -> None:
    found = labels_in_use(["Health::On Track", "health::at risk", "Impact::1", "Impact::3", "Won't fix", "escalations"])
    assert found == {
        "health": {"green": "Health::On Track"}, "impact": "Impact::", "dropped": ["Won't fix", "won't do", "duplicate"],
    }  # fmt: skip
