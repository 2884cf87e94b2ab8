"""Staying up: the job at the times of the config, one at a time, a missed one caught up, a clean end on SIGTERM.

The `schedule` library only ticks; what is due is decided by the job itself from what stands in GitLab, so a late or
repeated run does no harm.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import schedule

from bot.domain.errors import AccessError, PsbotError, UsageError

if TYPE_CHECKING:
    from bot.app.session import Session

log = logging.getLogger("psbot.serve")
BEAT_SECONDS = 30.0
LONGEST_RUN = timedelta(hours=2)
"""A run that takes longer counts as hung: the health file is no longer touched."""
SILENCE = timedelta(minutes=5)
"""Without a beat for this long the service counts as dead."""


class StopServing(BaseException):
    """SIGTERM or SIGINT arrived while the job ran; publishing is resumable, so the job may stop anywhere."""


def last_due(now: datetime, times: Sequence[str]) -> datetime:
    """The latest moment at or before `now` (aware, in the calendar's zone) at which the job was to run."""
    moments = [
        datetime.combine((now - timedelta(days=back)).date(), time.fromisoformat(text), tzinfo=now.tzinfo)
        for back in (0, 1)
        for text in times
    ]
    return max(moment for moment in moments if moment <= now)


def missed(health: Path, now: datetime, times: Sequence[str]) -> bool:
    """Whether no run was finished since the last moment that was due; without a health file nothing is known: False."""
    try:
        finished = datetime.fromisoformat(health.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return False
    return finished < last_due(now, times)


def is_alive(health: Path, now: datetime) -> bool:
    """Whether the file was touched lately; False without one."""
    try:
        touched = datetime.fromtimestamp(health.stat().st_mtime, now.tzinfo)
    except OSError:
        return False
    return now - touched <= SILENCE


def require_rights(session: Session) -> None:
    """Raises AccessError where no run could publish: that is told at the start, not at six in the morning.

    A GitLab that is away now may be back by then.
    """
    from bot.gitlab_api.access_report import require_part

    try:
        require_part(session.client, session.settings)
    except (AccessError, UsageError):
        raise
    except PsbotError as away:
        log.warning("%s", away)


def serve_forever(job: Callable[[], bool], times: Sequence[str], timezone: str, health: Path) -> None:
    """Run `job` daily at each of `times` in `timezone` until SIGTERM or SIGINT. The file `health` is touched each beat."""
    stop = threading.Event()
    server = _Server(job, health, ZoneInfo(timezone))
    scheduler = schedule.Scheduler()
    for text in times:
        scheduler.every().day.at(text, timezone).do(server.run)
    with _signals(stop, server):
        log.info("serving; next run at %s", scheduler.next_run)
        try:
            if missed(health, datetime.now(server.zone), times):
                log.info("a run was missed; catching up")
                server.run()
            while not stop.is_set():
                server.beat()
                scheduler.run_pending()
                stop.wait(min(BEAT_SECONDS, max(0.0, scheduler.idle_seconds or 0.0)))
        except StopServing:
            log.info("stopped in the middle of a run; the next one completes it")
    log.info("ended")


class _Server:
    """One job at a time; whatever it raises is told and does not end the service."""

    def __init__(self, job: Callable[[], bool], health: Path, zone: ZoneInfo) -> None:
        self.job = job
        self.health = health
        self.zone = zone
        self.running = False
        self.finished = ""

    def run(self) -> None:
        self.running = True
        try:
            with self._beating():
                done = self.job()
            log.info("run finished%s", "" if done else ", with failures")
        except PsbotError as error:
            log.error("run failed: %s", error)  # noqa: TRY400 - a sentence, not a traceback
        except Exception as error:
            log.error("run failed: internal error (%s: %s)", type(error).__name__, error)  # noqa: TRY400
            log.debug("internal error", exc_info=True)
        finally:
            self.running = False
        self.finished = datetime.now(self.zone).isoformat(timespec="seconds")
        self.beat()

    @contextmanager
    def _beating(self) -> Iterator[None]:
        """Beat while the job holds the main thread, so that nobody ends the service in the middle of a long run."""
        over = threading.Event()

        def beat_on() -> None:
            for _ in range(int(LONGEST_RUN.total_seconds() / BEAT_SECONDS)):
                if over.wait(BEAT_SECONDS):
                    return
                self.beat()

        thread = threading.Thread(target=beat_on, name="psbot-health", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def beat(self) -> None:
        """Touch the health file: first line when the last run ended (empty before the first)."""
        if not self.finished and self.health.exists():
            self.health.touch()
            return
        self.health.write_text(f"{self.finished}\n", encoding="utf-8")


@contextmanager
def _signals(stop: threading.Event, server: _Server) -> Iterator[None]:
    """SIGTERM and SIGINT end the waiting at once, and a running job at its next step."""

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()
        if server.running:
            raise StopServing

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
