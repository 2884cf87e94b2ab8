"""A text of an engagement is about that engagement: another customer's items reach it by no way (snapshots included)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.domain.snapshot import FORMAT

SECRET = "ZEBRA"
CONFIG = "portfolio:\n  namespaces: {acme/ps-internal: internal, acme/cust: customer}\n"


def engagement(name: str, **facts: Any) -> dict[str, Any]:
    path = f"acme/cust/{name}"
    return {
        "ref": f"{path}&1", "title": f"{name} rollout", "web_url": f"https://gitlab.example.com/{path}/1",
        "facts": {"customer": name, "billing": "time_and_materials", "hours": 100, "value": 20000, "start": "2026-09-01",
                  "end": "2026-12-18", **facts},
        "items": [], "milestones": [], "timelogs": [], "bookings": [],
    }  # fmt: skip


def item(ref: str, title: str, **fields: Any) -> dict[str, Any]:
    return {"ref": ref, "title": title, "type": "issue", "state": "opened", "created_at": "2026-09-01T08:00:00Z",
            "estimate_hours": 8, "web_url": f"https://gitlab.example.com/{ref}", "assignees": ["dev"], **fields}  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Globex names an issue of Zebra as work, is blocked by one, and shares a person with it."""
    globex, zebra = engagement("globex", work=["acme/cust/globex/app", "acme/cust/zebra/app#1"]), engagement("zebra")
    theirs = item("acme/cust/zebra/app#1", f"{SECRET} vault", labels=["PS Risk", "waiting::customer", "partner::Kumo"])
    globex["items"] = [
        theirs,
        item("acme/cust/globex/app#1", "Build", blocked_by=["acme/cust/zebra/app#1", "acme/cust/zebra/app#2"], due_date="2026-11-01"),
        item("acme/cust/globex/app#2", "Roll out", blocked_by=["acme/cust/globex/app#1"]),
    ]  # fmt: skip
    globex["milestones"] = [
        {"title": f"{SECRET} gate", "ref": f'acme/cust/zebra/app%"{SECRET} gate"', "due_date": "2026-11-30"}
    ]
    zebra["items"] = [theirs, item("acme/cust/zebra/app#2", f"{SECRET} network", due_date="2026-11-02")]
    monkeypatch.chdir(tmp_path)
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    plain = {"format": FORMAT, "taken_at": "2026-11-20T12:00:00Z", "engagements": [globex, zebra]}
    path = Path("snapshot.json")
    path.write_text(json.dumps(plain), encoding="utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main([*arguments, "--snapshot", "snapshot.json"])
    return capsys.readouterr().out


@pytest.mark.parametrize("audience", ["customer", "internal"])
def test_a_page_of_an_engagement_names_nothing_of_another_customer(
    snapshot: Path, audience: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "site", "--audience", audience, "--only", "acme/cust/globex&1", "--out", "public")
    texts = "".join(p.read_text(encoding="utf-8") for p in Path("public").rglob("*") if p.is_file())
    assert "Build" in texts or "globex" in texts
    assert SECRET not in texts
    if audience == "customer":
        assert "zebra" not in texts.casefold()


def test_derived_facts_of_an_engagement_hold_no_title_of_another_customer(
    snapshot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (globex, _) = sorted(
        json.loads(said(capsys, "status", "--json", "--trials", "100"))["engagements"], key=lambda e: e["ref"]
    )
    assert SECRET not in json.dumps(globex)
    assert "acme/cust/zebra/app#1" not in globex["schedule"]["critical_path"]
