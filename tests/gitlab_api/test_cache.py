"""The cache saves time and changes nothing else: every result is what a read without it gives."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tests
from hypothesis import strategies as st

from bot.config import Settings
from bot.domain.model import Portfolio
from bot.gitlab_api import cache as cache_module
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab, World

TODAY = date(2026, 11, 20)
CONFIG = Settings.model_validate({"portfolio": {"namespaces": {"acme": "internal"}}})


def make_world() -> World:
    w = World(now="2026-11-20T18:00:00Z")
    for n in range(3):
        g, p = w.group(f"acme/g{n}"), w.project(f"acme/g{n}/p")
        root = w.epic(g, f"SOW {n}", labels=["PSProject"], created_at="2026-06-01")
        for number in range(9):
            made = w.issue(
                p, f"Item {number}", created_at=f"2026-07-{number + 1:02d}", due_date="2026-12-01", parent=root
            )
            root.children.append(made) if made not in root.children else None
            w.due_change(made, f"2026-12-{number + 2:02d}", f"2026-08-{number + 1:02d}")
            w.timelog(made, "dana", 1, f"2026-08-{number + 1:02d}")
    w.member(w.group("acme"), "dana")
    w.label_event(w.item("acme/g1/p#8"), "Escalated", "2026-09-01")
    w.token()
    return w


@pytest.fixture
def gitlab() -> Iterator[DemoGitLab]:
    with DemoGitLab(make_world()) as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".psbot-cache"


def read(gitlab: DemoGitLab, path: Path | None = None) -> tuple[Portfolio, GitLabClient]:
    client = GitLabClient(gitlab.url, gitlab.token)
    if path is None:
        found = read_portfolio(client, CONFIG, today=TODAY)
    else:
        with Cache.open(path, client.url, client.user.id) as cache:
            found = read_portfolio(client, CONFIG, today=TODAY, cache=cache)
    return replace(found, taken_at=None), client


def operations(gitlab: DemoGitLab) -> list[str | None]:
    return [r.operation or r.path.rpartition("/")[2] for r in gitlab.requests]


def test_a_warm_read_gives_the_same_with_few_requests(gitlab: DemoGitLab, path: Path) -> None:
    cold, first = read(gitlab, path)
    warm, second = read(gitlab, path)
    assert warm == cold == read(gitlab)[0]
    assert second.counts.history_requests == 0
    assert second.counts.requests <= 6 + 3
    assert second.counts.requests < first.counts.requests
    assert second.counts.bytes < first.counts.bytes


def touch(w: World, at: datetime | None = None) -> None:
    due = (w.item("acme/g0/p#3").due_date or TODAY) + timedelta(days=1)
    w.due_change(w.item("acme/g0/p#3"), due, at or w.now)


def change_title(w: World) -> None:
    made = w.item("acme/g0/p#4")
    made.title, made.updated_at = "Renamed", w.now
    w.changed()


def add_item(w: World) -> None:
    root = w.item("acme/g1&1")
    made = w.issue(w.project("acme/g1/p"), "New", created_at=w.now, parent=root)
    if made not in root.children:
        root.children.append(made)


def remove_item(w: World) -> None:
    w.delete(w.item("acme/g2/p#5"))


def hide_and_add(w: World) -> None:
    remove_item(w)
    add_item(w)


def rename_project(w: World) -> None:
    w.rename(w.project("acme/g0/p"), "renamed")


def rename_group(w: World) -> None:
    w.rename(w.group("acme/g0"), "renamed-group")


def transfer(w: World) -> None:
    w.rename(w.project("acme/g0/p"), "moved")
    w.transfer(w.project("acme/g0/moved"), w.group("acme/g1"))


def close_one(w: World) -> None:
    w.close(w.item("acme/g1/p#7"), w.now)


def label_one(w: World) -> None:
    w.label_event(w.item("acme/g1/p#7"), "Escalated", w.now)


def new_milestone(w: World) -> None:
    stone = w.milestone(w.project("acme/g1/p"), "Cut-over", "2026-12-24", created_at="2026-11-01")
    made = w.item("acme/g1/p#8")
    made.milestone, made.updated_at = stone, w.now
    w.changed()


def log_time(w: World) -> None:
    made = w.item("acme/g1/p#9")
    w.timelog(made, "dana", 4, w.now)
    made.updated_at = w.now
    w.changed()


def rename_label(w: World) -> None:
    """GitLab touches no item that bears it."""
    w.item("acme/g1/p#8").labels[0].title = "Was escalated"
    w.changed()


def rename_user(w: World) -> None:
    next(user for user in w.users.values() if user.username == "dana").username = "dana.new"
    w.changed()


CHANGES: list[Callable[[World], None]] = [
    touch, change_title, add_item, remove_item, hide_and_add, rename_project, rename_group, transfer, close_one,
    label_one, new_milestone, log_time, rename_label, rename_user,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_between_two_runs_is_seen(
    gitlab: DemoGitLab, path: Path, change: Callable[[World], None]
) -> None:
    before, _ = read(gitlab, path)
    with gitlab.world.lock:
        change(gitlab.world)
    warm, _ = read(gitlab, path)
    assert warm == read(gitlab)[0]
    assert warm != before
    assert read(gitlab, path)[0] == warm


@tests(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from([touch, change_title, add_item, close_one, label_one, new_milestone, log_time]), max_size=3
    )
)
def test_any_series_of_changes_is_seen(tmp_path: Path, changes: list[Callable[[World], None]]) -> None:
    path = tmp_path / f"{time.monotonic_ns()}"
    with DemoGitLab(make_world()) as gitlab:
        for number, change in enumerate([touch, *changes]):
            with gitlab.world.lock:
                gitlab.world.now += timedelta(minutes=number)
                change(gitlab.world)
            assert read(gitlab, path)[0] == read(gitlab)[0]


def test_an_item_touched_while_the_last_run_read_is_read_again(gitlab: DemoGitLab, path: Path) -> None:
    """Notes move `updated_at` once a minute only: what changed then must be found in the overlap."""
    w = gitlab.world
    touch(w, w.now)
    read(gitlab, path)
    w.timelog(w.item("acme/g0/p#3"), "dana", 7, w.now + timedelta(seconds=30))
    assert read(gitlab, path)[0] == read(gitlab)[0]


def test_after_a_week_everything_is_read_anew(gitlab: DemoGitLab, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(gitlab, path)
    label = gitlab.world.label_for(gitlab.world.group("acme"), "Renamed label")
    gitlab.world.item("acme/g0/p#3").labels.append(label)
    gitlab.world.changed()
    later = datetime.now(UTC) + timedelta(days=8)
    from bot.gitlab_api import namespaces

    monkeypatch.setattr(
        namespaces, "datetime", type("Later", (datetime,), {"now": classmethod(lambda cls, zone: later)})
    )
    assert read(gitlab, path)[0] == read(gitlab)[0]


def test_histories_of_unchanged_items_are_not_read_again(gitlab: DemoGitLab, path: Path) -> None:
    read(gitlab, path)
    with gitlab.world.lock:
        touch(gitlab.world)
    _, client = read(gitlab, path)
    assert client.counts.history_requests == 1


# -- keys, rights, faults of the file


def test_instances_and_users_do_not_share(path: Path) -> None:
    with (
        Cache.open(path, "https://a", 1) as one,
        Cache.open(path, "https://a", 2) as two,
        Cache.open(path, "https://b", 1) as three,
    ):
        one.store_place("acme", {"total": 1}, {1: {"x": 1}})
        assert one.load_place("acme") == ({"total": 1}, {1: {"x": 1}})
        assert two.load_place("acme") is None
        assert three.load_place("acme") is None


def test_another_token_user_sees_only_its_own(gitlab: DemoGitLab, path: Path) -> None:
    read(gitlab, path)
    w = gitlab.world
    w.token(w.user("helper"), value="helper-token", at=w.group("acme/g1"), role="planner")
    client = GitLabClient(gitlab.url, "helper-token")
    with Cache.open(path, client.url, client.user.id) as cache:
        found = read_portfolio(client, CONFIG, today=TODAY, cache=cache)
    assert {e.ref for e in found.engagements} == {"acme/g1&1"}


def test_the_token_is_not_in_the_file_and_only_the_owner_reads_it(gitlab: DemoGitLab, path: Path) -> None:
    path.touch(mode=0o644)
    read(gitlab, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(gitlab.token.encode() not in f.read_bytes() for f in path.parent.glob(".psbot-cache*"))


@pytest.mark.parametrize("content", [b"not a database at all, but text " * 200, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_broken_file_is_put_aside_with_a_message(
    gitlab: DemoGitLab, path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(content)
    found, _ = read(gitlab, path)
    assert found == read(gitlab)[0]
    assert "can't be used" in caplog.text
    assert path.with_name(".psbot-cache.dropped").read_bytes() == content
    assert read(gitlab, path)[1].counts.history_requests == 0


@pytest.mark.parametrize("fault", ["database or disk is full", "disk I/O error"])
def test_a_fault_of_the_disk_puts_no_good_cache_aside(
    gitlab: DemoGitLab, path: Path, fault: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, _ = read(gitlab, path)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError(fault)

    with monkeypatch.context() as patch:
        patch.setattr(cache_module, "_prepare", fail)
        assert read(gitlab, path)[0] == expected
    assert [r.message for r in caplog.records] == [f"cache {path} can't be used ({fault}): reading without it"]
    assert not path.with_name(".psbot-cache.dropped").exists()
    assert read(gitlab, path)[1].counts.history_requests == 0


def test_a_broken_file_that_cannot_be_put_aside_costs_time_only(
    gitlab: DemoGitLab, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(b"not a database at all, but text " * 200)
    path.with_name(".psbot-cache.dropped").mkdir()
    assert read(gitlab, path)[0] == read(gitlab)[0]
    assert "reading without it" in caplog.text


def test_somebody_elses_database_is_left_whole(
    gitlab: DemoGitLab, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE precious (x)")
    other.commit()
    other.close()
    read(gitlab, path)
    assert "not made by psbot" in caplog.text
    kept = sqlite3.connect(path.with_name(".psbot-cache.dropped"))
    assert kept.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]
    kept.close()


def test_a_cache_of_another_version_is_dropped(
    gitlab: DemoGitLab, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read(gitlab, path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    _, client = read(gitlab, path)
    assert client.counts.history_requests > 0
    assert "another version" in caplog.text


def test_a_damaged_entry_only_costs_time(gitlab: DemoGitLab, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    expected, _ = read(gitlab, path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE item SET body=x'00'")
    connection.commit()
    connection.close()
    assert read(gitlab, path)[0] == expected
    assert "cache fault" in caplog.text


def test_a_place_that_can_not_be_written_only_costs_time(
    gitlab: DemoGitLab, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found, _ = read(gitlab, tmp_path / "missing" / "cache")
    assert found == read(gitlab)[0]
    assert "reading without it" in caplog.text


# -- concurrency and sudden death


def test_concurrent_runs_do_no_harm(gitlab: DemoGitLab, path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [f.result()[0] for f in [pool.submit(read, gitlab, path) for _ in range(4)]]
    assert all(portfolio == found[0] for portfolio in found)
    assert read(gitlab, path)[0] == found[0]


def test_changes_to_what_another_run_stored_meanwhile_are_not_kept(path: Path) -> None:
    with Cache.open(path, "https://a", 1) as cache:
        cache.store_place("acme", {"run": 1}, {1: "old", 2: "old"})
        cache.store_place("acme", {"run": 2}, {1: "whole"})
        cache.store_place("acme", {"run": 3}, {2: "stale"}, {"run": 1})
        assert cache.load_place("acme") == ({"run": 2}, {1: "whole"})
        cache.store_place("acme", {"run": 3}, {2: "fresh"}, {"run": 2})
        assert cache.load_place("acme") == ({"run": 3}, {1: "whole", 2: "fresh"})


KILLED = """
import sys
from pathlib import Path
from bot.gitlab_api import cache as cache_module
from bot.gitlab_api.cache import Cache
with Cache.open(Path(sys.argv[1]), "https://a", 1) as cache:
    print("ready", flush=True)
    for number in range(10**9):
        cache.store_place("acme", {"run": number}, {n: [number] * 50 for n in range(200)})
        print(number, flush=True)
"""


def test_a_run_killed_while_it_writes_leaves_a_cache_that_fits_together(path: Path) -> None:
    for writes in (0, 2, 5):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(1 + writes):
                process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
        with Cache.open(path, "https://a", 1) as cache:
            found = cache.load_place("acme")
        if found:
            state, items = found
            assert len(items) == 200
            assert {values[0] for values in items.values()} == {state["run"]}
    assert not path.with_name(".psbot-cache.dropped").exists()
