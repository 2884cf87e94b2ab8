"""A plan as data: the steps, each with its action, its reason, its diff, and what must still hold when it is taken. Pure."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.frozen import frozen
from bot.domain.model import EMPTY
from bot.domain.packed import PackedText
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, unsigned


class StepAction(StrEnum):
    """What a step does."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    WAIT = "wait"
    REFUSE = "refuse"
    REMOVE = "remove"
    CLOSE = "close"
    LABEL = "label"
    ASK = "ask"
    REACT = "react"


NOT_WRITING = frozenset((StepAction.SKIP, StepAction.WAIT, StepAction.REFUSE))


@frozen
class Approval:
    """The draft that must still be approved, with exactly this text (digest), when its text is posted."""

    place: str
    note: int
    text: str
    approvers: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One thing to do, or not to do and why.

    `target` is the place as the report asks for it, `path` the namespace that GitLab answered; `post` (id or iid) and
    `expects` (digest of its text) name what must still stand there; `fingerprint` is that of the text that will.
    """

    action: StepAction
    form: PostForm
    identity: Identity
    target: str
    reason: str
    engagement: str | None = None
    path: str = ""
    title: str = ""
    body: PackedText = PackedText("")  # noqa: RUF009 (a descriptor)
    fingerprint: str = ""
    labels: tuple[str, ...] = ()
    remove_labels: tuple[str, ...] = ()
    confidential: bool = False
    post: int | None = None
    place: str = ""
    """Where `post` stands, where that is not `target`."""
    thread: str = ""
    expects: str = ""
    knows: tuple[int, ...] = ()
    """The token's own posts (ids, iids) that stood for `identity` when the plan was made."""
    needs_other: bool = False
    """Remove only while another post stands for the same identity."""
    url: str = ""
    diff: PackedText = PackedText("")  # noqa: RUF009 (a descriptor)
    approval: Approval | None = None

    @property
    def writes(self) -> bool:
        return self.action not in NOT_WRITING

    @property
    def name(self) -> str:
        """What it is about, for people: `status 2026-W47 (internal) of acme/ps&7`."""
        i = self.identity
        part = f", part {i.part}" if i.part > 1 else ""
        draft = " draft" if i.draft else ""
        of = f" of {self.engagement}" if self.engagement else ""
        what = i.kind if i.period == i.kind else f"{i.kind} {i.period}"
        return f"{what} ({i.audience}{draft}{part}){of}"


@frozen
class Plan:
    """All steps, in the order in which they are taken. `instance` is the GitLab, `user` the author."""

    steps: tuple[Step, ...] = ()
    instance: str = ""
    user: str = ""
    aliases: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """Former names of engagements in markers → today's."""
    faults: tuple[str, ...] = ()
    """Documents that could not be planned."""

    @property
    def refused(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.action == StepAction.REFUSE)

    def counts(self) -> Counter[str]:
        """How many steps of each action."""
        return Counter(step.action for step in self.steps)


def with_diff(step: Step, standing: str) -> Step:
    """`step` with the difference between what stands (\"\" for nothing) and what would, marker lines left out."""
    old, new = (unsigned(text).splitlines() for text in (standing, step.body))
    lines = difflib.unified_diff(old, new, "stands", "would stand", lineterm="", n=2)
    return replace(step, diff="\n".join(lines))


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_VERBS = {
    "create": ("would create", "create"),
    "update": ("would update", "update"),
    "remove": ("would remove", "remove"),
    "close": ("would close", "close"),
    "label": ("would label", "label"),
    "ask": ("would ask", "ask"),
    "react": ("would react to", "react to"),
    "skip": ("unchanged", "unchanged"),
    "wait": ("waits", "waits"),
    "refuse": ("REFUSED", "REFUSED"),
}


def step_line(step: Step, dry: bool = True) -> str:
    """One line: what, where, why."""
    verb = _VERBS[step.action][0 if dry else 1]
    place = "" if step.target == step.engagement else f" on {step.target}"
    return printable(f"{verb} {step.name}{place}: {step.reason}")


def plan_lines(plan: Plan, dry: bool = True) -> Iterator[str]:
    """The plan for a terminal: a line a step, with the diff of each that writes (a dry run: or is refused), and the sums."""
    for step in plan.steps:
        yield from step_line(step, dry).splitlines()
        if (step.writes or (dry and step.action == StepAction.REFUSE)) and (diff := step.diff):
            for line in printable(diff).split("\n"):
                yield from f"    {line}".splitlines()
    counts = plan.counts()
    order = ("create", "update", "remove", "close", "label", "ask", "react", "skip", "wait", "refuse")
    sums = ", ".join(f"{counts[a]} {_VERBS[a][0 if dry else 1]}" for a in order if counts[a])
    yield sums or "nothing to publish"


def printable(text: str) -> str:
    """`text` without control and direction characters, which could drive or deceive a terminal."""
    return _UNPRINTABLE.sub("\ufffd", text)
