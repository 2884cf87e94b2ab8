"""Names that people wrote down, and GitLab's own fields: joined and read from the demo GitLab."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.config import parse_config
from bot.derive.catalog import vocabulary
from bot.gitlab_api.cache import Cache
from fakegitlab import World
from tests.gitlab_api.worlds import client_of, demo, facts, read

CONFIG = """portfolio: {{namespaces: {{acme: internal}}}}
engagements:
  "{key}": {{value: 99000, hours: 500, sow: 2026.10}}
"""


def world() -> World:
    w = World(now="2026-11-20T18:00:00Z")
    p = w.project("acme/ps/sow-1")
    w.issue(p, "SOW", labels=["PSProject"], description=facts(), created_at="2026-09-01")
    w.issue(p, "One", created_at="2026-09-02")
    old = w.project("acme/ps/old")
    w.issue(old, "Old", labels=["PSProject"], description=facts(), created_at="2024-01-01", closed_at="2025-01-01")
    return w


def found(w: World, key: str) -> Any:
    with demo(w) as gitlab:
        return read(gitlab, parse_config(CONFIG.format(key=key), "config.yml", vocabulary()))


@pytest.mark.parametrize("key", ["acme/ps/sow-1#1", "Acme/PS/sow-1#1", "ACME/ps/SOW-1#1"])
def test_an_engagements_key_is_joined_in_any_letters_and_its_text_stays_as_typed(key: str) -> None:
    portfolio = found(world(), key)
    (e,) = portfolio.engagements
    assert (e.facts.value, e.facts.hours, e.facts.sow) == (99000, 500, "2026.10")
    assert (portfolio.failures, e.errors) == ((), ())


def test_an_engagements_key_with_a_path_from_before_a_rename_is_followed() -> None:
    w = world()
    w.rename(w.project("acme/ps/sow-1"), "globex")
    portfolio = found(w, "acme/ps/sow-1#1")
    assert [(e.ref, e.facts.hours) for e in portfolio.engagements] == [("acme/ps/globex#1", 500)]
    assert portfolio.failures == ()


def test_an_engagements_key_that_joins_nothing_is_named_with_its_line_and_the_nearest_reference() -> None:
    (e,) = found(world(), "acme/ps/sow-11#1").engagements
    assert e.facts.hours == 100
    assert e.errors == (
        "config.yml:3: engagements: 'acme/ps/sow-11#1' is not an engagement. The nearest is 'acme/ps/sow-1#1'.",
    )
    assert found(world(), "zzz#99").failures[0].startswith("config.yml:3: engagements: 'zzz#99' is not an engagement.")


def test_an_engagement_of_long_ago_is_known_though_it_is_not_read() -> None:
    portfolio = found(world(), "acme/ps/old#1")
    assert [e.ref for e in portfolio.engagements] == ["acme/ps/sow-1#1"]
    assert portfolio.failures == ()
    assert "acme/ps/old#1" in portfolio.known


FIELDS = """portfolio: {namespaces: {acme: internal}}
facts:
  fields: {"SOW value": value, Customer: customer, "Budget (h)": hours, Billing: billing, "SOW end": end, "Key account": key}
"""
VALUES = {
    "SOW value": 48000.0, "Customer": "Globex", "Budget (h)": 320.0, "Billing": ["Time and materials"],
    "SOW end": date(2026, 12, 18), "Key account": ["Yes"], "Other": "x",
}  # fmt: skip


def engaged(values: dict[str, Any], description: str = "", version: str = "19.3", **root: Any) -> Any:
    w = World(now="2026-11-20T18:00:00Z")
    w.epic(
        w.group("acme/globex"), "SOW", labels=["PSProject"], created_at="2026-09-01", description=description,
        custom_fields=values, **root,
    )  # fmt: skip
    with demo(w, version=version) as gitlab:
        portfolio = read(gitlab, parse_config(FIELDS, "config.yml", vocabulary()))
    (e,) = portfolio.engagements
    return e


def test_a_team_with_custom_fields_needs_no_block() -> None:
    e = engaged(VALUES, start_date="2026-09-07", due_date="2027-01-29")
    f = e.facts
    assert (f.value, f.customer, f.hours, f.billing, f.key) == (48000, "Globex", 320, "time_and_materials", True)
    assert (f.start, f.end) == (date(2026, 9, 7), date(2026, 12, 18))
    assert (e.fact_faults, e.errors) == ((), ())


def test_a_key_of_the_block_wins_over_the_field_and_the_epics_dates_stand_where_nobody_says_more() -> None:
    e = engaged({"SOW value": 1.0}, facts(), start_date="2026-09-07", due_date="2027-01-29")
    assert (e.facts.value, e.facts.start, e.facts.end) == (20000, date(2026, 9, 1), date(2027, 1, 29))


def test_fields_are_read_where_the_instance_has_no_dates_among_them_yet() -> None:
    assert engaged({"Customer": "Globex"}, version="18.4").facts.customer == "Globex"


def test_a_field_with_a_value_that_cannot_be_is_a_fault_of_that_key() -> None:
    e = engaged({"Billing": ["Barter"], "Customer": "Globex"})
    assert e.facts.customer == "Globex"
    assert [(f.key, "Barter" in str(f.message)) for f in e.fact_faults] == [("billing", True)]


def test_a_field_mapped_to_an_unknown_fact_is_a_mistake_in_the_config() -> None:
    from bot.domain.errors import ConfigError

    with pytest.raises(ConfigError, match="did you mean 'value'"):
        parse_config(FIELDS.replace('"SOW value": value', '"SOW value": valeu'), "config.yml", vocabulary())


# -- hours on merge requests


def timed(w: World, cache: Path | None = None) -> tuple[Any, int]:
    """What is read, and how many requests for time logs of groups it took."""
    with demo(w) as gitlab, ExitStack() as open_files:
        client = client_of(gitlab)
        kept = open_files.enter_context(Cache.open(cache, "https://gitlab.example.com", 1)) if cache else None
        config = parse_config("portfolio: {namespaces: {acme: internal}}\n", "c.yml", vocabulary())
        portfolio = read(gitlab, config, client=client, cache=kept)
        return portfolio, sum("PsbotMergeRequestTime" in str(record) for record in gitlab.requests)


def test_where_nobody_logs_time_on_merge_requests_nothing_more_is_asked() -> None:
    w = world()
    item = next(i for i in w.project("acme/ps/sow-1").items.values() if i.title == "One")
    w.timelog(item, "dana", 2.0, "2026-10-05T12:00:00Z")
    assert timed(w)[1] == 0
    w.timelog(w.merge_request(w.project("acme/ps/sow-1"), "Fix"), "dana", 1.0, "2026-10-05T12:00:00Z")
    assert timed(w)[1] == 1


def test_hours_on_a_merge_request_count_for_the_engagement_of_its_project() -> None:
    w = world()
    p = w.project("acme/ps/sow-1")
    item = next(i for i in p.items.values() if i.title == "One")
    w.timelog(item, "dana", 2.0, "2026-10-05T12:00:00Z")
    w.timelog(w.merge_request(p, "Fix"), "dana", 3.5, "2026-10-06T12:00:00Z")
    w.timelog(w.merge_request(w.project("acme/tools"), "Nobody's"), "dana", 9.0, "2026-10-06T12:00:00Z")
    (e,) = timed(w)[0].engagements
    assert [(log.item, log.user, log.hours, log.spent_at) for log in e.timelogs] == [
        ("acme/ps/sow-1#2", "dana", 2.0, date(2026, 10, 5)),
        ("acme/ps/sow-1!1", "dana", 3.5, date(2026, 10, 6)),
    ]


def test_two_engagements_of_one_project_say_whose_hours_on_merge_requests_are() -> None:
    w = world()
    p = w.project("acme/ps/sow-1")
    w.issue(p, "Second SOW", labels=["PSProject"], description=facts(), created_at="2026-09-01")
    w.timelog(w.merge_request(p, "Fix"), "dana", 3.5, "2026-10-06T12:00:00Z")
    first, second = timed(w)[0].engagements
    assert [sum(log.hours for log in e.timelogs) for e in (first, second)] == [3.5, 0]
    assert all(any("merge requests" in str(error) for error in e.errors) for e in (first, second))


def hours(portfolio: Any) -> list[tuple[str, float]]:
    (e,) = portfolio.engagements
    return [(log.item, log.hours) for log in e.timelogs]


def test_hours_on_merge_requests_are_kept_until_one_is_added_or_taken_away(tmp_path: Path) -> None:
    w = world()
    fix = w.merge_request(w.project("acme/ps/sow-1"), "Fix")
    first = w.timelog(fix, "dana", 3.5, "2026-10-06T12:00:00Z")
    assert timed(w, tmp_path / "cache")[1] == 1
    portfolio, asked = timed(w, tmp_path / "cache")
    assert (hours(portfolio), asked) == ([("acme/ps/sow-1!1", 3.5)], 0)
    fix.timelogs.remove(first)
    w.timelog(fix, "dana", 3.5, "2026-10-07T12:00:00Z")
    portfolio, asked = timed(w, tmp_path / "cache")
    assert (hours(portfolio), asked) == ([("acme/ps/sow-1!1", 3.5)], 1)
    (e,) = portfolio.engagements
    assert e.timelogs[0].spent_at == date(2026, 10, 7), "another entry of as many hours"
    w.rename(w.project("acme/ps/sow-1"), "globex")
    assert hours(timed(w, tmp_path / "cache")[0]) == [("acme/ps/globex!1", 3.5)]


@pytest.mark.parametrize("told", [0, "0", "many", None, 10**30])
def test_hours_on_merge_requests_do_not_hang_on_the_sum_that_a_server_tells(told: Any) -> None:
    from tests.app.hostile_gitlab import HostileGitLab

    w = world()
    w.token()
    one = next(i for i in w.project("acme/ps/sow-1").items.values() if i.title == "One")
    w.timelog(one, "dana", 1.0, "2026-10-05T12:00:00Z")
    w.timelog(w.merge_request(w.project("acme/ps/sow-1"), "Fix"), "dana", 2.0, "2026-10-06T12:00:00Z")

    def spoil(record: Any, answer: Any) -> Any:
        for kind in ("group", "project"):
            place = ((answer.get("data") if isinstance(answer, dict) else None) or {}).get(kind)
            if isinstance(place, dict) and isinstance(place.get("timelogs"), dict):
                place["timelogs"]["totalSpentTime"] = told
        return answer

    config = parse_config("portfolio: {namespaces: {acme: internal}}\n", "c.yml", vocabulary())
    with HostileGitLab(w, spoil) as gitlab:
        portfolio = read(gitlab, config)
    assert hours(portfolio) == [("acme/ps/sow-1#2", 1.0), ("acme/ps/sow-1!1", 2.0)]
    assert portfolio.failures == ()
