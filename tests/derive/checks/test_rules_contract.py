"""What every risk rule owes, whoever adds it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.config import Threshold
from bot.derive.catalog import vocabulary
from bot.derive.checks.engine import MAX_EVIDENCE, Examination, examine
from bot.derive.checks.gate import Gate, LifeStage
from bot.derive.checks.page import rules_markdown
from bot.derive.checks.registry import RULES
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule, read_rule
from bot.derive.decisions.questions import QUESTION_THRESHOLDS
from bot.derive.results import (
    SEVERITIES,
    Acceptance,
    Budget,
    Forecast,
    MilestoneStatus,
    Progress,
    Quantiles,
    Rag,
    Reason,
    Schedule,
    Scope,
    Status,
)
from bot.derive.subject import Subject, evolve
from bot.derive.thresholds import RAG_THRESHOLDS
from bot.domain.messages import Phrase
from bot.domain.model import Engagement, Facts
from bot.domain.vocabulary import AcceptanceState, Colour, ForecastBasis, MilestoneState, Severity, ValueBasis
from tests.builders import make_item, make_log, make_milestone, make_settings, make_subject
from tests.derive.checks.troubled import shuffled, troubled_subject

ROOT = Path(__file__).parents[3]
ONE, TWO, THREE, FOUR = Phrase("1"), Phrase("2"), Phrase("3"), Phrase("4")
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_there_are_rules_for_what_the_field_watches() -> None:
    assert len(RULES) >= 40
    assert [rule.id for rule in RULES] == sorted({rule.id for rule in RULES})


@each_rule
def test_a_rule_says_why_it_matters_in_one_sentence(rule: Rule) -> None:
    assert rule.why.endswith(".")
    assert 30 <= len(rule.why) <= 200
    assert not set("`*_<>|[]") & set(rule.why)


@each_rule
def test_a_theme_is_what_several_rules_are_about(rule: Rule) -> None:
    assert not rule.theme or sum(other.theme == rule.theme for other in RULES) > 1


@each_rule
def test_thresholds_have_default_unit_and_meaning_and_are_configurable(rule: Rule) -> None:
    for name, threshold in rule.thresholds.items():
        assert name.startswith(rule.id.replace("-", "_") + "_")
        assert isinstance(threshold, Threshold)
        assert threshold.default > 0
        assert threshold.unit
        assert len(threshold.meaning) > 10
        assert vocabulary().thresholds[name] is threshold


def test_no_two_declarations_share_the_name_of_a_threshold() -> None:
    names = [name for rule in RULES for name in rule.thresholds] + [*RAG_THRESHOLDS, *QUESTION_THRESHOLDS]
    assert len(names) == len(set(names))


@each_rule
def test_an_empty_engagement_is_quiet(rule: Rule) -> None:
    found = rule.find(make_subject(Engagement("acme/customers/globex&7", facts=Facts())))
    assert [finding for finding in found if finding.is_risk or finding.hint] == []


def _healthy(**values: Any) -> Subject:
    """On plan: assigned, dated, sized, touched work; hours in step; a status that everybody agrees on."""
    work = {"assignees": ("ann",), "weight": 2, "updated_at": "2026-11-18", "milestone": "Wave 1"}
    items = [make_item(n, due_date="2026-12-04", **work) for n in range(1, 5)]
    items += [make_item(n, due_date="2026-12-04", **work | {"assignees": ("bob",)}) for n in range(5, 9)]
    items += [make_item(n, closed="2026-11-16", due_date="2026-11-20", **work) for n in range(9, 19)]
    green = Rag(Colour.GREEN, (Reason("On plan", ("x#1",)),))
    derived = {
        "status": Status(Colour.GREEN, Colour.GREEN, Colour.GREEN, green, green, green),
        "progress": Progress(ValueBasis.WEIGHT, 0.55, 20, 36, 10, 18),
        "budget": Budget(100.0, 55.0, 55.0, 0.55, 1.0, 1.0, 100.0),
        "scope": Scope(baseline_items=18, baseline_value=36.0, growth=0.0),
        "forecast": Forecast(
            Quantiles(*[date(2026, 12, n) for n in (3, 4, 9, 11)]), 0.95, basis=ForecastBasis.THROUGHPUT
        ),
        "schedule": Schedule(
            milestones=(MilestoneStatus("Wave 1", due=date(2026, 12, 4), state=MilestoneState.ON_TRACK),)
        ),
        "acceptance": (Acceptance("Wave 1", 20_000.0, AcceptanceState.OPEN, due=date(2026, 12, 4)),),
    }
    defaults = {
        "facts": {"pm": "dana", "end": "2027-01-08"},
        "items": items,
        "milestones": [make_milestone("Wave 1", due_date="2026-12-04")],
        "timelogs": [make_log(items[-1], 55.0, "2026-11-16")],
        "derived": derived,
        "members": frozenset({"ann", "bob", "dana"}),
        "load": {"ann": {"2026-W48": 40.0}},
    }
    return make_subject(**defaults | values)


def _told(subject: Subject, rules: tuple[Rule, ...] = RULES) -> tuple[tuple[Any, ...], ...]:
    found = examine(subject, rules)
    return found.risks, found.hints, found.errors


def test_a_healthy_engagement_is_quiet() -> None:
    assert _told(_healthy()) == ((), (), ())


def test_a_finished_engagement_is_quiet() -> None:
    done = [make_item(n, closed="2026-11-16", due_date="2026-11-10", updated_at="2026-11-16") for n in range(1, 9)]
    accepted = Acceptance(
        "Wave 1", 20_000.0, AcceptanceState.ACCEPTED, date(2026, 11, 17), accepted_on=date(2026, 11, 18)
    )
    subject = _healthy(
        items=done,
        closed="2026-11-18",
        timelogs=[make_log(done[0], 120.0, "2026-11-16")],
        facts={"end": "2026-11-18"},
        derived={
            "phase": "complete",
            "acceptance": (accepted,),
            "budget": Budget(100.0, 120.0, 120.0, 1.2),
            "status": Status(Colour.RED, Colour.GREEN, Colour.GREEN),
        },
    )
    assert _told(subject) == ((), (), ())


@each_rule
def test_a_rule_is_deterministic_and_blind_to_the_order_of_its_input(rule: Rule) -> None:
    subject = troubled_subject()
    first = list(rule.find(subject))
    assert list(rule.find(subject)) == first
    for seed in range(3):
        assert list(rule.find(shuffled(subject, random.Random(seed)))) == first


@each_rule
def test_a_new_day_alone_changes_no_sentence(rule: Rule) -> None:
    """Reports are rewritten when facts change; so messages name days, not ages. A Wednesday and the Thursday after."""
    today = troubled_subject()
    older = tuple(replace(e, age_days=e.age_days + 1) for e in today.derived.escalations)
    tomorrow = replace(today.advance(evolve(today.derived, escalations=older)), day=today.day + timedelta(days=1))
    assert [str(f.message) for f in rule.find(tomorrow)] == [str(f.message) for f in rule.find(today)]


@each_rule
def test_what_a_rule_finds_can_be_shown_and_followed(rule: Rule) -> None:
    for finding in (f for f in rule.find(troubled_subject()) if f.is_risk):
        assert str(finding.message)[0] not in " .,"
        assert "None" not in str(finding.message)
        assert "{" not in str(finding.message)
        assert "\n" not in str(finding.message)
        assert str(finding.message).endswith(".")
        assert str(finding.action).endswith(".")
        assert finding.severity in (None, *SEVERITIES)


def test_a_troubled_engagement_sets_off_most_rules_and_each_but_a_few_times() -> None:
    risks, _, errors = _told(troubled_subject())
    assert errors == ()
    rules = [risk.rule for risk in risks]
    assert len(set(rules)) >= 40
    assert max(rules.count(rule) for rule in rules) <= 2
    assert all(1 <= len(risk.evidence) <= MAX_EVIDENCE for risk in risks)


@each_rule
def test_every_rule_has_its_own_tests(rule: Rule) -> None:
    """A rule that is no risk is tested with the gates and hints."""
    assert rule.severity is None or (Path(__file__).parent / f"test_{rule.id.replace('-', '_')}.py").exists()


# -- the registry


def _rule(rule_id: str, *found: Finding, severity: Severity = Severity.MEDIUM, **values: Any) -> Rule:
    return Rule(id=rule_id, severity=severity, find=lambda _: iter(found), **values)


def _module(**values: object) -> ModuleType:
    """A rule's file as it may come in; None takes something away."""
    module = ModuleType("bot.derive.checks.late_lunch", "Hungry people decide badly.\n\nMore about it.")

    rule = _rule("late-lunch", Finding(Phrase("Lunch is late.")), severity=Severity.LOW)
    for name, value in ({"RULE": rule} | values).items():
        setattr(module, name, value)
    return module


def test_a_file_with_a_docstring_and_a_rule_is_one() -> None:
    rule = read_rule(_module())
    assert (rule.id, rule.severity, rule.why, rule.details) == (
        "late-lunch",
        "low",
        "Hungry people decide badly.",
        "More about it.",
    )
    assert str(examine(make_subject(), (rule,)).risks[0].message) == "Lunch is late."


@pytest.mark.parametrize(
    ("values", "lacking"),
    [
        ({"RULE": _rule("lunch")}, "id='late-lunch'"),
        ({"__doc__": None}, "a docstring"),
        ({"RULE": None}, "RULE = Rule(…)"),
        (
            {"RULE": _rule("late-lunch", thresholds={"lunch_hours": Threshold(1, "hours", "How late")})},
            "thresholds named late_lunch_…",
        ),
    ],
)
def test_a_file_that_is_no_rule_is_refused_by_name(values: dict[str, Rule | None], lacking: str) -> None:
    with pytest.raises(TypeError, match=r"bot\.derive\.checks\.late_lunch needs") as caught:
        read_rule(_module(**values))
    assert lacking in str(caught.value)


def test_risks_are_sorted_by_severity_then_rule_then_evidence() -> None:
    rules = (
        _rule("b", Finding(TWO, ("x#2",)), Finding(ONE, ("x#1",))),
        _rule("a", Finding(THREE, ("x#3",))),
        _rule("c", Finding(FOUR, ("x#4",), severity=Severity.CRITICAL)),
    )
    risks, _, errors = _told(make_subject(), rules)
    assert [(r.severity, r.rule, r.evidence) for r in risks] == [
        ("critical", "c", ("x#4",)),
        ("medium", "a", ("x#3",)),
        ("medium", "b", ("x#1",)),
        ("medium", "b", ("x#2",)),
    ]
    assert errors == ()
    assert {r.source for r in risks} == {"derived"}


def test_a_rule_that_fails_names_itself_and_harms_no_other() -> None:
    def fail(_: Subject) -> Iterator[Finding]:
        yield Finding(Phrase("half"))
        raise ZeroDivisionError("no weeks")

    bad = Rule(id="bad", severity=Severity.LOW, find=fail)
    risks, _, errors = _told(make_subject(), (bad, _rule("good", Finding(Phrase("ok")))))
    assert [r.rule for r in risks] == ["good"]
    assert tuple(map(str, errors)) == ("risk rule bad failed: ZeroDivisionError: no weeks",)


def test_a_rule_can_be_disabled_and_its_severity_changed_in_the_config() -> None:
    settings = make_settings(risks={"disable": ["a"], "severity": {"b": "critical"}})
    subject = make_subject(settings=settings)
    risks, *_ = _told(subject, (_rule("a", Finding(ONE)), _rule("b", Finding(TWO, severity=Severity.LOW))))
    assert [(r.rule, r.severity) for r in risks] == [("b", "critical")]


def test_a_risk_without_evidence_points_at_its_engagement_and_a_long_list_is_cut() -> None:
    many = tuple(f"x#{n}" for n in range(30))
    risks, *_ = _told(make_subject(), (_rule("a", Finding(ONE, ("",))), _rule("b", Finding(TWO, (*many, "x#0")))))
    assert risks[0].evidence == ("acme/customers/globex&7",)
    assert risks[1].evidence == many[:MAX_EVIDENCE]


def test_finished_work_is_not_nagged_unless_a_rule_says_so() -> None:
    subject = make_subject(derived={"phase": "complete"})
    rules = (_rule("a", Finding(ONE)), _rule("b", Finding(TWO), phases=EVERY_PHASE))
    assert [r.rule for r in examine(subject, rules).risks] == ["b"]


def test_rules_that_judge_the_status_know_what_the_others_found() -> None:
    def judge(subject: Subject) -> Iterator[Finding]:
        yield Finding(Phrase("{rules}", rules=", ".join(risk.rule for risk in subject.derived.risks)))

    rules = (Rule(id="last", severity=Severity.LOW, find=judge, last=True), _rule("first", Finding(ONE)))
    assert [str(r.message) for r in examine(make_subject(), rules).risks] == ["1", "first"]


# -- one condition, three renderings


def _gate(**values: Any) -> Gate:
    return Gate(
        id="paper", stage=LifeStage.CHANGE, phases=EVERY_PHASE, message=Phrase("Without paper: {n}.", n=0), **values
    )


def _kinds(found: Examination) -> tuple[bool, bool, bool]:
    """Whether a risk, a hint and a gap are told."""
    return bool(found.risks), bool(found.hints), bool(found.compliance.missing)


@pytest.mark.parametrize(
    ("finding", "told"),
    [
        (Finding(ONE, hint=TWO), (True, True, True)),
        (Finding(ONE, hint=TWO, is_risk=False), (False, True, True)),
        (Finding(ONE, hint=TWO, is_covered=True), (True, True, False)),
        (Finding(ONE), (True, False, True)),
    ],
)
def test_one_finding_is_told_as_risk_hint_and_gap(finding: Finding, told: tuple[bool, bool, bool]) -> None:
    assert _kinds(examine(make_subject(), (_rule("a", finding, gate=_gate()),))) == told
    assert _kinds(examine(make_subject(), (_rule("a", gate=_gate()),))) == (False, False, False)


def test_a_disabled_rule_asks_for_no_paper_and_no_gate_either() -> None:
    settings = make_settings(risks={"disable": ["a"]})
    found = examine(make_subject(settings=settings), (_rule("a", Finding(ONE, hint=TWO), gate=_gate()),))
    assert found == Examination()


def test_a_gate_that_several_rules_feed_is_one_gate() -> None:
    shared = _gate()
    rules = (_rule("a", Finding(ONE, ("x#1",)), gate=shared), _rule("b", Finding(TWO, ("x#2", "x#1")), gate=shared))
    found = examine(make_subject(), rules).compliance
    assert [(str(gap.message), gap.evidence) for gap in found.missing] == [("Without paper: 2.", ("x#1", "x#2"))]
    assert found.applicable == 1


def test_a_gate_lets_a_small_share_pass_and_is_not_asked_of_nothing() -> None:
    some = _rule("a", Finding(ONE, ("x#1",), is_risk=False), gate=_gate(among=lambda _: range(10)))
    assert examine(make_subject(), (some,)).compliance.missing == ()
    none = _rule("a", gate=_gate(among=lambda _: ()))
    assert examine(make_subject(), (none,)).compliance.applicable == 0


def test_a_rule_that_fails_leaves_its_gate_unasked() -> None:
    def fail(_: Subject) -> Iterator[Finding]:
        raise ZeroDivisionError

    found = examine(make_subject(), (Rule(id="a", severity=None, find=fail, gate=_gate()),))
    assert found.compliance.applicable == 0
    assert len(found.errors) == 1


def test_a_misspelt_field_of_a_rule_is_an_error() -> None:
    with pytest.raises(TypeError, match="treshold"):
        Rule(id="a", severity=Severity.LOW, find=lambda _: iter(()), tresholds={})  # type: ignore[call-arg]


def test_the_page_of_rules_is_fresh(request: pytest.FixtureRequest) -> None:
    page, fresh = ROOT / "docs" / "risk-rules.md", rules_markdown(RULES)
    if request.config.getoption("--update-golden"):
        page.write_text(fresh, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == fresh, "a rule changed; refresh its page with: pytest --update-golden"


def test_the_troubled_subject_is_a_real_one() -> None:
    """Guards the tests above: they prove nothing on a subject with nothing in it."""
    subject = troubled_subject()
    assert subject.day == date(2027, 1, 27)
    assert len(subject.to_do) > 20
