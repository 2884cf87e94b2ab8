"""`check` and `init` as a new user meets them: every finding with its remedy, nothing invented, nothing leaked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.app.checkup import check_pages
from bot.app.remedies import CheckResult
from bot.app.session import open_session
from bot.app.setting_up.proposal import make_proposal, sounds_internal
from bot.config.starter import local_timezone
from bot.gitlab_api.survey import Survey
from tests.cli.conftest import Desk, Said


def set_config(desk: Desk, section: str, **values: object) -> None:
    config = yaml.safe_load(desk.config.read_text(encoding="utf-8"))
    config.setdefault(section, {}).update(values)
    desk.config.write_text(yaml.safe_dump(config), encoding="utf-8")


def findings(said: Said, mark: str) -> list[str]:
    return [line[6:] for line in said.out.splitlines() if line.startswith(mark)]


# -- check


def test_every_problem_comes_with_its_remedy(desk: Desk) -> None:
    set_config(desk, "finance", timesheets="nowhere.csv")
    set_config(desk, "portfolio", namespaces={"acme/ps-internal": "internal", "acme/nowhere": "customer"})
    lines = desk.psbot("check").out.splitlines()
    marked = [n for n, line in enumerate(lines) if line.startswith("FIX ")]
    assert len(marked) >= 2
    assert all(lines[n + 1].startswith("      → ") for n in marked)


def test_a_missing_csv_is_named_and_what_was_found_before_is_told(desk: Desk) -> None:
    set_config(desk, "finance", timesheets="nowhere.csv")
    said = desk.psbot("check")
    assert said.code == 2
    assert any("finance.timesheets" in text and "is not there" in text for text in findings(said, "FIX "))
    assert any("token: scopes api" in text for text in findings(said, "ok"))


def test_without_a_token_the_config_is_looked_at_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    said = desk.psbot("check")
    assert said.code == 3
    assert any("valid; 2 namespaces" in text for text in findings(said, "ok"))
    assert "GITLAB_TOKEN is not set" in said.err
    assert "scope `api`" in said.err


def test_a_guest_is_told_which_role_it_takes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    world = desk.gitlab.world
    world.token("visitor", role="guest", at=world.group("acme"), value="guest-token")
    monkeypatch.setenv("GITLAB_TOKEN", "guest-token")
    said = desk.psbot("check")
    assert said.code in (1, 3)
    assert "role guest does not see confidential items" in said.out
    assert "Planner (GitLab 17.7 and newer) or Reporter" in said.out


def test_a_token_that_only_reads_is_told_what_it_is_good_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.gitlab.world.token("psbot", scopes=("read_api",), value="reading-token")
    monkeypatch.setenv("GITLAB_TOKEN", "reading-token")
    said = desk.psbot("check")
    assert said.code == 3
    assert "may read but not write (scopes: read_api)" in said.out
    assert f"{len(desk.plans)} engagements found" in said.out, "everything else is looked at all the same"


@pytest.mark.parametrize("desk", ["ultimate, four"], indirect=True)
def test_engagements_without_an_internal_place_are_one_finding_with_the_lines_to_paste(desk: Desk) -> None:
    config = yaml.safe_load(desk.config.read_text(encoding="utf-8"))
    del config["engagements"]
    desk.config.write_text(yaml.safe_dump(config), encoding="utf-8")
    said = desk.psbot("check")
    assert said.code == 1
    (text,) = (text for text in findings(said, "FIX ") if "internal place" in text)
    missing = sum(not plan.internal_root for plan in desk.plans)
    assert text.startswith(f"{missing} engagements")
    pasted = said.out[said.out.index("engagements:\n") :].split("\nok")[0]
    lines = yaml.safe_load(pasted)["engagements"]
    assert len(lines) == missing
    assert all(set(facts) == {"internal"} for facts in lines.values())


def test_an_internal_namespace_that_everybody_can_read_is_a_problem(desk: Desk) -> None:
    desk.gitlab.world.group("acme/ps-internal").visibility = "public"
    said = desk.psbot("check")
    assert said.code == 1
    assert any("declared internal, but everybody can read" in text for text in findings(said, "FIX "))


def test_a_healthy_set_up_is_told_its_next_step(desk: Desk) -> None:
    said = desk.psbot("check")
    assert said.code == 0
    assert "0 to put right. Next: psbot run --dry-run" in said.err


class Project:
    """A client that knows one project."""

    def __init__(self, **shape: str) -> None:
        self.shape = shape

    def get(self, path: str) -> dict[str, str]:
        assert path == "/projects/acme%2Fpsbot-config"
        return self.shape


@pytest.mark.parametrize(
    ("shape", "wanted", "level", "words"),
    [
        ({"pages_access_level": "public", "visibility": "private"}, "true", "problem", "access control is off"),
        ({"pages_access_level": "enabled", "visibility": "internal"}, "true", "problem", "access control is off"),
        ({"pages_access_level": "public", "visibility": "private"}, "", "note", "access control is off"),
        ({"pages_access_level": "private", "visibility": "private"}, "true", "ok", "for members only"),
        ({"pages_access_level": "enabled", "visibility": "private"}, "true", "ok", "for members only"),
        ({"pages_access_level": "disabled", "visibility": "private"}, "true", "note", "are not on"),
        ({"pages_access_level": "private", "visibility": "private"}, "", None, ""),
    ],
)
def test_pages_that_stand_open_are_found_in_a_pipeline(
    desk: Desk, shape: dict[str, str], wanted: str, level: str | None, words: str
) -> None:
    session = open_session(desk.config, {"CI_PROJECT_PATH": "acme/psbot-config", "PSBOT_PAGES": wanted})
    session.__dict__["client"] = Project(**shape)
    found: list[CheckResult] = list(check_pages(session))
    assert [f.level for f in found] == ([level] if level else [])
    assert all(words in f.text for f in found)


def test_outside_a_pipeline_no_page_is_looked_at(desk: Desk) -> None:
    assert list(check_pages(open_session(desk.config, {"PSBOT_PAGES": "true"}))) == []


# -- init


@pytest.mark.parametrize("name", ["ps-internal", "internal", "acme/backoffice", "intern"])
def test_what_says_that_it_is_internal_is_proposed_as_internal(name: str) -> None:
    assert sounds_internal(name)


@pytest.mark.parametrize("name", ["international-bank", "internet-shop", "devops", "customers", "shops", "internals"])
def test_a_customer_is_never_proposed_as_internal_for_what_its_name_begins_with(name: str) -> None:
    assert not sounds_internal(f"acme/{name}")


def test_what_the_public_can_read_is_never_proposed_as_internal() -> None:
    proposal = make_proposal(Survey("acme", children={"acme/ps-internal": "public", "acme/x": "private"}), None)
    assert "internal" not in proposal.namespaces.values()


def test_nothing_is_invented(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_URL", desk.gitlab.url)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    path = desk.folder / "new.yml"
    said = desk.call("--config", str(path), "init", "--from", "acme")
    assert said.code == 0, said.err
    assert f"psbot --config {path} check" in said.err
    assert "set GITLAB_TOKEN" not in said.err, "it is set"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert written["finance"]["targets"] == {}, "a target that nobody set would be reported as missed"
    assert written["finance"]["rates"] == {}
    assert written["calendar"]["timezone"] == "Europe/Berlin"
    assert written["gitlab"]["url"] == desk.gitlab.url


def test_init_writes_where_psbot_config_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSBOT_CONFIG", str(desk.folder / "mine.yml"))
    said = desk.call("init")
    assert said.code == 0
    assert (desk.folder / "mine.yml").exists()
    assert "Next: psbot check" in said.err


def test_a_group_that_is_not_there_leaves_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_URL", desk.gitlab.url)
    path = desk.folder / "new.yml"
    said = desk.call("--config", str(path), "init", "--from", "acme/nowhere")
    assert said.code == 2
    assert "'acme/nowhere' is not a group that the token can see" in said.err
    assert not path.exists()


def test_the_time_zone_of_the_machine_is_a_name_or_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Asia/Tokyo")
    assert local_timezone() == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "EST5EDT,M3.2.0,M11.1.0")
    assert local_timezone() == "UTC" or "/" in local_timezone()


def test_the_editor_line_leads_to_a_schema_that_holds_the_starter_valid(
    call: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("init").code == 0
    text = (tmp_path / "config.yml").read_text(encoding="utf-8")
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((tmp_path / named).read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(text), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text) | {"serve": {"at": ["6 am"]}}, schema)


# -- what to do next


def test_check_ends_with_the_one_thing_to_do_next_and_names_the_next_ten_reports(desk: Desk) -> None:
    config = yaml.safe_load(desk.config.read_text(encoding="utf-8"))
    config["engagements"] = {}
    desk.config.write_text(yaml.safe_dump(config), encoding="utf-8")
    said = desk.psbot("check")
    assert said.code == 1
    last = said.out[said.out.index("Next, put this right:") :]
    assert (
        last.splitlines()[0].removeprefix("Next, put this right: ")
        in said.out[: said.out.index("Next, put this right:")]
    )
    assert len(re.findall(r"^ok    next \w+ report", said.out, re.M)) == 10


@pytest.mark.parametrize("desk", ["ultimate, four"], indirect=True)
def test_equal_faults_are_one_finding(desk: Desk) -> None:
    for e in (*desk.gitlab.world.items.values(), *desk.gitlab.world.epics.values()):
        e.description = (e.description or "").replace("hours:", "huors:")
    said = desk.psbot("check")
    lines = [line for line in findings(said, "FIX ") if "huors" in line]
    assert len(lines) == 1
    assert lines[0].count("&") + lines[0].count("#") > 2


def test_the_address_of_the_api_serves_as_that_of_gitlab(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_URL", f"{desk.gitlab.url}/api/v4/")
    assert f"{desk.gitlab.url}: GitLab" in desk.psbot("check").out
