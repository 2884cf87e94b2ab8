"""`explain`: every item is counted or left out with a reason, and the hours by source add up."""

from __future__ import annotations

from datetime import date

from bot.cli.explain import to_json
from bot.derive.explain import explain
from bot.derive.pipeline import derive_portfolio
from bot.domain.model import Engagement, Facts, Item, TimeLog
from bot.domain.vocabulary import ItemState, Outcome
from tests.builders import CALENDAR, DAY, at, make_portfolio, make_settings

MADE = at("2026-08-03")
ITEMS = (
    Item("acme/x#2", "Done", state=ItemState.CLOSED, closed_at=at("2026-09-01"), created_at=MADE, estimate_hours=8),
    Item(
        "acme/x#3",
        "Won't do",
        state=ItemState.CLOSED,
        closed_at=at("2026-09-01"),
        created_at=MADE,
        outcome=Outcome.DROPPED,
    ),
    Item("acme/x#4", "Split", created_at=MADE),
    Item("acme/x#5", "Part", type="task", created_at=MADE, estimate_hours=4, parent="acme/x#4"),
    Item("acme/x#6", "Risk", created_at=MADE, labels=("PS Risk",)),
    Item("acme/x#7", "Status", created_at=MADE, takes_texts=True),
)
LOGS = tuple(
    TimeLog(ref, "dana", date(2026, 9, 1), hours)
    for ref, hours in (("acme/x#2", 5.0), ("acme/x#3", 2.0), ("acme/x#4", 1.0), ("acme/x!9", 3.0), ("acme/x#6", 0.5))
)
FACTS = Facts(customer="Globex", hours=40, start=date(2026, 8, 3), end=date(2026, 12, 18))
ONE = Engagement("acme/x#1", "SOW", created_at=MADE, facts=FACTS, items=ITEMS, timelogs=LOGS)


def test_each_item_is_counted_or_left_out_with_its_reason_and_hours_are_told_by_source() -> None:
    derived = derive_portfolio(make_portfolio(ONE), DAY, make_settings(), CALENDAR, trials=200).engagements[0]
    found = explain(ONE, derived, make_settings())
    assert [(c.ref, c.value, c.done) for c in found.counted] == [("acme/x#2", 8, True), ("acme/x#5", 4, False)]
    why = {out.ref: out.why for out in found.left_out}
    assert set(why) == {"acme/x#3", "acme/x#4", "acme/x#6", "acme/x#7"}
    assert why["acme/x#4"] == "holds 1 item of work, which count in its place"
    assert why["acme/x#6"] == "RAID: risk"
    assert why["acme/x#3"].startswith("dropped")
    assert found.hours_by_source["merge requests"] == 3
    assert sum(found.hours_by_source.values()) == derived.budget.hours_spent == 11.5
    plain = to_json(found, DAY.isoformat())
    assert plain["format"] == "psbot-explain/1"
    assert {f["figure"]: f["value"] for f in plain["figures"]}["progress.percent"] == derived.progress.percent == 8 / 12
