"""The sizes of docs/scale.md: what the weekly run takes of memory, held against its bound, and CPU for each engagement.

`python -m bench.scale` (or `make bench ONLY=scale`) takes a quarter of an hour; `--most 400` leaves out what is larger. Of the one
large engagement every command is run: it must work.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.commands import COMMANDS, Cost, measure
from bench.figures import tell
from bench.read import demo
from bot.demo.large import LARGE_CONFIG

WEEKLY = ("weekly run, warm",)


@dataclass(frozen=True)
class Size:
    """So many engagements of so many items, and the peak memory in MiB that a weekly run may take."""

    engagements: int
    items: int
    bound: int
    commands: tuple[str, ...] = WEEKLY

    def __str__(self) -> str:
        return f"{self.engagements} × {self.items}"


SIZES = (
    Size(300, 8, 300),
    Size(200, 100, 350),
    Size(1, 50_000, 1_200, ("status, cold", "export, warm", *WEEKLY, "site from a snapshot")),
    Size(3_000, 8, 1_200),
)


def run(size: Size) -> None:
    """The commands of one size, each figure with its bound."""
    with (
        demo(size.engagements, size.engagements * size.items, 0.0) as (url, token),
        tempfile.TemporaryDirectory() as at,
    ):
        folder = Path(at)
        (folder / "config.yml").write_text(LARGE_CONFIG(url), encoding="utf-8")
        environment = {"GITLAB_TOKEN": token, "GITLAB_URL": url, "CI": "1"}
        for name in size.commands:
            told(f"{name.partition(',')[0]}, {size}", size, measure(COMMANDS[name], folder, environment))


def told(name: str, size: Size, cost: Cost) -> None:
    """Memory against the bound, CPU in all and for each engagement; what failed."""
    tell(f"{name}: peak memory", cost.peak_mib, "MiB")
    tell(f"{name}: CPU", cost.cpu, "s")
    within = "within" if cost.peak_mib <= size.bound else "OVER"
    each = 1000 * cost.cpu / size.engagements
    failed = "" if cost.code in (0, 1) else f"; FAILED with exit code {cost.code}"
    print(f"    {within} the bound of {size.bound} MiB; {each:,.0f} ms of CPU an engagement{failed}", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--most", type=int, help="leave out sizes with more engagements")
    most = parser.parse_args(arguments).most
    for size in SIZES:
        if most is None or size.engagements <= most:
            run(size)


if __name__ == "__main__":
    main()
