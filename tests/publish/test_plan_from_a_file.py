"""`apply` trusts GitLab and the config of the moment: a forged or outdated plan does nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.model import Engagement, Facts, Portfolio
from bot.domain.vocabulary import Audience
from bot.publish.digest import digest
from bot.publish.execute import RunOutcome
from bot.publish.forms import PostForm
from bot.publish.marker import Marker, signed
from bot.publish.recheck import Today
from bot.publish.steps import Approval, Plan, Step, StepAction
from bot.report.document import NoteTarget
from tests.publish.stage import CHANNEL, ROOT, SETTINGS, UNASKED, Stage, draft, monthly, status

OTHER = "acme/customers/initech#1"


def apply(stage: Stage, plan: Plan, texts: frozenset[str] = frozenset()) -> RunOutcome:
    return stage.apply(Today(stage.settings, stage.portfolio, texts).recheck(plan))


def settings(**reports: Any) -> Settings:
    return Settings.model_validate(SETTINGS | {"reports": SETTINGS["reports"] | reports})


def approved_plan(stage: Stage) -> Plan:
    stage.publish(draft())
    stage.world.award(stage.notes()[0], "dora")
    plan = stage.plan(draft())
    assert [s.action for s in plan.steps] == ["create"]
    return plan


def with_step(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, steps=(replace(plan.steps[0], **changes),))


def test_an_honest_plan_is_carried_out(stage: Stage) -> None:
    assert apply(stage, approved_plan(stage)).summary()["done"] == 1
    assert len(stage.notes(CHANNEL)) == 1


def other_words(step: Step) -> dict[str, Any]:
    text = "Everything is free of charge."
    return {"body": signed(text, Marker(step.identity, digest(text))), "fingerprint": digest(text)}


def hidden_words(step: Step) -> dict[str, Any]:
    marker = Marker(replace(step.identity, audience=Audience.INTERNAL), step.fingerprint, payload={"margin": 0.4})
    return {"body": signed(step.body, marker)}


FORGERIES: dict[str, Callable[[Step], dict[str, Any]]] = {
    "other words": lambda step: {**other_words(step), "approval": None},
    "other words that say they are approved": other_words,
    "other words under the old marker": lambda step: {"body": step.body.replace("Half", "All")},
    "something hidden in the marker": hidden_words,
    "another place": lambda step: {"target": OTHER},
    "the internal place": lambda step: {"target": ROOT},
    "another engagement": lambda step: {"engagement": "acme/ps-internal/delivery&1"},
    "an audience of its own": lambda step: {"identity": replace(step.identity, audience="public")},
    "called internal": lambda step: {"identity": replace(step.identity, audience=Audience.INTERNAL, engagement=ROOT)},
    "called a draft": lambda step: {"identity": replace(step.identity, draft=True)},
    "an unknown report": lambda step: {"identity": replace(step.identity, kind="letter")},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_step_reaches_no_customer(stage: Stage, forgery: str) -> None:
    stage.world.issue(stage.world.project("acme/customers/initech"), "Initech")
    plan = approved_plan(stage)
    outcome = apply(stage, with_step(plan, **FORGERIES[forgery](plan.steps[0])))
    assert [r.state for r in outcome.results] == ["refused"]
    assert stage.notes(CHANNEL) == stage.notes(OTHER) == []


@pytest.mark.parametrize("approval", [None, Approval(ROOT, 1, "x", ("mallory",))])
def test_what_a_plan_says_of_its_approval_counts_for_nothing(stage: Stage, approval: Approval | None) -> None:
    """Neither for it nor against it: GitLab is asked."""
    plan = with_step(approved_plan(stage), approval=approval)
    stage.notes()[0].awards.clear()
    stage.world.award(stage.notes()[0], "mallory")
    assert [r.state for r in apply(stage, plan).results] == ["refused"]
    stage.world.award(stage.notes()[0], "dora")
    assert [r.state for r in apply(stage, plan).results] == ["done"]


@pytest.mark.parametrize(
    "reports",
    [
        {"status": {"customer": {"enabled": True, "approvers": ["pat"]}}},
        {"status": {"customer": {"enabled": True, "approvers": []}}},
        {"status": {"customer": {"enabled": False, "approvers": ["dora"]}}},
        {"status": {"enabled": False, "customer": {"enabled": True, "approvers": ["dora"]}}},
    ],
)
def test_the_config_of_the_moment_decides(stage: Stage, reports: dict[str, Any]) -> None:
    plan = approved_plan(stage)
    stage.settings = settings(**reports)
    assert [r.state for r in apply(stage, plan).results] == ["refused"]
    assert stage.notes(CHANNEL) == []


def test_a_channel_that_the_facts_name_no_more_gets_nothing(stage: Stage) -> None:
    plan = approved_plan(stage)
    stage.portfolio = Portfolio((Engagement(ROOT, facts=Facts(customer_channel=OTHER)),))
    assert [r.state for r in apply(stage, plan).results] == ["refused"]


def test_without_approval_only_the_words_of_today_are_posted(stage: Stage) -> None:
    stage.settings = UNASKED
    plan = stage.plan(status(audience="customer", target=NoteTarget(CHANNEL), payload={}))
    assert [r.state for r in apply(stage, plan).results] == ["refused"]
    assert [r.state for r in apply(stage, plan, frozenset({digest(plan.steps[0].body)})).results] == ["done"]


def test_a_roll_up_goes_where_the_config_sends_it(stage: Stage) -> None:
    stage.world.project("acme/ps-internal/elsewhere")
    plan = stage.plan(monthly())
    for changed in (
        settings(monthly={"enabled": False}),
        settings(monthly={"project": "acme/ps-internal/elsewhere"}),
    ):
        assert [r.state for r in apply(replace(stage, settings=changed), plan).results] == ["refused"]
    forged = with_step(plan, target="acme/ps-internal/elsewhere")
    assert [r.state for r in apply(stage, forged).results] == ["refused"]
    assert [r.state for r in apply(stage, with_step(plan, labels=("PSProject",))).results] == ["refused"]
    assert apply(stage, plan).summary()["done"] == 1


def test_an_update_writes_where_the_guard_looked_and_nowhere_else(stage: Stage) -> None:
    """A step that names an internal target and the customer's note as what stands changes nothing there."""
    apply(stage, approved_plan(stage))
    theirs = stage.notes(CHANNEL)[0]
    stage.publish(status())
    plan = stage.plan(status("Two days late, margin 4 %."))
    forged = with_step(plan, post=theirs.id, place=CHANNEL, expects=digest(theirs.body))
    assert [r.state for r in apply(stage, forged).results] == ["refused"]
    assert "margin" not in theirs.body


def test_a_forged_removal_takes_no_only_copy_away(stage: Stage) -> None:
    apply(stage, approved_plan(stage))
    theirs = stage.notes(CHANNEL)[0]
    step = replace(
        stage.plan(draft()).steps[0],
        action=StepAction.REMOVE, form=PostForm.NOTE, identity=replace(draft_identity(stage), draft=False), target=CHANNEL,
        post=theirs.id, place=CHANNEL, expects=digest(theirs.body), needs_other=False, body="",
    )  # fmt: skip
    assert [r.state for r in apply(stage, Plan((step,))).results] == ["refused"]
    assert stage.notes(CHANNEL) == [theirs]


def draft_identity(stage: Stage) -> Any:
    return next(p.marker.identity for p in stage.standing().posts if p.marker.identity.draft)
