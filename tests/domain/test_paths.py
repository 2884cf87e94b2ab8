"""References from web addresses, as a browser shows them."""

from __future__ import annotations

import pytest

from bot.domain.paths import reference_of

URL = "https://gitlab.example.com"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("groups/acme/-/epics/7", "acme&7"),
        ("groups/acme/customers/globex/-/epics/7", "acme/customers/globex&7"),
        ("groups/acme/-/work_items/7", "acme&7"),
        ("acme/shop/-/issues/3", "acme/shop#3"),
        ("acme/shop/-/work_items/3?show=x", "acme/shop#3"),
        ("acme/shop/-/issues/incident/3", "acme/shop#3"),
        ("acme/shop/-/issues/3/designs#note_9", "acme/shop#3"),
    ],
)
def test_a_web_address_stands_for_the_item_that_it_shows(text: str, reference: str) -> None:
    assert reference_of(f"{URL}/{text}", URL) == reference
    assert reference_of(f"{URL}/gitlab/{text}", f"{URL}/gitlab") == reference
    assert reference_of(f"https://GitLab.Example.com/{text}", URL) == reference


@pytest.mark.parametrize(
    "text",
    ["acme&7", "acme/shop#3", "https://elsewhere.example.com/groups/acme/-/epics/7", f"{URL}/acme/shop", "", "%zz"],
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert reference_of(text, URL) == text
