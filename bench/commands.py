"""What users' commands cost, as processes: CPU and peak memory by the operating system.

`python -m bench.commands` takes a middling portfolio; `--engagements 200 --items 20000`, `--engagements 3000 --items 24000` and
`--engagements 1 --items 50000` are the sizes of docs/scale.md. The demo GitLab runs in a process of its own, without latency.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import tell
from bench.read import TODAY, demo
from bot.demo.large import LARGE_CONFIG
from bot.domain.frozen import frozen

STARTS = (("--version",), ("--help",))
DAY = TODAY.isoformat()
COMMANDS = {
    "status, cold": ("status", "--json", "--as-of", DAY),
    "status, warm": ("status", "--json", "--as-of", DAY),
    "export, warm": ("export", "--out", "snapshot.json"),
    "weekly run, warm": ("run", "--dry-run", "--as-of", DAY),
    "site from a snapshot": ("site", "--snapshot", "snapshot.json", "--as-of", DAY, "--out", "site"),
}


@frozen
class Cost:
    """What a process took."""

    cpu: float
    wall: float
    peak_mib: float
    code: int


def measure(arguments: tuple[str, ...], folder: Path, environment: dict[str, str]) -> Cost:
    """One command as a process of its own; its output goes to a file, as a pipeline's does."""
    begin = time.perf_counter()
    root = str(Path(__file__).parents[1])
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=folder,
            stdout=output,
            stderr=output,
            env=os.environ | environment | {"PYTHONPATH": root},
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, process.returncode)


def run(engagements: int, items: int, only: list[str]) -> None:
    """Every command once on one portfolio."""
    size = f"{engagements} × {items // engagements}"
    with demo(engagements, items, 0.0) as (url, token), tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        (folder / "config.yml").write_text(LARGE_CONFIG(url), encoding="utf-8")
        environment = {"GITLAB_TOKEN": token, "GITLAB_URL": url, "CI": "1"}
        for name, arguments in COMMANDS.items():
            if only and not any(name.startswith(word) for word in only):
                continue
            cost = measure(arguments, folder, environment)
            if cost.code not in (0, 1):
                print((folder / "output").read_text(encoding="utf-8")[-2000:])
            tell(f"{name}, {size}: CPU", cost.cpu, "s")
            tell(f"{name}, {size}: peak memory", cost.peak_mib, "MiB")


def starts() -> None:
    """What a command costs before it does anything: the best of five."""
    with tempfile.TemporaryDirectory() as home:
        for arguments in STARTS:
            cost = min((measure(arguments, Path(home), {}) for _ in range(5)), key=lambda c: c.cpu)
            tell(f"psbot {' '.join(arguments)}: CPU", cost.cpu, "s")


def main(arguments: list[str] | None = None) -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(prog="bench.commands", description=__doc__)
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--engagements", type=int, default=50)
    parser.add_argument("--only", action="append", default=[], help="the beginning of a command's name")
    options = parser.parse_args(arguments)
    starts()
    run(options.engagements, options.items, options.only)


if __name__ == "__main__":
    main()
