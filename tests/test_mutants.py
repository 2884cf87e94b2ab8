"""What mutation testing changes and accepts is there: its modules, their nearest tests, and every line that is excused."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

import bot.publish.writer
import bot.report.registry  # noqa: F401 (looked at as loaded modules)
from bench.mutants import STRICT, TARGETS, Sample, is_told
from bench.mutants_accepted import ACCEPTED, reason_for
from bench.warm_tests import found_by

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_a_module_with_tests(target: str) -> None:
    module, tests = TARGETS[target]
    assert all((ROOT / path).is_file() for path in (module, *tests.split()))


def test_what_is_accepted_stands_in_its_module_and_says_why() -> None:
    assert set(TARGETS) >= set(ACCEPTED)
    assert set(TARGETS) >= STRICT
    for target, entries in ACCEPTED.items():
        source = "".join((ROOT / TARGETS[target][0]).read_text(encoding="utf-8").split())
        for before, after, why in entries:
            assert "".join(before.split()) in source, (target, before)
            assert before != after
            assert reason_for(target, f"  {before}", after) == why
            assert reason_for(target, before, f"{after} or else") == ""


def test_a_sample_is_the_same_for_the_same_seed_and_its_parts_make_it_whole() -> None:
    jobs = [str(n) for n in range(100)]
    some = Sample(most=40, seed=3)
    assert some.of(jobs) == some.of(jobs) != Sample(most=40, seed=4).of(jobs)
    parts = [Sample(most=40, seed=3, part=part, parts=3).of(jobs) for part in (1, 2, 3)]
    assert sorted(chain.from_iterable(parts)) == sorted(some.of(jobs))
    assert sorted(Sample().of(jobs)) == sorted(jobs)


@pytest.mark.parametrize(
    ("line", "operator", "told"),
    [
        ('if form == "issue":', "core/ReplaceComparisonOperator_Eq_Lt", False),
        ("if phase is Phase.ACTIVE:", "core/ReplaceComparisonOperator_Is_GtE", False),
        ("if phase != Phase.ACTIVE:", "core/ReplaceComparisonOperator_NotEq_Gt", False),
        ("if phase is Phase.ACTIVE:", "core/ReplaceComparisonOperator_Is_IsNot", True),
        ("if day == other.day:", "core/ReplaceComparisonOperator_Eq_Lt", True),
        ("if left < Most.ITEMS:", "core/ReplaceComparisonOperator_Lt_Gt", True),
        ("@dataclass(frozen=True)", "core/ReplaceTrueWithFalse", False),
    ],
)
def test_an_order_among_words_is_no_change_to_try(line: str, operator: str, told: bool) -> None:
    assert is_told(line, operator) is told


def test_a_registry_rests_on_what_it_finds_beside_it() -> None:
    ours = {"bot.report.registry", "bot.report.kinds.customer", "bot.publish.writer"}
    assert found_by("bot.report.registry", ours) == {"bot.report.registry", "bot.report.kinds.customer"}
    assert found_by("bot.publish.writer", ours) == set()
