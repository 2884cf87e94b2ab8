"""The audience guard: internal texts reach internal namespaces only, customers' texts their channel only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Settings
from bot.domain.model import Engagement, Facts, Portfolio
from bot.domain.vocabulary import Audience
from bot.publish.audience import Guard, Spot, make_guard, malformed
from bot.report.document import IssueTarget, NoteTarget
from tests.publish.stage import CHANNEL, ROOT, SETTINGS, Stage, monthly, status

SEGMENT = st.sampled_from(["acme", "ps", "ps-internal", "ps-internal-x", "customers", "x", "PS-Internal", "internal"])
PATHS = st.lists(SEGMENT, min_size=1, max_size=5).map("/".join)
NAMESPACES = st.dictionaries(PATHS, st.sampled_from(["internal", "customer"]), min_size=1, max_size=6)


def _expected(namespaces: dict[str, str], path: str) -> str:
    """The longest declared path that is a whole-segment prefix, by comparing segments one by one."""
    best, found = 0, "customer"
    parts = path.casefold().split("/")
    for declared, audience in namespaces.items():
        wanted = declared.casefold().split("/")
        if parts[: len(wanted)] == wanted and len(wanted) > best:
            best, found = len(wanted), audience
    return found


@given(NAMESPACES, PATHS)
@settings(max_examples=300)
def test_internal_texts_stand_exactly_where_the_longest_declared_path_is_internal(
    namespaces: dict[str, str], path: str
) -> None:
    folded: dict[str, tuple[str, str]] = {}
    for declared, audience in namespaces.items():
        folded.setdefault(declared.casefold(), (declared, audience))
    namespaces = dict(folded.values())
    guard = Guard(Settings.model_validate({"portfolio": {"namespaces": namespaces}}).audience_of)
    refusal = guard.refusal(Audience.INTERNAL, None, Spot("asked/for#1", f"{path}#1", path))
    assert (refusal is None) == (_expected(namespaces, path) == "internal")


def _guard() -> Guard:
    portfolio = Portfolio((Engagement(ROOT, facts=Facts(customer_channel=CHANNEL)),))
    return make_guard(Settings.model_validate(SETTINGS), portfolio)


def _spot(ref: str, asked: str = "") -> Spot:
    return Spot(asked or ref, ref, ref.partition("#")[0].partition("&")[0])


@pytest.mark.parametrize(
    "ref",
    ["acme/ps-internal-x#1", "acme/ps-internally/deep#1", "acme/customers/globex#1", "other/ps-internal#1", "acme#1",
     "acme/customers/acme/ps-internal#1", "ps-internal#1"],
)  # fmt: skip
def test_look_alikes_of_an_internal_path_are_not_internal(ref: str) -> None:
    refusal = _guard().refusal(Audience.INTERNAL, ROOT, _spot(ref))
    assert refusal is not None
    assert "not declared internal" in refusal


@pytest.mark.parametrize("ref", ["acme/ps-internal#1", "ACME/PS-Internal/sub/deep&7", "acme/ps-internal/globex#1"])
def test_internal_paths_in_any_letter_case_and_depth_are(ref: str) -> None:
    assert _guard().refusal(Audience.INTERNAL, ROOT, _spot(ref)) is None


def test_the_path_that_gitlab_answers_counts_not_the_one_asked_for() -> None:
    guard = _guard()
    moved_out = Spot("acme/ps-internal/globex#1", "acme/customers/globex#9", "acme/customers/globex")
    assert "it is now acme/customers/globex#9" in (guard.refusal(Audience.INTERNAL, ROOT, moved_out) or "")
    moved_in = Spot("acme/customers/globex#9", "acme/ps-internal/globex#1", "acme/ps-internal/globex")
    assert guard.refusal(Audience.INTERNAL, ROOT, moved_in) is None


def test_customers_texts_stand_in_the_declared_channel_only() -> None:
    guard = _guard()
    assert guard.refusal(Audience.CUSTOMER, ROOT, _spot(CHANNEL)) is None
    assert guard.refusal(Audience.CUSTOMER, ROOT, _spot("acme/customers/initech#1")) is not None
    assert guard.refusal(Audience.CUSTOMER, "acme/ps-internal/initech#1", _spot(CHANNEL)) is not None
    assert guard.refusal(Audience.CUSTOMER, None, _spot(CHANNEL)) is not None
    assert (
        guard.refusal(Audience.CUSTOMER, ROOT, Spot(CHANNEL, "acme/customers/initech#1", "acme/customers/initech"))
        is not None
    )


def test_a_draft_for_a_customer_is_internal() -> None:
    assert _guard().refusal(Audience.CUSTOMER, ROOT, _spot(CHANNEL), draft=True) is not None
    assert _guard().refusal(Audience.CUSTOMER, ROOT, _spot(ROOT), draft=True) is None


def test_no_audience_is_refused() -> None:
    assert _guard().refusal("everybody", ROOT, _spot(ROOT)) is not None


@pytest.mark.parametrize(
    "asked",
    ["https://gitlab.example.net/acme/ps-internal/globex/-/issues/1", "//gitlab.example.net/acme#1", "acme/../customers#1",
     "acme/ps-internal#1 acme/customers#1", "acme/ps-internal#1\n", "acme/ps-internal#1#2", "", "#1", "acme/%2e%2e#1", "./acme#1"],
)  # fmt: skip
def test_other_instances_and_crooked_references_are_refused(asked: str) -> None:
    assert malformed(asked) is not None
    assert _guard().refusal(Audience.INTERNAL, ROOT, Spot(asked, ROOT, "acme/ps-internal/globex")) is not None


@pytest.mark.parametrize("asked", ["acme/ps#12", "a.b/c_d/e-f&7", "acme/reports"])
def test_references_as_gitlab_writes_them_are_fine(asked: str) -> None:
    assert malformed(asked) is None


# -- on the demo GitLab: what changes between plan and write


def test_an_internal_report_for_a_customers_place_is_refused_and_reported(stage: Stage) -> None:
    stage.portfolio = Portfolio((Engagement(CHANNEL),))
    outcome = stage.publish(status(engagement=CHANNEL, target=NoteTarget(CHANNEL)))
    assert [r.state for r in outcome.results] == ["refused"]
    assert "customers can read there" in outcome.refused[0].reason
    assert stage.gitlab.writes == []


def test_a_project_transferred_to_a_customers_group_gets_no_more_internal_notes(stage: Stage) -> None:
    stage.publish(status())
    project, group = stage.world.find_project("acme/ps-internal/globex"), stage.world.group("acme/customers")
    assert project is not None
    stage.world.transfer(project, group)
    assert stage.writes_of(lambda: stage.publish(status("Secret."))) == []


def test_a_transfer_between_plan_and_write_is_seen(stage: Stage) -> None:
    plan = stage.plan(status(), monthly())
    for path in ("acme/ps-internal/globex", "acme/ps-internal/reports"):
        project = stage.world.find_project(path)
        assert project is not None
        stage.world.transfer(project, stage.world.group("acme/open"))
    before = len(stage.gitlab.writes)
    assert [r.state for r in stage.apply(plan).results] == ["refused", "refused"]
    assert len(stage.gitlab.writes) == before


def test_a_confidential_issue_in_a_customers_project_is_refused_all_the_same(stage: Stage) -> None:
    stage.world.project("acme/customers/reports")
    reports = {**SETTINGS["reports"], "monthly": {"project": "acme/customers/reports"}}
    stage.settings = Settings.model_validate({**SETTINGS, "reports": reports})
    target = IssueTarget("acme/customers/reports", (), confidential=True)
    outcome = stage.publish(replace(monthly(), target=target))
    assert [r.state for r in outcome.results] == ["refused"]
