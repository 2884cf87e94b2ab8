"""How fast is the forecast? 10,000 trials for each of 200 engagements, in seconds of one core, and whether it grows in line.

    python bench/forecast.py [--engagements 200] [--trials 10000] [--limit SECONDS]

Exit code 1 when the limit is given and missed. Reading the portfolio and the other derivations are not part of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.domain.vocabulary import BillingType, ItemState, Recognition

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.config import Settings
from bot.derive.forecast import forecast_engagement, learn_reference, portfolio_revenue
from bot.derive.results import EngagementDerived
from bot.derive.subject import Subject
from bot.domain.model import Engagement, Facts, Item, Portfolio, TimeLog

DAY = date(2026, 11, 20)
START = date(2026, 6, 1)
ITEMS, LOGS = 60, 400
RULES = tuple(BillingType)


def make_engagement(number: int) -> Engagement:
    """A half-done engagement; every tenth is finished, so that there is something to learn from."""
    over = number % 10 == 0
    ref = f"acme/customers/c{number}"
    items = tuple(_item(ref, n, over or n < ITEMS // 2, number) for n in range(ITEMS))
    logs = tuple(
        TimeLog(items[n % (ITEMS // 2)].ref, f"u{n % 5}", START + timedelta(days=n % 165), 1.5) for n in range(LOGS)
    )
    facts = Facts(
        customer=f"C{number % 40}",
        billing=RULES[number % 3],
        recognition=Recognition.PERCENT_COMPLETE if number % 6 == 1 else None,
        value=180_000.0,
        hours=900.0,
        start=START,
        end=date(2027, 2, 26),
    )
    closed = datetime(2026, 11, 18, tzinfo=UTC) if over else None
    return Engagement(
        f"{ref}&1",
        state=ItemState.CLOSED if over else ItemState.OPENED,
        closed_at=closed,
        facts=facts,
        items=items,
        timelogs=logs,
    )


def _item(ref: str, n: int, closed: bool, number: int) -> Item:
    begun = datetime(2026, 6, 1, tzinfo=UTC)
    at = begun + timedelta(days=(n * 5 + number) % 165) if closed else None
    return Item(
        f"{ref}#{n}",
        f"Item {n}",
        state=ItemState.CLOSED if closed else ItemState.OPENED,
        created_at=begun,
        closed_at=at,
        estimate_hours=15.0,
    )


def measure(engagements: int, trials: int) -> tuple[float, float]:
    """Processor seconds for all forecasts and the roll-up, and for learning the reference."""
    settings = Settings.model_validate({"portfolio": {"namespaces": {"acme": "internal"}}})
    calendar = settings.work_calendar(range(2025, 2029))
    portfolio = Portfolio(tuple(make_engagement(n) for n in range(engagements)))
    began = time.process_time()
    reference = learn_reference(portfolio, DAY, calendar, settings)
    learned = time.process_time()
    subjects = [Subject(e, DAY, calendar, settings, EngagementDerived(e.ref)) for e in portfolio.engagements]
    pairs = [(s, forecast_engagement(s, reference, trials=trials)) for s in subjects]
    portfolio_revenue(pairs, settings=settings)
    return time.process_time() - learned, learned - began


def main() -> int:
    """Prints a table; the first row warms up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engagements", type=int, default=200)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--limit", type=float, help="seconds that forecasts and roll-up may take")
    options = parser.parse_args()
    measure(5, options.trials)
    seconds = 0.0
    print("engagements  trials  forecast s  ms each  learning s")
    for share in (4, 2, 1):
        count = options.engagements // share
        seconds, learning = measure(count, options.trials)
        print(f"{count:>11}  {options.trials:>6}  {seconds:>10.2f}  {1000 * seconds / count:>7.2f}  {learning:>10.2f}")
    return int(options.limit is not None and seconds > options.limit)


if __name__ == "__main__":
    sys.exit(main())
