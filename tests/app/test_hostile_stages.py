"""Whatever a field of the derived facts holds: every command serves the others, names the fault, and ends with 1."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import bot.app.sources as sources
from bot.cli import main
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived, EngagementDerived
from bot.domain.snapshot import FORMAT
from tests.app.hostile import sample

FINE, BAD = "acme/customers/fine&1", "acme/customers/bad&2"
CONFIG = "portfolio:\n  namespaces: {acme/ps-internal: internal, acme/customers: customer}\n"
FIELDS = sorted(f.name for f in dataclasses.fields(EngagementDerived) if f.name not in ("ref", "title"))
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status", "--json"), ("status",), ("status", "--csv"), ("forecast",), ("forecast", "--json"),
    ("site", "--out", "public"), ("deck", "-o", "deck.pptx"),
)  # fmt: skip


class Mine:
    """A value that whoever looks at it stumbles over."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("a mine")

    def _explode(self, *others: Any) -> Any:
        raise RuntimeError("a mine")

    __bool__ = __str__ = __iter__ = __len__ = __eq__ = __hash__ = __format__ = __repr__ = __lt__ = _explode


def poisoned(derived: Derived, field: str) -> Derived:
    """The derived facts with a mine in that field of one engagement."""
    mine: dict[str, Any] = {field: Mine()}
    engagements = tuple(dataclasses.replace(e, **mine) if e.ref == BAD else e for e in derived.engagements)
    return dataclasses.replace(derived, engagements=engagements)


@cache
def derive_once() -> Callable[..., Derived]:
    """The pipeline, asked once a day: what it makes of a day is the same in every case."""
    known: dict[date, Derived] = {}

    def remembered(portfolio: Any, day: date, *arguments: Any, **more: Any) -> Derived:
        if day not in known:
            known[day] = derive_portfolio(portfolio, day, *arguments, **(more | {"trials": 100, "memory": None}))
        return known[day]

    return remembered


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_output_serves_the_others(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    engagements = [sample(FINE) | {"title": "Fine one"}, sample(BAD) | {"title": "Bad one"}]
    plain = {"format": FORMAT, "taken_at": "2026-11-20T12:00:00Z", "engagements": engagements}
    Path("snapshot.json").write_text(json.dumps(plain), encoding="utf-8")
    derive = derive_once()
    served = 0
    for field in random.Random(repr(command)).sample(FIELDS, 8):
        mined = lambda *a, field=field, **more: poisoned(derive(*a, **more), field)  # noqa: E731
        monkeypatch.setattr(sources, "derive_portfolio", mined)
        with pytest.raises(SystemExit) as end:
            main([*command, "--snapshot", "snapshot.json"])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert "internal error" not in err, (field, err)
        if end.value.code:
            assert end.value.code == 1, (field, err)
            assert BAD in err, (field, err)
        served += "fine&1" in out or "Fine one" in out or (command[0] in ("site", "deck") and end.value.code in (0, 1))
    assert served == 8
