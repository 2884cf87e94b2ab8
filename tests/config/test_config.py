"""config.yml: defaults, every mistake at once with its line and a suggestion, audiences, the schema."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema
import pytest
import yaml

from bot.config import Settings, Threshold, Vocabulary, config_schema, is_within, parse_config
from bot.domain.errors import ConfigError
from bot.domain.facts import make_facts

NUMBERS = {"spi_red": 0.85, "spi_yellow": 0.95, "stale_days": 5, "stale_high_days": 10}
WORDS = Vocabulary(
    {name: Threshold(default, "unit", "meaning") for name, default in NUMBERS.items()},
    ("no-estimates", "overdue-items"),
    lambda facts: ((fault.key, str(fault.message)) for fault in make_facts(facts)[1]),
)
BASE = "portfolio:\n  namespaces:\n    acme/ps-internal: internal\n    acme/customers: customer\n"


def parse(text: str) -> Settings:
    return parse_config(BASE + text, "config.yml", WORDS)


def faults_of(text: str, base: str = BASE) -> list[str]:
    with pytest.raises(ConfigError) as error:
        parse_config(base + text, "config.yml", WORDS)
    assert error.value.exit_code == 2
    return [str(fault) for fault in error.value.faults]


def test_everything_but_the_namespaces_has_a_default() -> None:
    settings = parse("")
    assert settings.thresholds == NUMBERS
    assert settings.calendar.fiscal_year_start == 2
    assert settings.reports.status.day == "thu"
    assert settings.labels.acceptance.sent == "acceptance::sent"
    assert settings.reports.status.customer.approval == "required"


def test_empty_sections_mean_their_defaults() -> None:
    assert parse("labels:\nthresholds:\nrisks: {}\nfinance:\n") == parse("")


def test_all_mistakes_are_told_at_once_in_order_of_their_lines() -> None:
    text = "gitlab: {timeout: -1}\nreprots: {}\nthresholds: {spi_rde: 1}\nrisks:\n  disable: [no-estimate]\n"
    faults = faults_of(text)
    assert [fault.split(":")[1] for fault in faults] == ["5", "6", "7", "9"]
    assert "timeout" in faults[0]
    assert "Did you mean 'reports'?" in faults[1]
    assert "Did you mean 'spi_red'?" in faults[2]
    assert "Did you mean 'no-estimates'?" in faults[3]


MISTAKES = [
    # what stands there, line, column, and what is told of it
    ("calendar:\n\ttimezone: UTC", 6, 1, "a tab stands where YAML wants spaces"),
    ("finance:\n  currency: USD\n  currency: EUR", 7, 3, "'currency' is given twice (first on line 6)"),
    ("finance: {currency: 'USD", 5, 21, "a quote is opened here and never closed"),
    ("finance: currency: USD", 5, 18, "a colon is out of place"),
    ("finance:\n  currency: USD\n   tolerance: 0.1", 7, 13, "check the indentation"),
    ("reports: {status: {customer: {approvers: [@dana]}}}", 5, 43, "text that begins with '@' needs quotes"),
    ("finance: {}\n---\nfinance: {}", 6, 1, "a second document begins here"),
    ("finance: &f {currency: USD}\nserve: *f", 5, 10, "anchors and aliases are not read here"),
    ("finance: !!python/object {}", 5, 10, "tags are not read here"),
    ("reprots: {}", 5, 1, "unknown key 'reprots'. Did you mean 'reports'?"),
    ("Finance: {}", 5, 1, "Did you mean 'finance'?"),
    ("labels: {helth: {}}", 5, 10, "unknown key 'labels.helth'. Did you mean 'health'?"),
    ("labels: {raid: {risks: x}}", 5, 17, "Did you mean 'risk'?"),
    ("reports: {weekly: {}}", 5, 11, "Known: closeout, counting, locale, monthly, page, portfolio, quarterly, status."),
    ("labels: {impact: impact}", 5, 10, "'impact' is a prefix and must end in `::` or `-`, such as 'impact::'"),
    ("labels: {health: {green: ok, red: ok}}", 5, 10, "green and red are the same label 'ok'"),
    ("labels: {health: 'health::'}", 5, 10, "must be a section: lines of `key: value` below it (given: 'health::')"),
    ("gitlab: {url: gitlab.example.com}", 5, 10, "must be a URL such as https://gitlab.example.com"),
    ("gitlab: {url: 'https://ann:pass@gitlab.example.com'}", 5, 10, "(given: 'https://[MASKED]@gitlab.example.com')"),
    ("gitlab: {timeout: thirty}", 5, 10, "must be a number, such as 0.05 (given: 'thirty')"),
    ("gitlab: {timeout: .nan}", 5, 10, "must be a number"),
    ("gitlab: {concurrency: 100}", 5, 10, "must be at most 32 (given: '100')"),
    ("calendar: {timezone: Europe/Berln}", 5, 12, "'Europe/Berln' is not a time zone. Did you mean 'Europe/Berlin'?"),
    ("calendar: {timezone: Mars/Olympus}", 5, 12, "'Mars/Olympus' is not a time zone"),
    ("calendar: {working_days: []}", 5, 12, "at least one working day"),
    ("calendar: {working_days: mon}", 5, 12, "must be a list, such as [first, second] (given: 'mon')"),
    ("calendar: {working_days: [mon, 2]}", 5, 32, "must be one of mon, tue, wed, thu, fri, sat, sun (given: '2')"),
    ("calendar: {working_days: [mon, tuesday]}", 5, 32, "(given: 'tuesday'). Did you mean 'tue'?"),
    (
        "calendar: {holidays: [US, Atlantis]}",
        5,
        27,
        "'Atlantis' is neither a country (US), a region (DE-BY) nor a date",
    ),
    ("calendar: {holidays: [DE-XX]}", 5, 23, "'DE-XX' is neither"),
    ("calendar: {holidays: [2026-02-30]}", 5, 23, "'2026-02-30' is neither"),
    ("calendar: {fiscal_year_start: 13}", 5, 12, "must be at most 12 (given: '13')"),
    ("finance: {currency: dollars}", 5, 11, "'dollars' is not a currency code of three capital letters such as USD"),
    ("finance: {tolerance: 5%}", 5, 11, "must be a number, such as 0.05 (given: '5%')"),
    ("finance: {targets: {FY27-Q3: 5, Q4: 5}}", 5, 33, "'Q4' is not a fiscal quarter such as FY27-Q4"),
    ("finance: {targets: {FY27-Q4: -5}}", 5, 21, "must be at least 0 (given: '-5')"),
    ("finance: {targets: 450000}", 5, 11, "must be a section"),
    ("finance: {rates: {default: .inf}}", 5, 19, "must be a number"),
    ("thresholds: {spi_rde: 0.8}", 5, 14, "unknown threshold 'spi_rde'. Did you mean 'spi_red'?"),
    ("thresholds: {spi_red: high}", 5, 14, "must be a number, such as 0.05 (given: 'high')"),
    ("thresholds: {spi_red: true}", 5, 14, "must be a number, such as 0.05 (given: 'True')"),
    ("thresholds: {spi_red: -1}", 5, 14, "must not be negative (given: '-1')"),
    ("thresholds: {spi_red: .inf}", 5, 14, "must be a number"),
    ("thresholds: {spi_red: 0.99}", 5, 14, "spi_red (0.99) must not be above spi_yellow (0.95)"),
    ("thresholds: {stale_days: 20}", 5, 14, "stale_high_days (10) must not be below stale_days (20)"),
    ("risks:\n  disable: [overdue-items, no-estimate]", 6, 28, "Did you mean 'no-estimates'?"),
    ("risks: {severity: {overdue-items: grave}}", 5, 20, "must be one of low, medium, high, critical (given: 'grave')"),
    ("risks: {severity: {overdue: high}}", 5, 20, "Did you mean 'overdue-items'?"),
    ("reports: {monthly: {day: 31}}", 5, 21, "must be at most 28 (given: '31')"),
    ("reports: {status: {day: thursday}}", 5, 20, "Did you mean 'thu'?"),
    ("reports: {status: {enabled: sometimes}}", 5, 20, "must be true or false (given: 'sometimes')"),
    ("reports: {status: {customer: {approval: never}}}", 5, 31, "must be one of required, none (given: 'never')"),
    ("reports: {portfolio: {project: 'https://gitlab.com/acme/x'}}", 5, 23, "without the host and slashes around"),
    ("reports: {portfolio: {project: reports}}", 5, 23, "'reports' is not a path of a project"),
    ("reports: {portfolio: {project: 12}}", 5, 23, "must be text; put it in quotes (given: '12')"),
    ("engagements: {globex: {value: 1}}", 5, 15, "'globex' is not an engagement; write it as 'group&7'"),
    ("engagements: {'acme/x&7': {valu: 1}}", 5, 28, "unknown key, did you mean 'value'?"),
    ("engagements: {'acme/x&7': {end: soon}}", 5, 28, "must be a date such as 2026-11-30, not 'soon'"),
    ("engagements: {'acme/x&7': }", 5, 15, "(given: nothing)"),
    ("serve: {at: ['06:00', '25:00']}", 5, 23, "'25:00' is not a time of day such as '06:00'"),
    ("serve: {at: ['06:00+02:00']}", 5, 14, "is not a time of day"),
    ("serve: {at: []}", 5, 9, "name at least one time"),
    ("portfolio: 1", 5, 1, "'portfolio' is given twice (first on line 1)"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), MISTAKES, ids=lambda v: str(v)[:40])
def test_a_mistake_is_told_with_its_place_its_value_and_the_nearest_right_word(
    text: str, line: int, column: int, words: str
) -> None:
    (fault,) = faults_of(text + "\n")
    assert fault.startswith(f"config.yml:{line}:{column}: ")
    assert words in fault
    assert "Input should" not in fault, "the words of a library"


TWENTY = """\
gitlab: {url: gitlab.example.com, timeout: -1, concurrency: many}
calendar:
  timezone: Europe/Berln
  working_days: [mon, tuesday]
  holidays: [Atlantis]
  fiscal_year_start: 13
finance: {currency: usd, tolerance: 5, targets: {Q4: 1}, rates: 250}
labels: {helth: {}, impact: impact}
thresholds: {spi_rde: 1, spi_red: 2}
risks: {disable: [no-estimate], severity: {overdue-items: grave}}
reports:
  status: {day: Thu, enabled: sometimes}
  monthly: {day: 31, project: reports}
  weekly: {}
engagements: {globex: {}, "acme/x&7": {valu: 1}}
serve: {at: ["25:00"]}
reprots: {}
"""


def test_all_of_twenty_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    faults = faults_of(TWENTY)
    places = [tuple(int(part) for part in fault.split(":")[1:3]) for fault in faults]
    assert len(faults) == 26
    assert places == sorted(places)
    assert len(set(places)) == 26, "each at its own place"


def test_a_path_that_stands_twice_is_refused_whatever_its_case() -> None:
    base = "portfolio: {namespaces: {acme/x: internal, Acme/X: customer}}\n"
    assert "paths ignore case" in faults_of("", base=base)[0]


def test_no_secret_is_repeated() -> None:
    (fault,) = faults_of("gitlab: {timeout: glpat-abcdefghijklmnopqrst}")
    assert "abcdefgh" not in fault


def test_an_approver_may_be_written_with_an_at_sign() -> None:
    settings = parse("reports: {status: {customer: {approvers: ['@dana']}}}")
    assert settings.reports.status.customer.approvers == ("dana",)


def test_namespaces_are_asked_for_and_must_be_paths() -> None:
    assert "portfolio" in faults_of("{}", base="")[0]
    assert "namespaces" in faults_of("portfolio: {namespaces: {}}", base="")[0]
    assert "path" in faults_of("portfolio: {namespaces: {https://gitlab.com/acme: internal}}", base="")[0]


@pytest.mark.parametrize("text", ["[]", "just text", "a: 1\na: 2", "a: [", "a: \x00"])
def test_what_is_no_mapping_is_refused_with_a_line(text: str) -> None:
    (fault,) = faults_of(text, base="")
    assert fault.startswith(("config.yml:1:", "config.yml:2:"))


def test_a_token_in_the_config_is_to_be_revoked() -> None:
    (fault,) = faults_of("gitlab: {token: glpat-secret}")
    assert "revoke it" in fault
    assert "glpat-secret" not in fault


@pytest.mark.parametrize(
    ("path", "audience"),
    [
        ("acme/ps-internal", "internal"),
        ("acme/ps-internal/plan", "internal"),
        ("ACME/PS-Internal/plan", "internal"),
        ("acme/ps-internal-x", "customer"),
        ("acme/customers/globex", "customer"),
        ("acme", "customer"),
        ("elsewhere", "customer"),
    ],
)
def test_what_is_not_declared_internal_counts_as_customer_visible(path: str, audience: str) -> None:
    assert parse("").audience_of(path) == audience


def test_the_longest_declared_path_wins() -> None:
    text = "portfolio: {namespaces: {acme: internal, acme/shared: customer, acme/shared/ours: internal}}"
    settings = parse_config(text, "config.yml", WORDS)
    found = [settings.audience_of(path) for path in ("acme/x", "acme/shared/x", "acme/shared/ours/x")]
    assert found == ["internal", "customer", "internal"]


def test_a_path_is_within_itself_and_its_parents_only() -> None:
    assert is_within("a/b", "a/b")
    assert is_within("A/b/c", "a/B")
    assert not is_within("a/bc", "a/b")
    assert not is_within("a", "a/b")


def test_the_work_calendar_has_the_settings_days() -> None:
    text = "calendar: {timezone: Europe/Berlin, working_days: [sun, mon], holidays: [DE, 2026-12-24]}"
    calendar = parse(text).work_calendar([2026])
    assert calendar.working_weekdays == (0, 6)
    assert {date(2026, 12, 24), date(2026, 10, 3)} <= calendar.holidays
    assert calendar.timezone == "Europe/Berlin"


def test_the_schema_accepts_what_is_accepted_and_refuses_what_is_refused() -> None:
    schema = config_schema(WORDS)
    jsonschema.Draft202012Validator.check_schema(schema)
    good = yaml.safe_load(BASE + "thresholds: {spi_red: 0.8}\nrisks: {disable: [overdue-items]}\n")
    jsonschema.validate(good, schema)
    broken: list[dict[str, Any]] = [{"thresholds": {"spi": 1}}, {"risks": {"disable": ["x"]}}, {"reprots": {}}]
    for bad in broken:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | bad, schema)
