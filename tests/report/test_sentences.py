"""Reports in another language are whole: what bot.derive says is said in it, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot
from bot.derive.checks import find_risks
from bot.derive.checks.compliance import derive_compliance
from bot.derive.checks.hints import find_hints
from bot.derive.decisions.axes import budget_axis, schedule_axis, scope_axis
from bot.domain.errors import ConfigError
from bot.domain.messages import Money, Percent, Phrase, hours, listing, places, quote
from bot.report.text.safe_text import neutralise
from bot.report.text.sentences import SECTION, Sentences
from bot.report.text.wording import SHIPPED, Words, load_words, read_catalog, untranslated
from tests.derive.checks.troubled import troubled_subject
from tests.report.glfm_oracle import read_page
from tests.report.hostile import HOSTILE

ENGLISH, GERMAN = load_words("en_US", "USD"), load_words("de_DE", "EUR")
CATALOG = {key.removeprefix(SECTION): str(text) for key, text in read_catalog(SHIPPED / "de.messages.yml").items()}
CODE = Path(bot.__file__).parent


def _phrases() -> Iterator[tuple[Path, ast.expr]]:
    """The first argument of each `Phrase(…)`."""
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Phrase":
                yield path.relative_to(CODE), node.args[0]


def _templates() -> dict[str, Path]:
    found = ((node.value, path) for path, node in _phrases() if isinstance(node, ast.Constant))
    return {template: path for template, path in found if template}


# -- the catalog holds what the code says


def test_every_message_stands_in_the_code_as_a_literal() -> None:
    assert [f"{path}:{node.lineno}" for path, node in _phrases() if not isinstance(node, ast.Constant)] == []


def test_the_german_catalog_has_every_message_of_the_code_and_no_other() -> None:
    templates = _templates()
    lines = [f"  # {path}\n  ? {text!r}\n  : …" for text, path in templates.items() if text not in CATALOG]
    assert lines == [], "say these in German in bot/report/text/locale/de.messages.yml:\n" + "\n".join(lines)
    assert sorted(set(CATALOG) - set(templates)) == [], "these are said no more; take them out of de.messages.yml"


@pytest.mark.parametrize("english", CATALOG)
def test_a_translation_has_the_same_places_and_ends_alike(english: str) -> None:
    german = CATALOG[english]
    assert places(german) == places(english)
    assert german[-1:] == english[-1:] or english[-1] not in ".:"
    assert german.startswith(" ") == english.startswith(" ") or english in ALSO_BEGIN_ANEW
    assert "  " not in german


ALSO_BEGIN_ANEW = (" and {hours} logged since",)
"""What German says in a clause of its own."""


# -- what is derived can be translated


def _said() -> list[str]:
    """Whatever bot.derive says of an engagement in which nearly everything went wrong."""
    subject = troubled_subject()
    risks, errors = find_risks(subject)
    assert errors == ()
    axes = [axis(subject) for axis in (schedule_axis, scope_axis, budget_axis)]
    texts = [reason.text for axis in axes for reason in axis.reasons] + [hint.text for hint in find_hints(subject)]
    texts += [text for risk in risks for text in (risk.message, risk.action)]
    return texts + [gap.message for gap in derive_compliance(subject).missing]


def test_all_that_is_derived_can_be_said_in_german() -> None:
    texts = _said()
    assert len(texts) > 100
    assert [text for text in texts if not isinstance(text, Phrase)] == []
    same = {text for text in texts if GERMAN.sentence(text) == text}
    assert same <= {""}


def test_nothing_of_an_english_sentence_is_left_in_a_german_one() -> None:
    for text in _said():
        assert [piece for piece in _pieces() if piece in GERMAN.sentence(text)] == []


def _pieces() -> list[str]:
    """English wording between the places of templates, long enough to be told from German."""
    found = [piece for english in CATALOG for piece in _between(english)]
    german = "\n".join(CATALOG.values())
    return [piece for piece in found if len(piece) >= 8 and " " in piece.strip() and piece not in german]


def _between(template: str) -> list[str]:
    return template.replace("|", "{").replace("}", "{").replace("#", "{").split("{")


# -- sentences, numbers and plural forms


def test_a_german_sentence_has_german_dates_numbers_and_quotes() -> None:
    found = Phrase(
        "{n|# milestone is|# milestones are} past the due date; {title} was due on {due} and has {items_open} of "
        "{total|# item|# items} still open.",
        n=2,
        title=quote("Wave 1"),
        due=date(2026, 11, 20),
        items_open=1,
        total=1200,
    )
    assert GERMAN.sentence(found) == (
        "2 Meilensteine sind überfällig; „Wave 1“ war am 20.11.2026 fällig, 1 von 1.200 Aufgaben noch offen."
    )
    assert GERMAN.sentence(found.refilled(n=1, total=1)) == (
        "1 Meilenstein ist überfällig; „Wave 1“ war am 20.11.2026 fällig, 1 von 1 Aufgabe noch offen."
    )
    assert ENGLISH.sentence(found) == (
        '2 milestones are past the due date; "Wave 1" was due on Nov 20, 2026 and has 1 of 1,200 items still open.'
    )


def test_lists_hours_shares_and_amounts_are_german_too() -> None:
    speak = Sentences(GERMAN.locale, GERMAN.catalog).say
    assert speak(listing(["ann", "bob", "cai", "dee", "eve"])) == "ann, bob, cai und 2 weitere"
    assert speak(listing(["ann", "bob"])) == "ann und bob"
    assert [speak(hours(n)) for n in (1.0, 1234.5)] == ["1 Stunde", "1.234,5 Stunden"]
    assert speak(Percent(0.41)).split() == ["41", "%"]
    assert speak(Money(12_345.6, "USD")).split() == ["12.346", "$"]


@pytest.mark.parametrize(("n", "text"), [(1, "1 zadanie"), (3, "3 zadania"), (5, "5 zadań"), (22, "22 zadania")])
def test_a_language_may_have_more_plural_forms_than_two(n: int, text: str) -> None:
    polish = load_words("pl_PL", "PLN")
    catalog = {**polish.catalog, f"{SECTION}{{n|# item|# items}}": "{n|# zadanie|# zadania|# zadań|# zadania}"}
    assert Words(polish.locale, catalog).sentence(Phrase("{n|# item|# items}", n=n)) == text


def test_a_message_without_translation_stays_english_as_a_whole() -> None:
    found = Phrase("Nobody translated {colour} yet.", colour=Phrase("green"))
    assert GERMAN.sentence(found) == "Nobody translated green yet."


# -- safety


@settings(max_examples=150, deadline=None)
@given(english=st.sampled_from(sorted(CATALOG)), title=st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)))
def test_a_hostile_title_does_nothing_in_any_place_of_any_german_sentence(english: str, title: str) -> None:
    said = GERMAN.output(Phrase(english, **dict.fromkeys(places(english), title)))
    page = read_page(f"| a | b |\n| --- | --- |\n| {said} | next |")
    assert page.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]
    assert (page.links, page.references()) == ([], [])
    assert said == neutralise(GERMAN.sentence(Phrase(english, **dict.fromkeys(places(english), title))))


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_runs_no_command_at_the_start_of_a_german_sentence(title: str) -> None:
    found = Phrase("{first} and {last}", first=title, last=title)
    page = read_page(f"- {GERMAN.output(found)}\n- next")
    assert (page.tags, page.links, page.references()) == (["ul", "li", "li"], [], [])


# -- a user's own catalog


def test_a_users_catalog_says_messages_too(tmp_path: Path) -> None:
    (tmp_path / "fr.yml").write_text('messages:\n  ? "{n|# item|# items}"\n  : "{n|# tâche|# tâches}"\n  green: vert\n')
    french = load_words("fr_FR", "EUR", tmp_path)
    assert french.output(Phrase("{n|# item|# items}", n=0)) == "0 tâche"
    assert french.sentence(Phrase("green")) == "vert"
    assert french.sentence(Phrase("red")) == "red"


def test_a_place_that_a_message_does_not_have_is_told_before_any_report_is_made(tmp_path: Path) -> None:
    (tmp_path / "fr.yml").write_text('messages:\n  "{days} late": "{jours} de retard"\n')
    with pytest.raises(ConfigError) as caught:
        load_words("fr_FR", "EUR", tmp_path)
    assert [fault.message for fault in caught.value.faults] == ["the message '{days} late' has no place {jours}"]


def test_a_brace_that_opens_no_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "fr.yml").write_text('messages:\n  "{days} late": "{days de retard"\n')
    with pytest.raises(ConfigError) as caught:
        load_words("fr_FR", "EUR", tmp_path)
    assert "a brace without its other half" in str(caught.value.faults[0])


def test_what_a_catalog_lacks_can_be_listed(tmp_path: Path) -> None:
    assert untranslated(GERMAN) == untranslated(ENGLISH) == ()
    (tmp_path / "fr.yml").write_text('"yes": oui\nmessages: {green: vert}\n')
    lacking = untranslated(load_words("fr_FR", "EUR", tmp_path), tmp_path)
    assert "messages.red" in lacking
    assert "rag.red" in lacking
    assert {"yes", "messages.green"}.isdisjoint(lacking)


def test_a_german_sentence_of_a_reason_within_a_risk_has_no_stop_in_its_middle() -> None:
    subject = troubled_subject()
    red = replace(subject, derived=replace(subject.derived, status=replace(subject.derived.status, declared="green")))
    found = [risk.message for risk in find_risks(red)[0] if risk.rule == "watermelon"]
    assert [GERMAN.sentence(text) for text in found] == [
        "Der Status ist als grün gemeldet, aber rot errechnet (Termine): SPI is 0.7."
    ]
