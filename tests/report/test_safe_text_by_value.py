"""What becomes of single texts, character by character: limits, pieces, addresses, and what lies outside Markdown."""

from __future__ import annotations

import pytest

from bot.report.text import safe_text
from bot.report.text.safe_text import JOINER


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("x" * 500, 500, "x" * 500),
        ("x" * 501, 500, "x" * 499 + "…"),
        ("abc def", 5, "abc…"),
        ("abcd ef", 5, "abcd…"),
        ("abcde", 5, "abcde"),
        ("\u200b" * 19 + "a", 5, "a"),
        ("\u200b" * 20 + "a", 5, ""),
        (" a \r\n\t b ", 9, "a b"),
        ("a\x00b\u202ec\ud800d\U000e0041e", 9, "abcde"),
        ("a\u200db", 9, "ab"),
        ("ب\u200cب", 9, "ب\u200cب"),
        ("ب\u200c\u200cب", 9, "بب"),
    ],
)
def test_one_line_of_what_can_be_seen_up_to_its_limit(text: str, limit: int, expected: str) -> None:
    assert safe_text.clean(text, limit) == expected


def test_the_usual_limit_is_five_hundred() -> None:
    assert (len(safe_text.clean("x" * 999)), len(safe_text.clean("x" * 500))) == (500, 500)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcdef", "abcdef"),
        ("abcdef0", f"abcdef{JOINER}0"),
        ("abcdef012345", f"abcdef{JOINER}012345"),
        ("abcdef0123456", f"abcdef{JOINER}012345{JOINER}6"),
        ("JIRA-12", f"JIRA{JOINER}-12"),
        ("www.x.example", f"www{JOINER}.x.example"),
        ("g/p>", f"g/p{JOINER}&gt;"),
        ("[[wiki]]", rf"\[{JOINER}\[wiki\]\]"),
        ("12) x", r"12\) x"),
        ("- x", r"\- x"),
        ("+1", r"\+1"),
        ("a: b", "a: b"),
        ("a:b", rf"a\:{JOINER}b"),
        (" \n", ""),
        ("\u200b", "–"),
        ("**", r"\*\*"),
    ],
)
def test_each_means_stands_where_it_is_needed(text: str, expected: str) -> None:
    assert safe_text.neutralise(text) == expected


def test_cells_code_and_rows() -> None:
    assert (safe_text.cell(None), safe_text.cell(" "), safe_text.cell("a")) == ("–", "–", "a")
    assert (safe_text.code("a b"), safe_text.code("\u200b"), safe_text.code("a|b"), safe_text.code("a`b")) == (
        "`a b`",
        "",
        r"<code>a\|b</code>",
        r"<code>a\`b</code>",
    )
    assert safe_text.joined([safe_text.SafeMarkdown("a"), safe_text.SafeMarkdown("b")]) == "a, b"
    assert safe_text.joined([safe_text.SafeMarkdown("a"), safe_text.SafeMarkdown("b")], " · ") == "a · b"
    assert safe_text.neutralise(safe_text.SafeMarkdown("**a**")) == "**a**"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example", "https://x.example"),
        ("https://h/a/b", "https://h/a/b"),
        ("http://h?a", "http://h?a"),
        ("HTTPS://X.example/A", "https://x.example/A"),
        ("http://x.example:8080/a", "http://x.example:8080/a"),
        ("http://x.example:1", "http://x.example:1"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("https://x.example?q=1#f", "https://x.example?q=1#f"),
        ("https://x.example#f?q/", "https://x.example#f?q/"),
        ("https://x.example/a//b", "https://x.example/a//b"),
        ("https://x.example/a b)\ud800", "https://x.example/a%20b%29"),
        ("https://@x.example/", ""),
        ("https://:p@x.example/", ""),
        ("https://u@x.example/", ""),
        ("https://x_y.example/", ""),
        ("mailto:a@x.example", ""),
        ("https://x.example:99999/", ""),
    ],
)
def test_an_address_is_whole_or_none(url: str, expected: str) -> None:
    assert safe_text.safe_url(url) == expected
    assert safe_text.link("a*b", url) == (rf"[a\*b]({expected})" if expected else r"a\*b")


def test_a_link_without_a_text_is_none() -> None:
    assert safe_text.link("", "https://x.example") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a&b", f"a&amp;{JOINER}b"),
        ("a*b", "a&#42;b"),
        ("<b>", "&lt;b&gt;"),
        ("it's", "it&#x27;s"),
        ("#1", f"&#35;{JOINER}1"),
        ("/close", f"{JOINER}/close"),
        ("a @ b", "a &#64; b"),
        ("<!-- x", f"&lt;{JOINER}&#33;{JOINER}&#45;&#45; x"),
    ],
)
def test_html_holds_entities_and_joiners(text: str, expected: str) -> None:
    assert safe_text.html_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 254 + "…"),
        ("#1 is @pat's", f"#{JOINER}1 is @{JOINER}pat's"),
        ("/close", f"{JOINER}/close"),
        ("a /close", "a /close"),
        ("@" + "x" * 254, f"@{JOINER}" + "x" * 252 + "…"),
        ("@" + "x" * 253, f"@{JOINER}" + "x" * 253),
        ("@" + "x" * 251 + " yy", f"@{JOINER}" + "x" * 251 + "…"),
    ],
)
def test_a_title_is_no_longer_than_gitlab_takes(text: str, expected: str) -> None:
    assert safe_text.issue_title(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("=1", "'=1"), ("a=1", "a=1"), ("%", "'%"), ("", ""), ("\u200b", ""), ("-", "'-"), ("ab", "ab")],
)
def test_only_the_first_character_makes_a_formula(text: str, expected: str) -> None:
    assert safe_text.csv_cell(text) == expected
