"""When a report says something new, as values: what stands, what is said now, and what would have been said, decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, cast

import pytest

from bot.derive.decisions.due import Due
from bot.derive.results import EngagementDerived, Gap
from bot.domain.calendar import WorkCalendar, week_of
from bot.domain.model import Engagement
from bot.domain.vocabulary import Colour
from bot.report.change import Make, Trace, draft_day, read_trace, seen, trace_of, with_fingerprint
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document
from bot.report.sample import sample_derived, sample_settings
from tests.builders import CALENDAR
from tests.publish.stage import ROOT, draft, status

MON, THU = date(2026, 11, 16), date(2026, 11, 19)
FRI = THU + timedelta(days=1)
DUE = Due("status", week_of(THU), FRI)
REAL = sample_derived(THU).engagements[0]


@dataclass
class Told:
    """The context as far as it is asked: what stands, what was there and derived on a day; `idle`: had nothing happened."""

    standing: str = ""
    there: Mapping[date, Mapping[str, Engagement]] = field(default_factory=dict)
    figures: Mapping[tuple[str, date], EngagementDerived] = field(default_factory=dict)
    idle: bool = False
    settings: Any = field(default_factory=sample_settings)
    calendar: WorkCalendar = CALENDAR
    since: date | None = None

    def stands(self, document: Document) -> str:
        return self.standing

    def engagements(self, day: date) -> Mapping[str, Engagement]:
        return self.there.get(day, {})

    def derived(self, ref: str, day: date) -> EngagementDerived | None:
        return self.figures.get((ref, day))

    def frozen(self, day: date) -> Told:
        return replace(self, idle=True, since=day)


def report(words: str = "On track.", **fields: Any) -> Document:
    return Document(**({"kind": "status", "audience": "internal", "period": "2026-W47", "target": status().target,
                        "body": words, "engagement": ROOT} | fields))  # fmt: skip


def trace(document: Document, day: date = THU, context: Any = None) -> Trace:
    return trace_of(document, day, cast(Any, context or Told()))


def decided(
    document: Document, stood: Trace | str = "", make: Make | None = None, due: Due = DUE, **context: Any
) -> tuple[str, str]:
    """The fingerprint that the document gets, and what it would have got with nothing standing."""
    told: Any = Told(str(stood), **context)
    new = str(trace_of(document, due.as_of, told))
    return with_fingerprint(document, due, told, make or _never).fingerprint, new


def _never(due: Due, context: Any) -> Document:
    raise AssertionError("not to be made")


def is_new(*given: Any, **more: Any) -> bool:
    fingerprint, new = decided(*given, **more)
    assert fingerprint in (new, str(given[1])), fingerprint
    return fingerprint == new


def making(then: Document | None, idle: Document | None = None) -> tuple[Make, list[tuple[date, date | None]]]:
    """Makes `then` of the day that stands, `idle` had nothing happened since; and a list of what was asked."""
    asked: list[tuple[date, date | None]] = []

    def make(due: Due, context: Any) -> Document | None:
        asked.append((due.as_of, context.since))
        return idle if context.idle else then

    return make, asked


# -- without a second look


def test_a_report_that_names_its_own_fingerprint_keeps_it() -> None:
    assert decided(report(fingerprint="mine"), trace(report()))[0] == "mine"


@pytest.mark.parametrize("standing", ["", "an earlier psbot's", "20261345-" + "a" * 16 + "-" + "b" * 8 + "-" + "c" * 8])
def test_where_nothing_stands_that_can_be_compared_it_is_new(standing: str) -> None:
    fingerprint, new = decided(report(), standing)
    assert fingerprint == new
    assert fingerprint.startswith("20261120-")


def test_on_the_same_day_equal_words_are_the_same_and_others_are_not() -> None:
    stood = replace(trace(report(), FRI), state="00000000", shape="00000000")
    assert decided(report(), stood)[0] == str(stood)
    for n in range(8):
        assert is_new(report(f"Otherwise, {n}."), trace(report(), FRI))


def test_what_was_written_as_of_a_later_day_is_written_anew() -> None:
    assert is_new(report(), trace(report(), FRI + timedelta(days=1)))


# -- a later day


def test_the_same_words_are_no_news_where_nothing_happened() -> None:
    make, asked = making(report())
    assert not is_new(report("On track: for 7 days."), trace(report()), make)
    assert asked == [(THU, None)]


@pytest.mark.parametrize("words", [f"Otherwise, {n}." for n in range(8)])
def test_what_would_have_been_said_otherwise_on_that_day_is_news(words: str) -> None:
    make, _ = making(report(words))
    assert is_new(report(words), trace(report()), make)
    assert is_new(report(words), trace(report()), making(None)[0])


@pytest.mark.parametrize(
    ("words", "red", "new"),
    [
        ("Behind.", True, True),
        ("On track.", True, False),
        ("Behind.", False, False),
        ("On track for 7 days.", True, True),
    ],
)
def test_a_colour_that_time_alone_changed_is_news_where_the_words_changed_with_it(
    words: str, red: bool, new: bool
) -> None:
    """Not where only numbers moved, nor where the state did and no word."""
    there = {day: {ROOT: Engagement(ROOT)} for day in (THU, FRI)}
    for colour in Colour:
        turned = replace(REAL, status=replace(REAL.status, overall=colour, sentiment=Colour.RED)) if red else REAL
        figures = {(ROOT, THU): REAL, (ROOT, FRI): turned}
        stood = trace(report(), THU, Told(there=there, figures=figures))
        assert is_new(report(words), stood, making(report())[0], there=there, figures=figures) is new


def test_what_happened_is_news_only_where_it_shows() -> None:
    there = {THU: {ROOT: Engagement(ROOT)}, FRI: {ROOT: Engagement(ROOT, title="New")}}
    for n in range(8):
        other = report(f"Otherwise, {n}.")
        make, asked = making(report(), report())
        assert is_new(other, trace(report()), make, there=there)
        assert asked == [(THU, None), (FRI, THU)]
        assert not is_new(other, trace(report()), making(report(), other)[0], there=there)
    assert is_new(report(), trace(report()), making(report(), None)[0], there=there)


@pytest.mark.parametrize(("engagement", "new"), [(ROOT, False), (None, True)])
def test_what_happened_elsewhere_is_none_of_its_business(engagement: str | None, new: bool) -> None:
    there = {
        THU: {ROOT: Engagement(ROOT), "acme/z#1": Engagement("acme/z#1")},
        FRI: {ROOT: Engagement(ROOT), "acme/z#1": Engagement("acme/z#1", title="New")},
    }
    base, now = (report(words, engagement=engagement) for words in ("On track.", "Behind."))
    assert is_new(now, trace(base), making(base, base)[0], there=there) is new


# -- drafts stand still


@pytest.mark.parametrize(("as_of", "day"), [(MON, "20261116"), (THU, "20261119"), (FRI, "20261119")])
def test_a_draft_holds_as_of_the_day_on_which_it_was_due(as_of: date, day: str) -> None:
    made = with_fingerprint(draft(), replace(DUE, as_of=as_of), Told(), _never)  # type: ignore[arg-type]
    assert made.fingerprint.startswith(day)
    fresh = with_fingerprint(report(), replace(DUE, as_of=as_of), Told(), _never)  # type: ignore[arg-type]
    assert fresh.fingerprint.startswith(f"{as_of:%Y%m%d}")


def test_what_no_cycle_makes_due_is_due_on_its_day() -> None:
    context: Any = Told()
    assert draft_day(DUE, context) == THU
    assert draft_day(replace(DUE, kind="closeout"), context) == FRI


# -- what a reader sees


def test_the_as_of_line_what_may_change_by_itself_and_pm_notes_are_not_seen() -> None:
    body = f"Fine.\n\nAs of today. In 6 days.\n{PM_NOTES_START}\nMine\n{PM_NOTES_END}\nEnd"
    made = report(body, title="Title", as_of_line="As of today.", volatile=("6 days", "In 6 days.", "", " "))
    assert seen(made) == "Title Fine. End"
    assert seen(report("A  b\n\tc ", follow_ups=("second part", "third"))) == "A b c second part third"
    assert seen(report(f"Fine. {PM_NOTES_END} after")) == f"Fine. {PM_NOTES_END} after"
    assert seen(report(f"Fine. {PM_NOTES_START} open")) == "Fine."


def test_of_a_draft_only_the_customers_text_is_seen() -> None:
    assert seen(draft("Half  done.")) == "Half done."
    assert seen(replace(draft(), body=" no  text between lines ")) == "no text between lines"


# -- the trace


def test_a_trace_is_read_back_and_nothing_else_is() -> None:
    made = trace(report())
    assert read_trace(str(made)) == made
    assert (made.day, len(made.text), len(made.state), len(made.shape)) == (THU, 16, 8, 8)
    for other in (f"{made}0", f"x{made}", str(made)[1:], str(made).upper(), "20261345" + str(made)[8:]):
        assert read_trace(other) is None


@pytest.mark.parametrize("number", ["7", "1,234", "1.234,56", "12\u202f000", "12\u00a0000", "12 000"])
def test_numbers_are_drift_and_words_are_not(number: str) -> None:
    base, moved, other = (trace(report(f"For {said} days.")) for said in ("6", number, "some"))
    assert base.shape == moved.shape != other.shape
    assert len({base.text, moved.text, other.text}) == 3


def test_a_lone_half_of_a_character_stops_no_trace() -> None:
    assert trace(report("a\ud800b")) == trace(report("a?b"))


def state_of(derived: EngagementDerived | None, **fields: Any) -> str:
    figures = {(ROOT, THU): derived} if derived else {}
    return trace(report(**fields), THU, Told(there={THU: {ROOT: Engagement(ROOT)}}, figures=figures)).state


READABLE: list[Callable[[EngagementDerived], EngagementDerived]] = [
    lambda e: replace(e, phase=type(e.phase)("complete")),
    lambda e: replace(e, schedule=replace(e.schedule, milestones=e.schedule.milestones[1:])),
    lambda e: replace(e, acceptance=e.acceptance[1:]),
]
INTERNAL: list[Callable[[EngagementDerived], EngagementDerived]] = [
    lambda e: replace(e, status=replace(e.status, overall=Colour.RED)),
    lambda e: replace(e, status=replace(e.status, schedule=replace(e.status.schedule, rag=Colour.RED))),
    lambda e: replace(e, status=replace(e.status, declared=Colour.RED)),
    lambda e: replace(e, risks=e.risks[1:]),
    lambda e: replace(e, escalations=(replace(e.escalations[0], overdue=False),)),
    lambda e: replace(e, status=replace(e.status, sentiment=Colour.RED)),
    lambda e: replace(e, compliance=replace(e.compliance, missing=(Gap("pm", "no PM"),))),
]


def test_phase_milestones_and_acceptance_are_state_for_all_and_the_rest_for_our_own_people() -> None:
    assert REAL.acceptance
    assert REAL.risks
    assert state_of(REAL) != state_of(None)
    for change in READABLE:
        for audience in ("internal", "customer"):
            assert state_of(change(REAL), audience=audience) != state_of(REAL, audience=audience)
    for change in INTERNAL:
        assert state_of(change(REAL)) != state_of(REAL)
        assert state_of(change(REAL), audience="customer") == state_of(REAL, audience="customer")
