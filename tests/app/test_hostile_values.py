"""Any value in any field costs its engagement that value: it is named, the others are served, and the exit code is 1."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.domain.snapshot import FORMAT, dump_snapshot, load_snapshot
from tests.app.hostile import NEVER, ODD, fields_of, poisoned, sample

FINE = "acme/customers/fine&1"
CONFIG = "portfolio:\n  namespaces: {acme/ps-internal: internal, acme/customers: customer}\n"
Case = tuple[str, Any, dict[str, Any]]


def cases() -> Iterator[Case]:
    """(field, value, engagement) for each field and each value that is hostile to it."""
    for path, kind in fields_of():
        yield from (case for value in NEVER.get(kind, ()) if (case := case_of(path, value)))


def case_of(path: tuple[Any, ...], value: Any) -> Case | None:
    """The engagement with the value in that field; None where it has no such place."""
    number = f"acme/customers/field&{zlib.crc32(repr((path, repr(value)[:50])).encode())}"
    plain = poisoned(sample(number), path, value)
    return None if plain is None else (".".join(map(str, path)), value, plain)


def snapshot(*engagements: dict[str, Any]) -> str:
    found = {e["ref"]: e for e in (sample(FINE), *engagements)}
    return json.dumps({"format": FORMAT, "taken_at": "2026-11-20T12:00:00Z", "engagements": list(found.values())})


def test_the_fields_come_from_the_declarations() -> None:
    names = {".".join(map(str, path)) for path, _ in fields_of()}
    assert {"facts.value", "items.0.due_history.0.at", "facts.milestones.0.amount", "bookings.0.week"} <= names
    assert len(list(cases())) > 250


def test_what_a_field_can_never_mean_is_named_and_left_out() -> None:
    everything = list(cases())
    fine = load_snapshot(snapshot()).engagements[0]
    portfolio = load_snapshot(snapshot(*(plain for _, _, plain in everything)))
    found = {e.ref: e for e in portfolio.engagements}
    assert found[FINE] == fine
    silent = [
        f"{field} = {str(value)[:40]!r}"
        for field, value, plain in everything
        if not (found[plain["ref"]].errors or found[plain["ref"]].fact_faults)
    ]
    assert not silent, "left out without a word"
    json.dumps(dump_snapshot(portfolio), allow_nan=False, ensure_ascii=False).encode()


COMMANDS = (("status", "--json"), ("status",), ("forecast",), ("site", "--out", "public"))


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_serve_everybody_whatever_stands_in_a_field(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(repr(command))
    values = {kind: (*found, *ODD) for kind, found in NEVER.items()}
    mine = list(fields_of())[COMMANDS.index(command) :: len(COMMANDS)]  # together the commands meet each field twice
    mine += list(fields_of())[(COMMANDS.index(command) + 1) % len(COMMANDS) :: len(COMMANDS)]
    chosen = [c for path, kind in mine if kind in values and (c := case_of(path, dice.choice(values[kind])))]
    monkeypatch.chdir(tmp_path)
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    Path("snapshot.json").write_text(snapshot(*(plain for _, _, plain in chosen)), encoding="utf-8")
    trials = () if command[0] == "site" else ("--trials", "100")
    with pytest.raises(SystemExit) as end:
        main([*command, "--snapshot", "snapshot.json", *trials])
    out, err = capsys.readouterr()
    assert end.value.code == 1, err
    assert "Traceback" not in out + err
    assert "could not be" not in err, err
    served = "".join(p.name for p in Path("public").rglob("*.html")) if command[0] == "site" else out
    assert "fine" in served
    lost = [plain["ref"] for _, _, plain in chosen if plain["ref"].partition("&")[2] not in served]
    assert not lost
    assert not set(out) & {chr(n) for n in (*range(9), *range(14, 32), *range(127, 160))}


def test_files_are_their_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    Path("snapshot.json").write_text(snapshot(), encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["site", "--snapshot", "snapshot.json", "--out", "public"])
    assert all(p.stat().st_mode & 0o077 == 0 for p in Path("public").rglob("*.html"))
