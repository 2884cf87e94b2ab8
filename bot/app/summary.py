"""What a run did, for people: lines, failures, the closing line, and the cases of the run report."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from bot.app.session import Session
from bot.app.sources import Reading, failures_of
from bot.domain.frozen import frozen
from bot.domain.limits import json_escaped
from bot.domain.model import Portfolio
from bot.domain.snapshot import dump_snapshot
from bot.publish.execute import Result, RunOutcome, StepState
from bot.publish.plan_json import plan_to_json
from bot.publish.steps import Plan, StepAction, plan_lines, step_line
from bot.report import Made
from bot.report.document import Document

LONGEST_NAME = 150
"""Bytes of a file's name that an engagement's reference may take: file systems end at 255."""


@frozen
class RunCase:
    """One line of the run report: a document and what became of it."""

    group: str
    name: str
    failure: str = ""
    skipped: str = ""


@frozen
class RunSummary:
    """What a run did: lines for people, failures, files to leave, the plan, and the closing line.

    What comes of all texts is made one after the other, and only where it is asked for.
    """

    said: tuple[str, ...]
    failures: tuple[str, ...]
    closing_line: str
    tell_plan: Callable[[], Iterable[str]] = tuple
    """Of a dry run: what would be done, line by line."""
    each_file: Callable[[], Iterable[tuple[str, str]]] = tuple
    """Name and text of each file to leave."""
    make_plan: Callable[[], dict[str, Any]] = dict
    make_snapshot: Callable[[], str] = str
    """What was read, as text: made only where it is asked for."""
    writes: int = 0
    """How many texts and labels this run changed in GitLab."""
    cases: tuple[RunCase, ...] = ()
    reading: Reading | None = None
    """What the reports were made of, for whoever leaves page, tables or JSON of it."""
    would_change: bool = False
    """Of a dry run: whether a run would write something."""

    def each_line(self) -> Iterator[str]:
        """What a dry run would do, and what was said."""
        yield from self.tell_plan()
        yield from self.said

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.each_line())

    @property
    def files(self) -> dict[str, str]:
        return dict(self.each_file())

    @property
    def plan_json(self) -> dict[str, Any]:
        """The plan, for `apply`."""
        return self.make_plan()

    @property
    def snapshot_text(self) -> str:
        """What a shard leaves for the roll-up."""
        return self.make_snapshot()


def summarise(
    session: Session, reading: Reading, made: Made, plan: Plan, outcome: RunOutcome | None, began: Beginning
) -> RunSummary:
    derived = reading.derive(reading.day)
    if outcome is None:
        cases: tuple[RunCase, ...] = tuple(RunCase(s.action, s.name, skipped="dry run") for s in plan.steps)
        failed = [step_line(step) for step in plan.refused]
    else:
        cases, failed = judged(outcome)
    failures = [*failures_of(derived, reading.portfolio), *made.faults, *plan.faults, *failed]
    return RunSummary(
        said=told(outcome) if outcome else (),
        tell_plan=tuple if outcome else partial(plan_lines, plan),
        failures=tuple(failures),
        closing_line=closing(session, len(reading.portfolio.engagements), outcome, plan, began),
        each_file=partial(files_of, made.documents),
        make_plan=partial(plan_to_json, plan),
        make_snapshot=lambda: part_text(reading.portfolio, [*made.faults, *plan.faults, *failed]),
        writes=len(outcome.done) if outcome else 0,
        reading=reading,
        would_change=outcome is None and any(step.writes for step in plan.steps),
        cases=(*cases, *(RunCase("reading", f"failure {n}", failure=text) for n, text in enumerate(failures, 1))),
    )


def part_text(portfolio: Portfolio, unpublished: list[str]) -> str:
    """What a shard leaves for the roll-up: what it read, and its reports that failed."""
    part = dump_snapshot(portfolio) | ({"unpublished": unpublished} if unpublished else {})
    return json_escaped(json.dumps(part, ensure_ascii=False, allow_nan=False)) + "\n"


def told(outcome: RunOutcome) -> tuple[str, ...]:
    return tuple(f"{r.state}: {r.step.name}: {_said(r)}{f' ({r.url})' if r.url else ''}" for r in outcome.results)


def _said(result: Result) -> str:
    """Why it was done is said before, in the dry run; afterwards a new text is just created."""
    new = (
        result.state == StepState.DONE
        and result.step.action == StepAction.CREATE
        and result.reason == result.step.reason
    )
    return "created" if new else result.reason


def judged(outcome: RunOutcome) -> tuple[tuple[RunCase, ...], list[str]]:
    bad = ("refused", "failed")
    cases = tuple(
        RunCase(r.step.identity.kind, r.step.name, failure=r.reason if r.state in bad else "") for r in outcome.results
    )
    return cases, [str(r) for r in outcome.results if r.state in bad]


@frozen
class Beginning:
    """When a run began, and how many requests had been sent by then: one session may run more than once."""

    at: float
    requests: int
    writes: int


def beginning(session: Session) -> Beginning:
    """The beginning of a run: now."""
    counts = session.client.counts
    return Beginning(time.monotonic(), counts.requests, counts.writes)


def closing(session: Session, read: int, outcome: RunOutcome | None, plan: Plan, began: Beginning) -> str:
    """The last line: engagements read, what became of the texts, requests, writes, seconds."""
    counts = session.client.counts
    requests, writes = counts.requests - began.requests, counts.writes - began.writes
    what = outcome.summary() if outcome else dict(plan.counts())
    sums = ", ".join(f"{number} {state}" for state, number in what.items() if number) or "nothing to publish"
    head = "" if outcome else "dry run: "
    seconds = time.monotonic() - began.at
    counted = ", ".join((_count(requests, "request"), _count(writes, "write")))
    return f"{head}{_count(read, 'engagement')} read; {sums}; {counted}, {seconds:.1f} s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def files_of(documents: Iterable[Document]) -> Iterator[tuple[str, str]]:
    """The files of the rendered documents, every part of each: `status/acme-ps-7.internal.2026-W47.md`, `….part-2.md`.

    Two references that would share a name (`acme/ps#7`, `acme/ps&7`) are told apart by a digest, whatever the letter case.
    """
    found = list(documents)
    names = [name_of(d) for d in found]
    taken = Counter(name.casefold() for name in names)
    for document, name in zip(found, names, strict=True):
        if taken[name.casefold()] > 1:
            name += f".{_short(f'{document.engagement} {document.draft}')}"
        yield f"{name}.md", document.body
        yield from ((f"{name}.part-{n}.md", text) for n, text in enumerate(document.follow_ups, 2))


def name_of(document: Document) -> str:
    """The file name of a rendered document, without its ending."""
    who = "".join(c if c.isalnum() else "-" for c in document.engagement) if document.engagement else "portfolio"
    if len(who.encode()) > LONGEST_NAME:
        who = who.encode()[:LONGEST_NAME].decode("utf-8", "ignore") + "-" + _short(document.engagement or "")
    return f"{document.kind}/{who}.{document.audience}.{document.period}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
