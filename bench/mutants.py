"""Mutation testing of what decides who reads what: cosmic-ray changes one thing at a time, the nearest tests must notice.

`make mutants` runs all targets (hours), `make mutants ONLY=approval` one. A survivor is named with its line; those that
change nothing anybody could notice stand in ACCEPTED with the reason. More than one in ten is a failure, and in what deletes,
closes or posts to a customer (STRICT) each that has no reason. `--most 40` takes a sample: minutes a module.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("bot", "fakegitlab", "tests", "templates", "docs", "bench")
MOST_SURVIVORS = 0.10
PUBLISH = "tests/publish"
TARGETS: dict[str, tuple[str, str]] = {
    "execute": ("bot/publish/execute.py", f"{PUBLISH}/test_execute.py {PUBLISH}/test_faults.py"),
    "precheck": ("bot/publish/precheck.py", f"{PUBLISH}/test_precheck.py {PUBLISH}/test_exactly_once.py"),
    "planner": (
        "bot/publish/planner.py",
        f"{PUBLISH}/test_planner.py {PUBLISH}/test_plan.py {PUBLISH}/test_pm_notes.py",
    ),
    "writer": (
        "bot/publish/writer.py",
        f"{PUBLISH}/test_approval.py {PUBLISH}/test_exactly_once.py {PUBLISH}/test_faults.py",
    ),
    "approval": ("bot/publish/approval.py", f"{PUBLISH}/test_approval.py"),
    "drafts": ("bot/publish/drafts.py", f"{PUBLISH}/test_approval.py"),
    "recheck": ("bot/publish/recheck.py", f"{PUBLISH}/test_plan_from_a_file.py"),
    "audience": ("bot/publish/audience.py", f"{PUBLISH}/test_audience.py tests/app/test_audiences.py"),
    "channels": ("bot/publish/channels.py", "tests/app/test_audiences.py"),
    "customers": ("bot/domain/customers.py", "tests/domain/test_customers.py"),
    "customer": (
        "bot/report/kinds/customer.py",
        "tests/report/test_reports_golden.py tests/report/test_reports_customer.py",
    ),
    "loss": ("bot/publish/loss.py", "tests/app/test_silence.py"),
    "change": ("bot/report/change.py", "tests/app/test_what_changed.py"),
    "safe_text": (
        "bot/report/text/safe_text.py",
        "tests/report/test_safe_text.py tests/report/test_reports_hostile.py",
    ),
    "axes": ("bot/derive/decisions/axes.py", "tests/derive/test_status.py"),
    "acceptance": ("bot/derive/money/acceptance.py", "tests/derive/test_acceptance.py"),
    "revenue": ("bot/derive/forecast/revenue.py", "tests/derive/forecast/test_recognition.py"),
    "finish": ("bot/derive/forecast/finish.py", "tests/derive/forecast/test_finish_dates.py"),
}
"""Module and the tests nearest to it, the quickest first."""
STRICT = frozenset(
    {"execute", "precheck", "planner", "writer", "approval", "drafts", "recheck", "audience", "customer"}
)
"""What deletes, closes, or posts to a customer."""
NEVER_RUN = ("ReplaceBinaryOperator_BitOr_%", "%_Is", "%_IsNot")
"""`X | None` stands in annotations alone here, which nobody evaluates; `is` for `==` is true of the same short texts."""
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
        _thin_out(tree / "mutants.sqlite", most, (tree / module).read_text(encoding="utf-8").splitlines())
        _call(tree, tool, "exec", "mutants.toml", "mutants.sqlite")
        lines = (tree / module).read_text(encoding="utf-8").splitlines()
        return _judged(name, _call(tree, tool, "dump", "mutants.sqlite"), lines)


def _call(tree: Path, tool: str, *arguments: str) -> str:
    done = subprocess.run([tool, *arguments], cwd=tree, capture_output=True, text=True, check=True)
    return done.stdout


def _thin_out(database: Path, most: int | None, lines: list[str]) -> None:
    """Leave out what can't be noticed (annotations, how a dataclass stores its fields); keep an even sample of the rest."""
    with closing(sqlite3.connect(database)) as connection:
        never = " or ".join(f"operator_name like 'core/{pattern}'" for pattern in NEVER_RUN)
        found = connection.execute(
            f"select job_id, start_pos_row from mutation_specs where not ({never}) order by job_id"
        )
        jobs = [job for job, row in found if not lines[row - 1].startswith("@dataclass")]
        kept = jobs if most is None else jobs[:: max(1, len(jobs) // most)][:most]
        marks = ", ".join("?" * len(kept))
        for table in ("mutation_specs", "work_items"):
            connection.execute(f"delete from {table} where job_id not in ({marks})", kept)
        connection.commit()


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
        allowed = 0 if name in STRICT else MOST_SURVIVORS * tried
        bad |= not tried or len(unexplained) > allowed
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
