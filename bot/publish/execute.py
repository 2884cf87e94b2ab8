"""Carries out a plan: look, guard, write, look again; step by step, each result named.

Nothing is repeated before a fresh look, nothing counts as done that GitLab does not give back, and a step whose ground changed
is refused. An update is proved by GitLab's own answer, where that holds the text. A run that was killed anywhere is completed by the next one: the same look finds what stands already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace
from enum import StrEnum

from bot.domain.bulkhead import in_words
from bot.domain.errors import AccessError, PsbotError
from bot.domain.frozen import frozen
from bot.publish.digest import digest
from bot.publish.forms import PostForm
from bot.publish.precheck import (
    Ground,
    Obstacle,
    examine,
    examine_labels,
    examine_reaction,
    own_posts,
    stored_otherwise,
)
from bot.publish.steps import Plan, Step, StepAction
from bot.publish.writer import RefusedWrite, Retry, Scene, Writer

ATTEMPTS = 6
READ_BACKS = 4
Progress = Callable[[int, int, Step], None]


class StepState(StrEnum):
    """What became of a step."""

    DONE = "done"
    SKIPPED = "skipped"
    WAITING = "waiting"
    REFUSED = "refused"
    FAILED = "failed"


@frozen
class Result:
    """What became of a step. `stale`: refused because GitLab changed since the plan was made; a new plan may succeed."""

    step: Step
    state: StepState
    reason: str
    url: str = ""
    stale: bool = False
    denied: bool = False
    """Failed because the token may not write there (HTTP 401, 403)."""

    def __str__(self) -> str:
        return f"{self.state}: {self.step.name} on {self.step.target}: {self.reason}"


@frozen
class RunOutcome:
    """All results, in the plan's order."""

    results: tuple[Result, ...] = field(default=())

    def of(self, state: StepState) -> tuple[Result, ...]:
        return tuple(r for r in self.results if r.state == state)

    @property
    def done(self) -> tuple[Result, ...]:
        return self.of(StepState.DONE)

    @property
    def failed(self) -> tuple[Result, ...]:
        return self.of(StepState.FAILED)

    @property
    def refused(self) -> tuple[Result, ...]:
        return self.of(StepState.REFUSED)

    @property
    def stale(self) -> tuple[Result, ...]:
        return tuple(r for r in self.results if r.stale)

    def summary(self) -> dict[str, int]:
        """Numbers by state, for the last line of a run."""
        return {state: len(self.of(state)) for state in StepState}


def apply_plan(plan: Plan, writer: Writer, progress: Progress | None = None) -> RunOutcome:
    """Take every step. One that fails stops no other."""
    writer.use_names(plan.aliases)
    results = []
    for number, step in enumerate(plan.steps, 1):
        results.append(take_step(step, writer))
        if progress:
            progress(number, len(plan.steps), step)
    return RunOutcome(tuple(results))


def take_step(step: Step, writer: Writer) -> Result:
    """One step: what became of it. Errors of GitLab become a result; they are named, and the others go on."""
    if not step.writes:
        states = {
            StepAction.SKIP: StepState.SKIPPED,
            StepAction.WAIT: StepState.WAITING,
            StepAction.REFUSE: StepState.REFUSED,
        }
        return Result(step, states[step.action], step.reason, step.url)
    try:
        return _carried_out(step, writer)
    except RefusedWrite as refusal:
        return Result(step, StepState.REFUSED, refusal.reason, stale=refusal.stale)
    except PsbotError as error:
        return Result(step, StepState.FAILED, str(error), denied=isinstance(error, AccessError))
    except Exception as error:  # noqa: BLE001 - one text's trouble must not keep the others from being written
        return Result(step, StepState.FAILED, in_words(error))


def _carried_out(step: Step, writer: Writer) -> Result:
    """Look and write until it stands. A lost or refused-for-now answer leads to a new look, never to a blind repeat."""
    attempt = 0
    sent = False
    while attempt < ATTEMPTS:
        scene = writer.look(step)
        finding = _judged(step, scene)
        if finding.state == Ground.DONE:
            return _settled(step, writer, scene, finding, sent)
        if finding.state == Ground.STALE:
            raise RefusedWrite(f"changed since the plan was made: {finding.reason}", stale=True)
        try:
            proved = writer.write(step, scene, finding.post)
        except Retry as again:
            sent = True
            writer.pause(again, attempt)
            attempt += not again.limited
            continue
        if proved and finding.post:
            return Result(step, StepState.DONE, step.reason, finding.post.url)
        return _read_back(step, writer)
    return Result(step, StepState.FAILED, "GitLab kept answering otherwise; the next run completes it")


def _judged(step: Step, scene: Scene) -> Obstacle:
    if step.action == StepAction.LABEL:
        return examine_labels(step, scene.place.labels, scene.health)
    if step.action == StepAction.REACT:
        return examine_reaction(step, scene.signs)
    return examine(step, scene.posts)


def _read_back(step: Step, writer: Writer) -> Result:
    """A write counts when it can be read; replicas of a big GitLab may lag a little behind."""
    for attempt in range(READ_BACKS):
        scene = writer.look(step)
        finding = _judged(step, scene)
        if finding.state == Ground.DONE:
            return _settled(step, writer, scene, finding, True)
        writer.pause(Retry(0.0), attempt)
    return Result(step, StepState.FAILED, "GitLab confirmed the write, but what stands there is not what was sent")


def _settled(step: Step, writer: Writer, scene: Scene, finding: Obstacle, wrote: bool) -> Result:
    """It stands: check the text, and take away what another run wrote at the same moment."""
    url = finding.post.url if finding.post else ""
    problem = (
        stored_otherwise(step, finding.post) if wrote and finding.post and step.action != StepAction.CLOSE else None
    )
    if problem:
        return Result(step, StepState.FAILED, problem, url)
    if step.action in (StepAction.CREATE, StepAction.ASK):
        for copy in _younger_copies(step, scene):
            take_step(copy, writer)
    return Result(step, StepState.DONE, step.reason if wrote else "already up to date", url)


def _younger_copies(step: Step, scene: Scene) -> Iterator[Step]:
    """Steps that clear away the copies of a text just written: the oldest stays, in every run's eyes."""
    new = [p for p in own_posts(scene.posts, step.identity) if p.id not in step.knows]
    for post in [p for p in new if p.marker.fingerprint == step.fingerprint][1:]:
        yield replace(
            step,
            action=StepAction.CLOSE if post.form == PostForm.ISSUE else StepAction.REMOVE,
            reason=f"a second copy, written by two runs at once; {new[0].id} stays",
            post=post.id,
            place=post.place,
            expects=digest(post.body),
            body="",
            needs_other=True,
        )
