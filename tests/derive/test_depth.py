"""What is derived of a past day to less depth is the same as in the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bench.derive import DAY, make_portfolio
from bot.config import Settings
from bot.derive.depth import Depth, without_reasons
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived


def derived(depth: Depth, weeks: int) -> Derived:
    settings = Settings.model_validate({"portfolio": {"namespaces": {"acme/ps-internal": "internal"}}})
    day = DAY - timedelta(weeks=weeks)
    calendar = settings.work_calendar(range(2025, 2029))
    return derive_portfolio(make_portfolio(2), day, settings, calendar, trials=200, depth=depth)


@pytest.mark.parametrize("weeks", [0, 4])
def test_the_status_of_a_past_day_is_that_of_the_whole_derivation(weeks: int) -> None:
    whole, status = derived(Depth.ALL, weeks), derived(Depth.STATUS, weeks)
    assert status.portfolio.rag == whole.portfolio.rag
    found = {e.ref: e for e in status.engagements}
    for e in whole.engagements:
        then = found[e.ref]
        assert (then.phase, then.completion, then.escalations) == (e.phase, e.completion, e.escalations)
        assert then.schedule.milestones == e.schedule.milestones
        assert replace(then.status, track_record=e.status.track_record) == e.status


def test_figures_are_the_whole_without_stories_and_reasons_of_the_forecast() -> None:
    whole, figures = derived(Depth.ALL, 1), derived(Depth.FIGURES, 1)
    assert figures.engagements == tuple(
        replace(e, stories=(), forecast=without_reasons(e.forecast)) for e in whole.engagements
    )
    assert figures.portfolio == whole.portfolio
