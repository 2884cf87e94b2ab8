"""Past days asked for one after another say what each of them says alone, by the plain stages on a plain replay."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive.decisions.status import Signals, signals_of
from bot.derive.forecast import learn_by_day
from bot.derive.past_signals import PastDays
from bot.derive.pipeline import make_subjects, with_default_thresholds
from bot.derive.replay import Learned, rederive, subject_of
from bot.derive.scope.progress import derive_phase
from bot.derive.subject import Subject
from bot.domain.model import Engagement
from bot.domain.vocabulary import Phase
from tests.builders import CALENDAR, DAY, make_portfolio, make_settings
from tests.derive.test_always import engagements

DAYS = st.lists(st.dates(date(2026, 7, 1), DAY), min_size=2, max_size=12)
SETTINGS = with_default_thresholds(make_settings())


def told_alone(subject: Subject, day: date, learned: Learned) -> Signals:
    then = subject_of(subject, day)
    if then is None or derive_phase(then) != Phase.ACTIVE:
        return {}
    return signals_of(rederive(then, learned, ()))


@given(engagements(), DAYS)
@settings(max_examples=60, deadline=None)
def test_days_in_a_row_say_what_each_says_alone(engagement: Engagement, days: list[date]) -> None:
    portfolio = make_portfolio(engagement)
    learned = learn_by_day(portfolio, CALENDAR, SETTINGS)
    (subject,) = make_subjects(portfolio, DAY, SETTINGS, CALENDAR)
    row = PastDays(subject, learned, ())
    for day in days:
        assert repr(dict(row.signals(day))) == repr(dict(told_alone(subject, day, learned)))
