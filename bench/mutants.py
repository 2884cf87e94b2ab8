"""Mutation testing of what decides who reads what: cosmic-ray changes one thing at a time, the nearest tests must notice.

`make mutants` runs all targets (hours), `make mutants ONLY=approval` one. A survivor is named with its line; those that
change nothing anybody could notice stand in ACCEPTED with the reason. More than one in ten is a failure, and what deletes,
closes or posts to a customer may have none.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("bot", "fakegitlab", "tests", "templates", "docs", "bench")
MOST_SURVIVORS = 0.10
TARGETS: dict[str, tuple[str, str]] = {
    "approval": ("bot/publish/approval.py", "tests/publish/test_approval.py"),
    "audience": ("bot/publish/audience.py", "tests/publish/test_audience.py tests/app/test_audiences.py"),
    "channels": ("bot/publish/channels.py", "tests/app/test_audiences.py"),
    "customers": ("bot/domain/customers.py", "tests/domain/test_customers.py"),
    "planner": ("bot/publish/planner.py", "tests/publish/test_plan.py tests/publish/test_exactly_once.py"),
    "precheck": ("bot/publish/precheck.py", "tests/publish/test_exactly_once.py tests/publish/test_faults.py"),
    "execute": ("bot/publish/execute.py", "tests/publish/test_exactly_once.py tests/publish/test_faults.py"),
    "drafts": ("bot/publish/drafts.py", "tests/publish/test_approval.py"),
    "recheck": ("bot/publish/recheck.py", "tests/publish/test_plan_from_a_file.py"),
    "loss": ("bot/publish/loss.py", "tests/app/test_silence.py"),
    "change": ("bot/report/change.py", "tests/app/test_what_changed.py"),
    "safe_text": (
        "bot/report/text/safe_text.py",
        "tests/report/test_safe_text.py tests/report/test_reports_hostile.py",
    ),
    "customer": ("bot/report/kinds/customer.py", "tests/report/test_reports_customer.py"),
    "axes": ("bot/derive/decisions/axes.py", "tests/derive/test_status.py"),
    "acceptance": ("bot/derive/money/acceptance.py", "tests/derive/test_acceptance.py"),
    "revenue": ("bot/derive/forecast/revenue.py", "tests/derive/forecast/test_recognition.py"),
    "finish": ("bot/derive/forecast/finish.py", "tests/derive/forecast/test_finish_dates.py"),
}
"""Module and the tests nearest to it."""
ACCEPTED: dict[tuple[str, str], str] = {}
"""(target, the changed line as it stands) → why nobody could notice."""
_CONFIG = """[cosmic-ray]
module-path = "{module}"
timeout = 120.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:randomly -p no:cacheprovider {tests}"
[cosmic-ray.distributor]
name = "local"
"""


@dataclass(frozen=True)
class Survivor:
    """A change that no test noticed."""

    target: str
    line: int
    operator: str
    text: str

    @property
    def reason(self) -> str:
        return ACCEPTED.get((self.target, self.text), "")


def run_target(name: str, tool: str, most: int | None) -> tuple[int, list[Survivor]]:
    """How many changes were tried, and which of them survived; the tree itself is left alone."""
    module, tests = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for part in COPIED:
            shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        for file in ROOT.glob("*.*"):
            if file.is_file():
                shutil.copy(file, tree)
        (tree / "mutants.toml").write_text(_CONFIG.format(module=module, python=sys.executable, tests=tests))
        _call(tree, tool, "init", "mutants.toml", "mutants.sqlite")
        if most is not None:
            _thin_out(tree / "mutants.sqlite", most)
        _call(tree, tool, "exec", "mutants.toml", "mutants.sqlite")
        lines = (tree / module).read_text(encoding="utf-8").splitlines()
        return _judged(name, _call(tree, tool, "dump", "mutants.sqlite"), lines)


def _call(tree: Path, tool: str, *arguments: str) -> str:
    done = subprocess.run([tool, *arguments], cwd=tree, capture_output=True, text=True, check=True)
    return done.stdout


def _thin_out(database: Path, most: int) -> None:
    """Keep an even sample of the changes."""
    import sqlite3

    with sqlite3.connect(database) as connection:
        jobs = [row[0] for row in connection.execute("select job_id from work_items order by job_id")]
        kept = set(jobs[:: max(1, len(jobs) // most)][:most])
        for job in jobs:
            if job not in kept:
                connection.execute("delete from mutation_specs where job_id = ?", (job,))
                connection.execute("delete from work_items where job_id = ?", (job,))


def _judged(name: str, dump: str, lines: list[str]) -> tuple[int, list[Survivor]]:
    tried, survivors = 0, []
    for row in dump.splitlines():
        item, result = json.loads(row)
        if not result:
            continue
        tried += 1
        if result.get("test_outcome") == "survived":
            mutation = item["mutations"][0]
            line = int(mutation["start_pos"][0])
            survivors.append(Survivor(name, line, str(mutation["operator_name"]), lines[line - 1].strip()))
    return tried, survivors


def told(tried: int, survivors: list[Survivor]) -> Iterator[str]:
    """The figures of one target, line by line."""
    share = len(survivors) / tried if tried else 0.0
    yield f"{tried} changes, {len(survivors)} survived ({share:.0%})"
    for s in survivors:
        yield f"  {TARGETS[s.target][0]}:{s.line} {s.operator}: {s.text}  {s.reason or 'NO REASON'}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all without one")
    parser.add_argument("--tool", default="cosmic-ray")
    parser.add_argument("--most", type=int, help="a sample of so many changes a target")
    given = parser.parse_args()
    bad = False
    for name in given.targets or TARGETS:
        tried, survivors = run_target(name, given.tool, given.most)
        print(f"{name}: " + "\n".join(told(tried, survivors)), flush=True)
        unexplained = [s for s in survivors if not s.reason]
        bad |= not tried or len(unexplained) > MOST_SURVIVORS * tried
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
