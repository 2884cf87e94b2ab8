from __future__ import annotations

from datetime import date

import pytest

from bot.derive.results import Forecast, Quantiles
from tests.builders import make_item
from tests.derive.checks.told import told


@pytest.mark.parametrize(("on", "count"), [("2026-11-17", 0), ("2026-11-18", 1), ("2026-12-18", 1), ("2026-12-19", 0)])
def test_told_thirty_days_before_until_the_day_itself(on: str, count: int) -> None:
    assert len(told("sow-expiring", on=on, items=[make_item()])) == count


def test_low_when_the_forecast_finishes_in_time() -> None:
    items = [make_item()]
    [found] = told("sow-expiring", items=items, derived={"forecast": Forecast(Quantiles(p80=date(2026, 12, 18)))})
    assert str(found.message) == "The SOW ends on 2026-12-18 with 1 item open; the forecast finishes in time."
    assert found.severity == "low"
    [found] = told("sow-expiring", items=items, derived={"forecast": Forecast(Quantiles(p80=date(2026, 12, 19)))})
    assert found.severity is None
    assert told("sow-expiring", items=[]) == []
