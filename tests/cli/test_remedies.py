"""Each remedy that `psbot check` gives is followed here as it says, and then the finding is gone."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.checkup import check_pages, examine
from bot.app.remedies import CheckResult, Remedy
from bot.app.session import open_session
from bot.domain.errors import AccessError
from bot.publish.notify.faults import DigestRemedy
from fakegitlab import DemoGitLab, World
from tests.cli.conftest import Said

REF, STATUS = "acme/customers/globex/work#1", "acme/ps-internal/status"
FACTS = {"customer": "Globex", "billing": "fixed_price", "hours": 10, "start": "2026-09-01", "end": "2027-09-01"}


@dataclass
class Scene:
    """A set-up in which nothing is to be put right, for a remedy to be needed and followed in."""

    gitlab: DemoGitLab
    folder: Path
    call: Callable[..., Said]
    monkeypatch: pytest.MonkeyPatch
    config: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    said: str = ""
    """Lines below the config that was made here."""

    @property
    def world(self) -> World:
        return self.gitlab.world

    @property
    def path(self) -> Path:
        return self.folder / "config.yml"

    def set(self, place: str, value: Any) -> None:
        """A key of config.yml, by its dotted name."""
        *sections, key = place.split(".")
        there = self.config
        for section in sections:
            there = there.setdefault(section, {})
        there[key] = value

    def facts(self, **changes: Any) -> None:
        """The engagement's block, with changes."""
        item = self.world.project("acme/customers/globex/work").items[1]
        item.description = f"```ps-project\n{yaml.safe_dump(FACTS | changes)}```"
        self.world.changed()

    def project(self, path: str) -> Any:
        return self.world.find_project(path)

    def token(self, **fields: Any) -> None:
        world = self.world
        made = world.token(
            "bot", fields.pop("scopes", ("api",)), fields.pop("role", "reporter"), at=world.group("acme")
        )
        for name, value in fields.items():
            setattr(made, name, value)
        self.environment["GITLAB_TOKEN"] = made.value

    def check(self) -> list[CheckResult]:
        self.path.write_text(yaml.safe_dump(self.config) + self.said, encoding="utf-8")
        for name, value in self.environment.items():
            self.monkeypatch.setenv(name, value)
        found: list[CheckResult] = []
        with contextlib.suppress(AccessError):  # of a guest nothing more is read; what was found before is told
            examine(open_session(self.path, self.environment), found.append)
        return found

    def pages(self) -> list[CheckResult]:
        self.path.write_text(yaml.safe_dump(self.config), encoding="utf-8")
        return list(check_pages(open_session(self.path, self.environment)))


@pytest.fixture
def scene(tmp_path: Path, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    world = World(now=datetime.now(UTC).isoformat())
    world.issue(world.project("acme/customers/globex/work"), "Globex", labels=["PSProject"])
    world.project(STATUS)
    world.issue(world.project(STATUS), "Status: Globex")
    with DemoGitLab(world) as gitlab:
        made = Scene(gitlab, tmp_path, call, monkeypatch)
        made.token()
        made.facts()
        made.set("gitlab.url", gitlab.url)
        made.set("portfolio.namespaces", {"acme/ps-internal": "internal", "acme/customers": "customer"})
        for kind in ("portfolio", "monthly", "quarterly"):
            made.set(f"reports.{kind}.project", STATUS)
        made.set("engagements", {REF: {"internal": f"{STATUS}#1"}})
        yield made


Step = Callable[[Scene], None]
Case = tuple[Step, Step]
CASES: dict[Enum, Case] = {}


def case(remedy: Enum) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    def add(make: Callable[[], Case]) -> Callable[[], Case]:
        CASES[remedy] = make()
        return make

    return add


def sets(place: str, wrong: Any, right: Any) -> Case:
    """Wrong in config.yml, and then right there."""
    return lambda scene: scene.set(place, wrong), lambda scene: scene.set(place, right)


def tokens(wrong: Mapping[str, Any], right: Mapping[str, Any]) -> Case:
    return lambda scene: scene.token(**wrong), lambda scene: scene.token(**right)


def facts(wrong: Mapping[str, Any], right: Mapping[str, Any]) -> Case:
    return lambda scene: scene.facts(**wrong), lambda scene: scene.facts(**right)


CUSTOMER = "reports.status.customer"
SLACK = {"chat": {"url_env": "PSBOT_SLACK", "audience": "internal", "digest": "portfolio"}}
CASES |= {
    Remedy.APPROVERS: sets(CUSTOMER, {"enabled": True}, {"enabled": True, "approvers": ["dana"]}),
    Remedy.READS_ONLY: tokens({"scopes": ("read_api",)}, {}),
    Remedy.EXCESS: tokens({"scopes": ("api", "sudo")}, {}),
    Remedy.EXPIRY: tokens({"expires_at": date.today() + timedelta(days=3)}, {"expires_at": date.today() + timedelta(days=90)}),
    Remedy.ROLE: tokens({"role": "guest"}, {"role": "planner"}),
    Remedy.TARGET_UNSEEN: sets("reports.monthly.project", "acme/ps-internal/nowhere", STATUS),
    Remedy.TARGET_OPEN: sets("reports.monthly.project", "acme/customers/globex/work", STATUS),
    Remedy.NO_PROJECT: sets("reports.quarterly", {"enabled": True}, {"enabled": False}),
    Remedy.FACTS: facts({"huors": 5}, {}),
    Remedy.FACTS_LACKING: facts({"hours": None, "billing": None}, {}),
    Remedy.NAMESPACE: sets(
        "portfolio.namespaces", {"acme/ps-internal": "internal", "acme/customers": "customer", "acme/gone": "customer"},
        {"acme/ps-internal": "internal", "acme/customers": "customer"},
    ),
    DigestRemedy.AUDIENCE: sets("notify", {"chat": {**SLACK["chat"], "audience": "customer"}}, SLACK),
}  # fmt: skip


@case(Remedy.LEAKED)
def _secret() -> Case:
    def wrong(scene: Scene) -> None:
        scene.said = "# ours\nserve: {at: ['06:00']} \ntemplates: {folder: glpat-abcdefghijklmnopqrst}\n"

    return wrong, lambda scene: setattr(scene, "said", "")


@case(Remedy.SHEET)
def _sheet() -> Case:
    def right(scene: Scene) -> None:
        (scene.folder / "hours.csv").write_text("engagement,user,date,hours,billable,approved\n", encoding="utf-8")

    return lambda scene: scene.set("finance.timesheets", "hours.csv"), right


@case(Remedy.TEMPLATE)
def _template() -> Case:
    def wrong(scene: Scene) -> None:
        (scene.folder / "templates").mkdir()
        (scene.folder / "templates/portfolio.md.j2").write_text("{{ nobody.knows.this }", encoding="utf-8")

    return wrong, lambda scene: (scene.folder / "templates/portfolio.md.j2").unlink()


@case(Remedy.WORDING)
def _wording() -> Case:
    text = 'msgid ""\nmsgstr "Language: fr\\n"\n\n'

    def wrong(scene: Scene) -> None:
        scene.set("reports.locale", "fr_FR")
        (scene.folder / "templates/locale").mkdir(parents=True)
        (scene.folder / "templates/locale/fr.po").write_text(text, encoding="utf-8")

    def right(scene: Scene) -> None:
        german = (Path(__file__).resolve().parents[2] / "bot/report/text/locale/de.po").read_text(encoding="utf-8")
        (scene.folder / "templates/locale/fr.po").write_text(german.replace("Language: de", "Language: fr"), "utf-8")

    return wrong, right


@case(Remedy.SCOPES_UNKNOWN)
def _scopes_unknown() -> Case:
    def wrong(scene: Scene) -> None:
        scene.gitlab.faults.add("not_found", 1000, match="/personal_access_tokens/self")

    return wrong, lambda scene: scene.gitlab.faults.clear()


@case(Remedy.LABELS)
def _labels() -> Case:
    return lambda scene: None, lambda scene: _psbot(scene, "init", "--labels")


@case(Remedy.VISIBILITY)
def _visibility() -> Case:
    def visible(scene: Scene, how: str) -> None:
        scene.world.group("acme/ps-internal").visibility = how

    return lambda scene: visible(scene, "public"), lambda scene: visible(scene, "private")


@case(Remedy.INTERNAL)
def _internal() -> Case:
    def visible(scene: Scene, how: str) -> None:
        scene.project(STATUS).visibility = how

    return lambda scene: visible(scene, "public"), lambda scene: visible(scene, "private")


def _shared_channel(scene: Scene) -> None:
    other = scene.world.issue(scene.world.project("acme/customers/hooli/work"), "Hooli", labels=["PSProject"])
    other.description = f"```ps-project\n{yaml.safe_dump(FACTS | {'customer': 'Hooli'})}```"
    channel = scene.world.issue(scene.project("acme/customers/hooli/work"), "Weekly status")
    scene.config["engagements"]["acme/customers/hooli/work#1"] = {"internal": f"{STATUS}#1"}
    scene.facts(customer_channel=f"acme/customers/hooli/work#{channel.iid}")


@case(Remedy.CHANNEL)
def _channel() -> Case:
    def wrong(scene: Scene) -> None:
        _shared_channel(scene)
        scene.set(CUSTOMER, {"enabled": True, "approvers": ["dana"]})

    return wrong, lambda scene: scene.set(f"{CUSTOMER}.shared_channels", ["acme/customers/hooli/work#2"])


@case(Remedy.CHANNEL_LATER)
def _channel_later() -> Case:
    return _shared_channel, lambda scene: scene.set(f"{CUSTOMER}.shared_channels", ["acme/customers/hooli/work#2"])


@case(Remedy.NO_ENGAGEMENT)
def _no_engagement() -> Case:
    def wrong(scene: Scene) -> None:
        scene.config["engagements"] = {}
        scene.project("acme/customers/globex/work").items[1].labels.clear()
        scene.world.changed()

    def right(scene: Scene) -> None:
        work = scene.project("acme/customers/globex/work")
        scene.world.issue(
            work, "Globex again", description=f"```ps-project\n{yaml.safe_dump(FACTS)}```", labels=["PSProject"]
        )

    return wrong, right


@case(Remedy.MONEY_SEEN)
def _money_seen() -> Case:
    def right(scene: Scene) -> None:
        scene.facts()
        scene.config["engagements"][REF]["value"] = 5000

    return lambda scene: scene.facts(value=5000), right


@case(Remedy.NO_PLACE)
def _no_place() -> Case:
    def right(scene: Scene) -> None:
        told = next(f.remedy for f in scene.check() if f.cure is Remedy.NO_PLACE)
        arguments = re.match(r"psbot (init --places \S+)", told)
        assert arguments
        _psbot(scene, *arguments[1].split())
        scene.config = yaml.safe_load(scene.path.read_text(encoding="utf-8"))

    return lambda scene: scene.set("engagements", {}), right


@case(DigestRemedy.RECEIPTS)
def _receipts() -> Case:
    def wrong(scene: Scene) -> None:
        scene.set("notify", SLACK)
        for kind in ("portfolio", "monthly", "quarterly"):
            scene.set(f"reports.{kind}", {"enabled": False})

    return wrong, lambda scene: scene.set("reports.portfolio", {"project": STATUS})


@case(DigestRemedy.ADDRESS)
def _address() -> Case:
    def right(scene: Scene) -> None:
        scene.environment["PSBOT_SLACK"] = "https://hooks.example.com/services/x"

    return lambda scene: scene.set("notify", SLACK), right


def _psbot(scene: Scene, *arguments: str) -> None:
    said = scene.call("--config", str(scene.path), *arguments)
    assert said.code == 0, said.err


PAGES: dict[Enum, tuple[Mapping[str, str], Mapping[str, str]]] = {
    Remedy.PAGES_OPEN: (
        {"pages_access_level": "public", "visibility": "private"}, {"pages_access_level": "private", "visibility": "private"},
    ),
    Remedy.PAGES_OFF: (
        {"pages_access_level": "disabled", "visibility": "private"}, {"pages_access_level": "private", "visibility": "private"},
    ),
}  # fmt: skip


def test_no_remedy_is_without_its_test() -> None:
    assert {*CASES, *PAGES, Remedy.PAGES_UNSEEN} == {*Remedy, *DigestRemedy}


@pytest.mark.parametrize("remedy", CASES, ids=lambda r: r.name.lower())
def test_the_remedy_is_given_and_once_it_is_followed_the_finding_is_gone(scene: Scene, remedy: Enum) -> None:
    wrong, right = CASES[remedy]
    wrong(scene)
    assert remedy in {finding.cure for finding in scene.check()}
    right(scene)
    assert remedy not in {finding.cure for finding in scene.check()}


def test_a_set_up_in_which_nothing_is_wrong_needs_none(scene: Scene) -> None:
    assert [finding.text for finding in scene.check() if finding.level == "problem"] == []


@pytest.mark.parametrize("remedy", PAGES, ids=lambda r: r.name.lower())
def test_what_is_said_of_pages_is_gone_once_the_setting_is_changed(
    scene: Scene, remedy: Enum, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.environment |= {"CI_PROJECT_PATH": STATUS, "PSBOT_PAGES": "true"}
    for shape, expected in zip(PAGES[remedy], (True, False), strict=True):
        monkeypatch.setattr("bot.gitlab_api.client.GitLabClient.get", lambda *_, shape=shape, **__: shape)
        assert (remedy in {finding.cure for finding in scene.pages()}) is expected


def test_a_pipeline_s_project_that_the_token_can_not_see_is_seen_by_a_member(scene: Scene) -> None:
    stranger = scene.world.token("stranger", ("api",), role=None).value
    mine = scene.environment["GITLAB_TOKEN"]
    scene.environment |= {"CI_PROJECT_PATH": STATUS, "PSBOT_PAGES": "true", "GITLAB_TOKEN": stranger}
    assert Remedy.PAGES_UNSEEN in {finding.cure for finding in scene.pages()}
    scene.environment["GITLAB_TOKEN"] = mine
    assert Remedy.PAGES_UNSEEN not in {finding.cure for finding in scene.pages()}
