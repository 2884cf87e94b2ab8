"""Orders end to end, over HTTP: obeyed by the next run, acknowledged once, refused with one answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.config import Settings
from bot.derive import derive_portfolio
from bot.derive.results import Derived
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Facts, Portfolio
from bot.gitlab_api.places import resolve_place
from bot.gitlab_api.reactions import add_sign
from bot.publish.audience import make_guard
from bot.publish.execute import RunOutcome
from bot.publish.plan import make_plan
from bot.publish.posts import past_reports
from bot.publish.steps import Plan
from tests.publish.stage import CHANNEL, ROOT, SETTINGS, Stage, draft, monthly, open_stage, status

DAY = date(2026, 11, 19)


@pytest.fixture(params=[("free", "18.5"), ("ultimate", "19.3")], ids=lambda p: "-".join(p))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with open_stage(edition=request.param[0], version=request.param[1]) as found:
        found.settings = Settings.model_validate(SETTINGS | {"orders": {"by": ["dana"]}})
        engagement = replace(found.portfolio.engagements[0], facts=Facts(pm="priya", customer_channel=CHANNEL))
        found.portfolio = Portfolio((engagement,))
        yield found


def derived(stage: Stage) -> Derived:
    past = past_reports(stage.standing(), [ROOT])
    return derive_portfolio(stage.portfolio, DAY, stage.settings, WorkCalendar(), past=past, forecast=False)


def plan(stage: Stage, *documents: Any) -> Plan:
    made = derived(stage)
    orders = [*((e.ref, o) for e in made.engagements for o in e.orders), *((None, o) for o in made.orders)]
    guard = make_guard(stage.settings, stage.portfolio)
    return make_plan(documents, stage.standing(), guard, stage.settings, orders=orders)


def run(stage: Stage, *documents: Any) -> RunOutcome:
    outcome = stage.apply(plan(stage, *documents))
    assert not outcome.failed, outcome.failed
    return outcome


def signs(note: Any) -> list[str]:
    return [award.name for award in note.awards]


def say(stage: Stage, text: str, by: str = "priya", below: int = 0) -> Any:
    item = stage.item(ROOT)
    return stage.world.note(item, text, by, reply_to=stage.notes()[below])


def test_an_obeyed_order_gets_one_reaction_and_no_answer(stage: Stage) -> None:
    stage.publish(status())
    order = say(stage, "psbot colour overall green until 2026-12-01: agreed with the customer")
    run(stage)
    assert signs(order) == ["white_check_mark"]
    assert derived(stage).engagements[0].status.overall == "green"
    assert stage.writes_of(lambda: run(stage)) == []
    assert len(stage.notes()) == 2


def test_a_refused_order_gets_a_question_mark_and_one_answer_in_its_thread(stage: Stage) -> None:
    stage.publish(status())
    order = say(stage, "psbot colour overall pink")
    run(stage)
    run(stage)
    assert signs(order) == ["question"]
    [answer] = [n for n in stage.notes() if "Not obeyed" in n.body]
    assert answer.discussion_id == order.discussion_id
    assert "green, yellow or red" in answer.body


def test_an_edited_order_is_another_one_and_a_deleted_one_is_none(stage: Stage) -> None:
    stage.publish(status())
    order = say(stage, "psbot colour overall pink")
    run(stage)
    order.body = "psbot colour overall yellow"
    stage.world.changed()
    run(stage)
    assert signs(order) == ["question", "white_check_mark"]
    assert derived(stage).engagements[0].status.overall == "yellow"
    order.item.notes.remove(order)
    stage.world.changed()
    assert derived(stage).engagements[0].orders == ()


def test_a_strangers_order_is_refused(stage: Stage) -> None:
    stage.publish(status())
    order = say(stage, "psbot colour overall green", by="mallory")
    run(stage)
    assert signs(order) == ["question"]
    assert derived(stage).engagements[0].orders[0].state == "refused"


def test_help_is_answered(stage: Stage) -> None:
    stage.publish(status())
    order = say(stage, "psbot help")
    run(stage)
    assert signs(order) == ["white_check_mark"]
    assert "psbot mute RULE until DATE: reason" in stage.notes()[-1].body


def test_a_comment_on_a_roll_up_orders_by_reference(stage: Stage) -> None:
    stage.publish(monthly())
    issue = stage.issues()[0]
    named = stage.world.note(issue, f"psbot {ROOT} colour overall yellow: as agreed", "dana")
    vague = stage.world.note(issue, "psbot colour overall yellow", "dana")
    run(stage)
    assert (signs(named), signs(vague)) == (["white_check_mark"], ["question"])
    assert derived(stage).engagements[0].status.overall == "yellow"
    assert "name the engagement" in issue.notes[-1].body
    assert stage.writes_of(lambda: run(stage)) == []


def test_approve_is_a_thumb_of_an_approver_only(stage: Stage) -> None:
    stage.publish(draft())
    say(stage, "psbot approve", by="priya")
    run(stage, draft())
    assert len(stage.notes(CHANNEL)) == 0
    say(stage, "psbot approve", by="dora")
    run(stage, draft())
    assert len(stage.notes(CHANNEL)) == 1


def test_what_customers_write_orders_nothing(stage: Stage) -> None:
    stage.world.note(stage.item(CHANNEL), "psbot colour overall green", "priya")
    stage.publish(status())
    assert plan(stage).steps == ()


def test_an_order_below_a_note_on_an_epic_gets_its_reaction() -> None:
    with open_stage(edition="ultimate", version="18.5") as stage:
        group = stage.world.group("acme/ps-internal")
        epic = stage.world.epic(group, "Globex")
        note = stage.world.note(epic, "psbot help", "priya")
        client = stage.client()
        place = resolve_place(client, f"acme/ps-internal&{epic.iid}")
        for _ in range(2):
            add_sign(client, place, note.id, "white_check_mark")
        assert signs(note) == ["white_check_mark"]
