"""The partner view: what a delivery partner has to do, and nobody else's name or money in its hand-over form."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.derive.decisions.due import Due
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Facts, Item, Portfolio, TimeLog
from bot.report import ReportContext
from bot.report.environment import Templates
from bot.report.partner import BLACKED, blacken, make_handover, partner_views
from bot.report.sample import sample_context, sample_settings
from bot.report.schedule import forced
from bot.report.text.wording import load_words

DUE: Due = forced(sample_settings(), WorkCalendar(), "partner", "2026-10", date(2026, 11, 19))
MADE = datetime(2026, 9, 1, tzinfo=UTC)


def item(ref: str, title: str, *labels: str, **more: object) -> Item:
    return Item(ref, title, labels=labels, created_at=MADE, **more)  # type: ignore[arg-type]


def context(*engagements: Engagement) -> ReportContext:
    base = sample_context(Templates(load_words("en_US", "USD")), sample_settings())
    return dataclasses.replace(base, portfolio=Portfolio(engagements))


def mixed() -> Engagement:
    return Engagement(
        "acme/ps-internal&1",
        "Northwind",
        facts=Facts(customer="Northwind", sow="SOW-1", partner="Globex", value=999_000, rate=321, hours=500),
        items=(
            item("acme/c/n#1", "Runners", "partner::Globex", estimate_hours=10.0, due_date=date(2026, 10, 1)),
            item("acme/c/n#2", "Hand-off to Hooli and Umbrella Corp", "partner::Globex", estimate_hours=6.0),
            item("acme/c/n#3", "Ours"),
            item("acme/c/n#4", "Theirs", "partner::Hooli"),
            item("acme/c/n#5", "Secret", "partner::Globex", confidential=True),
        ),
        timelogs=(
            TimeLog("acme/c/n#1", "x", date(2026, 10, 2), 12.0),
            TimeLog("acme/c/n#3", "y", date(2026, 10, 2), 50.0),
        ),
    )


OTHER = Engagement("acme/ps-internal&2", "Umbrella", facts=Facts(customer="Umbrella Corp", partner="Hooli"))


def test_labelled_work_is_the_partners_with_its_hours_against_its_estimates() -> None:
    globex = partner_views(context(mixed(), OTHER), date(2026, 10, 31), DUE.period)[0]
    work = globex.work[0]
    assert (globex.partner, work.hours, work.order, work.done, work.total, work.late) == ("Globex", 12.0, 16.0, 0, 3, 1)


def test_a_partner_of_the_facts_does_all_of_it_when_nothing_is_labelled() -> None:
    whole = dataclasses.replace(mixed(), items=(item("acme/c/n#3", "Ours"),))
    work = partner_views(context(whole), date(2026, 10, 31), DUE.period)[0].work[0]
    assert (work.hours, work.order, work.total) == (62.0, 500, 1)


def test_the_hand_over_form_holds_no_other_name_and_no_money() -> None:
    file = make_handover(DUE, context(mixed(), OTHER), "Globex")
    assert file is not None
    for secret in ("Hooli", "Umbrella", "999", "321", "Secret", "$", "Ours", "ps-internal"):
        assert secret not in file.text
    assert "Northwind" in file.text
    assert BLACKED in file.text
    assert "Oct 1, 2026 **overdue**" in file.text


def test_a_partner_without_work_gets_nothing() -> None:
    assert make_handover(DUE, context(mixed()), "Initech") is None


def test_short_names_and_own_names_are_spared() -> None:
    assert blacken("with IT from it", ("IT",), ("Northwind",)) == f"with {BLACKED} from {BLACKED}"
    assert blacken("Northwind and Wind", ("Wind",), ("Northwind",)) == f"Northwind and {BLACKED}"
    assert blacken("see umbrella-corp/x", ("Umbrella Corp",), ("Northwind",)) == f"see {BLACKED}/x"


@given(st.text(max_size=30), st.sampled_from(["Umbrella Corp", "Hooli", "Soylent (DE)"]))
def test_a_hidden_name_never_stays(around: str, name: str) -> None:
    assert name.casefold() not in blacken(f"{around}{name}{around}", (name,), ("Northwind",)).casefold()


def test_a_hand_over_has_the_hours_of_each_person_in_the_period_and_whom_to_call() -> None:
    engagement = mixed()
    logs = (*engagement.timelogs, TimeLog("acme/c/n#2", "z", date(2026, 9, 30), 8.0))
    facts = dataclasses.replace(engagement.facts, pm="dana")
    told = make_handover(DUE, context(dataclasses.replace(engagement, timelogs=logs, facts=facts)), "globex")
    assert told is not None
    assert "| x | 12 h |" in told.text
    assert "| z |" not in told.text, "September's hours are another invoice's"
    assert "| y |" not in told.text, "our own people's hours are nobody else's to bill"
    assert "Questions to dana." in told.text


def test_a_hand_over_is_of_the_day_that_was_asked_for() -> None:
    base = context(mixed())
    due = forced(base.settings, base.calendar, "partner", None, date(2026, 11, 12))
    assert (due.period.name, due.as_of) == ("2026-11", date(2026, 11, 12))
