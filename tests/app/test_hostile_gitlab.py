"""Whatever GitLab answers about one engagement: the others are served unchanged, the fault is named, exit code 1."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import main
from fakegitlab import DemoGitLab
from tests.app.hostile_gitlab import BAD_FACTS, HostileGitLab, poison_world, spoiler
from tests.app.office import build_world, config

Call = Callable[..., tuple[int, str, str]]
NEIGHBOURS = ("acme/ps/globex#1", "acme/ps/initech#1")


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    for name in list(os.environ):
        if name.startswith(("CI", "GITLAB_", "PSBOT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def psbot(gitlab: DemoGitLab, *arguments: str) -> tuple[int, str, str]:
        text = yaml.safe_dump(config() | {"gitlab": {"url": gitlab.url}})
        Path("config.yml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("GITLAB_TOKEN", gitlab.token)
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(str(end.value.code or 0)), out, err

    return psbot


def figures(out: str) -> dict[str, Any]:
    """What stands for the neighbours alone, by reference."""
    found = {e["ref"]: e for e in json.loads(out)["engagements"]}
    return {ref: {k: found[ref][k] for k in ("phase", "progress", "budget", "schedule", "scope")} for ref in NEIGHBOURS}


def status(call: Call, gitlab: DemoGitLab) -> tuple[int, str, str]:
    return call(gitlab, "status", "--json", "--as-of", "2026-11-26", "--trials", "100")


ALONE: dict[str, Any] = {}


@pytest.fixture
def alone(call: Call) -> dict[str, Any]:
    """The neighbours' figures without the third: the same in every test, so asked for once."""
    if not ALONE:
        with HostileGitLab(build_world(), lambda _, answer: answer) as gitlab:
            _, out, err = status(call, gitlab)
        assert out, err
        ALONE.update(figures(out))
    return ALONE


@pytest.mark.parametrize("facts", random.Random(17).sample(BAD_FACTS, 4))
def test_what_people_type_costs_their_engagement_alone(facts: str, call: Call, alone: dict[str, Any]) -> None:
    world = build_world()
    poison_world(world, facts)
    with HostileGitLab(world, lambda _, answer: answer) as gitlab:
        code, out, err = status(call, gitlab)
    assert figures(out) == alone
    assert code == 1
    assert "hostile" in err


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--dry-run", "--as-of", "2026-11-26"),
        ("export", "--output", "all.json", "--tables", "tables"),
        ("site", "--out", "public", "--as-of", "2026-11-26"),
    ],
)
def test_every_command_serves_the_neighbours(command: tuple[str, ...], call: Call) -> None:
    world = build_world()
    poison_world(world, "\n".join(f for f in BAD_FACTS if "[" not in f and f.count(":") == 1))
    with HostileGitLab(world, spoiler(random.Random(repr(command)))) as gitlab:
        code, out, err = call(gitlab, *command)
    assert code == 1, err
    assert "hostile" in err
    served = out + "".join(
        str(p.name) + p.read_text("utf-8") for d in ("tables", "public") for p in Path(d).rglob("*.*")
    )
    assert "Globex" in served
    assert "Initech" in served


@pytest.mark.parametrize("seed", range(6))
def test_answers_that_gitlab_never_gives_cost_their_engagement_alone(
    seed: int, call: Call, alone: dict[str, Any]
) -> None:
    world = build_world()
    poison_world(world, "value: 1e30")
    with HostileGitLab(world, spoiler(random.Random(seed))) as gitlab:
        code, out, err = status(call, gitlab)
    assert figures(out) == alone, err
    assert code == 1
