from __future__ import annotations

from tests.builders import make_item, make_log
from tests.derive.checks.told import told


def test_more_hours_taken_back_than_logged_are_named_with_the_entry() -> None:
    item = make_item(1)
    logs = [make_log(item, 8.0, "2026-10-01"), make_log(item, -200.0, "2026-10-02")]
    [found] = told("negative-hours", items=[item], timelogs=logs)
    assert "-192 hours in all" in str(found.message)
    assert "-200 hours on 2026-10-02" in str(found.message)
    assert found.evidence == (item.ref,)


def test_quiet_when_what_was_taken_back_had_been_logged() -> None:
    item = make_item(1)
    logs = [make_log(item, 8.0, "2026-10-01"), make_log(item, -8.0, "2026-10-02")]
    assert told("negative-hours", items=[item], timelogs=logs) == []
