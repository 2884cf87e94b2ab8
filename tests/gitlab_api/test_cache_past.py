"""What past days said is kept for each of the configs that share a cache, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.gitlab_api.cache import MOST_RULES, Cache


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache.open(tmp_path / ".psbot-cache", "https://a", 1) as opened:
        yield opened


def test_two_configs_that_share_a_cache_keep_their_past_days(cache: Cache) -> None:
    for run in range(5):
        for config in ("one", "other"):
            cache.store_past(config, {"g&1": f"{config} {run}".encode()})
    assert [cache.load_past(config, "g&1") for config in ("one", "other")] == [b"one 4", b"other 4"]


def test_what_an_engagement_not_in_this_run_said_stays(cache: Cache) -> None:
    cache.store_past("one", {"g&1": b"first", "g&2": b"second"})
    cache.store_past("other", {"g&1": b"another"})
    cache.store_past("one", {"g&1": b"anew"})
    assert (cache.load_past("one", "g&1"), cache.load_past("one", "g&2")) == (b"anew", b"second")


def test_the_rules_last_written_by_stay_and_those_of_long_ago_go(cache: Cache) -> None:
    rules = [f"rules {n}" for n in range(MOST_RULES + 1)]
    for of in rules[:-1]:
        cache.store_past(of, {"g&1": of.encode()})
    cache.store_past(rules[0], {"g&1": b"used again"})
    cache.store_past(rules[-1], {"g&1": b"the newest"})
    kept = {of for of in rules if cache.load_past(of, "g&1") is not None}
    assert kept == {*rules} - {rules[1]}


def test_what_another_user_is_told_of_past_days_counts_for_that_user_alone(cache: Cache, tmp_path: Path) -> None:
    cache.store_past("mine", {"g&1": b"mine"})
    with Cache.open(tmp_path / ".psbot-cache", "https://a", 2) as theirs:
        for n in range(MOST_RULES + 1):
            theirs.store_past(f"theirs {n}", {"g&1": b"theirs"})
        assert theirs.load_past("mine", "g&1") is None
    assert cache.load_past("mine", "g&1") == b"mine"
