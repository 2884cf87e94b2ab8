"""What `make demo` leaves can be read when its GitLab has ended, and its last line says how to go on."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from pkgutil import resolve_name

import pytest

from bot.cli.offline_copies import offline_html, offline_markdown
from bot.cli.showcase import Published, what_to_do_next
from tests.cli.conftest import Said
from tests.demo.small import SMALL

PLANS = SMALL[1:3]
"""One that runs and one that is complete: all kinds of reports."""
BASE = "http://127.0.0.1:4000"
KNOWN = {f"{BASE}/acme/-/work_items/1#note_5": "published/01-acme"}


def test_a_link_to_what_was_left_is_relative_and_any_other_says_where_it_lives() -> None:
    page = f'<a href="{BASE}/acme/-/work_items/1#note_5">a</a> <a href="{BASE}/acme/-/work_items/2">b</a>'
    left = offline_html(page, BASE, "site/engagements/x.html", KNOWN)
    assert left.startswith('<a href="../../published/01-acme.html">a</a> <a title="In the demo GitLab')
    assert BASE not in left
    text = f"[a \\] b]({BASE}/acme/-/work_items/1#note_5) and [c]({BASE}/x) and [d](https://example.com)"
    assert offline_markdown(text, BASE, "published/02.md", KNOWN) == (
        "[a \\] b](01-acme.md) and c and [d](https://example.com)"
    )


def test_the_demo_leaves_no_dead_link_and_ends_with_what_to_do_next(
    call: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("make_portfolio", "DEMO_CONFIG", "timesheets.make_timesheets", "timesheets.make_bookings"):
        monkeypatch.setattr(f"bot.demo.{name}", partial(resolve_name(f"bot.demo.{name}"), plans=PLANS))
    said = call("--quiet", "demo", "--out", str(tmp_path / "out"))
    assert said.code == 0, said.err
    last = said.out.splitlines()[-1]
    assert last.startswith("Open ")
    assert "index.html" in last
    assert "demo --serve" in last
    pages = sorted((tmp_path / "out").rglob("*.html"))
    assert len(pages) > 3 * len(PLANS)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "http://127.0.0.1" not in text, page
        for target in re.findall(r'(?:href|src)="(?!https?:|#|data:|mailto:)([^"#]+)', text):
            assert (page.parent / target).exists(), f"{page}: {target}"
    assert not [p for p in (tmp_path / "out").rglob("*.md") if "](http://127.0.0.1" in p.read_text(encoding="utf-8")]
    assert json.loads((tmp_path / "out/status.json").read_text(encoding="utf-8"))["engagements"]


def test_without_the_simulated_gitlab_the_demo_says_what_to_install(
    call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fakegitlab.server", None)
    said = call("demo")
    assert said.code == 2
    assert "pip install 'psbot[demo]'" in said.err


def test_weeks_that_differ_are_explained_and_equal_ones_are_not() -> None:
    def published(week: str) -> list[Published]:
        return [Published("", "", "", "", "status", "2026-W47"), Published("", "", "", "", "portfolio", week)]

    told = what_to_do_next(published("2026-W48"), Path("demo-output"))
    assert "the status notes (Thursdays) of 2026-W47, the portfolio (Tuesdays) of 2026-W48" in told
    assert "Thursdays" not in what_to_do_next(published("2026-W47"), Path("demo-output"))
