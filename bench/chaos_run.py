"""One publishing run of the chaos suite, in a process of its own, which may die at any request."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.config import Settings
from bot.derive.decisions.due import Due
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Facts, Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.publish.audience import make_guard
from bot.publish.deliver import deliver
from bot.publish.plan import make_plan
from bot.publish.posts import past_reports
from bot.publish.standing import read_standing
from bot.publish.steps import Plan
from bot.publish.writer import Writer
from bot.report.document import Document, IssueTarget, NoteTarget
from bot.report.schedule import reports_due
from tests.publish.stage import CHANNEL, REPORTS, SETTINGS, body, monthly, status

SECRET = "INTERNAL-ONLY"
ROLL_UPS = ("portfolio", "monthly", "quarterly")
Die = Callable[[], None]


@dataclass(frozen=True)
class Order:
    """A run to make. `lives`: it dies around its n-th request, `after` that was answered; `ahead`: its clock's error."""

    url: str
    token: str
    zone: str
    day: date
    text: str
    root: str
    epic: str
    lives: int | None = None
    after: bool = False
    ahead: timedelta = timedelta(0)


def settings_in(zone: str) -> Settings:
    """The stage's settings with all reports, customers' texts unasked, and a calendar in that zone."""
    reports = SETTINGS["reports"] | {
        "quarterly": {"project": REPORTS},
        "status": {"day": "thu", "customer": {"enabled": True, "approval": "none"}},
    }
    return Settings.model_validate(SETTINGS | {"reports": reports, "calendar": {"timezone": zone}})


def calendar_of(settings: Settings, day: date) -> WorkCalendar:
    return settings.work_calendar(range(day.year - 1, day.year + 2))


def portfolio_of(order: Order) -> Portfolio:
    return Portfolio((Engagement(order.root, facts=Facts(customer_channel=CHANNEL)), Engagement(order.epic)))


def documents(order: Order, dues: Sequence[Due]) -> Iterator[Document]:
    """All kinds of targets: issue, epic, project, customer's channel; one report in two parts."""
    settings = settings_in(order.zone)
    for due in dues:
        if due.kind == "status":
            yield from _statuses(order, due)
        elif due.kind == "closeout":  # must be refused: customers read there
            yield status(_inside(order), engagement=order.root, kind="closeout", target=NoteTarget(CHANNEL))
        elif due.kind in ROLL_UPS:
            target = IssueTarget(REPORTS, getattr(settings.reports, due.kind).labels)
            yield monthly(_inside(order), due.period.name, kind=due.kind, target=target, title=due.period.name)


def _inside(order: Order) -> str:
    return f"{SECRET} {order.text}"


def _statuses(order: Order, due: Due) -> Iterator[Document]:
    inside, week, day = _inside(order), due.period.name, due.as_of.isoformat()
    place = {"engagement": order.root, "target": NoteTarget(order.root)}
    yield status(inside, day, period=week, follow_ups=(f"{SECRET} More. {order.text}",), **place)
    yield status(inside, day, period=week, engagement=order.epic, target=NoteTarget(order.epic))
    yield status(
        audience="customer",
        engagement=order.root,
        target=NoteTarget(CHANNEL),
        period=week,
        body=body(f"For you: {order.text}", day),
        payload={"secret": SECRET},
    )


class MortalClient(GitLabClient):
    """A client whose process dies around its n-th request: before it is sent, or before its answer is seen."""

    def __init__(self, order: Order, die: Die) -> None:
        clock = [0.0]
        super().__init__(
            order.url,
            order.token,
            timeout=3.0,
            clock=lambda: clock[0],
            sleep=lambda s: clock.__setitem__(0, clock[0] + s),
            wall=lambda: time.time() + order.ahead.total_seconds(),
        )
        self._order, self._die, self._sent = order, die, 0
        self._dying = threading.Lock()

    def _send(self, *args: Any, **kwargs: Any) -> Any:
        with self._dying:
            self._sent += 1
            dead = self._order.lives is not None and self._sent > self._order.lives
        if dead and not self._order.after:
            self._die()
        answer = super()._send(*args, **kwargs)
        if dead:
            self._die()
        return answer


def publish(order: Order, die: Die) -> None:
    """Look what is due on this process's day, plan, write."""
    client = MortalClient(order, die)
    settings, portfolio = settings_in(order.zone), portfolio_of(order)
    guard = make_guard(settings, portfolio)

    def plan() -> Plan:
        standing = read_standing(client, settings, portfolio)
        past = past_reports(standing, [order.root, order.epic])
        dues = reports_due(settings, calendar_of(settings, order.day), order.day, past)
        return make_plan(documents(order, dues), standing, guard, settings)

    deliver(plan(), Writer(client, settings, guard, sleep=lambda _: None), plan)


# -- as processes, and (where a test replaces a part of psbot) as threads


def _in_a_process(order: Order) -> None:
    try:
        publish(order, lambda: os.kill(os.getpid(), signal.SIGKILL))
    except Exception:  # noqa: BLE001 - the parent counts it; a later run must complete what this one left
        os._exit(1)
    os._exit(0)


def by_processes(orders: Sequence[Order]) -> list[str]:
    """Run them at once, each in a process of its own: how each ended ("", "killed", "failed")."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__])
    runs = [server.Process(target=_in_a_process, args=(order,)) for order in orders]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    return [_ENDS.get(run.exitcode or 0, "failed") for run in runs]


_ENDS = {0: "", -signal.SIGKILL: "killed"}


class Killed(BaseException):
    """The run is gone at this very point."""


def by_threads(orders: Sequence[Order]) -> list[str]:
    """The same within this process."""
    ends = ["" for _ in orders]

    def die() -> None:
        raise Killed

    def run(number: int, order: Order) -> None:
        try:
            publish(order, die)
        except Killed:
            ends[number] = "killed"
        except Exception:  # noqa: BLE001 - as a process would end
            ends[number] = "failed"

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends
