"""The record of figures: what a benchmark measured, on which machine, at which commit; and what got worse since.

A benchmark calls `tell`; `python -m bench` gathers what was told, compares it with the last record of the same machine, and,
with `--record`, adds it to RESULTS.md. All figures are such that less is better.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.frozen import frozen

RESULTS = Path(__file__).with_name("RESULTS.md")
GATHERED = "PSBOT_BENCH_FIGURES"
WORSE = 1.2
"""From this ratio to the last record on, a figure is told as worse."""


@frozen
class Figure:
    """One measured number; `name` says of what, in which size."""

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.value:,.2f} {self.unit}"


@frozen
class Record:
    """A figure as it stands in RESULTS.md."""

    date: str
    commit: str
    machine: str
    figure: Figure

    def line(self) -> str:
        f = self.figure
        return f"| {self.date} | {self.commit} | {self.machine} | {f.name} | {f.value:.2f} | {f.unit} |"


def tell(name: str, value: float, unit: str) -> None:
    """Print a figure, and leave it for the record where one is kept."""
    figure = Figure(name, value, unit)
    print(f"  {name:58} {figure}", flush=True)
    if path := os.environ.get(GATHERED):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps([figure.name, figure.value, figure.unit]) + "\n")


def gathered(path: Path) -> list[Figure]:
    """What benchmarks left in the file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Figure(*json.loads(line)) for line in lines]


def read_records(text: str) -> list[Record]:
    """The records in the text of RESULTS.md, oldest first."""
    rows = ([cell.strip() for cell in line.strip("|\n ").split("|")] for line in text.splitlines() if line[:3] == "| 2")
    return [Record(r[0], r[1], r[2], Figure(r[3], float(r[4]), r[5])) for r in rows if len(r) == 6]


def grown_worse(found: Iterable[Figure], records: Sequence[Record], machine: str) -> list[str]:
    """A line for each figure that is more than a fifth worse than when it was last recorded on such a machine."""
    last = {r.figure.name: r for r in records if r.machine == machine}
    return [
        f"WORSE: {f.name}: {f} against {before.figure} on {before.date} ({before.commit}), {f.value / before.figure.value:.2f} times"
        for f in found
        if (before := last.get(f.name)) and before.figure.value and f.value > WORSE * before.figure.value
    ]


def new_records(found: Iterable[Figure]) -> list[Record]:
    """The figures with today's date, the commit and this machine."""
    now = datetime.now(UTC).date().isoformat()
    return [Record(now, commit(), machine(), figure) for figure in found]


def commit() -> str:
    """The commit that is checked out; a star where files differ from it."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty=*", "--exclude=*"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()


def machine() -> str:
    """What a figure depends on besides the code: processor, cores, Python."""
    model = next((line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")), "")
    return f"{model or platform.machine()} ×{os.cpu_count()}, Python {platform.python_version()}".replace("|", "/")


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
