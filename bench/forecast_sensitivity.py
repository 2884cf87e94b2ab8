"""What a quarter less and a quarter more of each structural constant does to each test of the evaluation kit.

    python bench/forecast_sensitivity.py [--data ../shared/backtest] [--only OWN_SD,SKEW] [--cache FOLDER]

Prints a Markdown row for each constant of `bot/derive/forecast/constants.py`: change of the mean loss, in percent, at −25 % / +25 %.
Tests as in `forecast_groups.py`: finish (A), effort (B), next items (C), growing releases (D), managers' dates (E), revenue (F),
bookings (P). Without the data it says so and ends with 0. Needs numpy and pandas.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bench.forecast_groups as groups
from bot.derive.forecast import constants

TRIALS = 300
METRIC = {"A": "pinball", "B": "mean APE", "C": "pinball", "D": "mean APE", "E": "pinball", "F": "WAPE", "P": "WAPE"}
TESTS_OF = (
    ("PRIOR_WEIGHT", "ABCDEFP"),
    ("PARTIAL_CREDIT", "ABF"),
    ("LEAST_LEFT", "ABCDF"),
    ("OWN_SD", "ACDEF"),
    ("BURN_WEEKS", "AFP"),
)
"""From each constant on, in the order of their file, the tests that it and the following ones can move."""
KEPT = ("load_cesaw", "load_series", "load_releases", "load_managed", "planned_bookings")
BASELINES = ("plan_baselines", "hour_baselines")


def remember(kit: ModuleType) -> None:
    """Data and baselines of the kit are worked out once: only the program's answers change."""

    def kept(function: Callable[..., Any]) -> Callable[..., Any]:
        known: dict[Any, Any] = {}

        def call(*arguments: Any) -> Any:
            key = tuple(tuple(map(id, a)) if isinstance(a, list) else a for a in arguments if not hasattr(a, "random"))
            if key not in known:
                known[key] = function(*arguments)
            return known[key]

        return call

    for name in (*KEPT, *BASELINES):
        setattr(kit, name, kept(getattr(kit, name)))


class Remembering(groups.InProcess):
    """Snapshots are read once."""

    _read: dict[str, Any]

    def _portfolio(self, batch: Any) -> Any:
        known = self.__dict__.setdefault("_read", {})
        if batch.name not in known:
            known[batch.name] = super()._portfolio(batch)
        return known[batch.name]


def losses(kit: ModuleType, data: Path, program: groups.InProcess, tests: str) -> dict[str, list[float]]:
    """The program's mean losses by test, a value for each of its cells."""
    found: dict[str, list[float]] = {}
    cells, _ = groups.run(kit, data, program, set(tests), True)
    for cell in cells:
        test = cell.name[0]
        if test in tests and "all" not in cell.groups:
            found.setdefault(test, []).append(float(np.mean(kit.losses_of(cell, METRIC[test], "program"))))
    return found


def scaled(value: Any, factor: float) -> Any:
    """A constant (or each of several) times a factor; counts stay whole."""
    if isinstance(value, tuple):
        return tuple(scaled(v, factor) for v in value)
    return max(round(value * factor), 1) if isinstance(value, int) else value * factor


def set_everywhere(name: str, value: Any) -> None:
    """Another value of a constant, in every module that uses it."""
    for module in [m for n, m in sys.modules.items() if n.startswith("bot.derive.forecast") and hasattr(m, name)]:
        setattr(module, name, value)


def names() -> list[str]:
    """All constants, in the order of their file."""
    tree = ast.parse(Path(str(constants.__file__)).read_text(encoding="utf-8"))
    return [t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)]


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=groups.DATA)
    parser.add_argument("--only", default="", help="constants, comma-separated")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    if not (options.data / "evaluate.py").exists():
        print(f"no evaluation kit in {options.data}: nothing to measure")
        return 0
    kit = groups.load_kit(options.data)
    remember(kit)
    program = Remembering(kit, options.cache, trials=TRIALS)
    base = losses(kit, options.data, program, "ABCDEFP")
    wanted, tests = options.only.split(",") if options.only else names(), ""
    starts = dict(TESTS_OF)
    print("| constant | " + " | ".join(base) + " |\n" + "| --- |" + " --- |" * len(base))
    for name in names():
        tests = starts.get(name, tests)
        if name in wanted:
            print(_row(name, tests, base, lambda t: losses(kit, options.data, program, t)), flush=True)
    return 0


def _row(name: str, tests: str, base: dict[str, list[float]], measure: Callable[[str], dict[str, list[float]]]) -> str:
    value = getattr(constants, name)
    sides = []
    for factor in (0.75, 1.25):
        set_everywhere(name, min(scaled(value, factor), 1.0) if name == "PARTIAL_CREDIT" else scaled(value, factor))
        sides.append(measure(tests))
    set_everywhere(name, value)
    cells = []
    for test, known in base.items():
        if test in tests:
            less, more = (100 * (float(np.mean(np.array(s[test]) / np.array(known))) - 1) for s in sides)
            cells.append(f"{less:+.1f} / {more:+.1f}")
        else:
            cells.append("")
    return f"| `{name}` {value} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
