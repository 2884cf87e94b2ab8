"""The same ten issues give the same figures flat, split into tasks, below phase epics, or three levels deep; to customers too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.domain.snapshot import FORMAT

REF = "acme/cust/globex&1"
CONFIG = "portfolio:\n  namespaces: {acme/ps-internal: internal, acme/cust: customer}\n"
Items = list[dict[str, Any]]


def issue(number: int, **fields: Any) -> dict[str, Any]:
    closed = f"2026-10-{number * 3:02d}T12:00:00Z" if number <= 4 else None
    return {"ref": f"acme/cust/globex/app#{number}", "title": f"Issue {number}", "type": "issue",
            "state": "closed" if closed else "opened", "closed_at": closed, "created_at": "2026-09-01T08:00:00Z",
            "estimate_hours": 16, "due_date": f"2026-{9 + number // 4:02d}-15", **fields}  # fmt: skip


def epic(path: str, number: int, **fields: Any) -> dict[str, Any]:
    return {"ref": f"{path}&{number}", "title": f"Phase {number}", "type": "epic", "state": "opened",
            "created_at": "2026-09-01T08:00:00Z", **fields}  # fmt: skip


def flat() -> Items:
    return [issue(n) for n in range(1, 11)]


def below_phase_epics() -> Items:
    """Epics in another group than the engagement's, one closed though work below it is open."""
    phases = [epic("acme/cust/globex/sub", n, state="closed" if n == 2 else "opened") for n in (1, 2)]
    return [*phases, *(issue(n, parent=f"acme/cust/globex/sub&{1 + n % 2}") for n in range(1, 11))]


def three_levels() -> Items:
    top, middle = epic("acme/cust/globex", 50), epic("acme/cust/globex/sub", 51, parent="acme/cust/globex&50")
    return [top, middle, *(issue(n, parent=middle["ref"]) for n in range(1, 11))]


def split_into_tasks() -> Items:
    """Each issue in two halves; the estimate stands on the parent alone, and its parts share it."""
    whole = flat()
    parts = [
        {**one, "ref": f"acme/cust/globex/app#{100 + 2 * n + half}", "title": f"Task {n}.{half}", "type": "task",
         "estimate_hours": None, "parent": one["ref"]}
        for n, one in enumerate(whole) for half in (0, 1)
    ]  # fmt: skip
    return [*({**one, "due_date": None} for one in whole), *parts]


def weeks_of(items: Items) -> dict[str, Any]:
    logs = [
        {"item": items[-1]["ref"], "user": "dev", "spent_at": f"2026-10-{d:02d}", "hours": 8} for d in (5, 12, 19, 26)
    ]
    engagement = {
        "ref": REF, "title": "Globex", "web_url": "", "items": items, "milestones": [], "timelogs": logs, "bookings": [],
        "facts": {"customer": "Globex", "hours": 200, "start": "2026-09-01", "end": "2026-12-18",
                  "billing": "time_and_materials", "value": 40000},
    }  # fmt: skip
    return {"format": FORMAT, "taken_at": "2026-11-20T12:00:00Z", "engagements": [engagement]}


@pytest.fixture
def figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Items], dict[str, Any]]:
    monkeypatch.chdir(tmp_path)
    Path("config.yml").write_text(CONFIG, encoding="utf-8")

    def command(*arguments: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([*arguments, "--snapshot", "snapshot.json"])
        out, err = capsys.readouterr()
        assert not end.value.code, err
        return out

    def found(items: Items) -> dict[str, Any]:
        Path("snapshot.json").write_text(json.dumps(weeks_of(items)), encoding="utf-8")
        (e,) = json.loads(command("status", "--json", "--trials", "500"))["engagements"]
        command("site", "--audience", "customer", "--only", REF)
        page = re.sub(r"<[^>]+>", " ", Path("public/index.html").read_text(encoding="utf-8"))
        s, b = e["schedule"], e["budget"]
        return {
            "percent": e["progress"]["percent"], "total": e["progress"]["total"], "done": e["progress"]["done"],
            "planned": s["planned_value"], "earned": s["earned_value"], "spi": s["spi"], "growth": e["scope"]["growth"],
            "spent": b["hours_spent"], "cpi": b["cpi"], "customer": re.findall(r"\d+ ?%", page),
            "customer hours": re.findall(r"[\d.,]+ (?:h|hours)\b", page),
        }  # fmt: skip

    return found


@pytest.mark.parametrize("structure", [below_phase_epics, three_levels, split_into_tasks])
def test_equal_work_gives_equal_figures(
    structure: Callable[[], Items], figures: Callable[[Items], dict[str, Any]]
) -> None:
    plain = figures(flat())
    assert plain["percent"] == 0.4
    assert plain["growth"] == 0
    assert plain["customer"]
    assert figures(structure()) == plain
