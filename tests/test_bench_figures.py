"""The record of figures: what got worse is told, in words, and nothing else."""

from __future__ import annotations

from bench.figures import RESULTS, Figure, Record, grown_worse, read_records


def recorded(value: float, machine: str = "box") -> list[Record]:
    line = Record("2026-11-26", "abc1234", machine, Figure("weekly run: CPU", value, "s")).line()
    return read_records(f"# Record\n\n| date | commit |\n| --- | --- |\n{line}\n")


def test_a_figure_that_is_a_fifth_worse_than_the_last_record_is_told() -> None:
    worse = grown_worse([Figure("weekly run: CPU", 12.5, "s")], recorded(10.0), "box")
    assert worse == ["WORSE: weekly run: CPU: 12.50 s against 10.00 s on 2026-11-26 (abc1234), 1.25 times"]


def test_what_is_about_as_good_or_was_measured_elsewhere_is_not_told() -> None:
    assert grown_worse([Figure("weekly run: CPU", 11.9, "s")], recorded(10.0), "box") == []
    assert grown_worse([Figure("weekly run: CPU", 12.5, "s")], recorded(10.0, "another box"), "box") == []
    assert grown_worse([Figure("a new one", 12.5, "s")], recorded(10.0), "box") == []


def test_the_last_of_several_records_counts() -> None:
    assert grown_worse([Figure("weekly run: CPU", 12.5, "s")], [*recorded(10.0), *recorded(12.0)], "box") == []


def test_the_record_in_the_repository_can_be_read() -> None:
    text = RESULTS.read_text(encoding="utf-8")
    assert len(read_records(text)) == sum(line.startswith("| 2") for line in text.splitlines())
