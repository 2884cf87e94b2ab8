"""The plan is data: it says what and why, goes through a file unchanged, and refuses what changed since."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from bot.config import Settings
from bot.domain.errors import UsageError
from bot.domain.model import Engagement, Portfolio
from bot.domain.vocabulary import Audience
from bot.publish.audience import Guard
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker
from bot.publish.plan import make_plan
from bot.publish.plan_json import plan_from_json, plan_schema, plan_to_json
from bot.publish.posts import Post, Spotted, Standing
from bot.publish.steps import Plan, plan_lines
from bot.report.document import NoteTarget
from tests.publish.stage import CHANNEL, REPORTS, ROOT, SETTINGS, Stage, draft, monthly, status

SETTINGS_ = Settings.model_validate(SETTINGS)
PLACES = {ref: Spotted(ref, ref.partition("#")[0]) for ref in (ROOT, CHANNEL, REPORTS)}


def planned(*documents: object, posts: tuple[Post, ...] = (), **standing: object) -> Plan:
    stands = Standing(PLACES, posts, user="bot", instance="https://gitlab.example.com", **standing)  # type: ignore[arg-type]
    guard = Guard(SETTINGS_.audience_of, {ROOT: CHANNEL})
    return make_plan(documents, stands, guard, SETTINGS_)  # type: ignore[arg-type]


def posted(text: str, **fields: object) -> Post:
    step = planned(status(text)).steps[0]
    found = Post(ROOT, PostForm.NOTE, 7, Marker(step.identity, step.fingerprint, pm="x"), step.body, author="bot")
    return replace(found, **fields)  # type: ignore[arg-type]


def test_every_action_has_its_reason_and_diff(golden: Callable[[str, str], None]) -> None:
    plan = planned(
        status("Two days late."),
        monthly(),
        status(period="2026-W46"),
        draft(),
        status(kind="closeout", target=NoteTarget(CHANNEL)),
        posts=(posted("On track."), posted("On track.", id=9)),
        problems={"acme/ps-internal/gone#1": "can't be read: 404"},
    )
    golden("plan.txt", "\n".join(plan_lines(plan)) + "\n")


def test_a_place_that_was_not_read_refuses_what_would_go_there() -> None:
    plan = planned(status(target=NoteTarget("acme/ps-internal/gone#1")))
    assert [s.action for s in plan.steps] == ["refuse"]


def test_a_text_beyond_gitlabs_limit_is_refused_not_cut() -> None:
    assert [s.action for s in planned(status(body="x" * 1_000_001)).steps] == ["refuse"]


def test_what_a_newer_psbot_wrote_is_left_alone() -> None:
    newer = posted("On track.")
    plan = planned(status("Late."), posts=(replace(newer, marker=replace(newer.marker, version=2)),))
    assert [s.action for s in plan.steps] == ["refuse"]


def test_documents_in_any_order_make_the_same_steps() -> None:
    one, other = planned(status(), monthly()), planned(monthly(), status())
    assert sorted(map(repr, one.steps)) == sorted(map(repr, other.steps))


def test_control_characters_do_not_reach_a_terminal() -> None:
    text = "\n".join(plan_lines(planned(status("\x1b[2J\x9b red \u202e evil", engagement="a\x1b[31m#1"))))
    assert not {"\x1b", "\x9b", "\u202e"} & set(text)


# -- the file


def test_a_plan_survives_its_file_and_fits_its_schema() -> None:
    plan = planned(status(), monthly(), draft())
    data = plan_to_json(plan)
    jsonschema.validate(data, plan_schema())
    assert plan_from_json(json.dumps(data)) == plan


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "psbot-plan/2"}, "format"),
        ({"steps": [{}]}, "steps.0"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_file_that_is_no_plan_is_named(change: dict[str, object], message: str) -> None:
    data = plan_to_json(planned(status())) | change
    with pytest.raises(UsageError, match=message):
        plan_from_json(json.dumps(data))


def test_an_unknown_key_of_a_step_is_refused() -> None:
    data = plan_to_json(planned(status()))
    data["steps"][0]["force"] = True
    with pytest.raises(UsageError, match="force"):
        plan_from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000])
def test_any_other_text_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        plan_from_json(text)


# -- apply, on the demo GitLab


def by_file(stage: Stage, plan: Plan, tmp_path: Path) -> Plan:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan_to_json(plan)), encoding="utf-8")
    return plan_from_json(path.read_text(encoding="utf-8"))


def test_apply_does_exactly_what_the_file_says(stage: Stage, tmp_path: Path) -> None:
    plan = by_file(stage, stage.plan(status(), monthly()), tmp_path)
    assert stage.apply(plan).summary()["done"] == 2
    assert stage.writes_of(lambda: stage.publish(status(), monthly())) == []


def test_apply_twice_writes_once(stage: Stage) -> None:
    plan = stage.plan(status(), monthly())
    stage.apply(plan)
    assert stage.writes_of(lambda: stage.apply(plan)) == []


@pytest.mark.parametrize("change", ["edited", "deleted", "written by another run"])
def test_apply_refuses_what_changed_since_and_does_the_rest(stage: Stage, change: str) -> None:
    if change != "written by another run":
        stage.publish(status())
    plan = stage.plan(status("Late."), monthly())
    if change == "edited":
        stage.notes()[0].body += "\n\nA person's PS."
    elif change == "deleted":
        stage.notes()[0].item.notes.remove(stage.notes()[0])
    else:
        stage.publish(status("Something else."))
    outcome = stage.apply(plan)
    assert [r.state for r in outcome.results] == ["refused", "done"]
    assert outcome.refused[0].stale
    assert not any("Late." in n.body for n in stage.notes())


def test_a_tampered_plan_does_not_pass_the_guard(stage: Stage) -> None:
    plan = stage.plan(status())
    forged = replace(plan, steps=(replace(plan.steps[0], target=CHANNEL, path="acme/ps-internal"),))
    assert [r.state for r in stage.apply(forged).results] == ["refused"]
    armed = replace(plan, steps=(replace(plan.steps[0], body="/close"),))
    assert [r.state for r in stage.apply(armed).results] == ["refused"]
    assert stage.gitlab.writes == []


# -- health labels


def labelled(stage: Stage, *labels: str) -> None:
    health = {**SETTINGS["reports"], "status": {"set_health": True}}
    stage.settings = Settings.model_validate({**SETTINGS, "reports": health})
    stage.portfolio = Portfolio((Engagement(ROOT),))
    for label in ("health::on track", "health::needs attention", "health::at risk", *labels):
        stage.world.label_for(stage.item(ROOT).namespace, label)


def test_the_health_label_follows_the_status_and_nothing_else_is_touched(stage: Stage) -> None:
    labelled(stage)
    stage.publish(colours={ROOT: "green"})
    assert stage.item(ROOT).label_titles() == ["health::on track", "PSProject"]
    stage.publish(colours={ROOT: "red"})
    assert stage.item(ROOT).label_titles() == ["health::at risk", "PSProject"]
    assert stage.writes_of(lambda: stage.publish(colours={ROOT: "red"})) == []
    stage.publish(colours={ROOT: "unknown"})
    assert stage.item(ROOT).label_titles() == ["PSProject"]


def test_a_health_label_that_a_person_set_stays(stage: Stage) -> None:
    labelled(stage)
    item = stage.item(ROOT)
    stage.world.label_event(item, "health::needs attention", stage.world.now, user=stage.world.user("pat"))
    outcome = stage.publish(colours={ROOT: "green"})
    assert "a person set" in outcome.results[0].reason
    assert item.label_titles() == ["health::needs attention", "PSProject"]


def test_a_label_that_customers_can_read_tells_no_status(stage: Stage) -> None:
    labelled(stage)
    stage.portfolio = Portfolio((Engagement(CHANNEL),))
    assert [r.state for r in stage.publish(colours={CHANNEL: "red"}).results] == ["skipped"]
    assert stage.item(CHANNEL).label_titles() == []


def test_without_the_setting_no_label_is_touched(stage: Stage) -> None:
    assert stage.plan(colours={ROOT: "green"}).steps == ()


def test_the_health_label_of_an_epic(stage: Stage) -> None:
    labelled(stage)
    epic = "acme/ps-internal/delivery&1"
    stage.portfolio = Portfolio((Engagement(epic),))
    stage.world.label(stage.item(epic).namespace, "health::on track")
    stage.publish(colours={epic: "green"})
    assert "health::on track" in stage.item(epic).label_titles()
    assert stage.writes_of(lambda: stage.publish(colours={epic: "green"})) == []


def test_steps_name_what_they_are_about() -> None:
    step = planned(status()).steps[0]
    assert step.name == f"status 2026-W47 (internal) of {ROOT}"
    once = dataclasses.replace(step, identity=dataclasses.replace(step.identity, kind="closeout", period="closeout"))
    assert once.name == f"closeout (internal) of {ROOT}"
    assert step.identity == Identity("status", Audience.INTERNAL, ROOT, "2026-W47")
