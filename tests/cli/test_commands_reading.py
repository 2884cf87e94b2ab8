"""One reading for reports, page, figures and tables, and what a terminal shows of them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from tests.cli.conftest import Desk

ANY_EDITION = pytest.mark.parametrize("desk", ["ultimate", "free", "ce"], indirect=True)


def schema(desk: Desk, *option: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(desk.psbot("schema", *option).out)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


# -- the same reading for everything, and what a terminal shows


def test_one_reading_serves_reports_page_figures_and_tables(desk: Desk) -> None:
    left = {name: desk.folder / name for name in ("public", "derived.json", "tables", "snapshot.json")}
    said = desk.psbot(
        "run", "--dry-run", "--exit-code", "--site", str(left["public"]), "--json", str(left["derived.json"]),
        "--tables", str(left["tables"]), "--save", str(left["snapshot.json"]),
    )  # fmt: skip
    assert said.code == 5, "a run would write something"
    derived = json.loads(left["derived.json"].read_text(encoding="utf-8"))
    jsonschema.validate(derived, schema(desk, "--derived"))
    rows = list(csv.DictReader(io.StringIO((left["tables"] / "engagements.csv").read_text(encoding="utf-8"))))
    assert {e["ref"] for e in derived["engagements"]} == {row["ref"] for row in rows}
    assert len(list((left["public"] / "engagements").glob("*.html"))) == len(rows)
    assert len(json.loads(left["snapshot.json"].read_text(encoding="utf-8"))["engagements"]) == len(rows)


def test_the_exit_code_of_a_dry_run_is_asked_for_with_a_dry_run(desk: Desk) -> None:
    assert desk.psbot("run", "--exit-code").code == 2


def test_a_web_address_is_a_reference_in_any_letter_case(desk: Desk) -> None:
    path = desk.folder / "snapshot.json"
    assert desk.psbot("export", "-o", str(path)).code == 0
    snapshot = ("--snapshot", str(path), "--as-of", desk.day.isoformat(), "--trials", "200", "--csv")
    for e in json.loads(path.read_text(encoding="utf-8"))["engagements"][:3]:
        for name in (e["ref"], e["ref"].upper(), e["web_url"], e["web_url"] + "?show=1#note_5"):
            said = desk.psbot("status", "--only", name, *snapshot)
            assert (said.code, said.out.splitlines()[1].split(",")[1]) == (0, e["ref"]), said.err
    live = desk.psbot("status", "--only", e["web_url"], "--json")
    assert [found["ref"] for found in json.loads(live.out)["engagements"]] == [e["ref"]]


def test_global_options_may_stand_after_the_command(desk: Desk) -> None:
    before = desk.call("--config", str(desk.config), "--quiet", "status", "--csv", "--columns", "ref,status")
    after = desk.call("status", "--csv", "--columns", "ref,status", "--quiet", f"--config={desk.config}")
    assert (after.code, after.out, after.err) == (before.code, before.out, before.err)
    assert desk.call("-V").out.startswith("psbot ")


def test_a_table_has_the_columns_and_the_order_that_are_asked_for(desk: Desk) -> None:
    said = desk.psbot("status", "--csv", "--columns", "ref,finish_p50,burn", "--sort", "-finish_p50")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert list(rows[0]) == ["ref", "finish_p50", "burn"]
    days = [row["finish_p50"] for row in rows if row["finish_p50"]]
    assert days == sorted(days, reverse=True)
    unknown = desk.psbot("status", "--columns", "ref,colour")
    assert (unknown.code, "on_time_probability" in unknown.err) == (2, True)


def test_references_can_be_copied_from_a_terminal_of_80_columns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.tables.stdout", lambda: Console(width=80, highlight=False, emoji=False, markup=False))
    said = desk.psbot("status")
    refs = [e["ref"] for e in json.loads(desk.psbot("status", "--json").out)["engagements"]]
    assert [ref for ref in refs if ref not in said.out] == []
    assert max(map(len, said.out.splitlines())) <= 80
