"""One person, one spelling: GitLab ignores the letter case of usernames."""

from __future__ import annotations

from bot.derive.money.rates import hourly_rate
from bot.domain.model import Portfolio
from bot.domain.users import with_one_spelling
from tests.builders import make_booking, make_engagement, make_facts, make_item, make_log, make_settings


def test_hours_and_bookings_are_the_person_s_however_the_files_spell_the_name() -> None:
    engagement = make_engagement(
        items=[make_item(1, assignees=("Ann",))],
        timelogs=[make_log(None, 8, user="ANN"), make_log(None, 1, user="bo")],
        bookings=[make_booking("2026-W48", 10, "ann"), make_booking("2026-W48", 5, "BO")],
    )
    (found,) = with_one_spelling(Portfolio((engagement,))).engagements
    assert [log.user for log in found.timelogs] == ["Ann", "bo"]
    assert [(booked.user, booked.hours) for booked in found.bookings] == [("Ann", 10), ("bo", 5)]


def test_names_of_one_spelling_stay() -> None:
    portfolio = Portfolio((make_engagement(timelogs=[make_log(None, 8, user="Zoë")]),))
    assert with_one_spelling(portfolio) is portfolio


def test_a_rate_is_the_person_s_in_whatever_letters_the_config_names_them() -> None:
    finance = make_settings(finance={"rates": {"Ann": 300, "default": 100}}).finance
    facts = make_facts(value=None, rate=None)
    assert [hourly_rate(facts, user, finance) for user in ("ann", "ANN", "bo")] == [300, 300, 100]
