from __future__ import annotations

from tests.builders import make_item, make_log
from tests.derive.checks.told import told


def test_hours_before_the_sow_are_told() -> None:
    item = make_item(1)
    logs = [make_log(item, 2.0, "2026-07-30"), make_log(item, 1.5, "2026-07-31"), make_log(item, 8.0, "2026-08-03")]
    [found] = told("hours-before-start", items=[item], timelogs=logs)
    assert str(found.message) == (
        "3.5 hours were logged before the SOW began on 2026-08-03, the first on 2026-07-30, without a work-at-risk approval."
    )
    assert found.evidence == (item.ref,)


def test_quiet_on_the_first_day_or_with_an_approval() -> None:
    assert told("hours-before-start", timelogs=[make_log(None, 8.0, "2026-08-03")]) == []
    approval = make_item(2, labels=("work-at-risk",), closed="2026-08-03")
    assert told("hours-before-start", items=[approval], timelogs=[make_log(None, 8.0, "2026-07-31")]) == []
