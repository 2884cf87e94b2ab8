"""The guard without a GitLab: each refusal word by word, and what each of GitLab's answers does to it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.config import Settings
from bot.domain.model import Engagement, Facts, Portfolio
from bot.domain.vocabulary import Audience
from bot.publish.audience import Guard, Spot, make_guard, malformed
from tests.publish.stage import CHANNEL, ROOT, SETTINGS

HALL = "acme/ps-internal/hall#3"
ADVICE = "Name an internal issue or epic (facts key `internal`), or declare the namespace in `portfolio.namespaces`."


def spot(ref: str, asked: str = "") -> Spot:
    return Spot(asked or ref, ref, ref.partition("#")[0].partition("&")[0])


def guard(**changes: Any) -> Guard:
    values: dict[str, Any] = {"audience_of": Settings.model_validate(SETTINGS).audience_of, "channels": {ROOT: CHANNEL}}
    return Guard(**(values | changes))


INTERNAL: dict[str, tuple[Guard, Spot, str | None]] = {
    "at home": (guard(), spot(ROOT), None),
    "declared internal, and open": (
        guard(objection=lambda path: f"everybody can read in {path}"), spot(ROOT),
        "acme/ps-internal/globex is declared internal, but everybody can read in acme/ps-internal/globex"),
    "at a customer's": (guard(), spot(CHANNEL), f"acme/customers/globex is not declared internal: customers can read there. {ADVICE}"),
    "moved to a customer's": (
        guard(), spot("acme/customers/globex#9", ROOT),
        f"it is now acme/customers/globex#9; acme/customers/globex is not declared internal: customers can read there. {ADVICE}"),
    "moved to one that sorts behind": (
        guard(), spot("acme/zeta/x#9", ROOT),
        f"it is now acme/zeta/x#9; acme/zeta/x is not declared internal: customers can read there. {ADVICE}"),
    "the same in other letters has not moved": (
        guard(), spot("acme/customers/x#9", "Acme/Customers/X#9"),
        f"acme/customers/x is not declared internal: customers can read there. {ADVICE}"),
    "crooked": (guard(), spot(ROOT, "acme/../x#1"), "'acme/../x#1' is not a reference such as `group/project#12` or `group&7`"),
    "elsewhere": (
        guard(), spot(ROOT, "https://x.example/acme#1"),
        "'https://x.example/acme#1' is a URL; name the place as GitLab does, `group/project#12` or `group&7`, on this instance"),
}  # fmt: skip


@pytest.mark.parametrize("name", INTERNAL)
def test_internal_texts_and_drafts(name: str) -> None:
    made, where, refusal = INTERNAL[name]
    assert made.refusal(Audience.INTERNAL, ROOT, where) == refusal
    assert made.refusal(Audience.CUSTOMER, ROOT, where, draft=True) == refusal


CUSTOMER: dict[str, tuple[Guard, str | None, Spot, str | None]] = {
    "their channel": (guard(), ROOT, spot(CHANNEL), None),
    "in other letters": (guard(), ROOT, spot(CHANNEL.upper(), CHANNEL.title()), None),
    "no channel": (guard(channels={}), ROOT, spot(CHANNEL), "the engagement names no `customer_channel`: nothing is posted for the customer"),
    "no engagement": (guard(), None, spot(CHANNEL), "the engagement names no `customer_channel`: nothing is posted for the customer"),
    "another's": (guard(), ROOT, spot("acme/customers/x#1"), f"acme/customers/x#1 is not the engagement's `customer_channel` ({CHANNEL})"),
    "another's that sorts before": (
        guard(), ROOT, spot("acme/a/x#1"), f"acme/a/x#1 is not the engagement's `customer_channel` ({CHANNEL})"),
    "moved to one that sorts before": (
        guard(), ROOT, spot("acme/a/x#1", CHANNEL),
        f"the `customer_channel` {CHANNEL} is now acme/a/x#1, where others may read; name the new reference in the facts if it is right"),
    "moved": (
        guard(), ROOT, spot("acme/customers/x#1", CHANNEL),
        f"the `customer_channel` {CHANNEL} is now acme/customers/x#1, where others may read; name the new reference in the facts if it is right"),
    "shared": (guard(channel_faults={ROOT: "it is Initech's"}), ROOT, spot(CHANNEL), "it is Initech's"),
    "another's fault": (guard(channel_faults={HALL: "it is Initech's"}), ROOT, spot(CHANNEL), None),
    "open": (guard(openness=lambda path: f"everybody at {path}"), ROOT, spot(CHANNEL), f"the `customer_channel` {CHANNEL} stands open: everybody at acme/customers/globex can read there"),
    "crooked": (guard(channels={ROOT: "x y"}), ROOT, spot(CHANNEL, "x y"), "'x y' is not a reference such as `group/project#12` or `group&7`"),
}  # fmt: skip


@pytest.mark.parametrize("name", CUSTOMER)
def test_customers_texts(name: str) -> None:
    made, engagement, where, refusal = CUSTOMER[name]
    assert made.refusal(Audience.CUSTOMER, engagement, where) == refusal


def test_other_audiences_have_no_place_anywhere() -> None:
    for audience in ("public", "", "Internal", "CUSTOMER"):
        assert guard().refusal(audience, ROOT, spot(ROOT)) == f"{audience!r} is not an audience"


def test_channels_homes_and_what_gitlab_says_come_from_facts_and_readers() -> None:
    class Readers:
        def objection(self, path: str) -> str | None:
            return f"objects to {path}"

        def openness(self, path: str) -> str | None:
            return f"opens {path}"

    portfolio = Portfolio(
        (
            Engagement(ROOT, facts=Facts(customer_channel=CHANNEL)),
            Engagement("acme/ps-internal&2", facts=Facts(internal=HALL)),
        )
    )
    asked, unasked = (
        make_guard(Settings.model_validate(SETTINGS), portfolio, Readers()),
        make_guard(Settings.model_validate(SETTINGS), portfolio),
    )
    for made in (asked, unasked):
        assert (made.channels, made.homes) == ({ROOT: CHANNEL}, {ROOT: ROOT, "acme/ps-internal&2": HALL})
    assert (asked.objection("a"), asked.openness("b")) == ("objects to a", "opens b")
    assert (unasked.objection("a"), unasked.openness("b")) == (None, None)


def test_a_channel_of_two_customers_is_a_fault_of_the_guard() -> None:
    two = [
        Engagement(f"acme/ps-internal/{n}#1", facts=Facts(customer=n, customer_channel=CHANNEL))
        for n in ("globex", "initech")
    ]
    made = make_guard(Settings.model_validate(SETTINGS), Portfolio(tuple(two)))
    assert any(made.refusal(Audience.CUSTOMER, e.ref, spot(CHANNEL)) for e in two)


@pytest.mark.parametrize("asked", ["a#1", "a&12", "a/b", "a.b/c-d/e_f#1", "../a#1", "a/..", "a/./b#2", "..&1"])
def test_dots_for_folders_are_in_no_path(asked: str) -> None:
    assert (malformed(asked) is None) is not ({".", ".."} & set(asked.split("#")[0].split("&")[0].split("/")) != set())
