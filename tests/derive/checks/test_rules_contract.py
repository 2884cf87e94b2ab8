"""What every risk rule owes, whoever adds it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from bot.config import Threshold
from bot.derive.catalog import vocabulary
from bot.derive.checks import MAX_EVIDENCE, RULES, find_risks
from bot.derive.checks.page import rules_markdown
from bot.derive.checks.rule import Finding, Rule, read_rule
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
from bot.derive.thresholds import RAG_THRESHOLDS
from bot.domain.model import Engagement, Facts
from tests.builders import make_item, make_log, make_milestone, make_settings, make_subject
from tests.derive.checks.troubled import shuffled, troubled_subject

ROOT = Path(__file__).parents[3]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_there_are_rules_for_what_the_field_watches():
    assert len(RULES) >= 40
    assert [rule.id for rule in RULES] == sorted({rule.id for rule in RULES})


@each_rule
def test_a_rule_says_why_it_matters_in_one_sentence(rule):
    assert rule.why.endswith(".")
    assert 30 <= len(rule.why) <= 200
    assert not set("`*_<>|[]") & set(rule.why)


@each_rule
def test_a_theme_is_what_several_rules_are_about(rule):
    assert not rule.theme or sum(other.theme == rule.theme for other in RULES) > 1


@each_rule
def test_thresholds_have_default_unit_and_meaning_and_are_configurable(rule):
    for name, threshold in rule.thresholds.items():
        assert name.startswith(rule.id.replace("-", "_") + "_")
        assert isinstance(threshold, Threshold)
        assert threshold.default > 0
        assert threshold.unit
        assert len(threshold.meaning) > 10
        assert vocabulary().thresholds[name] is threshold


def test_no_two_declarations_share_the_name_of_a_threshold():
    names = [name for rule in RULES for name in rule.thresholds] + [*RAG_THRESHOLDS, *QUESTION_THRESHOLDS]
    assert len(names) == len(set(names))


@each_rule
def test_an_empty_engagement_is_quiet(rule):
    assert list(rule.find(make_subject(Engagement("acme/customers/globex&7", facts=Facts())))) == []


def _healthy(**values):
    """On plan: assigned, dated, sized, touched work; hours in step; a status that everybody agrees on."""
    work = {"assignees": ("ann",), "weight": 2, "updated_at": "2026-11-18", "milestone": "Wave 1"}
    items = [make_item(n, due_date="2026-12-04", **work) for n in range(1, 5)]
    items += [make_item(n, due_date="2026-12-04", **work | {"assignees": ("bob",)}) for n in range(5, 9)]
    items += [make_item(n, closed="2026-11-16", due_date="2026-11-20", **work) for n in range(9, 19)]
    green = Rag("green", (Reason("On plan", ("x#1",)),))
    derived = {
        "status": Status("green", "green", "green", green, green, green),
        "progress": Progress("weight", 0.55, 20, 36, 10, 18),
        "budget": Budget(100.0, 55.0, 55.0, 0.55, 1.0, 1.0, 100.0),
        "scope": Scope(baseline_items=18, baseline_value=36.0, growth=0.0),
        "forecast": Forecast(Quantiles(*[date(2026, 12, n) for n in (3, 4, 9, 11)]), 0.95, basis="throughput"),
        "schedule": Schedule(milestones=(MilestoneStatus("Wave 1", due=date(2026, 12, 4), state="on_track"),)),
        "acceptance": (Acceptance("Wave 1", 20_000.0, "open", due=date(2026, 12, 4)),),
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


def test_a_healthy_engagement_is_quiet():
    assert find_risks(_healthy()) == ((), ())


def test_a_finished_engagement_is_quiet():
    done = [make_item(n, closed="2026-11-16", due_date="2026-11-10", updated_at="2026-11-16") for n in range(1, 9)]
    accepted = Acceptance("Wave 1", 20_000.0, "accepted", date(2026, 11, 17), accepted_on=date(2026, 11, 18))
    subject = _healthy(
        items=done,
        closed="2026-11-18",
        timelogs=[make_log(done[0], 120.0, "2026-11-16")],
        facts={"end": "2026-11-18"},
        derived={
            "phase": "complete",
            "acceptance": (accepted,),
            "budget": Budget(100.0, 120.0, 120.0, 1.2),
            "status": Status("red", "green", "green"),
        },
    )
    assert find_risks(subject) == ((), ())


@each_rule
def test_a_rule_is_deterministic_and_blind_to_the_order_of_its_input(rule):
    subject = troubled_subject()
    first = list(rule.find(subject))
    assert list(rule.find(subject)) == first
    for seed in range(3):
        assert list(rule.find(shuffled(subject, random.Random(seed)))) == first


@each_rule
def test_a_new_day_alone_changes_no_sentence(rule):
    """Reports are rewritten when facts change; so messages name days, not ages. A Wednesday and the Thursday after."""
    today = troubled_subject()
    older = tuple(replace(e, age_days=e.age_days + 1) for e in today.derived.escalations)
    tomorrow = replace(today.advance(escalations=older), day=today.day + timedelta(days=1))
    assert [str(f.message) for f in rule.find(tomorrow)] == [str(f.message) for f in rule.find(today)]


@each_rule
def test_what_a_rule_finds_can_be_shown_and_followed(rule):
    for finding in rule.find(troubled_subject()):
        assert str(finding.message)[0] not in " .,"
        assert "None" not in str(finding.message)
        assert "{" not in str(finding.message)
        assert "\n" not in str(finding.message)
        assert str(finding.message).endswith(".")
        assert str(finding.action).endswith(".")
        assert finding.severity in (None, *SEVERITIES)


def test_a_troubled_engagement_sets_off_most_rules_and_each_but_a_few_times():
    risks, errors = find_risks(troubled_subject())
    assert errors == ()
    rules = [risk.rule for risk in risks]
    assert len(set(rules)) >= 40
    assert max(rules.count(rule) for rule in rules) <= 2
    assert all(1 <= len(risk.evidence) <= MAX_EVIDENCE for risk in risks)


@each_rule
def test_every_rule_has_its_own_tests(rule):
    assert (Path(__file__).parent / f"test_{rule.id.replace('-', '_')}.py").exists()


# -- the registry


def _module(**values: object) -> ModuleType:
    """A rule's file as it may come in; None takes something away."""
    module = ModuleType("bot.derive.checks.late_lunch", "Hungry people decide badly.\n\nMore about it.")

    def find_late_lunch(_):
        yield Finding("Lunch is late.")

    find_late_lunch.__module__ = module.__name__
    whole = {"ID": "late-lunch", "SEVERITY": "low", "find_late_lunch": find_late_lunch}
    for name, value in (whole | values).items():
        setattr(module, name, value)
    return module


def test_a_file_with_id_severity_docstring_and_function_is_a_rule():
    rule = read_rule(_module())
    assert (rule.id, rule.severity, rule.why, rule.details) == (
        "late-lunch",
        "low",
        "Hungry people decide badly.",
        "More about it.",
    )
    assert find_risks(make_subject(), (rule,))[0][0].message == "Lunch is late."


@pytest.mark.parametrize(
    ("values", "lacking"),
    [
        ({"ID": "lunch"}, "ID = 'late-lunch'"),
        ({"SEVERITY": "urgent"}, "SEVERITY, one of low"),
        ({"__doc__": None}, "a docstring"),
        ({"find_late_lunch": None}, "one find_… function"),
        ({"PHASES": ("always",)}, "PHASES among"),
        ({"THRESHOLDS": {"lunch_hours": Threshold(1, "hours", "How late")}}, "THRESHOLDS named late_lunch_…"),
    ],
)
def test_a_file_that_is_no_rule_is_refused_by_name(values, lacking):
    with pytest.raises(TypeError, match=r"bot\.derive\.checks\.late_lunch needs") as caught:
        read_rule(_module(**values))
    assert lacking in str(caught.value)


def _rule(rule_id: str, *found: Finding, severity: str = "medium", **values: object) -> Rule:
    return Rule(rule_id, severity, "Because.", lambda _: iter(found), **values)  # type: ignore[arg-type]


def test_risks_are_sorted_by_severity_then_rule_then_evidence():
    rules = (
        _rule("b", Finding("2", ("x#2",)), Finding("1", ("x#1",))),
        _rule("a", Finding("3", ("x#3",))),
        _rule("c", Finding("4", ("x#4",), severity="critical")),
    )
    risks, errors = find_risks(make_subject(), rules)
    assert [(r.severity, r.rule, r.evidence) for r in risks] == [
        ("critical", "c", ("x#4",)),
        ("medium", "a", ("x#3",)),
        ("medium", "b", ("x#1",)),
        ("medium", "b", ("x#2",)),
    ]
    assert errors == ()
    assert {r.source for r in risks} == {"derived"}


def test_a_rule_that_fails_names_itself_and_harms_no_other():
    def fail(_):
        yield Finding("half")
        raise ZeroDivisionError("no weeks")

    risks, errors = find_risks(make_subject(), (Rule("bad", "low", "Because.", fail), _rule("good", Finding("ok"))))
    assert [r.rule for r in risks] == ["good"]
    assert tuple(map(str, errors)) == ("risk rule bad failed: ZeroDivisionError: no weeks",)


def test_a_rule_can_be_disabled_and_its_severity_changed_in_the_config():
    settings = make_settings(risks={"disable": ["a"], "severity": {"b": "critical"}})
    subject = make_subject(settings=settings)
    risks, _ = find_risks(subject, (_rule("a", Finding("1")), _rule("b", Finding("2", severity="low"))))
    assert [(r.rule, r.severity) for r in risks] == [("b", "critical")]


def test_a_risk_without_evidence_points_at_its_engagement_and_a_long_list_is_cut():
    many = tuple(f"x#{n}" for n in range(30))
    risks, _ = find_risks(make_subject(), (_rule("a", Finding("1", ("",))), _rule("b", Finding("2", (*many, "x#0")))))
    assert risks[0].evidence == ("acme/customers/globex&7",)
    assert risks[1].evidence == many[:MAX_EVIDENCE]


def test_finished_work_is_not_nagged_unless_a_rule_says_so():
    subject = make_subject(derived={"phase": "complete"})
    rules = (_rule("a", Finding("1")), _rule("b", Finding("2"), phases=("active", "complete")))
    assert [r.rule for r in find_risks(subject, rules)[0]] == ["b"]


def test_rules_that_judge_the_status_know_what_the_others_found():
    def judge(subject):
        yield Finding(", ".join(risk.rule for risk in subject.derived.risks))

    rules = (Rule("last", "low", "Because.", judge, last=True), _rule("first", Finding("1")))
    assert [str(r.message) for r in find_risks(make_subject(), rules)[0]] == ["1", "first"]


def test_the_page_of_rules_is_fresh(request):
    page, fresh = ROOT / "docs" / "risk-rules.md", rules_markdown(RULES)
    if request.config.getoption("--update-golden"):
        page.write_text(fresh, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == fresh, "a rule changed; refresh its page with: pytest --update-golden"


def test_the_troubled_subject_is_a_real_one():
    """Guards the tests above: they prove nothing on a subject with nothing in it."""
    subject = troubled_subject()
    assert subject.day == date(2027, 1, 27)
    assert len(subject.to_do) > 20
