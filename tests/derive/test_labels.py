"""What an item is, by its labels."""

from __future__ import annotations

from datetime import date

import pytest

from bot.derive.labels import (
    change_order_state,
    has_label,
    is_work,
    label_day,
    label_number,
    label_value,
    matches,
    raid_kind,
)
from bot.derive.scope.breakdown import work_items
from bot.domain.calendar import WorkCalendar
from tests.builders import make_engagement, make_item, make_settings

LABELS = make_settings().labels


def test_a_name_that_ends_in_colons_or_a_dash_is_a_prefix() -> None:
    assert has_label(["WE-scoping"], "WE-")
    assert has_label(["partner::Globex"], "partner::")
    assert matches("partner::Globex", "partner::")
    assert not has_label(["Escalated soon"], "Escalated")
    assert not has_label(["escalated"], "Escalated")
    assert not has_label([], "WE-")


def test_values_behind_a_prefix() -> None:
    assert label_value(["x", "partner::Zeta", "partner::Acme "], "partner::") == "Acme"
    assert label_value(["partner::"], "partner::") is None
    assert label_number(["impact::4"], "impact::") == 4
    assert label_number(["impact::high"], "impact::") is None
    assert label_number(["impact::²"], "impact::") is None


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["PS Risk"], "risk"),
        (["PS RAID Log", "PS Decision"], "decision"),
        (["PS RAID Log"], "risk"),
        (["PS Action", "PS Issue"], "action"),
        (["bug"], None),
    ],
)
def test_raid_kinds(labels: list[str], kind: str | None) -> None:
    assert raid_kind(make_item(labels=labels), LABELS) == kind


def test_an_approved_change_order_stays_approved_beside_an_old_label() -> None:
    item = make_item(labels=["change-order::proposed", "change-order::approved"])
    assert change_order_state(item, LABELS) == "approved"


def test_a_change_order_that_is_decided_later_is_a_proposed_one_until_then() -> None:
    assert change_order_state(make_item(later_labels=("change-order::approved",)), LABELS) == "proposed"
    assert change_order_state(make_item(later_labels=("other",)), LABELS) is None


def test_work_is_what_is_none_of_the_others_in_the_order_of_references() -> None:
    items = [make_item(2), make_item(1), make_item(3, labels=["acceptance"]), make_item(4, labels=["Escalated"])]
    assert [i.ref for i in work_items(make_engagement(items=items), LABELS)] == [items[1].ref, items[0].ref]
    assert not is_work(make_item(labels=["WE-time"]), LABELS), "paperwork is not scope"
    assert not is_work(make_item(labels=["work-at-risk"]), LABELS)


def test_the_day_of_a_label_is_local_and_only_of_one_it_carries() -> None:
    item = make_item(labels=["WE-a", "WE-b"], label_dates={"WE-a": "2026-11-02T02:00:00+00:00", "WE-b": "2026-11-05"})
    assert label_day(item, "WE-", WorkCalendar(timezone="America/New_York")) == date(2026, 11, 1)
    assert label_day(make_item(label_dates={"WE-a": "2026-11-02"}), "WE-", WorkCalendar()) is None
