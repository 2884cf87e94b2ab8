"""Serving: at its times, one at a time, a missed run caught up, a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import schedule

import bot.app.serve
from bot.app.serve import is_alive, last_due, missed, serve_forever
from bot.domain.errors import UnreachableError

ROOT = Path(__file__).resolve().parents[2]
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23T06:00:00", "2026-11-23T06:00:00"),
        ("2026-11-23T05:59:59", "2026-11-22T18:00:00"),
        ("2026-11-23T23:00:00", "2026-11-23T18:00:00"),
        ("2026-03-29T06:30:00", "2026-03-29T06:00:00"),  # the clocks went forward that night
    ],
)
def test_the_last_moment_due_is_the_latest_of_today_or_yesterday(now: str, expected: str) -> None:
    assert last_due(at(now), ("06:00", "18:00")) == at(expected)


def test_a_run_is_missed_when_the_last_one_ended_before_the_last_moment_due(tmp_path: Path) -> None:
    health = tmp_path / "health"
    assert not missed(health, at("2026-11-23T07:00:00"), ("06:00",)), "without a file nothing is known"
    health.write_text("2026-11-22T06:01:00+01:00\n", encoding="utf-8")
    assert missed(health, at("2026-11-23T07:00:00"), ("06:00",))
    assert not missed(health, at("2026-11-23T05:00:00"), ("06:00",))
    health.write_text("2026-11-23T06:04:00+01:00\n", encoding="utf-8")
    assert not missed(health, at("2026-11-23T07:00:00"), ("06:00",))


SERVER = """
import sys, time, pathlib
from bot.app.serve import serve_forever
log = pathlib.Path(sys.argv[2])
def job():
    with log.open("a") as f: f.write("begin\\n")
    time.sleep(float(sys.argv[3]))
    with log.open("a") as f: f.write("end\\n")
    return True
serve_forever(job, ("03:00",), "UTC", pathlib.Path(sys.argv[1]))
print("clean end")
"""


def start(tmp_path: Path, seconds: float) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", SERVER, str(tmp_path / "health"), str(tmp_path / "log"), str(seconds)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


PATIENCE = 1200
"""Seconds after which something hangs; nothing here needs them, on whatever machine."""


def wait_until(happened: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, what
        time.sleep(0.02)


def wait_for(path: Path, text: str = "") -> None:
    wait_until(lambda: path.exists() and text in path.read_text(encoding="utf-8"), f"{path.name} says {text!r}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_while_waiting(tmp_path: Path, number: signal.Signals) -> None:
    server = start(tmp_path, 0)
    wait_for(tmp_path / "health")
    os.kill(server.pid, number)
    out, err = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0, err
    assert out == "clean end\n"
    assert "Traceback" not in err


def test_it_catches_up_a_missed_run_and_ends_cleanly_in_the_middle_of_it(tmp_path: Path) -> None:
    (tmp_path / "health").write_text("2020-01-01T03:00:00+00:00\n", encoding="utf-8")
    server = start(tmp_path, 2 * PATIENCE)
    wait_for(tmp_path / "log", "begin")
    os.kill(server.pid, signal.SIGTERM)
    out, err = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0, err
    assert out == "clean end\n"
    assert (tmp_path / "log").read_text(encoding="utf-8") == "begin\n"


def test_a_run_that_was_caught_up_is_noted_so_that_it_is_not_caught_up_twice(tmp_path: Path) -> None:
    health = tmp_path / "health"
    health.write_text("2020-01-01T03:00:00+00:00\n", encoding="utf-8")
    server = start(tmp_path, 0)
    wait_for(tmp_path / "log", "end")
    wait_until(lambda: not health.read_text(encoding="utf-8").startswith("2020"), "the run is noted")
    server.terminate()
    server.communicate(timeout=PATIENCE)
    assert not missed(health, datetime.now(ZoneInfo("UTC")), ("03:00",))


# -- the nights in which the clocks change


@pytest.mark.parametrize("begin", ["2026-03-27T12:00:00", "2026-10-23T12:00:00"])
@pytest.mark.parametrize("at_time", ["02:30", "06:00"])
def test_every_day_has_its_run_also_when_the_clocks_change(
    begin: str, at_time: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(begin).astimezone(UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: ZoneInfo | None = None) -> datetime:  # type: ignore[override]
            return now.astimezone(tz) if tz else now.astimezone().replace(tzinfo=None)

    fake = types.SimpleNamespace(datetime=Clock, timedelta=timedelta, time=clock_time, date=date)
    monkeypatch.setattr(schedule, "datetime", fake)
    ran: list[date] = []
    scheduler = schedule.Scheduler()
    scheduler.every().day.at(at_time, "Europe/Berlin").do(lambda: ran.append(now.astimezone(BERLIN).date()))
    for _ in range(4 * 24 * 60):
        scheduler.run_pending()
        now += timedelta(minutes=1)
    days = {at(begin).date() + timedelta(days=n) for n in (1, 2, 3, 4)}
    assert set(ran) == days
    assert len(ran) <= len(days) + 1, "a time that a night skips may come twice: a run more does no harm"
    assert at_time == "02:30" or len(ran) == len(days)


# -- health


def test_alive_is_who_touched_the_file_within_five_minutes(tmp_path: Path) -> None:
    health = tmp_path / "health"
    now = datetime.now(UTC)
    assert not is_alive(health, now)
    health.touch()
    assert is_alive(health, now + timedelta(minutes=4))
    assert not is_alive(health, now + timedelta(minutes=6))


def test_the_file_is_touched_also_during_a_long_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.app.serve, "BEAT_SECONDS", 0.01)
    health = tmp_path / "health"
    health.write_text("2020-01-01T03:00:00+00:00\n", encoding="utf-8")
    seen: list[bool] = []

    def job() -> bool:
        os.utime(health, (0, 0))
        wait_until(lambda: health.stat().st_mtime > 0, "it is touched")
        seen.append(True)
        os.kill(os.getpid(), signal.SIGTERM)
        return True

    serve_forever(job, ("03:00",), "UTC", health)
    assert seen == [True]


def test_a_failed_run_is_told_and_the_service_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    health = tmp_path / "health"
    health.write_text("2020-01-01T03:00:00+00:00\n", encoding="utf-8")

    def stop_when_it_serves_on() -> None:
        wait_until(lambda: not health.read_text(encoding="utf-8").startswith("2020"), "the failed run is noted")
        os.kill(os.getpid(), signal.SIGTERM)

    def job() -> bool:
        threading.Thread(target=stop_when_it_serves_on).start()
        raise UnreachableError("could not be reached")

    serve_forever(job, ("03:00",), "UTC", health)
    assert "run failed: could not be reached" in caplog.text
    assert not health.read_text(encoding="utf-8").startswith("2020"), "it served on after the failed run"
