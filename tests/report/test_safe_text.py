"""Text from GitLab shows and does nothing: hostile texts in every context, read by GitLab's own Markdown parser."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.report.text import safe_text
from bot.report.text.safe_text import (
    JOINER,
    SafeMarkdown,
    cell,
    clean,
    code,
    csv_cell,
    html_text,
    issue_title,
    joined,
    link,
    neutralise,
    safe_url,
)
from fakegitlab.markdown import command_lines, find_references
from tests.report.glfm_oracle import REFERENCE_CHARACTERS, read_page
from tests.report.hostile import HOSTILE

CONTEXTS = {
    "paragraph": "{}",
    "within a paragraph": "before {} after",
    "second line": "before\n{}\nafter",
    "after a hard break": "before\\\n{}",
    "list item": "- {}\n- next",
    "numbered list": "1. {}\n2. next",
    "nested list": "- a\n  - {}",
    "quote": "> {}",
    "alert": "> [!note]\n> {}",
    "heading": "## {}",
    "bold": "**x {} y**",
    "table cell": "| a | b |\n| --- | --- |\n| {} | next |",
    "table head": "| {} | b |\n| --- | --- |\n| c | d |",
    "link text": "[{}](https://gitlab.example.com/x)",
    "table link": "| a |\n| --- |\n| [{}](https://gitlab.example.com/x) |",
    "folded": "<details><summary>More</summary>\n\n- {}\n\n</details>",
}
QUICK = frozenset(["close", "assign", "label", "spend", "confidential", "unlabel", "reopen"])
# What attacks are made of, so that a random text has a chance to be one.
PIECES = st.sampled_from(
    [*(h for h in HOSTILE if len(h) < 100), *r"\`*_[]()<>{}#!|~$%&@^:/-+=. 1a" + "\n\t\u2060\u200d"]
)
ATTACKS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("".join))


def visible(text: str) -> str:
    return text.replace(JOINER, "")


def assert_inert(markdown: str, harmless: str, shown: str, apart: str = REFERENCE_CHARACTERS) -> None:
    """`markdown` is the same page as `harmless`, but for the word X in it, which is `shown`."""
    page, plain = read_page(markdown, apart), read_page(harmless, apart)
    assert page.tags == plain.tags
    assert page.links == plain.links
    assert visible(page.text) == plain.text.replace("X", shown)
    assert page.references() == []


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=list(CONTEXTS))
@pytest.mark.parametrize("apart", [REFERENCE_CHARACTERS, REFERENCE_CHARACTERS.rstrip(":")], ids=["now", "older server"])
def test_hostile_texts_show_and_do_nothing(context: str, apart: str) -> None:
    for text in HOSTILE:
        if clean(text):
            assert_inert(context.format(neutralise(text)), context.format("X"), clean(text), apart)


@settings(max_examples=150, deadline=None)
@given(text=ATTACKS, context=st.sampled_from(list(CONTEXTS.values())))
@example(text="a\\|b", context=CONTEXTS["table cell"])
@example(text="\\", context=CONTEXTS["table cell"])
def test_any_text_shows_and_does_nothing(text: str, context: str) -> None:
    if clean(text):
        assert_inert(context.format(neutralise(text)), context.format("X"), clean(text))


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(ATTACKS.filter(clean), min_size=2, max_size=4))
def test_texts_side_by_side_do_not_join_into_something(texts: list[str]) -> None:
    row = "| {} |".format(" | ".join(map(neutralise, texts)))
    head = "| " + " | ".join("h" for _ in texts) + " |\n|" + " --- |" * len(texts) + "\n"
    page, plain = read_page(head + row), read_page(head + "|" + " X |" * len(texts))
    assert page.tags == plain.tags
    assert page.references() == []
    page = read_page(" · ".join(map(neutralise, texts)))
    assert page.tags == ["p"]
    assert visible(page.text).rstrip("\n") == " · ".join(map(clean, texts))


@pytest.mark.parametrize("text", ["[issue", "see [epic", "*iteration", ":tada", "x :+1"])
def test_a_template_that_goes_on_with_a_colon_completes_nothing(text: str) -> None:
    page = read_page(f"{neutralise(text)}:1] :12: x", apart=REFERENCE_CHARACTERS.rstrip(":"))
    assert set(page.references()) <= {"emoji"}
    assert visible(page.text).startswith(f"{text}:1]")
    assert f":{text.rpartition(':')[2]}:" not in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_command_runs_and_no_reference_is_found_by_the_demo_server(text: str) -> None:
    for shown in (neutralise(text), cell(text), code(text), html_text(text)):
        assert command_lines(shown, QUICK) == []
        assert find_references(shown, "https://gitlab.example.com") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_another_markdown_parser_reads_the_same(text: str) -> None:
    if not clean(text):
        return
    html = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(["table", "strikethrough", "linkify"])
    tags = re.findall(r"<(\w+)", html.render(f"| a |\n| --- |\n| {neutralise(text)} |"))
    assert tags == ["table", "thead", "tr", "th", "tbody", "tr", "td"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_starts_a_command_and_no_marker_can_be_forged(text: str) -> None:
    for shown in (neutralise(text), cell(text), code(text), html_text(text), issue_title(text)):
        assert not re.search(r"^\s*/", shown, re.MULTILINE)
        assert "<!--" not in shown
        assert "{{" not in shown
        assert "{%" not in shown
        shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Go live", "Go live"),
        ("Phase 2 (pilot), v1.2 - done", "Phase 2 (pilot), v1.2 - done"),
        ("R&D: 50%", r"R\&D: 50\%"),
        ("/close", r"\/close"),
        ("a | b", r"a \| b"),
        ("1. first", r"1\. first"),
        ("x <b>", "x &lt;b&gt;"),
        ("two\r\n lines\t", "two lines"),
        ("see GL-12", f"see GL{JOINER}-12"),
        ("0deadbeefdeadbeef", f"0deadb{JOINER}eefdea{JOINER}dbeef"),
        ("https://x.example", rf"https{JOINER}\://x.example"),
        ("", ""),
    ],
)
def test_ordinary_text_stays_readable_in_the_source(text: str, expected: str) -> None:
    assert neutralise(text) == expected


def test_letters_that_need_joiners_keep_them() -> None:
    for text in ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "👩\u200d👩\u200d👧"):
        assert clean(text) == text


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 600) == "x" * 499 + "…"
    assert len(issue_title("@" * 300)) <= 255


def test_safe_text_is_not_escaped_twice() -> None:
    once = neutralise("a_b")
    assert neutralise(once) == once == r"a\_b"
    assert joined([once, neutralise("c*")]) == r"a\_b, c\*"
    assert isinstance(joined([once]), SafeMarkdown)


def test_an_empty_cell_is_a_dash() -> None:
    assert cell(None) == cell("") == cell("\u200b") == "–"


@settings(max_examples=100, deadline=None)
@given(text=st.one_of(ATTACKS, st.sampled_from(HOSTILE)))
def test_code_shows_the_text_in_paragraphs_and_tables_alike(text: str) -> None:
    if not clean(text):
        assert code(text) == ""
        return
    assert_inert(f"x {code(text)} y", "x `X` y", clean(text))
    assert_inert(f"| a |\n| - |\n| {code(text)} |", "| a |\n| - |\n| `X` |", clean(text))


# --- links -------------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(text=ATTACKS.filter(clean), path=st.text(max_size=30))
def test_a_link_leads_where_psbot_wants_whatever_the_text(text: str, path: str) -> None:
    for context in ("{}", "| a |\n| - |\n| {} |"):
        page = read_page(context.format(link(text, f"https://gitlab.example.com/{path}")))
        assert page.tags.count("a") == 1
        assert len(page.links) == 1
        assert page.links[0].startswith("https://gitlab.example.com/")
        assert visible(page.text).strip().endswith(clean(text))


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "data:text/html,x", "//evil.example", "https://user:p@evil.example", "https://a\\@b/",
     "https://exa mple/", "http://[::1", "/relative", "https://x:y/", "ftp://x.example", "https://", "https://x@y/"],
)  # fmt: skip
def test_what_is_no_web_address_makes_no_link(url: str) -> None:
    assert safe_url(url) == ""
    assert link("text", url) == "text"


def test_addresses_keep_what_they_mean() -> None:
    assert (
        safe_url("https://g.example/a/b/-/issues/1?x=1&y=2#note_3") == "https://g.example/a/b/-/issues/1?x=1&y=2#note_3"
    )
    assert safe_url("http://127.0.0.1:8080/ä (b)|c") == "http://127.0.0.1:8080/%C3%A4%20%28b%29%7Cc"


# --- outside Markdown --------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(ATTACKS, st.sampled_from(HOSTILE)))
def test_html_text_is_inert_in_a_summary_and_in_a_paragraph(text: str) -> None:
    for context in ("<details><summary>a {} b</summary>\n\nx\n\n</details>", "a {} b"):
        page = read_page(context.format(html_text(text)), apart="")
        plain = read_page(context.format("X"))
        assert page.tags == plain.tags
        assert visible(page.text) == plain.text.replace("X", clean(text))
        assert [kind for kind in page.references() if kind != "dollar math"] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_mentions_nobody(text: str) -> None:
    title = issue_title(text)
    assert len(title) <= 255
    assert clean(text, 255).startswith(visible(title).removesuffix("…").rstrip())
    assert "\n" not in title
    assert find_references(title.replace("\\", ""), "https://gitlab.example.com") == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "|calc", "%x", "\u200b=1"])
def test_csv_formulas_are_text(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([csv_cell(text)])
    assert next(csv.reader([buffer.getvalue()]))[0].startswith("'")


def test_ordinary_csv_cells_stay() -> None:
    assert csv_cell("Go live, phase 2") == "Go live, phase 2"
    assert csv_cell("") == ""


def test_nothing_else_in_the_module_builds_safe_text_from_raw_text() -> None:
    """Every public function that takes raw text is covered above; a new one must be added here on purpose."""
    public = {
        name for name, value in vars(safe_text).items() if callable(value) and value.__module__ == safe_text.__name__
    }
    assert {name for name in public if not name.startswith("_")} == {
        "SafeMarkdown", "cell", "clean", "code", "csv_cell", "html_text", "issue_title", "joined",
        "link", "neutralise", "safe_url", "with_code",
    }  # fmt: skip
