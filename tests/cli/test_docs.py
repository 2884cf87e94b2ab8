"""The documentation is true: generated pages are fresh, links lead somewhere, examples are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.app.setting_up.sold_list import read_sold
from bot.app.timesheets import read_bookings, read_timesheets
from bot.cli.commands import app
from bot.cli.docs_pages import generated_pages
from bot.config import parse_config
from bot.config.sold import Pattern
from bot.config.sow import parse_sow
from bot.derive.catalog import vocabulary
from bot.domain.facts import make_facts, merge_facts, read_block

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.M | re.S)


def fences(page: Path, language: str) -> list[str]:
    return [m[3] for m in FENCE.finditer(page.read_text(encoding="utf-8")) if m[2] == language]


@pytest.mark.parametrize("name", generated_pages(ROOT))
def test_generated_pages_are_fresh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == generated_pages(ROOT)[name], "run: python -m bot.cli.docs_pages"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if not target.startswith(("http://", "https://", "#", "mailto:")):
            assert (page.parent / target.partition("#")[0]).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_sites_navigation() -> None:
    nav = [
        next(iter(entry.values())) for entry in yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    ]
    assert sorted(nav) == sorted(p.name for p in (ROOT / "docs").glob("*.md"))


def test_the_commands_in_the_readme_exist() -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"psbot (?:--\S+ )?([a-z]+)", text)) & set(re.findall(r"`?psbot ([a-z]+)", text))
    assert {"run", "check", "init", "status", "apply"} <= named
    words = {"does", "itself", "reads", "knows", "run"}
    assert named - words <= known


def test_the_facts_of_the_documentation_can_be_read() -> None:
    example = fences(ROOT / "docs/facts.md", "yaml")[0]
    facts, faults = make_facts(*read_block(f"```ps-project\n{example}```\n", "ps-project")[:2])
    assert not faults
    assert facts.milestones[1].milestone == "Migration wave 1"
    readme = next(f for f in fences(ROOT / "README.md", "markdown"))
    facts, faults = make_facts(*read_block(readme, "ps-project")[:2])
    assert not faults
    assert facts.hours == 480


def test_the_configs_of_the_documentation_are_valid() -> None:
    head = "portfolio: {namespaces: {a: internal}}\n"
    for example in (fences(ROOT / "docs/facts.md", "yaml")[1], fences(ROOT / "docs/thresholds.md", "yaml")[0]):
        parse_config(head + example, "example", vocabulary())
    parse_config(fences(ROOT / "README.md", "yaml")[0], "README", vocabulary())
    parse_config((ROOT / "config.yml").read_text(encoding="utf-8"), "config.yml", vocabulary())


def test_the_csv_examples_can_be_read() -> None:
    timesheets, bookings = fences(ROOT / "docs/migration.md", "csv")
    assert len(read_timesheets(timesheets, "hours.csv").rows) == 2
    assert not read_timesheets(timesheets, "hours.csv").faults
    assert len(read_bookings(bookings, "bookings.csv").rows) == 2


def test_the_block_examples_of_the_labels_page_can_be_read() -> None:
    risk, order = fences(ROOT / "docs/labels.md", "markdown")
    assert read_block(risk, "ps-risk")[0]["impact"] == 4
    assert read_block(order, "ps-change-order")[0]["hours"] == 80


def test_the_move_from_gitlab_triage_is_a_valid_config_and_a_valid_policy() -> None:
    policy, config, *_ = (yaml.safe_load(block) for block in fences(ROOT / "docs/migration.md", "yaml"))
    assert set(policy["resource_rules"]["issues"]) == {"summaries", "rules"}
    settings = parse_config(yaml.safe_dump(config), "migration.md", vocabulary())
    assert settings.risks.disable == ("no-estimates",)


def test_the_move_from_a_spreadsheet_gives_the_rows_facts() -> None:
    page = ROOT / "docs/migration.md"
    (block,) = fences(page, "markdown")
    facts, faults = make_facts(*read_block(block, "ps-project")[:2])
    assert not faults
    config = "portfolio: {namespaces: {acme: customer}}\n" + fences(page, "yaml")[3]
    (override,) = parse_config(config, "migration.md", vocabulary()).engagements.values()
    merged, faults = merge_facts(facts, override)
    assert not faults
    text = page.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| Globex"))
    assert (
        f"| {merged.sow} | {merged.billing} | {merged.value:,.0f} | {merged.hours:.0f} | {merged.start:%-d %b %Y} |"
        in row
    )
    assert sum(m.amount or 0 for m in merged.milestones) == merged.value
    assert "value" not in block, "customers read the description"


TASKS = ("first-report", "customer-reports", "revenue-forecast")


@pytest.mark.parametrize("name", TASKS)
def test_the_configs_of_the_pages_by_task_are_valid(name: str) -> None:
    head = "portfolio: {namespaces: {acme: customer}}\n"
    for example in fences(ROOT / f"docs/{name}.md", "yaml"):
        if example.startswith("customer_channel"):
            facts, faults = make_facts(*read_block(f"```ps-project\n{example}```\n", "ps-project")[:2])
            assert not faults
            assert facts.customer_channel == "acme/customers/globex/delivery#3"
        else:
            parse_config(head + example, name, vocabulary())


def test_the_sow_of_the_documentation_is_one() -> None:
    sow = parse_sow(fences(ROOT / "docs/new.md", "yaml")[0], "SOW.yml")
    assert (sow.customer, sow.template) == ("Globex", "migration")
    assert sum(m.amount or 0 for m in sow.milestones) == sow.value


def test_the_export_of_the_documentation_is_read() -> None:
    (text,) = fences(ROOT / "docs/hundred.md", "csv")
    found = read_sold(text, "sold.csv", Pattern("acme/customers/{customer}/{sow}"))
    assert [row.sow.value for row in found.rows] == [120_000, 96_500]


def test_the_columns_of_kantata_in_the_documentation_are_a_valid_config() -> None:
    head = "portfolio: {namespaces: {acme: customer}}\n"
    settings = parse_config(head + fences(ROOT / "docs/migration.md", "yaml")[2], "migration.md", vocabulary())
    assert settings.finance.columns["engagement"] == "Project"


def test_what_the_page_of_messages_names_is_said_somewhere() -> None:
    said = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    quoted = re.findall(r"^\| `(.+?)`", (ROOT / "docs/when-it-says.md").read_text(encoding="utf-8"), re.M)
    assert len(quoted) > 10
    for message in quoted:
        words = max(re.split(r" … |…|\bacme/\S+|\bvalue\b|\bguest\b|, |\(401\)|\b500\b|`", message), key=len).strip(
            " ("
        )
        assert words in said, message
