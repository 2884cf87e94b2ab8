"""Facts blocks: found, read, overridden; a key that can't be read costs that key alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.facts import find_block, make_facts, merge_facts, read_block
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
    _, (fault,) = facts_of("one\ntwo\n```ps-project\na: 1\n b: 2\n```\n")
    assert fault.line == 5


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
    assert find_block("x\n```ps-project\ncustomer: Globex", "ps-project") == ("customer: Globex", 3)


def test_a_block_of_a_longer_name_is_another_block() -> None:
    assert find_block("```ps-project-old\na: 1\n```", "ps-project") is None


def test_a_huge_description_of_open_fences_is_searched_in_linear_time() -> None:
    # With time that grows with the square this would not end within the limit of a test, on any machine.
    assert find_block("```a\n" * 250_000, "ps-project") is None


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
