"""A demo GitLab with the sample portfolio, and the command line against it, in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.cli import main
from bot.demo import DEMO_CONFIG
from bot.demo.catalogue import PLANS, Script
from bot.demo.timesheets import make_bookings, make_timesheets
from fakegitlab import DemoGitLab
from tests.demo.hostile import make_hostile_portfolio
from tests.demo.small import FEW, SMALL
from tests.shelf import Shelf


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """A user's desk: a folder with config.yml, an environment, and a demo GitLab to talk to."""

    gitlab: DemoGitLab
    folder: Path
    day: date
    call: Callable[..., Said]
    plans: tuple[Script, ...]

    @property
    def config(self) -> Path:
        return self.folder / "config.yml"

    def without_roll_ups(self) -> None:
        """No issues of months and quarters, where a test looks at none: those derive a quarter's weeks."""
        config = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        config["reports"] |= {kind: {"enabled": False} for kind in ("monthly", "quarterly")}
        self.config.write_text(yaml.safe_dump(config), encoding="utf-8")

    def psbot(self, *arguments: str) -> Said:
        return self.call("--config", str(self.config), *arguments)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    for name in list(os.environ):
        if name.startswith(("CI", "GITLAB_", "PSBOT_")):
            monkeypatch.delenv(name)

    def psbot(*arguments: str) -> Said:
        capsys.readouterr()
        code: object = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Said(int(str(code or 0)), out, err)

    return psbot


@pytest.fixture(scope="session")
def address() -> Iterator[DemoGitLab]:
    """One address for all desks: what is read from equal portfolios is equal, down to the links."""
    with DemoGitLab() as gitlab:
        yield gitlab


@cache
def sheets(day: date, edition: str, plans: tuple[Script, ...]) -> dict[str, str]:
    """The CSV files beside config.yml."""
    hours, booked = make_timesheets(day, 7, edition, plans), make_bookings(day, 7, edition, plans)
    return {"hours.csv": hours, "bookings.csv": booked}


@pytest.fixture(params=["ultimate"])
def desk(
    request: pytest.FixtureRequest,
    address: DemoGitLab,
    tmp_path: Path,
    call: Callable[..., Said],
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """`desk` with two engagements, or more: "free, four", "ce, whole"."""
    day = datetime.now(UTC).date()
    edition, _, size = str(request.param).partition(", ")
    plans = {"": FEW, "four": SMALL, "whole": PLANS}[size]
    address.become(make_hostile_portfolio(day, 7, edition, plans), edition)
    config = DEMO_CONFIG(day, address.url, 7, edition, csv=True, plans=plans)
    (tmp_path / "config.yml").write_text(config, encoding="utf-8")
    for name, text in sheets(day, edition, plans).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("GITLAB_TOKEN", address.token)
    monkeypatch.setattr("bot.app.kept.Cache", Shelf)
    return Desk(address, tmp_path, day, call, plans)
