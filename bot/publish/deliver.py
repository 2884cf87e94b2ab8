"""Apply until nothing is left to do: a step that another run overtook is planned anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bot.publish.execute import Progress, Result, RunOutcome, apply_plan
from bot.publish.forms import PostForm
from bot.publish.marker import Identity
from bot.publish.steps import Plan, Step, StepAction
from bot.publish.writer import Writer

ROUNDS = 3


def deliver(plan: Plan, writer: Writer, replan: Callable[[], Plan], progress: Progress | None = None) -> RunOutcome:
    """Carry out `plan`. Where something changed between the look and the write, look again and plan again.

    What is still overtaken after three rounds stays refused, and is the next run's.
    """
    outcome = apply_plan(plan, writer, progress)
    for _ in range(ROUNDS - 1):
        if not outcome.stale:
            break
        outcome = merged(outcome, apply_plan(only_open(replan(), outcome), writer, progress))
    if made_up := _made_up(outcome):
        outcome = merged(outcome, apply_plan(_closings(replan(), made_up), writer, progress))
    return outcome


def _made_up(outcome: RunOutcome) -> frozenset[Identity]:
    """The reports of which this run opened more than one issue: a period that was missed, and the one that follows it."""
    opened = [r.step for r in outcome.done if r.step.action == StepAction.CREATE and r.step.form == PostForm.ISSUE]
    counted = Counter(replace(step.identity, period="") for step in opened)
    return frozenset(report for report, times in counted.items() if times > 1)


def _closings(plan: Plan, reports: frozenset[Identity]) -> Plan:
    """The steps that close an issue of these: the one that follows it was not there when the first plan was made."""
    steps = (s for s in plan.steps if s.action == StepAction.CLOSE and replace(s.identity, period="") in reports)
    return replace(plan, steps=tuple(steps))


def only_open(plan: Plan, outcome: RunOutcome) -> Plan:
    """The steps of a new plan that concern what the last round left open."""
    open_keys = {_key(r.step) for r in outcome.stale}
    return replace(plan, steps=tuple(s for s in plan.steps if _key(s) in open_keys))


def merged(first: RunOutcome, second: RunOutcome) -> RunOutcome:
    """Both rounds as one: a stale result gives way to what became of it."""
    kept = tuple(r for r in first.results if not r.stale)
    return RunOutcome(tuple(sorted((*kept, *second.results), key=_order(first))))


def _order(first: RunOutcome) -> Callable[[Result], int]:
    places = {_key(r.step): n for n, r in reversed(list(enumerate(first.results)))}
    return lambda result: places.get(_key(result.step), len(places))


def _key(step: Step) -> tuple[Identity, str]:
    return step.identity, step.target
