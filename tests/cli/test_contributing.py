"""CONTRIBUTING.md followed to the letter: a rule, a report, a fact and an order, each in one file of a copy of the package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROBE = '''
import json
from pathlib import Path

from bot.app.config_names import full_vocabulary
from bot.cli.docs_config import config_page
from bot.cli.docs_facts import facts_page
from bot.cli.docs_pages import thresholds_page
from bot.cli.docs_tables import orders_page, reports_page
from bot.config import config_schema, parse_config
from bot.derive.checks.page import rules_markdown
from bot.derive.checks.registry import RULES
from bot.derive.decisions.orders.kinds import KINDS
from bot.derive.pipeline import derive_portfolio
from bot.domain.facts import facts_schema, make_facts
from bot.domain.model import Item
from bot.report import make_documents
from bot.report.check import check_templates
from bot.report.environment import load_templates
from bot.report.registry import kinds_of_reports
from bot.report.sample import DAY, sample_context, sample_contexts, sample_portfolio, sample_settings
from bot.report.schedule import forced, reports_due

CONFIG = """
portfolio: {namespaces: {acme/ps-internal: internal, acme/customers: customer}}
thresholds: {my_rule_items: 2}
risks: {severity: {my-rule: high}}
reports: {locale: LOCALE, backlog: {project: acme/ps-internal/reports, day: tue}}
engagements: {"acme/x#1": {tier: silver}}
"""


def rendered(locale):
    text = CONFIG.replace("LOCALE", locale).replace(", day: tue", "")
    settings = parse_config(text, "config.yml", full_vocabulary())
    context = sample_context(load_templates(settings, Path()), settings)
    made = make_documents(forced(settings, context.calendar, "backlog", None, DAY), context)
    due = {d.kind for d in reports_due(settings, context.calendar, DAY)}
    faults = [str(f) for f in check_templates(context.templates, sample_contexts(context.templates, settings))]
    return {"faults": [*made.faults, *faults], "due": sorted(due),
            "documents": [[d.kind, d.title, d.body, d.target.project, list(d.target.labels)] for d in made.documents]}


def refused(text):
    try:
        parse_config(CONFIG.replace("LOCALE", "en_US").replace("day: tue", text), "config.yml", full_vocabulary())
    except Exception as error:
        return [str(fault) for fault in error.faults]
    return []


settings = parse_config(CONFIG.replace("LOCALE", "en_US").replace(", day: tue", ""), "config.yml", full_vocabulary())
context = sample_context(load_templates(settings, Path()), settings)
found = derive_portfolio(sample_portfolio(), DAY, settings, context.calendar, forecast=False)
print(json.dumps({
    "rules": [[r.rule, r.severity] for e in found.engagements for r in e.risks if r.rule == "my-rule"],
    "pages": {"thresholds": thresholds_page(), "config": config_page(), "facts": facts_page(), "rules": rules_markdown(RULES),
              "reports": reports_page(Path("docs/reports.md")), "orders": orders_page(Path("docs/orders.md"))},
    "schema": json.dumps(config_schema(full_vocabulary())),
    "facts": json.dumps(facts_schema()),
    "fact": make_facts({"tier": "gold"})[0].tier,
    "fault": [f.key for f in make_facts({"tier": {}})[1]],
    "orders": sorted(KINDS),
    "kinds": kinds_of_reports(),
    "refused": refused("dai: tue"),
    "en": rendered("en_US"), "de": rendered("de_DE"),
}))
'''


def _file(path: str) -> str:
    """The code that the page shows after it names a path."""
    return str(re.findall(r"```python\n(.*?)```", PAGE[PAGE.index(f"`{path}`") :], re.DOTALL)[0])


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the page's additions."""
    home = tmp_path_factory.mktemp("house")
    for folder in ("bot", "templates", "docs"):
        shutil.copytree(ROOT / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__", "images"))
    for path in (
        "bot/derive/checks/schedule/my_rule.py",
        "bot/report/kinds/backlog.py",
        "bot/derive/decisions/orders/kinds/pause.py",
    ):
        (home / path).write_text(_file(path), encoding="utf-8")
    declared = home / "bot/domain/facts/declared.py"
    last = "    key: bool = _fact("
    text = declared.read_text(encoding="utf-8")
    declared.write_text(text.replace(last, _file("bot/domain/facts/declared.py") + last), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def seen(extended: Path) -> dict[str, Any]:
    """What the package says of itself."""
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=extended, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_rule_is_asked_configured_and_told_in_the_docs(seen: dict[str, Any]) -> None:
    assert seen["rules"]
    assert {severity for _, severity in seen["rules"]} == {"high"}
    assert "my_rule_items" in seen["schema"]
    assert '"my-rule"' in seen["schema"]
    assert "`my_rule_items`" in seen["pages"]["thresholds"]
    assert "## my-rule" in seen["pages"]["rules"]


def test_the_fact_is_read_refused_by_key_and_told_in_schema_sample_and_docs(seen: dict[str, Any]) -> None:
    assert seen["fact"] == "gold"
    assert seen["fault"] == ["tier"]
    assert '"tier"' in seen["facts"]
    assert "| `tier` | text | Support tier of the customer |" in seen["pages"]["facts"]
    assert "\ntier: gold\n" in seen["pages"]["facts"]


def test_the_order_is_understood_and_told_in_the_docs(seen: dict[str, Any]) -> None:
    assert "pause" in seen["orders"]
    assert "| `psbot pause: reason` | says that the engagement is on hold |" in seen["pages"]["orders"]


def test_the_report_is_due_configured_and_told_in_schema_and_docs(seen: dict[str, Any]) -> None:
    assert "backlog" in seen["kinds"]
    assert seen["en"]["due"] == ["backlog", "closeout", "status"]
    assert "BacklogReport" in seen["schema"]
    assert "`reports.backlog.project`" in seen["pages"]["config"]
    assert "| backlog | an issue in `reports.backlog.project` | weekly" in seen["pages"]["reports"]
    assert [text for text in seen["refused"] if "reports.backlog.dai" in text]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_report_is_written_in_each_language_in_english_where_nobody_translated_it(
    seen: dict[str, Any], language: str
) -> None:
    made = seen[language]
    assert made["faults"] == []
    [[kind, title, body, project, labels]] = made["documents"]
    assert (kind, project, labels) == ("backlog", "acme/ps-internal/reports", ["backlog"])
    assert title == "Backlog, week 2026-W47"
    assert "### What is still open" in body
    assert " open." in body
    assert ("Stand " in body) == (language == "de")


def test_the_command_line_knows_them(extended: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "schema"], cwd=extended, capture_output=True, text=True, check=True
    )
    schema = json.loads(done.stdout)
    assert "backlog" in schema["$defs"]["ReportSettings"]["properties"]
    assert "my_rule_items" in schema["properties"]["thresholds"]["properties"]
