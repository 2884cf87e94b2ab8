"""Facts blocks: found, read, overridden; a key that can't be read costs that key alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.facts import Block, find_blocks, make_facts, merge_facts, read_block
from bot.domain.model import FactFault, Facts, MilestoneFact


def facts_of(description: str) -> tuple[Facts, tuple[FactFault, ...]]:
    values, document, faults = read_block(description, "ps-project")
    facts, more = make_facts(values, document)
    return facts, (*faults, *more)


GOOD = """# Globex

```ps-project
customer: Globex
sow: 1234
billing: milestone
value: 180000
hours: 600
start: 2026-08-03
end: 2026-12-18
milestones:
  - {milestone: Design, due: 2026-09-30, amount: 60000, sign_off_sent: 2026-10-01}
work: [acme/customers/globex]
key: true
```
"""


def test_a_block_is_read_whole() -> None:
    facts, faults = facts_of(GOOD)
    assert faults == ()
    assert facts.sow == "1234"
    assert facts.recognised == "on_acceptance"
    assert facts.hourly_rate == 300
    assert facts.baseline_day == date(2026, 8, 3)
    assert facts.passive_acceptance_days == 5
    assert facts.work == ("acme/customers/globex",)
    assert facts.milestones == (MilestoneFact("Design", date(2026, 9, 30), 60000, date(2026, 10, 1)),)


def test_a_description_without_a_block_has_no_facts_and_no_faults() -> None:
    assert facts_of("just words\n```yaml\na: 1\n```\n") == (Facts(), ())


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("value: lots", "value"),
        ("value: -5", "value"),
        ("value: .inf", "value"),
        ("value: " + "9" * 400, "value"),
        ("hours: true", "hours"),
        ("end: 2026-02-30", "end"),
        ("end: soon", "end"),
        ("billing: fixed", "billing"),
        ("key: 1", "key"),
        ("passive_acceptance_days: 2.5", "passive_acceptance_days"),
        ("milestones: Design", "milestones"),
        ("milestones: [{due: 2026-09-30}]", "milestones"),
        ("milestones: [{milestone: Design, price: 5}]", "milestones"),
        ("customer: [a, b]", "customer"),
        ("custmer: Globex", "custmer"),
        ("customer: " + "x" * 300, "customer"),
    ],
)
def test_a_bad_key_is_named_with_its_line_and_the_others_stand(line: str, key: str) -> None:
    facts, faults = facts_of(f"text\n\n```ps-project\nregion: EMEA\n{line}\npm: ann\n```\n")
    assert (facts.region, facts.pm) == ("EMEA", "ann")
    assert [(fault.key, fault.line) for fault in faults] == [(key, 5)]


def test_a_misspelt_key_comes_with_a_suggestion() -> None:
    _, (fault,) = facts_of("```ps-project\ncustmer: Globex\n```")
    assert "customer" in str(fault.message)


def test_a_block_that_is_no_yaml_tells_the_line_in_the_description() -> None:
    facts, (fault,) = facts_of("one\ntwo\n```ps-project\npm: ann\n sow: 2\n```\n")
    assert (facts.pm, fault.line) == ("ann", 5)


def test_an_end_before_the_start_is_told() -> None:
    _, (fault,) = facts_of("```ps-project\nstart: 2026-08-03\nend: 2026-08-01\n```")
    assert (fault.key, fault.line) == ("end", 3)


def test_a_milestone_named_twice_is_told() -> None:
    facts, (fault,) = facts_of("```ps-project\nmilestones: [{milestone: A, amount: 1}, {milestone: A, amount: 2}]\n```")
    assert (fault.key, fault.line) == ("milestones", 2)
    assert len(facts.milestones) == 2


def test_a_block_inside_another_block_is_an_example_not_facts() -> None:
    example = "````markdown\n```ps-project\ncustomer: Wrong\n```\n````\n\n~~~ps-project\ncustomer: Right\n~~~\n"
    assert facts_of(example)[0].customer == "Right"


def test_windows_line_ends_an_indented_fence_and_an_unclosed_block_are_read() -> None:
    assert facts_of("a\r\n```ps-project\r\ncustomer: Globex\r\n```\r\n")[0].customer == "Globex"
    assert facts_of("  ```ps-project\n  customer: Globex\n  ```\n")[0].customer == "Globex"
    assert find_blocks("x\n```ps-project\ncustomer: Globex", "ps-project") == [Block("customer: Globex", 3)]


def test_a_block_of_a_longer_name_is_another_block() -> None:
    assert find_blocks("```ps-project-old\na: 1\n```", "ps-project") == []


def test_a_huge_description_of_open_fences_is_searched_in_linear_time() -> None:
    # With time that grows with the square this would not end within the limit of a test, on any machine.
    assert find_blocks("```a\n" * 250_000 + "~~~ps-project", "ps-project") == []


def test_the_config_wins_key_by_key_and_may_take_a_fact_away() -> None:
    block = Facts(customer="Globex", value=1.0, pm="ann")
    facts, faults = merge_facts(block, {"value": 180000, "pm": None})
    assert faults == ()
    assert (facts.customer, facts.value, facts.pm) == ("Globex", 180000, None)


def test_a_bad_override_leaves_the_description_s_fact() -> None:
    facts, (fault,) = merge_facts(Facts(value=1.0), {"value": "lots"})
    assert facts.value == 1.0
    assert fault.key == "value"


def test_an_override_that_contradicts_the_block_is_told() -> None:
    _, faults = merge_facts(Facts(start=date(2026, 8, 3)), {"end": "2026-08-01"})
    assert [fault.key for fault in faults] == ["end"]


def block(*lines: str) -> str:
    return "\n".join(["```ps-project", *lines, "```"])


# -- which text is the block


BODY = "customer: Initech\nsow: S-2\nhours: 160"


def shifted(text: str, prefix: str, first: str = "") -> str:
    lines = text.split("\n")
    return "\n".join([(first or prefix) + lines[0], *(prefix + line for line in lines[1:])])


@pytest.mark.parametrize(
    "description",
    [
        shifted(f"```ps-project\n{BODY}\n```", "   ", "1. Contract\n\n   "),
        shifted(f"```ps-project\n{BODY}\n```", "  ", "- "),
        shifted(f"```ps-project\n{BODY}\n```", "     ", "- a\n  - b\n\n     "),
        shifted(f"```ps-project\n{BODY}\n```", "> "),
        shifted(f"~~~~ps-project\n{BODY}\n~~~~", "   "),
        f">>>\n```ps-project\n{BODY}\n```\n>>>",
        f"<details><summary>Facts</summary>\n\n```ps-project\n{BODY}\n```\n\n</details>",
        f"```yaml ps-project\n{BODY}\n```",
        f"``` PS-Project\n{BODY}\n```",
        f"```ps-project no-copy\n{BODY}\n```",
        f"<!-- copy this:\n```ps-project\ncustomer: Name\nhours: 1\n```\n-->\n\n```ps-project\n{BODY}\n```",
        f"    ```ps-project\n    customer: Code\n    ```\n\n```ps-project\n{BODY}\n```",
    ],
)
def test_the_block_is_the_one_that_gitlab_shows(description: str) -> None:
    facts, faults = facts_of(description)
    assert (facts.customer, facts.sow, facts.hours, faults) == ("Initech", "S-2", 160, ())


def test_a_block_in_a_comment_alone_is_none() -> None:
    assert facts_of(f"<!--\n```ps-project\n{BODY}\n```\n-->\ntext") == (Facts(), ())


def test_two_blocks_are_a_fault_that_names_both_lines_and_the_first_one_counts() -> None:
    facts, (fault,) = facts_of("a\n```ps-project\npm: ann\n```\n\n- b\n\n  ```ps-project\n  pm: bob\n  ```\n")
    assert facts.pm == "ann"
    assert fault.line == 8
    assert "line 8" in str(fault.message)
    assert "line 2" in str(fault.message)


def test_a_block_that_html_swallows_is_told_and_so_is_one_of_nearly_the_right_name() -> None:
    _, (fault,) = facts_of(f"<details>\n<summary>Facts</summary>\n```ps-project\n{BODY}\n```\n</details>")
    assert (fault.line, "blank line" in str(fault.message)) == (3, True)
    _, (fault,) = facts_of(f"text\n\n```PS_Project\n{BODY}\n```")
    assert (fault.line, "ps-project" in str(fault.message)) == (3, True)


# -- what a mistake costs


@pytest.mark.parametrize(
    "line",
    [
        "customer: Stark: Energy division",
        "customer: @stark",
        "customer: &Stark",
        "customer: *Stark*",
        "customer: !important",
        "customer: Stark\t",
        "customer: 'Stark",
        'customer: "Stark',
        "customer: `Stark`",
        "customer: [Stark",
        "customer: {Stark",
        "customer: %Stark",
        "customer: Stark\x07",
        "\tcustomer: Stark",
        "customer Stark",
        "]",
        "pm: twice",
        "customer: " + "[" * 40_000,
        "customer: " + "{a: " * 5_000,
        "- " * 5_000,
    ],
)
@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_line_that_yaml_cannot_read_costs_that_line(line: str, at: int) -> None:
    good = ["pm: ann", "hours: 160", "milestones:\n  - {milestone: A, due: 2026-09-30}"]
    at = max(at, 1) if line.startswith(("pm", "]")) else at
    lines = [*good[:at], line, *good[at:]]
    facts, faults = facts_of("Intro\n\n" + block(*lines))
    number = "\n".join(["Intro", "", "```ps-project", *lines[:at], ""]).count("\n") + 1
    assert (facts.pm, facts.hours, facts.milestones, facts.customer) == (
        "ann", 160, (MilestoneFact("A", date(2026, 9, 30)),), None,
    )  # fmt: skip
    assert [fault.line for fault in faults] == [number]


@pytest.mark.parametrize(
    "entry",
    [
        "- {milestone: B, due: 2026-02-30}",
        "- {milestone: B, due: soon}",
        "- {milestone: B: C}",
        "- {milestone: B, amount: 2e12}",
        "- {milestone: B",
        "- B",
        "- @B",
        "- milestone: B\n    due: '2026-09-30",
        "- {due: 2026-09-30}",
    ],
)
def test_a_bad_entry_of_a_list_costs_that_entry(entry: str) -> None:
    text = block(
        "sow: 7", "milestones:", "  - milestone: A", "    amount: 5", f"  {entry}", "  - {milestone: C}", "pm: ann"
    )
    facts, faults = facts_of(text)
    assert (facts.sow, facts.pm) == ("7", "ann")
    assert [m.milestone for m in facts.milestones if m.milestone != "B"] == ["A", "C"]
    assert {(fault.key, fault.line in (6, 7)) for fault in faults} == {("milestones", True)}


def test_a_bad_work_entry_costs_that_entry() -> None:
    facts, (fault,) = facts_of(block("work:", "- acme/a", "- [x]", "- acme/b#4"))
    assert facts.work == ("acme/a", "acme/b#4")
    assert (fault.key, fault.line) == ("work", 4)


def test_a_block_of_thousands_of_broken_lines_is_one_fault() -> None:
    assert len(facts_of(block(*["["] * 5_000))[1]) == 1


# -- text as typed, dates and numbers at the edge


@pytest.mark.parametrize(
    "text", ["2026.10", "1.0", "0.50", ".5", "1e5", "0123", "yes", "true", "2026-11-01", "1_000", "06:00"]
)
def test_text_stays_as_typed(text: str) -> None:
    facts, faults = facts_of(block(f"sow: {text}", f"milestones: [{{milestone: {text}}}]", f"work: [{text}]"))
    assert (facts.sow, facts.milestones[0].milestone, facts.work, faults) == (text, text, (text,), ())


@pytest.mark.parametrize("day", ["9999-12-31", "9999-01-01", "2999-12-31", "2099-12-31"])
def test_a_far_date_means_open(day: str) -> None:
    facts, faults = facts_of(block("start: 2026-08-03", f"end: {day}", f"milestones: [{{milestone: A, due: {day}}}]"))
    assert (facts.start, facts.end, facts.milestones[0].due, faults) == (date(2026, 8, 3), None, None, ())


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("start: 1970-01-01", "start"), ("end: 2062-12-18", "end"), ("hours: 1e30", "hours"), ("hours: 1e13", "hours"),
        ("value: 1" + "0" * 5_000, "value"), ("end: 10000-01-01", "end"), ("start: 0000-00-00", "start"),
    ],
)  # fmt: skip
def test_a_date_or_number_that_cannot_be_is_named(line: str, key: str) -> None:
    lines = ["start: 2026-08-03", line] if key == "end" else [line]
    facts, (fault,) = facts_of(block(*lines))
    assert (getattr(facts, key), fault.key, fault.line) == (None, key, len(lines) + 1)


@pytest.mark.parametrize(("text", "number"), [("480", 480), ("7.5", 7.5), ("1e3", 1000), (".5", 0.5), ("1e12", 1e12)])
def test_numbers_are_read_as_yaml_writes_them(text: str, number: float) -> None:
    assert facts_of(block(f"hours: {text}"))[0].hours == number


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(list(Facts.__dataclass_fields__)) | st.text(max_size=6)


@given(st.dictionaries(KEYS, ANY, max_size=6))
@settings(max_examples=150, deadline=None)
def test_whatever_is_given_comes_out_as_facts_and_faults(values: dict[str, Any]) -> None:
    facts, faults = make_facts(values)
    assert isinstance(facts, Facts)
    assert {fault.key for fault in faults} <= {*values, "end", "milestones"}
