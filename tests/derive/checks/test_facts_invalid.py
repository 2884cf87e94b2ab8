from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.domain.model import FactFault
from tests.builders import REF
from tests.derive.checks.told import told


def _told(*faults: FactFault) -> list[Finding]:
    return told("facts-invalid", fact_faults=faults)


def test_names_every_key_and_its_line() -> None:
    [found] = _told(
        FactFault("hours", 7, "must be a number, not 'many'", REF), FactFault("end", 4, "must be a date", REF)
    )
    assert (
        str(found.message)
        == "2 facts can't be read: 'end' on line 4 must be a date and 'hours' on line 7 must be a number, not 'many'."
    )
    assert found.evidence == (REF, REF)


def test_a_block_that_is_no_yaml_and_a_key_of_the_config_have_no_key_or_line() -> None:
    [found] = _told(FactFault("", 3, "not readable: odd", "x#1"), FactFault("rate", 0, "must not be negative"))
    assert (
        str(found.message)
        == "2 facts can't be read: 'rate' must not be negative and the block on line 3 not readable: odd."
    )
    assert found.evidence == ("x#1",)


def test_quiet_without_faults() -> None:
    assert _told() == []
