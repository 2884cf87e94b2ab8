"""A person's judgement is scored: what they said beside what was computed that day, once the truth is known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.derive import derive_portfolio
from bot.derive.decisions.judgement import score_judgements
from bot.derive.judgement_results import Judgement
from bot.derive.results import Derived
from bot.domain.model import PastReport, Reply, ThreadNote
from bot.domain.vocabulary import Audience, Better
from tests.builders import CALENDAR, REF, make_engagement, make_item, make_log, make_portfolio, make_settings

SAID = datetime(2026, 10, 1, 12, tzinfo=UTC)
ENDED = date(2026, 11, 20)


def payload(on: str, finish: str, revenue: float = 9_000.0) -> dict[str, Any]:
    return {"posted": {"on": on}, "finish": {"p50": finish}, "forecast": {"FY27-Q3": {"forecast": revenue}}}


def derive(*lines: str, published: bool = True, ended: bool = True, by: str = "priya") -> Derived:
    item = make_item(1, estimate_hours=50, closed=ENDED if ended else None)
    logs = [make_log(item, 50, "2026-10-15")]
    facts = {"pm": "priya", "start": "2026-08-03", "end": "2026-11-06"}
    made = make_engagement(items=[item], timelogs=logs, facts=facts, closed=ENDED if ended else None)
    said = tuple(Reply(by, line, SAID.replace(minute=n), ThreadNote(n + 1)) for n, line in enumerate(lines))
    payloads = [payload("2026-09-24", "2026-11-10"), payload("2026-10-01", "2026-12-31", 1.0)] if published else [{}]
    past = [
        PastReport("status", Audience.INTERNAL, f"2026-W{39 + n}", REF, p, replies=said if not n else ())
        for n, p in enumerate(payloads)
    ]
    return derive_portfolio(make_portfolio(made), date(2026, 11, 27), make_settings(), CALENDAR, past=past, trials=200)


def only(derived: Derived) -> Judgement:
    [found] = derived.engagements[0].judgements
    return found


def test_a_finish_is_held_against_what_was_published_then() -> None:
    found = only(derive("psbot finish 2026-11-18: the team's plan"))
    assert (found.said, found.computed, found.came) == ("2026-11-18", "2026-11-10", "2026-11-20")
    assert (found.better, found.gain, found.basis) == (Better.PERSON, 6, "published")


def test_where_nothing_was_published_a_replay_says_what_was_known_that_day() -> None:
    found = only(derive("psbot finish 2026-11-20: surely", published=False))
    assert found.basis == "replayed"
    assert found.better is Better.PERSON


def test_revenue_is_scored_when_its_quarter_is_over() -> None:
    found = only(derive("psbot revenue FY27-Q3 5000: less"))
    assert (found.what, found.said, found.computed, found.came) == ("FY27-Q3", "5000.00", "9000.00", "10000.00")
    assert (found.better, found.gain) == (Better.PSBOT, -4000)
    assert derive("psbot revenue FY27-Q4 5000: runs").engagements[0].judgements == ()


def test_a_colour_came_true_or_did_not() -> None:
    found = only(derive("psbot colour schedule red until 2026-10-20: I see it coming"))
    assert (found.kind, found.what, found.said, found.gain) == ("colour", "schedule", "red", None)
    assert found.came in ("yellow", "red")
    assert found.better in (Better.PERSON, Better.SAME)


@pytest.mark.parametrize("ended", [True, False])
def test_nothing_is_scored_before_the_truth_is_known(ended: bool) -> None:
    assert bool(derive("psbot finish 2026-11-18", ended=ended).engagements[0].judgements) is ended


def test_what_was_refused_or_taken_back_was_never_said() -> None:
    assert derive("psbot finish 2026-11-18", by="mallory").engagements[0].judgements == ()
    assert derive("psbot finish 2026-11-18", "psbot undo").engagements[0].judgements == ()


def test_the_portfolio_says_by_how_much_people_were_better_in_how_many_cases() -> None:
    def case(gain: float) -> Judgement:
        better = Better.PERSON if gain > 0 else Better.PSBOT if gain < 0 else Better.SAME
        return Judgement("finish", "finish", "priya", ENDED, "", "", "", better, gain)

    score = score_judgements([case(6), case(4), case(8), case(-3), case(0)])["finish"]
    assert (score.of, score.person, score.psbot, score.gain, score.loss) == (5, 3, 1, 6, 3)
    assert derive("psbot finish 2026-11-18").portfolio.judged["finish"].person == 1
