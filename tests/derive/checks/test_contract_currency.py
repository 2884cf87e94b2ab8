from __future__ import annotations

from bot.derive.checks.rule import Finding
from tests.builders import make_settings
from tests.derive.checks.told import told


def _told(contract: str | None, ours: str = "USD") -> list[Finding]:
    return told("contract-currency", settings=make_settings(finance={"currency": ours}), facts={"currency": contract})


def test_a_contract_in_another_currency_is_in_no_sum() -> None:
    [found] = _told("JPY")
    assert str(found.message) == "The contract is in JPY: its revenue is in no forecast, they are in USD."


def test_the_reports_own_currency_is_no_risk_however_it_is_written() -> None:
    assert _told(None) == _told("USD") == _told("usd") == _told("EUR", "EUR") == []
