"""The commands as a user meets them: results, exit codes, files, and silence where nothing is to be said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pyarrow.parquet
import pytest
import yaml

from bot.cli.exports import TABLES, write_tables
from bot.derive.results import Derived
from bot.domain.model import Portfolio
from tests.cli.conftest import Desk, Said

ANY_EDITION = pytest.mark.parametrize("desk", ["ultimate, four", "free", "ce"], indirect=True)
FOUR = pytest.mark.parametrize("desk", ["ultimate, four"], indirect=True)


def schema(desk: Desk, *option: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(desk.psbot("schema", *option).out)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


# -- the job


@pytest.mark.parametrize(
    ("desk", "roll_ups"), [("ultimate, four", True), ("free, whole", False), ("ce, four", False)], indirect=["desk"]
)
def test_a_run_publishes_and_a_second_run_writes_nothing(desk: Desk, roll_ups: bool) -> None:
    if not roll_ups:  # `check` tries them in each edition
        desk.without_roll_ups()
    first = desk.psbot("run")
    assert first.code == 0, first.err
    assert len(desk.gitlab.writes) >= len(desk.plans) + (3 if roll_ups else 1)
    written = len(desk.gitlab.writes)
    assert [m.text for m in desk.gitlab.world.mentions] == [], "titles must mention nobody"

    second = desk.psbot("run")
    assert second.code == 0, second.err
    assert len(desk.gitlab.writes) == written
    assert "0 writes" in second.err


@FOUR
def test_a_health_label_that_psbot_set_itself_changes_no_report(desk: Desk) -> None:
    config = yaml.safe_load(desk.config.read_text(encoding="utf-8"))
    config["portfolio"]["namespaces"] = dict.fromkeys(config["portfolio"]["namespaces"], "internal")
    config["reports"]["status"] = {"enabled": True, "set_health": True}
    desk.config.write_text(yaml.safe_dump(config), encoding="utf-8")
    desk.without_roll_ups()
    first = desk.psbot("run")
    assert first.code == 0, first.err
    assert "done: health" in first.out
    written = len(desk.gitlab.writes)
    second = desk.psbot("run")
    assert (second.code, len(desk.gitlab.writes) - written) == (0, 0), second.out


def test_a_dry_run_sends_nothing_that_writes_and_shows_what_would_be_written(desk: Desk) -> None:
    said = desk.psbot("run", "--dry-run")
    assert said.code == 0
    assert "would create status" in said.out
    assert [r for r in desk.gitlab.requests if r.is_write] == []


@FOUR
def test_a_plan_is_carried_out_exactly_and_validates(desk: Desk) -> None:
    plan = desk.folder / "plan.json"
    assert desk.psbot("run", "--dry-run", "--plan", str(plan)).code == 0
    jsonschema.validate(json.loads(plan.read_text(encoding="utf-8")), schema(desk, "--plan"))
    assert not desk.gitlab.writes
    said = desk.psbot("apply", str(plan))
    assert said.code == 0, said.err
    written = len(desk.gitlab.writes)
    assert written == sum(
        1 for step in json.loads(plan.read_text(encoding="utf-8"))["steps"] if step["action"] == "create"
    )
    assert desk.psbot("run").code == 0
    assert len(desk.gitlab.writes) == written


def test_one_engagement_and_one_report_can_be_asked_for(desk: Desk) -> None:
    ref = json.loads(desk.psbot("status", "--json").out)["engagements"][0]["ref"]
    said = desk.psbot("run", "--only", ref, "--report", "status", "--out", str(desk.folder / "out"))
    assert said.code == 0, said.err
    assert {path.parent.name for path in (desk.folder / "out").rglob("*.md")} == {"status"}
    assert all(ref in line for line in said.out.splitlines() if line.startswith("done"))


def test_a_day_that_is_not_today_is_never_written(desk: Desk) -> None:
    said = desk.psbot("run", "--as-of", "2026-01-05")
    assert said.code == 0, said.err
    assert not desk.gitlab.writes


def test_the_run_report_names_every_text_and_every_failure(desk: Desk) -> None:
    path = desk.folder / "run.xml"
    config = desk.config.read_text(encoding="utf-8").replace("acme/ps-internal: internal", "acme/ps-internal: customer")
    desk.config.write_text(config, encoding="utf-8")
    said = desk.psbot("run", "--junit", str(path))
    assert said.code == 1
    assert not desk.gitlab.writes, "nothing internal is written where customers read"
    suite = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert int(suite.attrib["failures"]) >= len(desk.plans)
    assert "not declared internal" in said.err


@pytest.mark.parametrize("shards", [3])  # of two engagements: one has none; the jobs are tried with two
def test_shards_together_publish_what_one_run_does(desk: Desk, shards: int) -> None:
    desk.without_roll_ups()  # the portfolio's issue is one, too
    alone = [line for line in desk.psbot("run", "--dry-run").out.splitlines() if line.startswith("would create")]
    parts = [str(desk.folder / f"part-{n}.json") for n in range(1, shards + 1)]
    lines: list[str] = []
    for number, part in enumerate(parts, 1):
        said = desk.psbot("run", "--shard", f"{number}/{shards}", "--save", part)
        assert said.code == 0, said.err
        lines += [line for line in said.out.splitlines() if line.startswith("done")]
    merged = desk.psbot("run", *(f"--merge={part}" for part in parts))
    assert merged.code == 0, merged.err
    lines += [line for line in merged.out.splitlines() if line.startswith("done")]
    assert sorted(line.split(": ")[1] for line in lines) == sorted(
        line.removeprefix("would create ").split(": ")[0].partition(" on ")[0] for line in alone
    )
    written = len(desk.gitlab.writes)
    assert desk.psbot("run").code == 0
    assert len(desk.gitlab.writes) == written, "one job after the shards finds nothing to do"


def test_a_status_that_a_shard_could_not_write_fails_the_roll_up_too(desk: Desk) -> None:
    desk.without_roll_ups()
    text = desk.config.read_text(encoding="utf-8").replace(
        "internal: acme/ps-internal&1\n", "internal: acme/customers/x&1\n"
    )
    desk.config.write_text(text, encoding="utf-8")
    parts = [str(desk.folder / f"part-{n}.json") for n in (1, 2)]
    said = [desk.psbot("run", "--shard", f"{n}/2", "--save", part) for n, part in enumerate(parts, 1)]
    assert sorted(one.code for one in said) == [0, 1]
    merged = desk.psbot("run", *(f"--merge={part}" for part in parts))
    assert merged.code == 1
    failures = {line for one in said for line in one.err.splitlines() if line.startswith("refused")}
    assert failures
    assert failures <= set(merged.err.splitlines())


# -- looking


@ANY_EDITION
def test_status_as_json_validates_and_is_the_same_from_a_snapshot(desk: Desk) -> None:
    live = desk.psbot("status", "--json")
    assert live.code == 0, live.err
    jsonschema.validate(json.loads(live.out), schema(desk, "--derived"))
    assert len(json.loads(live.out)["engagements"]) == len(desk.plans)

    path = desk.folder / "snapshot.json"
    assert desk.psbot("export", "-o", str(path)).code == 0
    jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), schema(desk, "--snapshot"))
    replayed = desk.psbot("status", "--json", "--snapshot", str(path), "--as-of", desk.day.isoformat())
    assert replayed.out == live.out


def test_tables_are_for_people(desk: Desk) -> None:
    status = desk.psbot("status")
    assert "SOW-2088" in status.out
    assert "\x1b" not in status.out
    forecast = desk.psbot("forecast")
    assert "80 % range" in forecast.out
    assert "FY" in forecast.out


def test_a_scenario_shows_base_and_change_and_writes_nothing(desk: Desk) -> None:
    derived = json.loads(desk.psbot("forecast", "--json").out)
    ref = next(e["ref"] for e in derived["engagements"] if e["phase"] == "active")
    said = desk.psbot("forecast", "--what-if", f"{ref}: add_hours=200, people=+1")
    assert said.code == 0, said.err
    assert "scenario" in said.out
    both = json.loads(desk.psbot("forecast", "--json", "--what-if", f"{ref}: add_hours=200").out)
    base, changed = (next(e for e in d["engagements"] if e["ref"] == ref) for d in (both, both["scenario"]))
    assert changed["forecast"]["effort_hours"]["p50"] > base["forecast"]["effort_hours"]["p50"]
    assert not [r for r in desk.gitlab.requests if r.is_write]


def test_export_leaves_tables_that_no_title_can_turn_into_formulas(desk: Desk) -> None:
    said = desk.psbot("export", "-o", str(desk.folder / "s.json"), "--tables", str(desk.folder / "t"), "--parquet")
    assert said.code == 0, said.err
    for name, table in TABLES.items():
        text = (desk.folder / f"t/{name}.csv").read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert rows, name
        assert text.splitlines()[0] == ",".join(column.name for column in table.columns)
        words = {column.name for column in table.columns if column.kind == "text"}
        assert not [row[w] for row in rows for w in words if row[w].startswith(("=", "+", "-", "@", "\t", "\r"))]
        typed = pyarrow.parquet.read_table(desk.folder / f"t/{name}.parquet")
        assert typed.num_rows == len(rows)
        kinds = {"text": "string", "date": "date32[day]", "number": "double", "whole": "int64"}
        assert [str(field.type) for field in typed.schema] == [kinds[c.kind] for c in table.columns]


def test_tables_without_rows_keep_their_columns(tmp_path: Path) -> None:
    write_tables(
        Derived(date(2026, 11, 20), "USD"), Portfolio(engagements=()), tmp_path, parquet=True, tell=pytest.fail
    )
    for name, table in TABLES.items():
        header = ",".join(column.name for column in table.columns)
        assert (tmp_path / f"{name}.csv").read_text(encoding="utf-8") == header + "\n"
        assert pyarrow.parquet.read_table(tmp_path / f"{name}.parquet").column_names == header.split(",")


def test_the_site_is_written_as_files(desk: Desk) -> None:
    assert desk.psbot("site", "--out", str(desk.folder / "public")).code == 0
    pages = list((desk.folder / "public").rglob("*.html"))
    assert len(pages) > len(desk.plans)
    assert all("<script src=" not in page.read_text(encoding="utf-8") for page in pages)


@FOUR
def test_backtest_tells_how_far_to_trust_it(desk: Desk) -> None:
    said = desk.psbot("backtest", "--trials", "500")
    assert said.code == 0, said.err
    assert json.loads(desk.psbot("backtest", "--json", "--trials", "500").out)["cases"]


# -- setting up


@ANY_EDITION
def test_check_finds_a_healthy_set_up_healthy_and_writes_nothing(desk: Desk) -> None:
    said = desk.psbot("check")
    assert said.code == 0, said.out + said.err
    assert "FIX " not in said.out
    assert f"{len(desk.plans)} engagements found" in said.out
    assert "next status report" in said.out
    assert not [r for r in desk.gitlab.requests if r.is_write]


def test_check_names_what_is_wrong_and_how_to_mend_it(desk: Desk) -> None:
    text = desk.config.read_text(encoding="utf-8").replace("acme/ps-internal: internal", "acme/ps-intern: internal")
    desk.config.write_text(text + "# token: glpat-abcdefghijklmnopqrst\n", encoding="utf-8")
    said = desk.psbot("check")
    assert said.code == 1
    assert "acme/ps-intern" in said.out
    assert "customers can read in acme/ps-internal" in said.out
    assert "→" in said.out
    assert "looks like a secret" not in said.out, "a comment is no setting"


def test_check_tells_how_much_of_a_language_stays_english(desk: Desk) -> None:
    desk.without_roll_ups()
    text = desk.config.read_text(encoding="utf-8").replace("reports:\n", "reports:\n  locale: fr_FR\n", 1)
    desk.config.write_text(text, encoding="utf-8")
    said = desk.psbot("check")
    assert said.code == 0, said.out + said.err
    assert "texts stay English" in said.out
    assert "locale/fr.po" in said.out


def test_init_writes_a_valid_config_once(desk: Desk) -> None:
    path = desk.folder / "new.yml"
    assert desk.call("--config", str(path), "init").code == 0
    before = path.read_text(encoding="utf-8")
    assert "$schema=./config.schema.json" in before
    assert "properties" in json.loads((desk.folder / "config.schema.json").read_text(encoding="utf-8"))
    again = desk.call("--config", str(path), "init")
    assert again.code == 2
    assert path.read_text(encoding="utf-8") == before


def test_init_proposes_what_it_finds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_URL", desk.gitlab.url)
    path = desk.folder / "new.yml"
    said = desk.call("--config", str(path), "init", "--from", "acme")
    assert said.code == 0, said.err
    text = path.read_text(encoding="utf-8")
    assert "acme/ps-internal: internal" in text
    assert "acme/customers: customer" in text
    assert "acme/ps-internal/ps-reports" in text
    checked = desk.call("--config", str(path), "check")
    assert checked.code in (0, 1), checked.err


def test_missing_labels_are_created_once(desk: Desk) -> None:
    config = desk.config.read_text(encoding="utf-8") + "labels: {escalation: Brennt}\n"
    desk.config.write_text(config, encoding="utf-8")
    assert "Brennt" in desk.psbot("init", "--labels").out
    assert "no label is missing" in desk.psbot("init", "--labels").out


# -- exit codes


def test_without_a_config_it_says_how_to_get_one(call: Callable[..., Said], tmp_path: Path) -> None:
    said = call("--config", str(tmp_path / "none.yml"), "status")
    assert said.code == 2
    assert "psbot init" in said.err


def test_without_a_token_it_ends_with_3(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    said = desk.psbot("status")
    assert said.code == 3
    assert "GITLAB_TOKEN" in said.err


def test_a_refused_token_ends_with_3_and_is_not_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "glpat-wrongwrongwrongwrong")
    for arguments in (("status",), ("run",), ("--verbose", "check")):
        said = (
            desk.psbot(*arguments)
            if arguments[0] != "--verbose"
            else desk.call("--verbose", "--config", str(desk.config), "check")
        )
        assert said.code == 3, said.err
        assert "glpat-wrong" not in said.out + said.err


def test_a_token_that_may_only_read_reads_but_ends_run_with_3_before_any_write(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.gitlab.world
    world.token("psbot", scopes=("read_api",), value="reading-token")
    monkeypatch.setenv("GITLAB_TOKEN", "reading-token")
    assert desk.psbot("status").code == 0
    assert desk.psbot("run", "--dry-run").code == 0
    said = desk.psbot("run")
    assert said.code == 3
    assert "may read but not write" in said.err
    assert not [r for r in desk.gitlab.requests if r.is_write]


def test_an_unreachable_gitlab_ends_with_4(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("bot.app.session.RETRY_BUDGET", 1.0)
    said = desk.psbot("status")
    assert said.code == 4
    assert "127.0.0.1" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--report", "weekly"),
        ("run", "--period", "2026-W47"),
        ("run", "--plan", "p.json"),
        ("run", "--as-of", "yesterday"),
        ("run", "--shard", "3/2"),
        ("status", "--only", "acme/none&1"),
        ("status", "--snapshot", "missing.json"),
        ("site", "--audience", "customer"),
        ("forecast", "--what-if", "nonsense"),
        ("apply", "missing.json"),
        ("unknown-command",),
        ("status", "--jsno"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(desk: Desk, arguments: tuple[str, ...]) -> None:
    said = desk.psbot(*arguments)
    assert said.code == 2, said.err
    assert said.err.strip()
    assert not desk.gitlab.writes


def test_every_command_has_help_with_an_example(call: Callable[..., Said]) -> None:
    named = "run apply explain status forecast new check init export site backtest deck mcp serve schema demo"
    for command in named.split():
        said = call(command, "--help")
        assert said.code == 0
        assert f"psbot {command}" in said.out.replace("\n", " "), command
        assert "Example:" in said.out, command


def test_the_token_stands_in_no_output_of_a_verbose_and_a_failing_run(desk: Desk) -> None:
    token = desk.gitlab.token
    desk.without_roll_ups()
    desk.gitlab.faults.add("bad_gateway", 3)
    out = desk.folder / "out"
    files = ("--out", str(out), "--junit", str(out / "r.xml"), "--save", str(out / "s.json"))
    said = desk.call("--verbose", "--config", str(desk.config), "run", *files)
    assert token not in said.out + said.err
    desk.psbot("run", "--dry-run", "--plan", str(out / "plan.json"))
    for path in desk.folder.rglob("*"):
        if path.is_file():
            assert token.encode() not in path.read_bytes(), path
