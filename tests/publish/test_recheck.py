"""Every step of a plan from a file, held against the config and the engagements of the moment, without a GitLab."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.model import Engagement, Facts, Portfolio
from bot.domain.vocabulary import Audience
from bot.publish.digest import digest
from bot.publish.drafts import QUESTION
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker, engagement_token, signed
from bot.publish.mentions import MENTION
from bot.publish.orders import ANSWER
from bot.publish.recheck import Today
from bot.publish.steps import Plan, Step, StepAction
from tests.publish.stage import CHANNEL, REPORTS, ROOT, SETTINGS

HOME = "acme/ps-internal/hall#9"
QUIET = "acme/ps-internal/quiet#2"
"""An engagement without a channel, whose internal status stands elsewhere."""
CUSTOMER_TEXT = "Half done."
PORTFOLIO = Portfolio(
    (Engagement(ROOT, facts=Facts(customer_channel=CHANNEL)), Engagement(QUIET, facts=Facts(internal=HOME)))
)


def settings(health: bool = True, approval: str = "required", **reports: Any) -> Settings:
    status = {"set_health": health, "customer": {"enabled": True, "approval": approval, "approvers": ["dora"]}}
    return Settings.model_validate(SETTINGS | {"reports": SETTINGS["reports"] | {"status": status} | reports})


def with_text(step: Step, text: str = CUSTOMER_TEXT) -> Step:
    """The step with a text that bears its own marker, where it has none."""
    return (
        step
        if step.body or not step.fingerprint
        else replace(step, body=signed(text, Marker(step.identity, step.fingerprint)))
    )


def of_engagement(ref: str = ROOT, audience: str = "internal", target: str = "", **changes: Any) -> Step:
    identity = Identity(changes.pop("kind", "status"), audience, engagement_token(ref, audience), "2026-W47")
    made = Step(StepAction.CREATE, PostForm.NOTE, identity, target or ref, "due", engagement=ref, fingerprint="f1")
    return with_text(replace(made, **changes))


def roll_up(kind: str = "portfolio", **changes: Any) -> Step:
    made = Step(
        StepAction.CREATE,
        PostForm.ISSUE,
        Identity(kind, Audience.INTERNAL, "", "2026-W47"),
        REPORTS,
        "due",
        fingerprint="f1",
    )
    return with_text(replace(made, **changes))


def answer(action: Any = "ask", target: str = ROOT, audience: str = "internal", **changes: Any) -> Step:
    identity = Identity(changes.pop("kind", ANSWER), audience, "", "o1")
    return with_text(replace(Step(action, PostForm.REPLY, identity, target, "an order", fingerprint="f1"), **changes))


def health(target: str = ROOT, **changes: Any) -> Step:
    identity = Identity("health", Audience.INTERNAL, ROOT, "health")
    made = Step(
        StepAction.LABEL, PostForm.LABELS, identity, target, "green", engagement=ROOT, labels=("health::on track",)
    )
    return replace(made, **changes)


def judged(step: Step, now: Settings | None = None, texts: tuple[str, ...] = ()) -> str:
    """Why it is refused; empty where it is taken."""
    (found,) = Today(now or settings(), PORTFOLIO, texts).recheck(Plan((step,))).steps
    assert found.action in (step.action, "refuse")
    assert found == step or (found.action, found.body, found.diff) == ("refuse", "", "")
    return found.reason if found.action == "refuse" else ""


customers = of_engagement(audience="customer", target=CHANNEL)
the_draft = of_engagement(audience="customer")
the_draft = with_text(replace(the_draft, body="", identity=replace(the_draft.identity, draft=True)))
HONEST = {
    "internal status": of_engagement(),
    "its update": of_engagement(action="update", post=4),
    "status at its internal place": of_engagement(QUIET, target=HOME),
    "its place in other letters": of_engagement(target=ROOT.upper()),
    "close-out": of_engagement(kind="closeout"),
    "close-out at its internal place": of_engagement(QUIET, target=HOME, kind="closeout"),
    "customer's text": customers,
    "customer's draft": the_draft,
    "question below a draft": of_engagement(audience="customer", kind="status" + QUESTION, action="ask"),
    "portfolio": roll_up(labels=("ps-weekly",)),
    "monthly": roll_up("monthly", labels=("ps-monthly-summary",)),
    "report project in other letters": roll_up(target=REPORTS.upper()),
    "a note on a roll-up": roll_up(form="issue-note", labels=("moved",)),
    "an issue that stands, with a person's label": roll_up(action="update", labels=("moved",)),
    "answer to an order": answer(),
    "answer at the internal place": answer(target=HOME.upper()),
    "answer on a roll-up": answer(target=f"{REPORTS.upper()}#3"),
    "reaction to an order": answer("react"),
    "health label": health(remove_labels=("health::at risk",)),
    "a copy beside another": of_engagement(action="remove", needs_other=True, target="acme/gone#1"),
    "the rest of a shorter text": of_engagement(action="remove", identity=replace(of_engagement().identity, part=2)),
    "an older issue": roll_up(action="close"),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_what_psbot_would_do_today_is_done(name: str) -> None:
    assert judged(HONEST[name]) == ""


def test_what_writes_nothing_is_no_matter() -> None:
    idle = replace(of_engagement(target="acme/elsewhere#1"), action=StepAction.SKIP)
    assert judged(idle) == ""


def other_marker(step: Step, **changes: Any) -> Step:
    return replace(step, body=signed("x", Marker(replace(step.identity, **changes), step.fingerprint)))


FORGED: dict[str, tuple[Step, str]] = {
    "audience": (with_text(replace(of_engagement(), identity=Identity("status", "public", engagement_token(ROOT, "public"), "2026-W47"))), "'public' is not an audience"),
    "kind": (of_engagement(kind="letter"), "'letter' is not a report of this psbot"),
    "question of another kind": (of_engagement(kind="letter" + QUESTION), "'letter' is not a report of this psbot"),
    "only copy": (of_engagement(action="remove"), "the only copy of a text is never taken away"),
    "only copy of a roll-up": (roll_up(action="remove"), "the only copy of a text is never taken away"),
    "unknown engagement": (of_engagement("acme/gone#1"), "no engagement acme/gone#1 is found now"),
    "no engagement": (of_engagement(engagement=None), "no engagement None is found now"),
    "another's marker": (of_engagement(engagement=QUIET, target=HOME), "its marker names another engagement"),
    "marker of one that sorts behind": (of_engagement(QUIET, target=ROOT, engagement=ROOT), "its marker names another engagement"),
    "roll-up at a place that sorts before": (roll_up(target="acme/ps-internal/a"), f"`reports.portfolio.project` is {REPORTS} now, not acme/ps-internal/a"),
    "internal status elsewhere": (of_engagement(target=HOME), f"its place is {ROOT} now, not {HOME}"),
    "status at the root of one that has a place": (of_engagement(QUIET), f"its place is {HOME} now, not {QUIET}"),
    "customer's text at the root": (of_engagement(audience="customer"), f"its place is {CHANNEL} now, not {ROOT}"),
    "customer's text without a channel": (of_engagement(QUIET, "customer", CHANNEL), f"its place is none now, not {CHANNEL}"),
    "draft in the channel": (with_text(replace(the_draft, target=CHANNEL)), f"its place is {ROOT} now, not {CHANNEL}"),
    "question in the channel": (of_engagement(audience="customer", kind="status" + QUESTION, action="ask", target=CHANNEL), f"its place is {ROOT} now, not {CHANNEL}"),
    "internal status in the channel": (of_engagement(target=CHANNEL), f"its place is {ROOT} now, not {CHANNEL}"),
    "update elsewhere": (of_engagement(action="update", target=HOME), f"its place is {ROOT} now, not {HOME}"),
    "no marker": (of_engagement(body="On track."), "its text does not bear the marker of this step"),
    "marker of another part": (other_marker(of_engagement(), part=2), "its text does not bear the marker of this step"),
    "marker of an update": (other_marker(of_engagement(action="update"), part=2), "its text does not bear the marker of this step"),
    "marker of a question": (other_marker(of_engagement(audience="customer", kind="status" + QUESTION, action="ask"), part=2), "its text does not bear the marker of this step"),
    "marker of other words": (of_engagement(body=signed("x", Marker(of_engagement().identity, "f2"))), "its text does not bear the marker of this step"),
    "marker of an earlier week": (other_marker(of_engagement(), period="2026-W01"), "its text does not bear the marker of this step"),
    "marker of words that sort before": (of_engagement(body=signed("x", Marker(of_engagement().identity, "f0"))), "its text does not bear the marker of this step"),
    "no fingerprint": (replace(of_engagement(), fingerprint=""), "its text does not bear the marker of this step"),
    "roll-up of an engagement": (roll_up(engagement=ROOT), "a portfolio report is internal, and of the whole portfolio"),
    "roll-up named after one": (roll_up(identity=Identity("portfolio", Audience.INTERNAL, ROOT, "2026-W47")), "a portfolio report is internal, and of the whole portfolio"),
    "roll-up for a customer": (roll_up(identity=Identity("portfolio", Audience.CUSTOMER, "", "2026-W47")), "a portfolio report is internal, and of the whole portfolio"),
    "roll-up elsewhere": (roll_up(target="acme/ps-internal/x"), f"`reports.portfolio.project` is {REPORTS} now, not acme/ps-internal/x"),
    "roll-up closed elsewhere": (roll_up(action="close", target="acme/ps-internal/x"), f"`reports.portfolio.project` is {REPORTS} now, not acme/ps-internal/x"),
    "labels": (roll_up(labels=("ps-weekly", "PSProject")), "`reports.portfolio.labels` names other labels now"),
    "switched off": (roll_up("quarterly"), "`reports.quarterly` is switched off now"),
    "health elsewhere": (health(HOME), f"its place is {ROOT} now, not {HOME}"),
    "health as a note": (with_text(health(action="create")), "`reports.status.set_health` is switched off now"),
    "label that is none of health": (health(labels=("PSProject",)), "it sets labels that are none of `labels.health`"),
    "a status that labels": (of_engagement(labels=("health::on track",)), "it sets labels that are none of `labels.health`"),
    "a close-out that takes labels off": (of_engagement(kind="closeout", remove_labels=("health::on track",)), "it sets labels that are none of `labels.health`"),
    "another's label taken off": (health(remove_labels=("PSProject",)), "it sets labels that are none of `labels.health`"),
    "answer elsewhere": (answer(target=CHANNEL), f"no orders are read on {CHANNEL}"),
    "reaction elsewhere": (answer("react", target=CHANNEL), f"no orders are read on {CHANNEL}"),
    "answer to nowhere": (answer(target=""), "no orders are read on "),
    "answer to a customer": (answer(audience="customer"), "it answers no order"),
    "reaction of a report": (answer("react", kind="status"), "it answers no order"),
    "answer that removes": (answer("remove", needs_other=True), "it answers no order"),
    "answer with another's marker": (other_marker(answer(), part=2), "its text does not bear the marker of this step"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_what_psbot_would_not_do_today_is_refused_with_its_reason(name: str) -> None:
    step, reason = FORGED[name]
    assert judged(step) == reason


OFF: dict[str, tuple[Settings, Step, str]] = {
    "status": (settings(status={"enabled": False}), of_engagement(), "`reports.status` is switched off now"),
    "close-out": (settings(closeout={"enabled": False}), of_engagement(kind="closeout"), "`reports.closeout` is switched off now"),
    "customer": (settings(status={"customer": {"enabled": False}}), customers, "`reports.status.customer` is switched off now"),
    "draft": (settings(status={"customer": {"enabled": False}}), the_draft, "`reports.status.customer` is switched off now"),
    "health": (settings(health=False), health(), "`reports.status.set_health` is switched off now"),
    "removal": (settings(status={"enabled": False}), of_engagement(action="remove", needs_other=True), "`reports.status` is switched off now"),
}  # fmt: skip


@pytest.mark.parametrize("name", OFF)
def test_what_is_switched_off_is_not_written(name: str) -> None:
    now, step, reason = OFF[name]
    assert judged(step, now) == reason


def test_internal_status_needs_no_customers_report_to_be_on() -> None:
    assert judged(of_engagement(), settings(status={"customer": {"enabled": False}})) == ""


def test_without_approval_a_customers_text_is_the_one_of_today_and_drafts_are_free() -> None:
    now = settings(approval="none")
    reason = "psbot would write another text for the customer now"
    assert judged(customers, now) == reason
    assert judged(customers, now, (digest(customers.body),)) == ""
    assert judged(with_text(replace(customers, body=""), "All done."), now, (digest(customers.body),)) == reason
    assert judged(the_draft, now) == judged(of_engagement(), now) == ""


def test_nobody_is_mentioned_by_a_plan() -> None:
    (found,) = Today(settings(), PORTFOLIO).recheck(Plan((replace(of_engagement(kind=MENTION), diff="+ @pat"),))).steps
    assert (found.action, found.reason, found.body, found.diff) == (
        "wait",
        "mentions are written by `run` alone",
        "",
        "",
    )


def test_each_step_is_judged_for_itself() -> None:
    good, bad = of_engagement(), of_engagement(target=HOME)
    assert [s.action for s in Today(settings(), PORTFOLIO).recheck(Plan((bad, good, bad))).steps] == [
        "refuse",
        "create",
        "refuse",
    ]
