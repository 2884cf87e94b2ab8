"""Control characters of GitLab's texts reach no terminal, log, table, file or file name; what is left is its owner's only."""

from __future__ import annotations

import os
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fakegitlab import DemoGitLab, World
from tests.app.office import REPORTS, SOW, add_engagement, config
from tests.cli.conftest import Said

NASTY = "\x1b[2J\x9b31m\x07\x00\x7f\u202e\u2066\x85\r\b"
ALLOWED = {"\n", "\t"}
DIRECTIONS = "\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
EVIL = f"Evil{NASTY}title"
COMMANDS: dict[str, tuple[str, ...]] = {
    "dry run": ("run", "--dry-run", "--plan", "left/plan.json", "--out", "left/texts", "--junit", "left/dry.xml"),
    "run": ("run", "--out", "left/run", "--junit", "left/run.xml", "--save", "left/saved.json"),
    "apply": ("apply", "left/plan.json"),
    "status": ("status",),
    "status as JSON": ("status", "--json"),
    "forecast": ("forecast", "--trials", "200"),
    "forecast as JSON": ("forecast", "--json", "--trials", "200"),
    "explain": ("explain", "acme/ps/globex#1"),
    "export": ("export", "-o", "left/snapshot.json", "--tables", "left/tables", "--parquet"),
    "export to the terminal": ("export",),
    "site": ("site", "--out", "left/site"),
    "deck": ("deck", "--report", "monthly", "-o", "left/deck.pptx"),
    "backtest": ("backtest",),
    "check": ("check",),
    "new": ("new", "sow.yml", "--dry-run", "--plan", "left/new.json"),
    "init": ("--config", "left/fresh.yml", "init", "--from", "acme/ps"),
}


def nasty_world() -> World:
    """Every text that somebody can type in GitLab holds control and direction characters."""
    world = World(now="2026-11-26T09:00:00Z")
    world.project(REPORTS)
    world.project("acme/cust/globex", name=f"Globex{NASTY}")
    root = add_engagement(world, "globex", f"partner: 'Kumo{NASTY}'\npm: 'ann'\nregion: \"EM\\eEA\"")
    root.title = EVIL
    project = world.find_project("acme/ps/globex")
    assert project is not None
    project.name = f"Globex{NASTY}"
    world.user("dev", f"Dev{NASTY}")
    world.milestone(project, EVIL, due="2026-11-20", created_at="2026-09-01")
    labels = ["PS Risk", f"odd{NASTY}label"]
    world.issue(project, f"Risk{NASTY}", labels=labels, description=NASTY * 9, milestone=EVIL, assignees=["dev"])
    world.issue(project, f"Late{NASTY}", due_date="2026-11-10", milestone=EVIL, assignees=["dev"], author="dev")
    world.note(root, f"Note{NASTY}", author="dev")
    return world


@pytest.fixture
def place(tmp_path: Path, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Said]]:
    world = nasty_world()
    token = world.token(world.user("psbot", bot=True), role="maintainer")
    with DemoGitLab(world) as gitlab:
        values: dict[str, Any] = config() | {"gitlab": {"url": gitlab.url, "cache": "left/cache"}}
        (tmp_path / "config.yml").write_text(yaml.safe_dump(values), encoding="utf-8")
        (tmp_path / "sow.yml").write_text(SOW, encoding="utf-8")
        monkeypatch.setenv("GITLAB_TOKEN", token.value)
        monkeypatch.setenv("GITLAB_URL", gitlab.url)
        monkeypatch.chdir(tmp_path)
        before = os.umask(0o022)
        try:
            yield call
        finally:
            os.umask(before)


def hostile(text: str) -> set[str]:
    """Characters that drive or deceive a terminal."""
    return {hex(ord(c)) for c in text if (unicodedata.category(c) == "Cc" or c in DIRECTIONS) and c not in ALLOWED}


def words_of(path: Path) -> str:
    """What a file says; of a zip its members' names and words."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            texts = [parts.read(name).decode("utf-8") for name in parts.namelist() if name.endswith((".xml", ".rels"))]
            return "\n".join([*parts.namelist(), *texts]).replace("\r\n", "\n")
    data = path.read_bytes()
    binary = data.startswith((b"SQLite", b"PAR1"))
    return "" if binary else data.decode("utf-8").replace("\r\n", "\n")


def test_no_command_and_no_file_passes_them_on(place: Callable[..., Said]) -> None:
    said = {name: place(*arguments) for name, arguments in COMMANDS.items()}
    ended = {name: (answer.code, answer.err[-300:]) for name, answer in said.items() if answer.code not in (0, 1)}
    assert not ended
    assert "Evil" in said["status"].out, "the world was read"
    assert {name: hostile(a.out + a.err) for name, a in said.items() if hostile(a.out + a.err)} == {}
    left = [path for path in Path("left").rglob("*") if path.is_file()]
    assert len(left) > 30
    assert {str(path): hostile(words_of(path)) for path in left if hostile(words_of(path))} == {}
    assert not [path for path in left if hostile(str(path))]
    open_ = {str(path): oct(stat.S_IMODE(path.stat().st_mode)) for path in left}
    assert {path: mode for path, mode in open_.items() if mode != "0o600"} == {}


def test_a_file_that_stood_open_is_closed_before_it_is_written(place: Callable[..., Said]) -> None:
    stood = Path("snapshot.json")
    stood.write_text("{}", encoding="utf-8")
    stood.chmod(0o666)
    assert place("export", "-o", str(stood)).code in (0, 1)
    assert stat.S_IMODE(stood.stat().st_mode) == 0o600
