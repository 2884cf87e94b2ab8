"""How it looks: colours and bars on a terminal, plain text elsewhere, as NO_COLOR and CI ask."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading

import pytest

from bot.cli.columns import NARROW, WIDE, fitting
from bot.cli.jobs import style_of
from tests.cli.conftest import Desk
from tests.cli.runner import ROOT

ESCAPE = "\x1b["


def on_a_terminal(arguments: list[str], **environment: str) -> str:
    """What a command prints when standard output and error are a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        env = {k: v for k, v in os.environ.items() if k not in ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS")}
        env |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment}
        os.execve(sys.executable, [sys.executable, "-m", "bot", *arguments], env)
    said = bytearray()
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said.decode(errors="replace")
    return said.decode(errors="replace")


@pytest.mark.parametrize(
    ("environment", "coloured", "redrawn"),
    [({}, True, True), ({"NO_COLOR": "1"}, False, True), ({"CI": "true", "NO_COLOR": "1"}, False, False)],
    ids=["terminal", "NO_COLOR", "CI"],
)
def test_a_terminal_gets_colours_and_bars_unless_it_asks_not_to(
    desk: Desk, environment: dict[str, str], coloured: bool, redrawn: bool
) -> None:
    said = on_a_terminal(["--config", str(desk.config), "run", "--dry-run", "--report", "status"], **environment)
    assert "would create" in said
    assert (f"{ESCAPE}32m" in said or f"{ESCAPE}1;36m" in said) is coloured
    assert (f"{ESCAPE}?25l" in said) is redrawn, "a bar hides the cursor while it is drawn"


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (250, WIDE),
        (110, NARROW),
        (80, ("status", "finish_p50", "on_time_probability", "ref")),
        (56, ("status", "finish_p50", "ref")),
        (30, ("status", "ref")),
    ],
)
def test_a_terminal_shows_the_columns_that_fit_and_always_the_reference(width: int, names: tuple[str, ...]) -> None:
    assert fitting(width, longest_ref=33) == names


def test_a_reader_that_goes_away_is_no_failure(desk: Desk) -> None:
    snapshot = desk.folder / "snapshot.json"
    assert desk.psbot("export", "-o", str(snapshot)).code == 0
    psbot = f"{sys.executable} -m bot --config {desk.config} status --snapshot {snapshot}"
    done = subprocess.run(
        ["bash", "-c", f"{psbot} | head -1 > /dev/null; exit ${{PIPESTATUS[0]}}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_ends_at_once_and_says_how_to_go_on(desk: Desk) -> None:
    desk.gitlab.faults.add("unavailable", 10_000)
    child = subprocess.Popen(
        [sys.executable, "-m", "bot", "--config", str(desk.config), "run"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test in the background ignores it
    )  # fmt: skip
    while not desk.gitlab.requests:
        threading.Event().wait(0.05)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 130
    assert "interrupted; run it again" in err
    assert "Traceback" not in err


def test_each_kind_of_line_has_its_colour() -> None:
    lines = {"done: status of x": "green", "REFUSED status": "bold red", "    +new": "green", "    -old": "red"}
    assert {line: style_of(line) for line in lines} == lines
    assert style_of("12 engagements read") == ""


def test_what_failed_is_told_once(desk: Desk) -> None:
    desk.without_roll_ups()
    text = desk.config.read_text(encoding="utf-8").replace("acme/ps-internal: internal", "acme/ps-internal: customer")
    desk.config.write_text(text, encoding="utf-8")
    said = desk.psbot("run")
    assert said.code == 1
    assert "refused: " not in said.out
    assert said.err.count("refused: portfolio") == 1
