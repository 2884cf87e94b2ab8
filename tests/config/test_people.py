"""The sections people, orders and notify."""

from __future__ import annotations

from datetime import date

import pytest

from bot.config import Settings, parse_config
from bot.derive.catalog import vocabulary
from bot.domain.errors import ConfigError

BASE = "portfolio: {namespaces: {acme/ps: internal}}\n"


def parse(text: str) -> Settings:
    return parse_config(BASE + text, "config.yml", vocabulary())


def test_absences_are_days_and_ranges_with_both_ends_away() -> None:
    ann = parse("people: {ann: {away: [2026-12-21..2027-01-01, 2026-11-02]}}").people["ann"]
    away = [date(2026, 11, 2), date(2026, 12, 21), date(2027, 1, 1)]
    assert [ann.is_away(day) for day in away] == [True] * 3
    assert not ann.is_away(date(2027, 1, 2))
    assert [len(list(absence.days)) for absence in ann.away] == [12, 1]


@pytest.mark.parametrize("away", ["2026-13-01", "tomorrow", "2026-12-24..2026-12-01", "2000-01-01..2999-01-01", "7"])
def test_an_absence_that_is_none_is_told(away: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"people: {{ann: {{away: [{away}]}}}}")
    assert "people.ann.away" in caught.value.faults[0].message


def test_a_channel_is_internal_only_if_it_says_so() -> None:
    channels = parse("notify: {a: {mail: true, digest: mine}, b: {url_env: HOOK, audience: internal}}").notify
    assert (channels["a"].audience, channels["b"].audience) == ("customer", "internal")


@pytest.mark.parametrize(
    "channel",
    ["{}", "{mail: true, url_env: X}", "{url_env: 'https://hooks.example.com/x'}", "{mail: true, digest: customer}"],
)
def test_a_channel_names_one_way_and_no_secret(channel: str) -> None:
    with pytest.raises(ConfigError):
        parse(f"notify: {{a: {channel}}}")
