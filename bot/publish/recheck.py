"""A plan from a file, held against the config and GitLab of the moment: what it may still do. Pure.

A plan is a file that anybody may have changed, and older than the config. What it says of itself (approval, approvers,
audience, target) decides nothing: each step must be one that psbot would take today. Whether a customer's words are
approved is asked of GitLab again, right before the write (`writer`); here, whether the step is one at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import field, replace

from bot.config import Settings
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Portfolio
from bot.domain.vocabulary import ApprovalMode, Audience
from bot.publish.digest import digest
from bot.publish.drafts import QUESTION
from bot.publish.forms import PostForm
from bot.publish.marker import engagement_token, read_marker
from bot.publish.mentions import MENTION
from bot.publish.orders import ANSWER
from bot.publish.steps import Plan, Step, StepAction
from bot.report.registry import ReportPlace, kinds_at, report_of

HEALTH = "health"


@frozen
class Today:
    """What holds now. `customer_texts`: digests of the customers' texts that need no approval, as rendered now."""

    settings: Settings
    portfolio: Portfolio
    customer_texts: Collection[str] = field(default=())

    def recheck(self, plan: Plan) -> Plan:
        """The plan with every step refused that psbot would not take today."""
        return replace(plan, steps=tuple(self._checked(step) for step in plan.steps))

    def _checked(self, step: Step) -> Step:
        if step.identity.kind == MENTION:
            # Whether it is time to mention somebody is found out anew by every run.
            return replace(step, action=StepAction.WAIT, reason="mentions are written by `run` alone", body="", diff="")
        reason = next(self._faults(step), None) if step.writes else None
        return replace(step, action=StepAction.REFUSE, reason=reason, body="", diff="") if reason else step

    def _faults(self, step: Step) -> Iterator[str]:
        kind = step.identity.kind.removesuffix(QUESTION)
        if step.action == StepAction.REACT or kind == ANSWER:
            yield from self._answer_faults(step)
            return
        if step.identity.audience not in (Audience.INTERNAL, Audience.CUSTOMER):
            yield f"{step.identity.audience!r} is not an audience"
        roll_ups = kinds_at(ReportPlace.PORTFOLIO)
        if kind not in {*roll_ups, *kinds_at(ReportPlace.ENGAGEMENT, ReportPlace.CUSTOMER_CHANNEL), HEALTH}:
            yield f"{kind!r} is not a report of this psbot"
        elif kind in roll_ups:
            yield from self._roll_up_faults(step, kind)
        else:
            yield from self._engagement_faults(step, kind)
        if step.action in (StepAction.CREATE, StepAction.UPDATE, StepAction.ASK):
            yield from _marker_faults(step)
        if step.action == StepAction.REMOVE and not step.needs_other and step.identity.part == 1:
            yield "the only copy of a text is never taken away"

    def _answer_faults(self, step: Step) -> Iterator[str]:
        """Answers to orders stand where orders are read: at an engagement's internal place, or on a roll-up issue."""
        if (
            step.identity.kind != ANSWER
            or step.identity.audience != Audience.INTERNAL
            or step.action not in (StepAction.REACT, StepAction.ASK)
        ):
            yield "it answers no order"
        homes = {(e.facts.internal or e.ref).casefold() for e in self.portfolio.engagements}
        projects = {report.project.casefold() for _, report in self.settings.reports.issues() if report.project}
        place = step.target.casefold()
        if place not in homes and place.partition("#")[0] not in projects:
            yield f"no orders are read on {step.target}"
        if step.action == StepAction.ASK:
            yield from _marker_faults(step)

    def _roll_up_faults(self, step: Step, kind: str) -> Iterator[str]:
        report = dict(self.settings.reports.issues())[kind]
        if not report.enabled:
            yield f"`reports.{kind}` is switched off now"
        if step.engagement or step.identity.engagement or step.identity.audience != Audience.INTERNAL:
            yield f"a {kind} report is internal, and of the whole portfolio"
        if not report.project or step.target.casefold() != report.project.casefold():
            yield f"`reports.{kind}.project` is {report.project} now, not {step.target}"
        if step.form == PostForm.ISSUE and step.action == StepAction.CREATE and set(step.labels) - set(report.labels):
            yield f"`reports.{kind}.labels` names other labels now"

    def _engagement_faults(self, step: Step, kind: str) -> Iterator[str]:
        engagement = next((e for e in self.portfolio.engagements if e.ref == step.engagement), None)
        if engagement is None:
            yield f"no engagement {step.engagement} is found now"
            return
        if step.identity.engagement != engagement_token(engagement.ref, step.identity.audience):
            yield "its marker names another engagement"
        yield from self._switched_off(step, kind)
        if step.action in (StepAction.CREATE, StepAction.UPDATE, StepAction.ASK, StepAction.LABEL):
            yield from self._place_faults(step, kind, engagement)

    def _switched_off(self, step: Step, kind: str) -> Iterator[str]:
        status = self.settings.reports.status
        if kind == HEALTH:
            if not status.set_health or step.action != StepAction.LABEL:
                yield "`reports.status.set_health` is switched off now"
        elif not self.settings.reports.section(report_of(kind).section or kind).enabled:
            yield f"`reports.{kind}` is switched off now"
        elif step.identity.audience == Audience.CUSTOMER and not status.customer.enabled:
            yield "`reports.status.customer` is switched off now"

    def _place_faults(self, step: Step, kind: str, engagement: Engagement) -> Iterator[str]:
        facts = engagement.facts
        posted = (
            step.identity.audience == Audience.CUSTOMER and not step.identity.draft and step.action != StepAction.ASK
        )
        place = facts.customer_channel if posted else engagement.ref if kind == HEALTH else facts.internal
        place = place or (None if posted else engagement.ref)
        if place is None or step.target.casefold() != place.casefold():
            yield f"its place is {place or 'none'} now, not {step.target}"
        names = set(self.settings.labels.health.model_dump().values()) if kind == HEALTH else set()
        if (set(step.labels) | set(step.remove_labels)) - names:
            yield "it sets labels that are none of `labels.health`"
        unasked = posted and self.settings.reports.status.customer.approval != ApprovalMode.REQUIRED
        if unasked and digest(step.body) not in self.customer_texts:
            yield "psbot would write another text for the customer now"


def _marker_faults(step: Step) -> Iterator[str]:
    """The text must bear the step's own marker: what stands under another name is found by no later run."""
    marker = read_marker(step.body)
    if marker is None or (marker.identity, marker.fingerprint) != (step.identity, step.fingerprint):
        yield "its text does not bear the marker of this step"
