"""Reading what stands: every kind of place, and whose marker is believed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.errors import NotFoundError
from bot.domain.model import Engagement, Facts, Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.publish.audience import make_guard
from bot.publish.execute import apply_plan
from bot.publish.plan import make_plan
from bot.publish.posts import past_reports
from bot.publish.standing import read_standing
from bot.publish.writer import Writer
from bot.report.document import NoteTarget
from tests.publish.stage import CHANNEL, ROOT, Stage, draft, status

EPIC = "acme/ps-internal/delivery&1"


class WithoutEpicsApi(GitLabClient):
    """A GitLab of the day on which the epics REST API is gone: work items by GraphQL alone."""

    def get(self, path: str, *, history: bool = False, **params: Any) -> Any:
        if "/epics/" in path:
            raise NotFoundError("is not there (404)", path)
        return super().get(path, history=history, **params)


def publish_without_epics_api(stage: Stage, *documents: Any) -> Any:
    client = WithoutEpicsApi(stage.gitlab.url, stage.token)
    standing = read_standing(client, stage.settings, stage.portfolio)
    guard = make_guard(stage.settings, stage.portfolio)
    plan = make_plan(documents, standing, guard, stage.settings)
    return apply_plan(plan, Writer(client, stage.settings, guard, sleep=stage.slept.append))


def test_an_epic_without_the_epics_api_takes_notes_parts_and_approvals(stage: Stage) -> None:
    stage.portfolio = Portfolio((Engagement(EPIC, facts=Facts(customer_channel=CHANNEL)),))
    here: dict[str, Any] = {"engagement": EPIC, "target": NoteTarget(EPIC)}
    documents = (status(follow_ups=("Part two.",), **here), draft(**here))
    assert publish_without_epics_api(stage, *documents).summary()["done"] == 3
    stage.world.award(next(n for n in stage.notes(EPIC) if n.body.startswith("Draft")), "dora")
    assert publish_without_epics_api(stage, *documents).summary()["done"] == 1
    assert len(stage.notes(CHANNEL)) == 1
    assert stage.writes_of(lambda: publish_without_epics_api(stage, *documents)) == []
    changed = (status("Late.", **here), draft(**here))
    publish_without_epics_api(stage, *changed)
    assert [n.body.split("\n")[2] for n in stage.notes(EPIC) if n.body.startswith("## Status")] == ["Late."]
    assert stage.writes_of(lambda: publish_without_epics_api(stage, *changed)) == []


def test_both_apis_see_the_same_note(stage: Stage) -> None:
    stage.portfolio = Portfolio((Engagement(EPIC),))
    document = status(engagement=EPIC, target=NoteTarget(EPIC))
    stage.publish(document)
    assert stage.writes_of(lambda: publish_without_epics_api(stage, document)) == []


def test_places_that_cannot_be_read_are_named_and_the_others_read(stage: Stage) -> None:
    gone, foreign = "acme/ps-internal/globex#77", "https://gitlab.example.net/acme/x/-/issues/1"
    facts = Facts(internal=gone, customer_channel=foreign)
    stage.portfolio = Portfolio((Engagement(ROOT, facts=facts), Engagement("acme/none&1")))
    standing = stage.standing()
    assert set(standing.problems) == {gone, foreign, "acme/none&1"}
    assert "404" in standing.problems[gone]
    assert "URL" in standing.problems[foreign]
    assert ROOT in standing.places


def test_data_of_an_earlier_bot_user_is_believed_among_our_own_people_only(stage: Stage) -> None:
    stage.portfolio = Portfolio((Engagement(ROOT, facts=Facts(customer_channel=CHANNEL)),))
    stage.publish(status())
    inside = stage.notes()[0]
    stage.world.note(stage.item(CHANNEL), inside.body, author=inside.author)
    stage.token = stage.world.token(stage.world.user("project_7_bot_b2", bot=True), role="reporter").value
    payloads = {post.place: dict(post.marker.payload) for post in stage.standing().posts}
    assert payloads == {ROOT: {"overall": "green", "hours": 12.5}, CHANNEL: {}}


@pytest.mark.parametrize("author", ["pat", "project_7_bot_forged", "ghostwriter"])
def test_nobody_elses_marker_is_read_back(stage: Stage, author: str) -> None:
    stage.publish(status())
    body = stage.notes()[0].body.replace("2026-W47", "2026-W46")
    stage.world.note(stage.item(ROOT), body, author=author)
    assert [p.period for p in past_reports(stage.standing())] == ["2026-W47"]


def test_every_answer_but_the_bots_own_parts_is_carried_on(stage: Stage) -> None:
    """Also one by the token's user: psbot may run with a PM's own token."""
    stage.publish(status(follow_ups=("Part two.",)))
    first = stage.notes()[0]
    stage.world.note(stage.item(ROOT), "From Pat.", author="pat", reply_to=first)
    stage.world.note(stage.item(ROOT), "From the token's user.", author=first.author, reply_to=first)
    assert [r.body for r in past_reports(stage.standing())[0].replies] == ["From Pat.", "From the token's user."]


def test_reading_asks_two_requests_an_item_however_many_notes_of_a_page_it_has(stage: Stage) -> None:
    for number in range(90):
        stage.world.note(stage.item(ROOT), f"note {number}", author="pat")
    stage.portfolio = Portfolio((Engagement(ROOT),))
    stage.settings = stage.settings.model_copy(update={"reports": type(stage.settings.reports)()})
    client = stage.client()
    assert client.user.id
    before = len(stage.gitlab.requests)
    read_standing(client, stage.settings, stage.portfolio)
    assert len(stage.gitlab.requests) - before == 2
