"""Templates: the user's replace ours, nothing they print is live, and what is wrong is told by file and line."""

from __future__ import annotations

from dataclasses import make_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Settings
from bot.domain.errors import ConfigError
from bot.report.check import check_templates
from bot.report.environment import Templates, load_templates
from bot.report.sample import sample_contexts
from bot.report.text.safe_text import SafeMarkdown
from bot.report.text.wording import load_words

WORDS = load_words("en_US", "USD")


def rendered(folder: Path, text: str, **view: object) -> str:
    (folder / "probe.md.j2").write_text(text, encoding="utf-8")
    return Templates(WORDS, folder).render("probe.md.j2", make_dataclass("Probe", view)(**view)).rstrip("\n")


def faults(folder: Path | None) -> list[str]:
    templates = Templates(WORDS, folder)
    return [str(fault) for fault in check_templates(templates, sample_contexts(templates))]


# -- the check


def test_the_shipped_templates_are_without_fault_in_every_language() -> None:
    assert faults(None) == []
    german = Templates(load_words("de_DE", "EUR"))
    assert check_templates(german, sample_contexts(german)) == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("internal-status.md.j2", "\n\n{{ marginn }}\n", "internal-status.md.j2:3: 'marginn' is undefined"),
        ("monthly.md.j2", "ok\n{% for x in key %}\n", "monthly.md.j2:2: Unexpected end of template"),
        ("customer-status.md.j2", "\n{{ revenue }}", "customer-status.md.j2:2: 'revenue' is undefined"),
        ("customer-draft.md.j2", "{{ text.nothing }}", "customer-draft.md.j2:1"),
        ("partner.md.j2", "{{ view.work[0].value }}", "partner.md.j2:1"),
        ("portfolio.md.j2", "{% include 'none.j2' %}", "none.j2"),
        ("quarterly.md.j2", "{{ 1 / 0 }}", "quarterly.md.j2:1: ZeroDivisionError"),
        ("closeout.md.j2", '{{ t("closeout.nothing") }}', "closeout.md.j2:1: KeyError"),
        ("weekly.md.j2", "x", "weekly.md.j2: no report uses a template of this name"),
        ("monthly.md.j2", "{{ ''.__class__.__mro__ }}", "monthly.md.j2:1"),
        ("monthly.md.j2", "{{ month|safe }}", "No filter named 'safe'"),
    ],
)
def test_a_fault_is_told_by_file_and_line(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    assert any(told in fault for fault in faults(tmp_path)), faults(tmp_path)


def test_a_users_template_replaces_ours_and_may_have_partials_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "monthly.md.j2").write_text("{% include '_mine.md.j2' %}")
    (tmp_path / "_mine.md.j2").write_text("{{ month }} in our own words")
    assert faults(tmp_path) == []
    assert (
        Templates(WORDS, tmp_path).render("monthly.md.j2", make_dataclass("Probe", ["month"])("October"))
        == "October in our own words\n"
    )


def test_the_folder_of_the_config_is_looked_for_beside_it(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"portfolio": {"namespaces": {"a": "internal"}}, "templates": {"folder": "mine"}}
    )
    assert load_templates(settings, tmp_path).folder is None
    (tmp_path / "mine" / "locale").mkdir(parents=True)
    (tmp_path / "mine" / "locale" / "en.po").write_text('msgctxt "rag.red"\nmsgid "Red"\nmsgstr "Help!"\n')
    templates = load_templates(settings, tmp_path)
    assert templates.folder == tmp_path / "mine"
    assert templates.words.rag("red") == "🔴 Help!"


# -- nothing is live


@pytest.mark.parametrize(
    "text",
    ["{{ x }}", "{{ x ~ '' }}", "{{ [x]|join }}", "{{ x|upper }}", "{{ '%s'|format(x) }}", "{% set y = x %}{{ y }}",
     "{% macro m(v) %}{{ v }}{% endmacro %}{{ m(x) }}", "{{ x or 'y' }}", "{{ {'a': x} }}", '{{ t("slip.days", n=1, days=x) }}',
     "{% set y %}{{ x }}{% endset %}{{ y }}", "{% filter lower %}{{ x }}{% endfilter %}", "{{ x|replace('q', 'r') }}",
     "{% for c in [x] %}{{ c }}{% endfor %}", "{{ x|word('rag') }}"],
)  # fmt: skip
def test_text_from_gitlab_is_inert_however_it_is_printed(tmp_path: Path, text: str) -> None:
    shown = rendered(tmp_path, f"- {text}", x="@all /close #1 <b> | `x`")
    for live in ("<b>", " @all", " #1", " |"):
        assert live not in shown.replace("- @all", " @all"), shown


@given(st.text(max_size=60))
def test_whatever_the_text_its_pipes_and_tags_never_come_through(text: str) -> None:
    shown = WORDS.output(text)
    assert "<" not in shown
    assert not any(c == "|" and (i == 0 or shown[i - 1] != "\\") for i, c in enumerate(shown))


def test_our_own_markdown_passes_as_it_is(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ x }}", x=SafeMarkdown("[a](https://b)")) == "[a](https://b)"


# -- words, dates, numbers


def test_numbers_dates_and_money_follow_the_locale() -> None:
    from datetime import date

    german = load_words("de_DE", "EUR")
    assert (WORDS.money(1234567.4), german.money(1234567.4)) == (r"\$1,234,567", "1.234.567\xa0€")
    assert (WORDS.percent(0.415), german.percent(0.41)) == ("42%", "41\xa0%")
    assert (WORDS.date(date(2026, 11, 3)), german.date(date(2026, 11, 3))) == ("Nov 3, 2026", "03.11.2026")
    assert (WORDS.hours(1234.5), german.hours(1234.5)) == ("1,234.5 h", "1.234,5 h")
    assert (WORDS.signed(-2), WORDS.signed(3), WORDS.signed(0)) == ("−2", "+3", "0")
    assert (WORDS.ratio(None), WORDS.number(None), WORDS.output(None)) == ("–", "–", "–")


def test_plurals_follow_the_language() -> None:
    assert WORDS.text("slip.late", n=1) == "1 working day late"
    assert WORDS.text("slip.late", n=2) == "2 working days late"


def test_a_language_without_a_catalog_speaks_english_in_its_own_formats() -> None:
    french = load_words("fr_FR", "EUR")
    assert french.rag("red") == "🔴 Red"
    assert french.percent(0.5).endswith("%")
    assert french.percent(0.5) != "50%"


def test_another_language_is_one_file(tmp_path: Path) -> None:
    entry = 'msgctxt "rag.red"\nmsgid "Red"\nmsgstr "Rouge"\n'
    (tmp_path / "fr.po").write_text(entry, encoding="utf-8")
    assert load_words("fr_FR", "EUR", tmp_path).rag("red") == "🔴 Rouge"


def test_an_unknown_locale_or_a_broken_catalog_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not a locale"):
        load_words("xx_YY", "USD")
    (tmp_path / "en.po").write_text('msgid "yes\n')
    with pytest.raises(ConfigError, match=r"en\.po:1"):
        load_words("en_US", "USD", tmp_path)
