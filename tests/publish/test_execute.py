"""A step at a time, against a script: what is looked at, written, waited for, cleared away, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.errors import AccessError, GitLabError
from bot.publish.execute import Result, RunOutcome, StepState, apply_plan
from bot.publish.posts import HealthStanding
from bot.publish.steps import Plan, Step
from bot.publish.writer import RefusedWrite, Retry
from tests.publish.scripted import MONTH, Script, post, scene, step, text_of

CREATE, UPDATE = step("create"), step("update", "Late.", post=7, expects="x")


def test_what_is_read_back_counts_as_written() -> None:
    script = Script([scene(), scene(post())])
    result = script.take(CREATE)
    assert (result.state, result.reason, result.url) == ("done", "because", "https://gitlab/7")
    assert (result.stale, result.denied) == (False, False)
    assert (len(script.written), script.looked, script.paused) == (1, 2, [])


def test_what_stands_already_is_not_written() -> None:
    script = Script([scene(post())])
    assert script.take(CREATE) == Result(CREATE, StepState.DONE, "already up to date", "https://gitlab/7")
    assert script.written == []


def test_a_lost_answer_leads_to_a_look_and_counts_where_it_stands() -> None:
    script = Script([scene(), scene(post())], [Retry(2.5)])
    assert script.take(CREATE) == Result(CREATE, StepState.DONE, "because", "https://gitlab/7")
    assert (len(script.written), script.paused) == (1, [(2.5, 0)])


def test_a_server_that_never_takes_it_is_given_up_after_so_many_attempts() -> None:
    script = Script([scene()], [Retry(1.0) for _ in range(99)])
    result = script.take(CREATE)
    assert (result.state, "the next run completes it" in result.reason) == ("failed", True)
    assert [attempt for _, attempt in script.paused] == [0, 1, 2, 3, 4, 5]


def test_a_limit_of_gitlabs_is_no_attempt() -> None:
    script = Script([scene()], [*(Retry(1.0, limited=True) for _ in range(20)), *(Retry(0.5) for _ in range(99))])
    script.take(CREATE)
    assert len(script.written) == 20 + 6
    assert {attempt for _, attempt in script.paused[:21]} == {0}


def test_a_replica_that_lags_is_looked_at_again_and_a_little_later_each_time() -> None:
    script = Script([scene(), scene(), scene(), scene(post())])
    assert script.take(CREATE).state == "done"
    assert (len(script.written), script.paused) == (1, [(0.0, 0), (0.0, 1)])


def test_what_never_shows_is_no_success_and_not_written_again() -> None:
    script = Script([scene()])
    result = script.take(CREATE)
    assert (result.state, "what stands there is not what was sent" in result.reason) == ("failed", True)
    assert (len(script.written), len(script.paused)) == (1, 4)


@pytest.mark.parametrize("form", ["note", "issue"])
def test_of_two_runs_at_once_the_younger_copy_goes_and_the_oldest_stays(form: str) -> None:
    identity = MONTH if form == "issue" else CREATE.identity
    wanted = step("create", identity=identity)
    young, old, other = post(9, identity=identity), post(7, identity=identity), post(8, "Other.", identity=identity)
    script = Script([scene(), scene(young, old, other), scene(young, old, other), scene(old, other)])
    assert script.take(wanted).url == "https://gitlab/7"
    cleared, found = script.written[1]
    assert (cleared.action, cleared.post) == ("close" if form == "issue" else "remove", 9)
    assert (found and found.id, cleared.needs_other, cleared.body) == (9, True, "")
    assert "; 7 stays" in cleared.reason
    assert len(script.written) == 2


@pytest.mark.parametrize("n", range(8))
def test_other_words_beside_a_text_just_written_are_no_copy_of_it(n: int) -> None:
    """Whatever their digest: what says something else is never taken away here."""
    script = Script([scene(), scene(post(7), post(9, f"Otherwise, {n}."))])
    assert script.take(step("create")).state == "done"
    assert len(script.written) == 1


def test_what_stood_when_the_plan_was_made_is_no_copy() -> None:
    knows = replace(CREATE, knows=(7,))
    script = Script([scene(post()), scene(post(), post(9))])
    assert script.take(knows).url == "https://gitlab/9"
    assert len(script.written) == 1


def test_an_update_clears_no_copy_away() -> None:
    wanted = replace(UPDATE, expects="")
    same = [post(7, "Late."), post(9, "Late.")]
    script = Script([scene(*same)])
    assert script.take(wanted).state == "done"
    assert script.written == []


def test_a_text_that_gitlab_stored_otherwise_is_no_success() -> None:
    changed = replace(post(), body="Another text altogether.")
    script = Script([scene(), scene(changed)])
    result = script.take(CREATE)
    assert (result.state, result.url) == ("failed", "https://gitlab/7")
    assert Script([scene(changed)]).take(CREATE).state == "done", "what another run wrote is not ours to judge"


def test_a_closed_issue_says_more_than_was_sent() -> None:
    closing = step("close", identity=MONTH, post=7, expects="x")
    closed = post(7, identity=MONTH, followed_by="9")
    assert Script([scene(closed)]).take(closing).state == "done"
    wanted = replace(closing, body="anything")
    opened = replace(post(7, identity=MONTH), body="as it stood")
    script = Script([scene(opened), scene(closed)])
    assert script.take(replace(wanted, expects=_digest("as it stood"))).state == "done"


def _digest(text: str) -> str:
    from bot.publish.digest import digest

    return digest(text)


def test_what_changed_since_the_plan_is_refused_as_stale() -> None:
    result = Script([scene(post(7, "Somebody's words."))]).take(UPDATE)
    assert (result.state, result.stale) == ("refused", True)
    assert "changed since the plan was made" in result.reason


@pytest.mark.parametrize("stale", [True, False])
def test_the_writers_own_refusal_is_told(stale: bool) -> None:
    result = Script([scene()], [RefusedWrite("no approval", stale)]).take(CREATE)
    assert result == Result(CREATE, StepState.REFUSED, "no approval", stale=stale)


@pytest.mark.parametrize(
    ("problem", "denied"),
    [(AccessError("no right"), True), (GitLabError("no", status=500), False), (KeyError("surprise"), False)],
)
def test_any_error_is_named_and_stops_no_other_step(problem: Exception, denied: bool) -> None:
    results = apply_plan(
        Plan((CREATE, step("skip"))), Script([scene()], [problem]).writer
    ).results  # fmt: skip
    assert [r.state for r in results] == ["failed", "skipped"]
    assert (results[0].denied, bool(results[0].reason)) == (denied, True)


@pytest.mark.parametrize(("action", "state"), [("skip", "skipped"), ("wait", "waiting"), ("refuse", "refused")])
def test_what_writes_nothing_looks_at_nothing(action: str, state: str) -> None:
    script = Script([scene()])
    wanted = step(action, url="https://gitlab/5")
    assert script.take(wanted) == Result(wanted, state, "because", "https://gitlab/5")  # type: ignore[arg-type]
    assert script.looked == 0


def test_labels_and_reactions_are_judged_by_what_the_item_bears() -> None:
    label = step("label", form="labels", labels=("health::at risk",), remove_labels=("health::on track",))
    done = scene(labels=("health::at risk", "bug"))
    before = scene(labels=("health::on track",), health=HealthStanding(("health::on track",), ("health::on track",)))
    script = Script([before, done])
    assert (script.take(label).state, len(script.written)) == ("done", 1)
    assert (script.take(label).state, len(script.written)) == ("done", 1)
    sign = step("react", form="reaction", labels=("white_check_mark",), post=5)
    script = Script([scene(), scene(signs=("white_check_mark",))])
    assert (script.take(sign).state, len(script.written)) == ("done", 1)


def test_progress_is_told_after_each_step_and_names_are_handed_on() -> None:
    told: list[tuple[int, int, Step]] = []
    script = Script([scene(post())])
    plan = Plan((CREATE, step("skip")), aliases={"old#1": "new#1"})
    outcome = apply_plan(plan, script.writer, lambda n, of, wanted: told.append((n, of, wanted)))
    assert told == [(1, 2, plan.steps[0]), (2, 2, plan.steps[1])]
    assert script.names == {"old#1": "new#1"}
    assert outcome.summary() == {"done": 1, "skipped": 1, "waiting": 0, "refused": 0, "failed": 0}


def test_an_outcome_is_sorted_by_what_became_of_the_steps() -> None:
    results = [
        Result(CREATE, state, "x", stale=state == "refused")
        for state in (StepState.DONE, StepState.FAILED, StepState.REFUSED)
    ]
    outcome = RunOutcome(tuple(results))
    assert (outcome.done, outcome.failed, outcome.refused, outcome.stale) == (
        (results[0],), (results[1],), (results[2],), (results[2],),
    )  # fmt: skip
    assert str(results[0]) == f"done: {CREATE.name} on {CREATE.target}: x"


def test_a_text_with_anothers_notes_is_found_by_its_marker() -> None:
    written = replace(post(), body=text_of("On track.", notes="Kept."))
    assert Script([scene(written)]).take(replace(CREATE, body=written.body)).state == "done"


def test_an_answer_that_shows_what_stands_now_needs_no_second_look() -> None:
    before = post(7, "Before.")
    wanted = step("update", "After.", post=7, expects=_digest(before.body))
    script = Script([scene(before)], proves=True)
    assert script.take(wanted) == Result(wanted, StepState.DONE, "because", "https://gitlab/7")
    assert (len(script.written), script.looked) == (1, 1)
    script = Script([scene(before), scene(post(7, "After."))])
    assert (script.take(wanted).state, script.looked) == ("done", 2)
    script = Script([scene(), scene(post())], proves=True)
    assert (script.take(CREATE).state, script.looked) == ("done", 2), (
        "a new text is looked for: another run may have written it"
    )
