from __future__ import annotations

from tests.builders import REF
from tests.derive.checks.told import told


def test_money_that_the_customer_reads_is_told_by_key() -> None:
    [found] = told("customer-visible-money", customer_visible_facts=("value", "rate"))
    assert str(found.message) == "'rate' and 'value' stand in a description that the customer can read."
    assert found.evidence == (REF,)


def test_quiet_without() -> None:
    assert told("customer-visible-money") == []
