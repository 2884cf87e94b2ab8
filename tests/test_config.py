"""config.yml: defaults, every mistake at once with its line and a suggestion, audiences, the schema."""

from __future__ import annotations

from datetime import date

import jsonschema
import pytest
import yaml

from bot.config import Settings, Threshold, Vocabulary, config_schema, is_within, parse_config
from bot.errors import ConfigError

WORDS = Vocabulary({"spi_red": Threshold(0.85, "ratio", "Red below this SPI")}, ("no-estimates", "overdue-items"))
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
    assert settings.thresholds == {"spi_red": 0.85}
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


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("gitlab: {url: 'https://user:pass@gitlab.example.com'}", "gitlab.url"),
        ("gitlab: {url: gitlab.example.com}", "gitlab.url"),
        ("gitlab: {timeout: .nan}", "gitlab.timeout"),
        ("calendar: {timezone: Mars/Olympus}", "time zone"),
        ("calendar: {working_days: []}", "working day"),
        ("calendar: {working_days: [monday]}", "working_days"),
        ("calendar: {holidays: [Atlantis]}", "Atlantis"),
        ("calendar: {fiscal_year_start: 13}", "fiscal_year_start"),
        ("finance: {currency: dollars}", "currency"),
        ("finance: {targets: {Q4: 5}}", "fiscal quarter"),
        ("finance: {targets: {FY27-Q4: -5}}", "targets"),
        ("finance: {rates: {default: .inf}}", "rates"),
        ("thresholds: {spi_red: .inf}", "spi_red"),
        ("thresholds: {spi_red: high}", "spi_red"),
        ("risks: {severity: {overdue-items: grave}}", "overdue-items"),
        ("risks: {severity: {overdue: high}}", "overdue"),
        ("reports: {monthly: {day: 31}}", "monthly.day"),
        ("reports: {status: {customer: {approval: never}}}", "approval"),
        ("serve: {at: ['25:00']}", "25:00"),
        ("labels: {raid: {risks: x}}", "Did you mean 'risk'?"),
        ("portfolio: 1", "twice"),
    ],
)
def test_a_mistake_is_named(text: str, word: str) -> None:
    (fault,) = faults_of(text)
    assert word in fault
    assert fault.startswith("config.yml:")


def test_namespaces_are_asked_for_and_must_be_paths() -> None:
    assert "portfolio" in faults_of("{}", base="")[0]
    assert "namespaces" in faults_of("portfolio: {namespaces: {}}", base="")[0]
    assert "path" in faults_of("portfolio: {namespaces: {https://gitlab.com/acme: internal}}", base="")[0]


@pytest.mark.parametrize("text", ["[]", "just text", "a: 1\na: 2", "a: [", "a: \x00"])
def test_what_is_no_mapping_is_refused_with_a_line(text: str) -> None:
    (fault,) = faults_of(text, base="")
    assert fault.startswith(("config.yml:1:", "config.yml:2:"))


def test_a_token_in_the_config_is_an_unknown_key() -> None:
    (fault,) = faults_of("gitlab: {token: glpat-secret}")
    assert "unknown key 'gitlab.token'" in fault
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
    for bad in ({"thresholds": {"spi": 1}}, {"risks": {"disable": ["x"]}}, {"reprots": {}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | bad, schema)
