"""Mutation testing of what decides who reads what: cosmic-ray changes one thing at a time, the nearest tests must notice.

`make mutants` runs all targets (hours), `make mutants ONLY=approval` one. A survivor is named with its line; those that
change nothing anybody could notice stand in `mutants_accepted` with the reason. More than one in ten is a failure, and in what deletes,
closes or posts to a customer (STRICT) each that has no reason. `--most 40` takes a sample (`--seed`), `--part 1/4` a quarter: minutes a module.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from time import sleep

from bench.mutants_accepted import reason_for
from bot.domain.frozen import frozen

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("bot", "fakegitlab", "tests", "templates", "docs", "bench")
MOST_SURVIVORS = 0.10
PUBLISH = "tests/publish"
TARGETS: dict[str, tuple[str, str]] = {
    "execute": ("bot/publish/execute.py", f"{PUBLISH}/test_execute.py"),
    "precheck": ("bot/publish/precheck.py", f"{PUBLISH}/test_precheck.py"),
    "planner": ("bot/publish/planner.py", f"{PUBLISH}/test_planner.py {PUBLISH}/test_drafts.py"),
    "writer": ("bot/publish/writer.py", f"{PUBLISH}/test_writer.py {PUBLISH}/test_requests.py"),
    "approval": ("bot/publish/approval.py", f"{PUBLISH}/test_verdicts.py"),
    "drafts": ("bot/publish/drafts.py", f"{PUBLISH}/test_drafts.py"),
    "recheck": ("bot/publish/recheck.py", f"{PUBLISH}/test_recheck.py"),
    "audience": ("bot/publish/audience.py", f"{PUBLISH}/test_guard.py"),
    "channels": ("bot/publish/channels.py", f"{PUBLISH}/test_channels.py"),
    "customers": ("bot/domain/customers.py", "tests/domain/test_customers.py"),
    "customer": (
        "bot/report/kinds/customer.py",
        "tests/report/test_customer_by_value.py tests/report/test_reports_customer.py",
    ),
    "loss": ("bot/publish/loss.py", f"{PUBLISH}/test_loss.py"),
    "change": ("bot/report/change.py", "tests/report/test_change_by_value.py"),
    "safe_text": (
        "bot/report/text/safe_text.py",
        "tests/report/test_safe_text_by_value.py tests/report/test_safe_text.py",
    ),
    "axes": (
        "bot/derive/decisions/axes.py",
        "tests/derive/test_axes_at_thresholds.py tests/derive/test_scope_axis_at_thresholds.py tests/derive/test_status.py",
    ),
    "acceptance": ("bot/derive/money/acceptance.py", "tests/derive/test_acceptance.py"),
    "revenue": (
        "bot/derive/forecast/revenue.py",
        "tests/derive/forecast/test_revenue_by_hand.py tests/derive/forecast/test_quarter_range.py tests/derive/forecast/test_recognition.py",
    ),
    "terms": (
        "bot/derive/forecast/terms.py",
        "tests/derive/forecast/test_terms.py tests/derive/forecast/test_revenue_by_hand.py tests/derive/forecast/test_recognition.py",
    ),
    "finish": (
        "bot/derive/forecast/finish.py",
        "tests/derive/forecast/test_finish_by_hand.py tests/derive/forecast/test_finish_dates.py",
    ),
}
"""Module and the tests nearest to it, the quickest first."""
STRICT = frozenset(
    {"execute", "precheck", "planner", "writer", "approval", "drafts", "recheck", "audience", "customer"}
)
"""What deletes, closes, or posts to a customer."""
NEVER_RUN = ("ReplaceBinaryOperator_BitOr_%", "%_Is", "%_IsNot", "%_Is_Eq", "%_IsNot_NotEq")
"""`X | None` stands in annotations alone here, which nobody evaluates; `is` and `==` are true of the same words, None and members."""
_OF_WORDS = re.compile(r"""(?:==|!=|\bis|\bis not) (?:["']|[A-Z]\w*\.[A-Z_]+\b)""")
"""An order in place of equality with a word (`form == "issue"`, `phase is Phase.ACTIVE`) is a fault that nobody makes: words of a list have no order."""
_ORDERS = re.compile(r"core/ReplaceComparisonOperator_(?:Eq|NotEq|Is|IsNot)_(?:Lt|LtE|Gt|GtE)")
_ASK = """import socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect("warm.sock")
    sys.exit(asked.recv(1) != b"\\0")
"""
_CONFIG = """[cosmic-ray]
module-path = "{module}"
timeout = 120.0
excluded-modules = []
test-command = "{python} -I -S ask.py"
[cosmic-ray.distributor]
name = "local"
"""


@frozen
class Sample:
    """Which of a module's changes are tried: all, or so many by a seed; of these one part of several."""

    most: int | None = None
    seed: int = 1
    part: int = 1
    parts: int = 1
    seconds: float | None = None
    """As far as one comes in this time."""

    def of(self, jobs: list[str]) -> list[str]:
        chosen = Random(self.seed).sample(jobs, min(self.most or len(jobs), len(jobs)))
        return chosen[self.part - 1 :: self.parts]


@frozen
class Survivor:
    """A change that no test noticed."""

    target: str
    line: int
    operator: str
    text: str
    diff: str

    @property
    def became(self) -> str:
        added = (line for line in self.diff.splitlines() if line.startswith("+") and not line.startswith("+++"))
        return " / ".join(line[1:].strip() for line in added)

    @property
    def reason(self) -> str:
        return reason_for(self.target, self.text, self.became)


def run_target(name: str, tool: str, sample: Sample) -> tuple[int, list[Survivor]]:
    """How many changes were tried, and which of them survived; the tree itself is left alone."""
    module, tests = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        _copy_into(tree, module)
        _call(tree, tool, "init", "mutants.toml", "mutants.sqlite")
        lines = (tree / module).read_text(encoding="utf-8").splitlines()
        _thin_out(tree / "mutants.sqlite", sample, lines)
        with _warm(tree, module, tests.split()), suppress(subprocess.TimeoutExpired):
            _call(tree, tool, "exec", "mutants.toml", "mutants.sqlite", seconds=sample.seconds)
        return _judged(name, _call(tree, tool, "dump", "mutants.sqlite"), lines)


def _copy_into(tree: Path, module: str) -> None:
    for part in COPIED:
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.glob("*.*"):
        if file.is_file():
            shutil.copy(file, tree)
    _call(tree, sys.executable, "-m", "compileall", "-q", *COPIED[:3])
    for stale in (tree / module).parent.glob(f"__pycache__/{Path(module).stem}.*"):
        stale.unlink()
    (tree / "ask.py").write_text(_ASK)
    (tree / "mutants.toml").write_text(_CONFIG.format(module=module, python=sys.executable))


@contextmanager
def _warm(tree: Path, module: str, tests: list[str]) -> Iterator[None]:
    """The process that runs the tests; they must pass on the code as it stands."""
    warm = subprocess.Popen([sys.executable, "-m", "bench.warm_tests", module, *tests], cwd=tree)
    try:
        while not (tree / "warm.sock").exists():
            if warm.poll() is not None:
                raise RuntimeError(f"the tests can't be loaded: {tests}")
            sleep(0.1)
        if subprocess.run([sys.executable, "-I", "-S", "ask.py"], cwd=tree, check=False).returncode:
            raise RuntimeError(f"the tests fail on unchanged code: {(tree / 'last-run.txt').read_text()}")
        yield
    finally:
        warm.kill()
        warm.wait()


def _call(tree: Path, tool: str, *arguments: str, seconds: float | None = None) -> str:
    done = subprocess.run([tool, *arguments], cwd=tree, capture_output=True, text=True, check=True, timeout=seconds)
    return done.stdout


def _thin_out(database: Path, sample: Sample, lines: list[str]) -> None:
    """Leave out what can't be noticed (annotations, how a dataclass stores its fields); keep a sample of the rest."""
    with closing(sqlite3.connect(database)) as connection:
        never = " or ".join(f"operator_name like 'core/{pattern}'" for pattern in NEVER_RUN)
        found = connection.execute(
            f"select job_id, start_pos_row, operator_name from mutation_specs where not ({never}) order by operator_name, occurrence"
        )
        kept = sample.of([job for job, row, operator in found if is_told(lines[row - 1], operator)])
        marks = ", ".join("?" * len(kept))
        for table in ("mutation_specs", "work_items"):
            connection.execute(f"delete from {table} where job_id not in ({marks})", kept)
        connection.commit()


def is_told(line: str, operator: str) -> bool:
    """Not of: how a dataclass stores its fields, an order among words, the star before arguments that are named."""
    if "BinaryOperator_Mul_" in operator and re.search(r"(^\s*|, )\*,", line):
        return False
    return not (line.startswith("@dataclass") or (_ORDERS.fullmatch(operator) and _OF_WORDS.search(line)))


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
            operator = str(mutation["operator_name"]).removeprefix("core/")
            survivors.append(Survivor(name, line, operator, lines[line - 1].strip(), str(result["diff"])))
    return tried, sorted(survivors, key=lambda s: s.line)


def told(tried: int, survivors: list[Survivor]) -> Iterator[str]:
    """The figures of one target, line by line."""
    named = sum(bool(s.reason) for s in survivors)
    yield f"{tried} changes, {len(survivors)} survived, {named} of them with a reason"
    for s in survivors:
        yield f"  {TARGETS[s.target][0]}:{s.line} {s.operator}: {s.text}\n    {s.reason or f'NO REASON, became: {s.became}'}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all without one")
    parser.add_argument("--tool", default="cosmic-ray")
    parser.add_argument("--most", type=int, help="a sample of so many changes a target")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--part", default="1/1", help="2/3: the second third of them")
    parser.add_argument("--seconds", type=float, help="no longer than this a target")
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    part, parts = map(int, given.part.split("/"))
    tool = shutil.which(given.tool)
    if tool is None:
        print(f"{given.tool} is not installed: make mutants installs it", file=sys.stderr)
        return 2
    sample, bad = Sample(given.most, given.seed, part, parts, given.seconds), False
    for name in given.targets or TARGETS:
        tried, survivors = run_target(name, str(Path(tool).absolute()), sample)
        print(f"{name}: " + "\n".join(told(tried, survivors)), flush=True)
        unexplained = [s for s in survivors if not s.reason]
        allowed = 0 if name in STRICT else MOST_SURVIVORS * tried
        bad |= not tried or len(unexplained) > allowed
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
