"""Does the forecast hold on groups that it was not chosen by? Leave-one-group-out over organisations and kinds of data set.

    python bench/forecast_groups.py [--data ../shared/backtest] [--only A,B,C,D,E,F,P] [--full] [--cache FOLDER]

The evaluation kit's cases and baselines (`evaluate.py` beside the data), answered in this process by the forecast alone. Each
group is judged against the simple baseline that is best on all *other* groups, so that neither side was chosen by the group
it is judged on. Worst group first. Without the data it says so and ends with 0. Needs numpy and pandas.
"""

from __future__ import annotations

import argparse
import copyreg
import importlib.util
import json
import pickle
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.config import Settings
from bot.config.settings import parse_config
from bot.derive.catalog import vocabulary
from bot.derive.forecast import EngagementForecast, forecast_engagement, learn_by_day, portfolio_revenue
from bot.derive.pipeline import make_subjects
from bot.derive.subject import Subject
from bot.domain.model import Portfolio, as_of
from bot.domain.snapshot import load_snapshot

DATA = Path(__file__).resolve().parents[2] / "shared" / "backtest"
TRIALS = 1_000
LEAST_CASES = 6
"""Groups with fewer cases say nothing and are left out."""


def _frozen(plain: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(plain)


copyreg.pickle(MappingProxyType, lambda m: (_frozen, (dict(m),)))


@dataclass
class InProcess:
    """Stands in for the kit's program: the same questions, without starting anything."""

    kit: ModuleType
    cache: Path | None = None
    trials: int = TRIALS
    seed: int = 1
    seconds: float = 0.0

    def ask(self, batch: Any) -> Any:
        """The kit's answer for one batch."""
        portfolio, settings = self._portfolio(batch)
        calendar = settings.work_calendar(range(batch.as_of.year - 20, batch.as_of.year + 8))
        began = time.process_time()
        learned = learn_by_day(portfolio, calendar, settings)
        wanted = [
            s for s in make_subjects(portfolio, batch.as_of, settings, calendar) if s.engagement.ref in batch.cases
        ]
        pairs = [
            (s, forecast_engagement(s, learned(batch.as_of), seed=self.seed, trials=self.trials, earlier=learned))
            for s in wanted
        ]
        self.seconds += time.process_time() - began
        return self._answer(batch, pairs, settings)

    def _answer(self, batch: Any, pairs: list[tuple[Subject, EngagementForecast]], settings: Settings) -> Any:
        answer = self.kit.Answer(batch)
        answer.engagements = {s.engagement.ref: {"forecast": _plain(f)} for s, f in pairs}
        whole = portfolio_revenue(pairs, settings=settings)
        answer.portfolio = {"revenue": {n: {k: getattr(q, k) for k in MONEY} for n, q in whole.quarters.items()}}
        return answer

    def ask_all(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Answers to all batches, in order."""
        return map(self.ask, batches)

    def _portfolio(self, batch: Any) -> tuple[Portfolio, Settings]:
        """The batch's snapshot as the program would read it; kept in the cache folder."""
        path = self.cache / f"{batch.name.replace('/', '').replace(' ', '_')}.pickle" if self.cache else None
        settings = parse_config(self.kit.CONFIG, "config.yml", vocabulary())
        if path and path.exists():
            return pickle.loads(path.read_bytes()), settings
        document = {
            "format": "psbot-snapshot/1",
            "taken_at": f"{batch.as_of}T23:59:59Z",
            "engagements": batch.build(False),
        }
        zone = settings.work_calendar([batch.as_of.year]).zone
        portfolio = as_of(load_snapshot(json.dumps(document)), batch.as_of, zone)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pickle.dumps(portfolio))
        return portfolio, settings


MONEY = ("actual", "forecast", "low", "high")


def _plain(found: EngagementForecast) -> dict[str, Any]:
    f = found.forecast
    levels = ("p10", "p50", "p80", "p95")
    return {
        "finish": {k: v.isoformat() if (v := getattr(f.finish, k)) else None for k in levels},
        "effort_hours": {k: getattr(f.effort_hours, k) for k in levels},
        "revenue": {n: {k: getattr(q, k) for k in MONEY} for n, q in f.revenue.items()},
        "revenue_by_month": {n: {k: getattr(q, k) for k in MONEY} for n, q in f.revenue_by_month.items()},
    }


def load_kit(data: Path) -> ModuleType:
    """The evaluation kit as a module."""
    spec = importlib.util.spec_from_file_location("evaluation_kit", data / "evaluate.py")
    assert spec
    assert spec.loader
    kit = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = kit
    spec.loader.exec_module(kit)
    return kit


def organisations(kit: ModuleType, data: Path) -> dict[str, str]:
    """Group of each unit of the kit: organisation of a project, server of a series, project of a release."""
    pd = kit.pd
    pd = kit.pd
    plan = pd.read_csv(data / "cesaw/issues.csv.gz", usecols=["project", "org"]).drop_duplicates("project")
    found = {
        p: f"organisation {o if isinstance(o, str) and o == o else 'unknown'}"
        for p, o in zip(plan.project, plan.org, strict=True)
    }
    series = pd.read_csv(data / "tawos/closures_per_day.csv.gz", usecols=["server", "project"]).drop_duplicates(
        "project"
    )
    return found | {p: f"server {s}" for p, s in zip(series.project, series.server, strict=True)}


def group_of(name: str, known: dict[str, str]) -> str:
    """Small releases' projects stand together; managers' projects are halved by name, as the kit does."""
    if name in known:
        return known[name]
    for project in ("DURACLOUD", "ISLANDORA"):
        if name.startswith(project):
            return project
    return "others"


def judge(
    kit: ModuleType, cell: Any, metric: str, known: dict[str, str]
) -> list[tuple[float, str, str, str, float, float, int]]:
    """By held-out group: ratio, figure, group, best baseline of the others, its loss here, the program's, cases."""
    names = np.array([group_of(str(g), known) for g in cell.groups])
    reduce = kit.METRICS[metric][1]
    mine = kit.losses_of(cell, metric, "program")
    methods = [m for m in cell.methods if m not in cell.foresight]
    losses = {m: kit.losses_of(cell, metric, m) for m in methods}
    found = []
    for group in (*sorted(set(names)), "all"):
        inside = names == group if group != "all" else np.ones(len(names), dtype=bool)
        rest = ~inside if group != "all" and not inside.all() else inside
        if inside.sum() < (3 if cell.name[0] in "AB" else LEAST_CASES):
            continue
        best = min(methods, key=lambda m: reduce(losses[m][rest]))
        theirs, ours = float(reduce(losses[best][inside])), float(reduce(mine[inside]))
        found.append(
            (
                ours / theirs if theirs else float("nan"),
                f"{cell.name} {metric}",
                group,
                best,
                theirs,
                ours,
                int(inside.sum()),
            )
        )
    return found


def _number(text: str) -> float:
    return int(text) if text.isdigit() else float(text)


def set_constant(name: str, value: str) -> None:
    """Another value of a constant, wherever it is used."""
    held = [m for n, m in sys.modules.items() if n.startswith("bot.derive.forecast") and hasattr(m, name)]
    if not held:
        raise SystemExit(f"no constant {name}")
    for module in held:
        setattr(module, name, tuple(map(_number, value.split("/"))) if "/" in value else _number(value))


METRICS = {
    "A": ("pinball", "mean APE"), "B": ("mean APE", "pinball"), "C": ("pinball", "median APE"), "D": ("median APE", "mean APE"),
    "E": ("pinball", "median APE"), "F": ("WAPE",), "P": ("WAPE",),
}  # fmt: skip


def run(
    kit: ModuleType, data: Path, program: InProcess, wanted: set[str], quick: bool
) -> tuple[list[Any], dict[str, Any]]:
    """All cells of the wanted tests, and what the kit tells beside them."""
    cells: list[Any] = []
    facts: dict[str, Any] = {}
    if wanted & {"A", "B"}:
        cells += kit.run_plans(data, program, wanted)[0]
    if "C" in wanted:
        cells += kit.run_series(data, program, quick)[0]
    if "D" in wanted:
        cells += kit.run_releases(data, program, False)[0]
    if "E" in wanted:
        cells += kit.run_managed(data, program)[0]
    if "F" in wanted:
        found, _, facts["F"] = kit.run_quarters(data, program, quick)
        cells += found
    if "P" in wanted:
        found, _, facts["P"] = kit.run_bookings(data, program, quick)
        cells += found
    return cells, facts


def bias_by_group(cell: Any, known: dict[str, str]) -> str:
    """Sum of forecasts ÷ sum of truth − 1, by group."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for name, said, truth in zip(cell.groups, cell.program[:, 1], cell.truth, strict=True):
        for group in (group_of(str(name), known), "all"):
            sums[group][0] += said
            sums[group][1] += truth
    return ", ".join(f"{g} {a / b - 1:+.2f}" for g, (a, b) in sorted(sums.items()) if b)


def main() -> int:
    """Prints the table, worst group first, then totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", default="A,B,C,D,E,F,P")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--top", type=int, default=1000, help="so many of the worst lines")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another value of a structural constant"
    )
    options = parser.parse_args()
    for text in options.set:
        set_constant(*text.split("="))
    if not (options.data / "evaluate.py").exists():
        print(f"no evaluation kit in {options.data}: nothing to measure")
        return 0
    kit, wanted = load_kit(options.data), set(options.only.split(","))
    if options.cache:
        options.cache.mkdir(parents=True, exist_ok=True)
    program = InProcess(kit, options.cache)
    cells, facts = run(kit, options.data, program, wanted, not options.full)
    known = organisations(kit, options.data)
    lines = [
        line for c in cells for m in METRICS[c.name[0]] if "all" not in c.groups for line in judge(kit, c, m, known)
    ]
    held_out = sorted((x for x in lines if x[2] != "all"), reverse=True)
    for title, chosen in (
        ("held-out groups, worst first", held_out[: options.top]),
        ("all groups together", [x for x in lines if x[2] == "all"]),
    ):
        print(
            f"\n{title}\n{'ratio':>6}  {'figure':<34}{'group':<24}{'best elsewhere':<24}{'its':>7}{'ours':>7}{'n':>5}"
        )
        for ratio, name, group, best, theirs, ours, count in chosen:
            print(f"{ratio:6.2f}  {name:<34}{group:<24}{best:<24}{theirs:7.3f}{ours:7.3f}{count:5d}")
    ratios = [x[0] for x in held_out if x[0] == x[0]]
    print(
        f"\nheld-out cells no worse than the best elsewhere: {sum(r <= 1.0005 for r in ratios)} of {len(ratios)}; geometric mean {np.exp(np.mean(np.log(np.maximum(ratios, 1e-3)))):.3f}"
    )
    for cell in cells:
        if "all" in cell.groups and "30" in cell.name:
            for metric in ("median APE", "within 5 %"):
                row = kit.figure(cell, metric)
                print(f"{row.name:<40}{row.best:<14}{row.baseline:.3f}  {row.program:.3f}")
        elif cell.name.startswith("F each"):
            print(f"bias {cell.name}: {bias_by_group(cell, known)}")
    for test in "ABCE":
        if found := [c for c in cells if c.name[0] == test]:
            row = kit.coverage(test, found)
            print(
                f"{test}: P10–P95 held {row['P10-P95']:.2f}, P80 {row['P80']:.2f}, widths {row['median width']}; each: "
                + ", ".join(
                    f"{c.name} {float(c.inside('program').mean()):.2f}/{float((c.truth <= c.quantiles('program')[:, 2] + 1e-9).mean()):.2f}"
                    for c in found
                )
            )
    for name, value in facts.get("F", {}).items():
        print(f"F {name}: {value}")
    for variant, row in facts.get("P", {}).items():
        print(
            f"P {variant}: n {row['cases']} with {row['with']:.3f} none {row['none']:.3f} ratio {row['ratio']:.2f} ({row['low']:.2f}–{row['high']:.2f}) as booked {row['as booked']:.3f} bias {row['bias']:+.2f} {'ok' if row['ok'] else 'FAIL'}"
        )
    print(f"forecasts took {program.seconds:.1f} s of processor time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
