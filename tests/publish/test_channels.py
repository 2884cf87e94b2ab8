"""A channel belongs to one customer: each way in which it may be another's, without a GitLab."""

from __future__ import annotations

import pytest

from bot.config import Settings
from bot.domain.model import Engagement, Facts, Item, Portfolio
from bot.publish.channels import channel_faults
from tests.publish.stage import SETTINGS

WORD = "; a channel belongs to one customer. If it is meant, name it under `reports.status.customer.shared_channels`"


def settings(*shared: str) -> Settings:
    status = {"customer": {"enabled": True, "approvers": ["dora"], "shared_channels": list(shared)}}
    return Settings.model_validate(SETTINGS | {"reports": SETTINGS["reports"] | {"status": status}})


def engagement(ref: str, customer: str, channel: str | None = None, *items: str) -> Engagement:
    return Engagement(
        ref, facts=Facts(customer=customer, customer_channel=channel), items=tuple(Item(i, "Work") for i in items)
    )


def faults(*engagements: Engagement, shared: tuple[str, ...] = ()) -> dict[str, str]:
    return dict(channel_faults(settings(*shared), Portfolio(engagements)))


CHANNEL = "acme/customers/talk#7"
LIVES = f"`customer_channel` {CHANNEL} lies where {{}} of another customer lives{WORD}"
AS_WELL = f"`customer_channel` {CHANNEL} is that of {{}} of another customer as well{WORD}"


@pytest.mark.parametrize(("mine", "theirs"), [("Globex", "Initech"), ("Initech", "Globex")])
def test_two_customers_in_one_channel_are_both_told(mine: str, theirs: str) -> None:
    found = faults(engagement("acme/ps/a#1", mine, CHANNEL), engagement("acme/ps/b#1", theirs, CHANNEL.upper()))
    assert found == {"acme/ps/a#1": AS_WELL.format("acme/ps/b#1"), "acme/ps/b#1": AS_WELL.format("acme/ps/a#1")}


@pytest.mark.parametrize(("mine", "theirs"), [("Globex", "Initech"), ("Initech", "Globex")])
def test_a_channel_where_another_customer_lives_is_theirs(mine: str, theirs: str) -> None:
    one = engagement("acme/ps/a#1", mine, CHANNEL)
    at_root = engagement("acme/customers/talk#1", theirs)
    at_work = engagement("acme/ps/b#1", theirs, None, "acme/customers/TALK#3")
    for other in (at_root, at_work):
        assert faults(one, other) == {"acme/ps/a#1": LIVES.format(other.ref)}


def test_another_customers_own_issue_is_no_channel_even_in_ones_own_project() -> None:
    mine = engagement("acme/customers/talk#1", "Globex", CHANNEL)
    for other in (
        engagement("acme/customers/TALK#7", "Initech"),
        engagement("acme/ps/b#1", "Initech", None, "acme/customers/Talk#7"),
    ):
        assert faults(mine, other) == {mine.ref: LIVES.format(other.ref)}


def test_what_lies_at_home_is_ones_own() -> None:
    mine = engagement("acme/customers/talk#1", "Globex", CHANNEL)
    by_work = engagement("acme/ps/a#1", "Globex", CHANNEL, "acme/customers/talk#2")
    beside = engagement("acme/ps/b#1", "Initech", None, "acme/customers/talk#9")
    intruder = engagement("acme/ps/c#1", "Initech", CHANNEL)
    for own in (mine, by_work):
        assert faults(own, beside) == {}
        assert faults(own, intruder) == {intruder.ref: LIVES.format(own.ref)}


def test_other_customers_elsewhere_are_no_matter_wherever_their_names_sort() -> None:
    mine = engagement("acme/ps/a#1", "Globex", CHANNEL)
    before = engagement("acme/a#1", "Initech", "acme/a#9", "acme/a#2")
    behind = engagement("zeta/z#1", "Umbrella", "zeta/z#9", "zeta/z#2")
    assert faults(mine, before, behind) == {}


def test_engagements_of_one_customer_share_a_channel_and_a_home() -> None:
    home = engagement("acme/customers/talk#1", "Globex")
    assert (
        faults(home, engagement("acme/ps/a#1", "Globex", CHANNEL), engagement("acme/ps/b#1", "globex ", CHANNEL)) == {}
    )


def test_what_the_config_shares_is_shared_and_nothing_else() -> None:
    two = (engagement("acme/ps/a#1", "Globex", CHANNEL), engagement("acme/ps/b#1", "Initech", CHANNEL))
    assert faults(*two, shared=(CHANNEL.title(),)) == {}
    assert len(faults(*two, shared=("acme/customers/talk#8",))) == 2


def test_without_a_channel_there_is_nothing_to_object_to() -> None:
    assert faults(engagement("acme/ps/a#1", "Globex"), engagement("acme/ps/b#1", "Initech")) == {}
    assert faults(engagement("acme/ps/a#1", "Globex", CHANNEL)) == {}
