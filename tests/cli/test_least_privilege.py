"""Each command with the least role and scope: it does all that it does with more, and with less it says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import bot.app.serve
import bot.app.session
import bot.cli.assistants
from bot.cli.app import app
from fakegitlab import DemoGitLab, World
from tests.app.office import SOW, build_world, config, without_roll_ups
from tests.cli.conftest import Said

DOCS = Path(__file__).parents[2] / "docs" / "security.md"
READING: dict[str, tuple[str, ...]] = {
    "status": ("status",),
    "forecast": ("forecast", "--trials", "100"),
    "explain": ("explain", "acme/ps/globex#1", "--trials", "100"),
    "export": ("export", "-o", "left.json"),
    "site": ("site", "--out", "left"),
    "deck": ("deck", "--report", "monthly", "-o", "left.pptx"),
    "backtest": ("backtest",),
    "check": ("check",),
    "run --dry-run": ("run", "--dry-run"),
    "new --dry-run": ("new", "sow.yml", "--dry-run"),
    "mcp": ("mcp",),
}
WRITING: dict[str, tuple[str, ...]] = {
    "run": ("run",),
    "apply": ("apply", "plan.json"),
    "new": ("new", "sow.yml"),
    "init --labels": ("init", "--labels"),
    "serve": ("serve",),
}
ALONE = ("demo", "schema", "init")
"""They ask no GitLab."""


@pytest.fixture
def world() -> World:
    made = build_world()
    made.project("acme/ps/umbrella")
    return made


@pytest.fixture
def gitlab(
    world: World, tmp_path: Path, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> Iterator[DemoGitLab]:
    with DemoGitLab(world) as made:
        (tmp_path / "config.yml").write_text(yaml.safe_dump(without_roll_ups(config())), encoding="utf-8")
        (tmp_path / "sow.yml").write_text(SOW, encoding="utf-8")
        monkeypatch.setenv("GITLAB_URL", made.url)
        monkeypatch.chdir(tmp_path)
        yield made


def use(world: World, monkeypatch: pytest.MonkeyPatch, role: str, scope: str) -> None:
    """A token of psbot's user with this role in every group and this scope."""
    user = world.user("psbot", bot=True)
    for space in (*world.groups.values(), *world.projects.values()):
        space.members.pop(user.id, None)
    token = world.token(user, (scope,), role, value=f"token-of-a-{role}-{scope}")
    monkeypatch.setenv("GITLAB_TOKEN", token.value)


@pytest.mark.parametrize(("role", "scope", "names"), [("planner", "read_api", "`api`"), ("guest", "api", "Planner")])
def test_serve_does_not_wait_for_six_in_the_morning_to_say_so(
    role: str,
    scope: str,
    names: str,
    gitlab: DemoGitLab,
    world: World,
    call: Callable[..., Said],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []
    monkeypatch.setattr(bot.app.serve, "serve_forever", lambda *rest: started.append("serving"))
    use(world, monkeypatch, role, scope)
    said = call("serve")
    assert (said.code, names in said.err, started) == (3, True, [])
    use(world, monkeypatch, "planner", "api")
    assert (call("serve").code, started) == (0, ["serving"])
    gitlab.stop()
    monkeypatch.setattr(bot.app.session, "RETRY_BUDGET", 0.0)
    assert (call("serve").code, started) == (0, ["serving"] * 2), "GitLab may be back by then"


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` runs its job once, `mcp` ends with its input: what they would do again and again."""
    monkeypatch.setattr(bot.app.serve, "serve_forever", lambda job, *rest: job())
    monkeypatch.setattr(
        bot.cli.assistants,
        "make_server",
        lambda assistant: SimpleNamespace(run=lambda way: print(assistant.portfolio())),
    )


def steady(text: str) -> str:
    """Without what tells of the token itself, and of the moment."""
    lines = [line for line in text.split("\n") if not re.search("role|scope|token|taken_at|seconds|requests", line)]
    return "\n".join(lines)


def left() -> dict[str, str]:
    found = {p.name: p.read_bytes().decode("utf-8", "replace") for p in Path().rglob("left*") if p.is_file()}
    return {name: steady(text) for name, text in found.items() if name.endswith(".json")}


def test_who_only_looks_needs_to_read_and_sees_all_that_a_maintainer_sees(
    gitlab: DemoGitLab, world: World, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All other commands rest on what `export` read and on what stands, which `run --dry-run` compares."""
    Path("config.yml").write_text(yaml.safe_dump(config()), encoding="utf-8")
    use(world, monkeypatch, "maintainer", "api")
    much = {name: steady(call(*READING[name]).out) for name in ("export", "run --dry-run", "new --dry-run")}
    files = left()
    use(world, monkeypatch, "planner", "read_api")
    said = {name: call(*arguments) for name, arguments in READING.items()}
    assert {name: steady(said[name].out) for name in much} == much
    assert left() == files
    assert {name: (s.code, s.err[-200:]) for name, s in said.items() if s.code and name != "check"} == {}
    assert gitlab.writes == []


def test_a_token_that_may_not_read_is_told_so(
    gitlab: DemoGitLab, world: World, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(world, monkeypatch, "planner", "read_user")
    for name, arguments in READING.items():
        said = call(*arguments)
        assert (said.code, "read_api" in said.err + said.out) == (3, True), name


def test_a_guest_who_sees_half_of_everything_reports_nothing(
    gitlab: DemoGitLab, world: World, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(world, monkeypatch, "planner", "read_api")
    assert call("run", "--dry-run", "--plan", "plan.json").code == 0
    use(world, monkeypatch, "guest", "api")
    for name, arguments in (READING | WRITING).items():
        said = call(*arguments)
        assert (said.code, "Planner" in said.err + said.out) == (3, True), (name, said)
    assert gitlab.writes == []


def test_where_it_is_only_a_guest_a_namespace_is_named_and_the_others_are_served(
    gitlab: DemoGitLab, world: World, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(world, monkeypatch, "guest", "api")
    for path in ("acme/ps", "acme/cust"):
        group = world.find_namespace(path)
        assert group is not None
        world.member(group, "psbot", "planner" if path == "acme/ps" else "guest")
    said = call("status", "--json")
    assert (said.code, len(json.loads(said.out)["engagements"])) == (1, 2)
    assert "acme/cust" in said.err
    assert "guest" in said.err


def test_a_stranger_is_told_that_the_namespaces_are_not_to_be_seen(
    gitlab: DemoGitLab, world: World, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.user("psbot", bot=True)
    for space in (*world.groups.values(), *world.projects.values()):
        space.members.pop(user.id, None)
    monkeypatch.setenv("GITLAB_TOKEN", world.token(user, ("api",), None, value="token-of-a-stranger").value)
    for name in ("status", "run"):
        said = call(*(READING | WRITING)[name])
        assert said.code == 1, (name, said)
        assert re.search("acme/.* the token can see. .*its role there", said.err)
    assert gitlab.writes == []


@pytest.mark.parametrize("name", WRITING)
def test_who_writes_needs_the_scope_api_and_no_more_than_a_planners_role(
    name: str, gitlab: DemoGitLab, world: World, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(world, monkeypatch, "planner", "read_api")
    assert call("run", "--dry-run", "--plan", "plan.json").code == 0
    refused = call(*WRITING[name])
    assert (refused.code, gitlab.writes) == (3, [])
    assert "api" in refused.err
    use(world, monkeypatch, "planner", "api")
    assert call(*WRITING[name]).code == 0, "the least is enough"
    assert gitlab.writes


def test_the_page_names_every_command_with_its_least() -> None:
    rows = dict(re.findall(r"^\| ((?:`[^`|]+`(?:, )?)+) \| `(\w+)`", DOCS.read_text(encoding="utf-8"), re.M))
    told = {name.strip("`"): scope for names, scope in rows.items() for name in names.split(", ")}
    assert {name: told.get(name) for name in READING} == dict.fromkeys(READING, "read_api")
    assert {name: told.get(name) for name in WRITING} == dict.fromkeys(WRITING, "api")
    commands = {str(c.name or (c.callback and c.callback.__name__)) for c in app.registered_commands}
    assert commands == {name.split()[0] for name in (*READING, *WRITING, *ALONE)}
