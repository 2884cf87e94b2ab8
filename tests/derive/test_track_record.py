"""The portfolio's own track record: what was said at half time against how it ended."""

from __future__ import annotations

from bot.derive.decisions.track_record import latest_closed, record_of
from bot.derive.pipeline import derive_portfolio
from bot.derive.status_results import CameTrue
from tests.builders import CALENDAR, DAY, make_engagement, make_item, make_log, make_portfolio, make_settings


def test_red_and_yellow_come_true_when_it_ended_badly_and_green_when_it_ended_well() -> None:
    said = [("red", "yellow"), ("red", "green"), ("yellow", "red"), ("green", "green"), ("green", "red")]
    found = record_of(({"budget": colour}, {"budget": ended}) for colour, ended in said)["budget"]
    assert found == {"red": CameTrue(2, 1), "yellow": CameTrue(1, 1), "green": CameTrue(2, 1)}


def test_what_was_unknown_then_or_is_unknown_now_counts_in_nothing() -> None:
    found = record_of([({"budget": "unknown"}, {"budget": "red"}), ({"budget": "red"}, {"budget": "unknown"})])
    assert found["budget"] == {}


def test_a_closed_engagement_teaches_how_its_colours_came_true() -> None:
    items = [
        make_item(
            n, estimate_hours=20, created_at="2026-06-01", closed_at=f"2026-0{6 + n // 4}-{10 + n}", state="closed"
        )
        for n in range(1, 11)
    ]
    logs = [make_log(item, 40, item.closed_at.date()) for item in items if item.closed_at]
    facts = {"start": "2026-06-01", "end": "2026-09-30", "hours": 200}
    over = make_engagement(
        ref="acme/ps&99",
        items=items,
        timelogs=logs,
        facts=facts,
        state="closed",
        closed_at="2026-08-31",
        created_at="2026-05-20",
    )
    running = make_engagement(items=[make_item(50, estimate_hours=10)])
    derived = derive_portfolio(make_portfolio(over, running), DAY, make_settings(), CALENDAR, trials=50)
    assert [e.ref for e in latest_closed([over, running])] == [over.ref]
    records = [e.status.track_record for e in derived.engagements]
    assert all(record == records[0] for record in records)
    assert sum(found.said for found in records[0]["budget"].values()) == 1
    assert derived.failures == ()
