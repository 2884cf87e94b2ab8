"""Rate limits shared between threads, and budgets, on a clock that only moves when somebody waits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from bot.gitlab_api.retry_budget import RetryBudget
from tests.gitlab_api.clock import Clock


def make(clock: Clock, budget: float = 120.0) -> RetryBudget:
    return RetryBudget(budget, clock, clock.sleep, clock, lambda: 0.0)


def test_what_is_left_of_the_limit_counts_for_all_threads() -> None:
    clock = Clock(0)
    retries = make(clock)
    assert retries.enter(120)
    retries.leave(200, {"RateLimit-Remaining": "2", "RateLimit-Reset": "30"})
    assert retries.enter(120)
    assert retries.enter(120)
    assert clock.slept == []
    assert retries.enter(120)
    assert clock.slept == [30.0]


def test_a_pause_asked_of_one_thread_holds_for_the_others() -> None:
    clock = Clock(0)
    retries = make(clock)
    retries.enter(120)
    retries.leave(429, {"Retry-After": "20"})
    assert retries.enter(120)
    assert clock.now == 20


def test_a_limit_that_lasts_longer_than_the_budget_is_not_waited_for() -> None:
    clock = Clock(0)
    retries = make(clock)
    retries.enter(120)
    retries.leave(429, {"Retry-After": "3600"})
    assert not retries.enter(120)
    assert clock.slept == []


def test_nonsense_in_headers_is_ignored() -> None:
    clock = Clock(0)
    retries = make(clock)
    retries.enter(1)
    retries.leave(200, {"RateLimit-Remaining": "many", "RateLimit-Reset": "-", "Retry-After": "soon", "Date": "x"})
    assert retries.enter(1)
    assert retries.retry_after({"Retry-After": "soon"}) == 60
    assert (
        retries.retry_after({"Retry-After": "Fri, 20 Nov 2020 10:00:00 GMT", "Date": "Fri, 20 Nov 2026 10:00:00 GMT"})
        == 0
    )


def test_pauses_grow_and_end_within_the_budget() -> None:
    clock = Clock(0)
    retries = make(clock, 60)
    attempts = retries.start()
    retries.enter(60)
    retries.leave(502, {})
    while attempts.again():
        pass
    assert clock.slept == sorted(clock.slept)
    assert clock.now <= 60
    assert attempts.count >= 4


def test_a_server_that_is_down_for_everybody_is_given_up_by_everybody() -> None:
    clock = Clock(0)
    retries = make(clock, 60)
    retries.enter(60)
    retries.leave(502, {})
    clock.now += 61
    assert not retries.start().again()
    retries.leave(200, {})
    assert retries.start().again()


def test_a_thousand_requests_of_many_threads_never_exceed_the_limit() -> None:
    """A server that gives ten requests a window, seen by eight threads: none is ever refused."""
    clock, lock = Clock(0), threading.Lock()
    retries = make(clock, 10_000)
    windows: dict[int, int] = {}

    def request(_: int) -> bool:
        assert retries.enter(10_000)
        with lock:
            window = int(clock.now // 60)
            windows[window] = windows.get(window, 0) + 1
            used = windows[window]
        headers = {"RateLimit-Remaining": str(max(0, 10 - used)), "RateLimit-Reset": str((window + 1) * 60)}
        retries.leave(200, headers)
        return used <= 10

    request(0)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(request, range(200)))


def test_where_gitlab_tells_how_long_the_pause_does_not_grow_nor_end() -> None:
    clock = Clock(0)
    retries = make(clock, 60)
    attempts = retries.start()
    while attempts.again(told=True):
        assert retries.enter(60)
        retries.leave(429, {"Retry-After": "0"})
    assert set(clock.slept) == {0.25, 0.5}, "`Retry-After: 0` is no leave to storm"
    assert attempts.count > 100


def test_a_refusal_that_names_no_time_lasts_until_the_limits_reset_else_a_minute() -> None:
    retries = make(Clock(0))
    assert retries.retry_after({"RateLimit-Reset": "17"}) == 17
    assert retries.retry_after({"RateLimit-Reset": "17", "Retry-After": "5"}) == 5
    assert retries.retry_after({}) == 60


def test_while_one_tries_a_server_that_answers_nobody_the_others_need_not() -> None:
    clock = Clock(0)
    retries = make(clock, 60)
    assert retries.enter(60)
    retries.leave(None, {})
    clock.now += 59
    assert retries.enter(60)
    assert not retries.gave_up
    clock.now += 2
    assert retries.gave_up
    retries.leave(None, {})
    assert not retries.gave_up, "somebody has to find out when it answers again"
    assert retries.enter(60)
    retries.leave(200, {})
    assert retries.enter(60)
    assert not retries.gave_up
