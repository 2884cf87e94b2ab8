"""What mutation testing changes and accepts is there: its modules, their nearest tests, and every line that is excused."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from bench.mutants import STRICT, TARGETS, Sample
from bench.mutants_accepted import ACCEPTED, reason_for

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
