"""What a wheel would put into an environment: one name, and the code below it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of packages as the wheel's own table lays it out, and another package called `bot` beside it."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = table["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, target in sorted(wheel["force-include"].items(), key=lambda pair: len(pair[1])):
        place = tmp_path / target
        if target.startswith("psbot/app/bot/"):  # inside what is a link here
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.parent.name == "app":
            place.symlink_to(ROOT / source)
        elif not place.exists():
            place.mkdir()
            for file in (ROOT / source).glob("*.py"):
                (place / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot/__init__.py").write_text("WHO = 'somebody else'\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_its_only_name_is_psbot() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    targets = table["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].values()
    assert {target.split("/")[0] for target in targets} == {"psbot"}
    assert table["project"]["scripts"] == {"psbot": "psbot:main"}


def test_another_package_called_bot_is_not_in_its_way_and_it_not_in_theirs(installed: Path) -> None:
    assert run(installed, "-m", "psbot", "--version").startswith("psbot ")
    assert run(installed, "-c", "import psbot, bot; print(bot.WHO)").strip() == "somebody else"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_completed_in_each_shell(shell: str) -> None:
    asked = {
        "_PSBOT_COMPLETE": f"complete_{shell}", "COMP_WORDS": "psbot fore", "COMP_CWORD": "1",
        "_TYPER_COMPLETE_ARGS": "psbot fore", "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }  # fmt: skip
    code = f"import os; os.environ |= {asked!r}; from bot.cli import main; main([])"
    assert "forecast" in run(ROOT, "-c", code)
