"""The hidden marker: survives GitLab, reveals nothing to customers, and is never believed beyond its form."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.vocabulary import Audience
from bot.publish.marker import (
    MAX_PAYLOAD,
    Identity,
    Marker,
    engagement_token,
    read_marker,
    signed,
    unsigned,
    write_marker,
)
from bot.report.document import PM_NOTES_END, PM_NOTES_START

WORDS = st.text(min_size=1, max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MARKERS = st.builds(
    Marker,
    st.builds(
        Identity,
        WORDS,
        st.just("internal"),
        st.text(max_size=20),
        st.text(max_size=10),
        st.integers(1, 9),
        st.booleans(),
    ),
    st.text("0123456789abcdef", max_size=24),
    st.integers(1, 9),
    payload=st.dictionaries(st.text(), JSON, max_size=4),
)


@given(MARKERS)
@settings(max_examples=100)
def test_what_is_written_is_read_whatever_it_holds(marker: Marker) -> None:
    assert read_marker(signed("Text.", marker)) == marker


@given(MARKERS)
@settings(max_examples=50)
def test_a_marker_is_one_comment_on_one_line(marker: Marker) -> None:
    line = write_marker(marker)
    assert "\n" not in line
    assert line.count("<!--") == line.count("-->") == line.count(">") == 1


@given(st.text())
@settings(max_examples=100)
def test_any_text_can_be_looked_at(text: str) -> None:
    read_marker(text)
    read_marker(f"<!-- psbot:1 kind=status audience=internal payload={text} -->")


def _marker(**fields: object) -> Marker:
    return Marker(Identity("status", "internal", "acme/ps&7", "2026-W47"), "abc", **fields)  # type: ignore[arg-type]


def test_it_is_the_last_line_and_is_not_shown() -> None:
    text = signed("## Status\n\nOn track.", _marker())
    assert text.split("\n")[-1].startswith("<!-- psbot:1 kind=status audience=internal engagement=acme/ps%267 ")
    assert unsigned(text) == "## Status\n\nOn track."


def test_a_text_below_it_does_not_hide_it() -> None:
    assert read_marker(signed("Text.", _marker()) + "\n\nA person's PS.") == _marker()


@pytest.mark.parametrize("prefix", ["> ", "    ", "- ", "x "])
def test_a_quoted_marker_is_none(prefix: str) -> None:
    assert read_marker(f"Look:\n{prefix}{write_marker(_marker())}") is None


def test_a_marker_pasted_into_the_pm_notes_is_none() -> None:
    other = Marker(Identity("closeout", Audience.INTERNAL, "acme/ps&7", "2026-W01"), "f")
    text = f"Text.\n{PM_NOTES_START}\n{write_marker(other)}\n{PM_NOTES_END}"
    assert read_marker(text) is None
    assert read_marker(signed(text, _marker())) == _marker()


def test_a_customers_marker_names_the_engagement_by_digest_only() -> None:
    token = engagement_token("acme/ps-internal/secret-deal&7", Audience.CUSTOMER)
    assert "secret" not in token
    assert token.startswith("~")
    assert engagement_token("acme/ps&7", Audience.INTERNAL) == "acme/ps&7"


def test_a_payload_for_customers_is_refused() -> None:
    with pytest.raises(ValueError, match="no payload"):
        write_marker(Marker(Identity("status", Audience.CUSTOMER, "~1", "2026-W47"), "f", payload={"margin": 0.4}))


def test_a_payload_in_a_customers_marker_is_not_read() -> None:
    line = write_marker(_marker(payload={"a": 1})).replace("audience=internal", "audience=customer")
    found = read_marker(line)
    assert found is not None
    assert dict(found.payload) == {}


@pytest.mark.parametrize(
    "payload",
    ["%%%", "AAAA", base64.urlsafe_b64encode(zlib.compress(b'{"a": NaN}')).decode(), base64.urlsafe_b64encode(zlib.compress(b'{"a": 1e999}')).decode(),
     base64.urlsafe_b64encode(zlib.compress(b"[1]")).decode(), base64.urlsafe_b64encode(zlib.compress(b"[" * 100_000)).decode(), "é"],
)  # fmt: skip
def test_a_damaged_payload_costs_the_payload_alone(payload: str) -> None:
    found = read_marker(f"<!-- psbot:1 kind=status audience=internal period=2026-W47 fp=abc payload={payload} -->")
    assert found is not None
    assert (found.fingerprint, dict(found.payload)) == ("abc", {})


def test_a_payload_bomb_is_not_unpacked() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b'{"a":"' + b"a" * (MAX_PAYLOAD * 20) + b'"}')).decode()
    found = read_marker(f"<!-- psbot:1 kind=status audience=internal payload={bomb} -->")
    assert found is not None
    assert dict(found.payload) == {}
