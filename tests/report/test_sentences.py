"""Reports in another language are whole: what bot.derive says is said in it, too."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive.checks.engine import examine
from bot.derive.decisions.axes import budget_axis, schedule_axis, scope_axis
from bot.domain.errors import ConfigError
from bot.domain.messages import Clause, Money, Percent, Phrase, Series, Text, hours, listing, places, quote
from bot.domain.vocabulary import Colour
from bot.report.text.catalogs import SHIPPED, Key, Translations, english_wording, read_catalog
from bot.report.text.safe_text import neutralise
from bot.report.text.sentences import Sentences
from bot.report.text.wording import Words, load_words, untranslated
from tests.derive.checks.troubled import troubled_subject
from tests.report.glfm_oracle import read_page
from tests.report.hostile import HOSTILE
from tests.report.said import english_forms, messages

ENGLISH, GERMAN = load_words("en_US", "USD"), load_words("de_DE", "EUR")
CATALOG = read_catalog(SHIPPED / "de.po")


MESSAGES = messages()
ENGLISH_OF: dict[Key, tuple[str, ...]] = {
    **{("", singular): (singular, plural) for singular, (plural, _) in MESSAGES.items()},
    **{(key, text.singular): (text.singular, text.plural) for key, text in english_wording().items()},
}
"""The English forms of everything that can be translated."""


# -- the catalog holds what the code says


def test_the_german_catalog_has_every_text_and_no_other() -> None:
    lacking = [f"{key or MESSAGES[text][1]}: {text!r}" for key, text in ENGLISH_OF if (key, text) not in CATALOG.forms]
    assert lacking == [], "say these in German in bot/report/text/locale/de.po (CONTRIBUTING.md, Translations)"
    assert sorted(set(CATALOG.forms) - set(ENGLISH_OF)) == [], "these are said no more; take them out of de.po"


@pytest.mark.parametrize("key", CATALOG.forms, ids=" ".join)
def test_a_translation_has_the_same_places_and_ends_alike(key: Key) -> None:
    english, german = ENGLISH_OF[key], CATALOG.forms[key]
    assert places(german[-1]) == places(english[-1] or english[0])
    if not key[0]:
        assert german[-1][-1:] == english[0][-1:] or english[0][-1] not in ".:"
        assert german[0].startswith(" ") == english[0].startswith(" ") or english[0] in ALSO_BEGIN_ANEW
    assert "  " not in "".join(german)


ALSO_BEGIN_ANEW = (" and {hours} logged since",)
"""What German says in a clause of its own."""


# -- what is derived can be translated


def _said() -> list[Text]:
    """Whatever bot.derive says of an engagement in which nearly everything went wrong."""
    subject = troubled_subject()
    found = examine(subject)
    assert found.errors == ()
    axes = [axis(subject) for axis in (schedule_axis, scope_axis, budget_axis)]
    texts = [reason.text for axis in axes for reason in axis.reasons] + [hint.text for hint in found.hints]
    texts += [text for risk in found.risks for text in (risk.message, risk.action)]
    return texts + [gap.message for gap in found.compliance.missing]


def test_all_that_is_derived_can_be_said_in_german() -> None:
    texts = _said()
    assert len(texts) > 100
    assert [text for text in texts if not isinstance(text, Phrase)] == []
    assert [str(text) for text in texts if text and GERMAN.sentence(text) == str(text)] == []


def test_nothing_of_an_english_sentence_is_left_in_a_german_one() -> None:
    for text in _said():
        assert [piece for piece in _pieces() if piece in GERMAN.sentence(text)] == []


def _pieces() -> list[str]:
    """English wording between the places of messages, long enough to be told from German."""
    found = [piece for english in english_forms() for piece in re.split(r"\{\w+\}", english)]
    german = "\n".join(text for forms in CATALOG.forms.values() for text in forms)
    return [piece for piece in found if len(piece) >= 8 and " " in piece.strip() and piece not in german]


# -- sentences, numbers and plural forms


def test_a_german_sentence_has_german_dates_numbers_and_quotes() -> None:
    found = Phrase(
        "{n|# milestone is|# milestones are} past the due date; {title} was due on {due} and has {items_open} {of} still "
        "open.",
        n=2,
        title=quote("Wave 1"),
        due=date(2026, 11, 20),
        items_open=1,
        of=Phrase("of {n|# item|# items}", n=1200),
    )
    assert GERMAN.sentence(found) == (
        "2 Meilensteine sind überfällig; „Wave 1“ war am 20.11.2026 fällig, 1 von 1.200 Aufgaben noch offen."
    )
    assert GERMAN.sentence(found.refilled(n=1, of=Phrase("of {n|# item|# items}", n=1))) == (
        "1 Meilenstein ist überfällig; „Wave 1“ war am 20.11.2026 fällig, 1 von 1 Aufgabe noch offen."
    )
    assert ENGLISH.sentence(found) == (
        '2 milestones are past the due date; "Wave 1" was due on Nov 20, 2026 and has 1 of 1,200 items still open.'
    )


def test_lists_hours_shares_and_amounts_are_german_too() -> None:
    speak = Sentences(GERMAN.locale, GERMAN.translations).say
    assert speak(listing(["ann", "bob", "cai", "dee", "eve"])) == "ann, bob, cai und 2 weitere"
    assert speak(listing(["ann", "bob"])) == "ann und bob"
    assert [speak(hours(n)) for n in (1.0, 1234.5)] == ["1 Stunde", "1.234,5 Stunden"]
    assert speak(Percent(0.41)).split() == ["41", "%"]
    assert speak(Money(12_345.6, "USD")).split() == ["12.346", "$"]


@pytest.mark.parametrize(("n", "text"), [(1, "1 zadanie"), (3, "3 zadania"), (5, "5 zadań"), (22, "22 zadania")])
def test_a_language_may_have_more_plural_forms_than_two(n: int, text: str) -> None:
    polish = load_words("pl_PL", "PLN")
    plural = "(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)"
    translations = Translations({("", "{n} item"): ("{n} zadanie", "{n} zadania", "{n} zadań")}, plural)
    words = Words(polish.locale, polish.english, translations)
    assert words.sentence(Phrase("{n|# item|# items}", n=n)) == text


def test_a_message_without_translation_stays_english_as_a_whole() -> None:
    found = Phrase("Nobody translated {colour} yet.", colour=Phrase("green"))
    assert GERMAN.sentence(found) == "Nobody translated green yet."


# -- safety


@settings(max_examples=150, deadline=None)
@given(english=st.sampled_from(sorted(MESSAGES)), title=st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)))
def test_a_hostile_title_does_nothing_in_any_place_of_any_german_sentence(english: str, title: str) -> None:
    values = dict.fromkeys(places(english) | places(MESSAGES[english][0] or ""), title)
    said = GERMAN.output(Phrase(english, **values))
    page = read_page(f"| a | b |\n| --- | --- |\n| {said} | next |")
    keys = (MESSAGES[english][0] or english).count("`") // 2  # what psbot itself asks to type is code
    assert page.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", *["code"] * keys, "td"]
    assert (page.links, page.references()) == ([], [])
    as_text = re.sub(r"(?<!\\)`[^`\\]+`", lambda key: neutralise(key[0]), said)
    assert as_text == neutralise(GERMAN.sentence(Phrase(english, **values)))


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_runs_no_command_at_the_start_of_a_german_sentence(title: str) -> None:
    found = Phrase("{first} and {last}", first=title, last=title)
    page = read_page(f"- {GERMAN.output(found)}\n- next")
    assert (page.tags, page.links, page.references()) == (["ul", "li", "li"], [], [])


# -- a user's own catalog

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'


def test_a_users_catalog_says_messages_too(tmp_path: Path) -> None:
    item = 'msgid "{n} item"\nmsgid_plural "{n} items"\nmsgstr[0] "{n} tâche"\nmsgstr[1] "{n} tâches"\n\n'
    (tmp_path / "fr.po").write_text(PO + item + 'msgid "green"\nmsgstr "vert"\n', encoding="utf-8")
    french = load_words("fr_FR", "EUR", tmp_path)
    assert french.output(Phrase("{n|# item|# items}", n=0)) == "0 tâche"
    assert french.output(Phrase("{n|# item|# items}", n=2.5)) == "2,5 tâches"
    assert french.sentence(Phrase("green")) == "vert"
    assert french.sentence(Phrase("red")) == "red"


def test_a_users_catalog_of_a_shipped_language_replaces_single_texts(tmp_path: Path) -> None:
    for language in ("de", "en"):
        (tmp_path / f"{language}.po").write_text(PO + 'msgctxt "rag.red"\nmsgid "Red"\nmsgstr "Alarm"\n')
    for locale in ("de_DE", "en_US"):
        words = load_words(locale, "EUR", tmp_path)
        assert words.rag("red") == "🔴 Alarm"
        assert words.rag("green") == load_words(locale, "EUR").rag("green")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('msgid "{days} late"\nmsgstr "{jours} de retard"\n', "the text '{days} late' has no place {jours}"),
        ('msgid "{days} late"\nmsgstr "{days de retard"\n', "has a brace without its other half"),
        ('msgid "late"\nmsgtsr "en retard"\n', "fr.po"),
    ],
)
def test_a_catalog_that_cannot_be_used_is_a_config_error_with_its_line(tmp_path: Path, entry: str, said: str) -> None:
    (tmp_path / "fr.po").write_text(PO + entry)
    with pytest.raises(ConfigError) as caught:
        load_words("fr_FR", "EUR", tmp_path)
    assert said in str(caught.value.faults[0])
    assert caught.value.faults[0].line


def test_a_yaml_catalog_of_an_earlier_version_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "fr.yml").write_text("rag: {red: Rouge}\n")
    with pytest.raises(ConfigError, match=r"fr\.po"):
        load_words("fr_FR", "EUR", tmp_path)


def test_what_a_catalog_lacks_can_be_listed(tmp_path: Path) -> None:
    assert untranslated(GERMAN) == untranslated(ENGLISH) == ()
    (tmp_path / "fr.po").write_text(PO + 'msgctxt "yes"\nmsgid "yes"\nmsgstr "oui"\n\nmsgid "green"\nmsgstr "vert"\n')
    lacking = untranslated(load_words("fr_FR", "EUR", tmp_path))
    assert {"red", "rag.red"} <= set(lacking)
    assert {"yes", "green"}.isdisjoint(lacking)


def test_a_german_sentence_of_a_reason_within_a_risk_has_no_stop_in_its_middle() -> None:
    subject = troubled_subject()
    red = replace(
        subject, derived=replace(subject.derived, status=replace(subject.derived.status, declared=Colour.GREEN))
    )
    found = [risk.message for risk in examine(red).risks if risk.rule == "watermelon"]
    assert [GERMAN.sentence(text) for text in found] == [
        "Der Status ist als grün gemeldet, aber rot errechnet (Termine): SPI is 0.7."
    ]


def test_what_people_are_told_to_type_is_code_and_a_title_s_backticks_are_not() -> None:
    words = load_words("en_US", "USD")
    told = Phrase("{action}, says {title}.", action=Phrase("Write `path_to_green:` there"), title="`due:` of `x`")
    assert words.output(told) == r"Write `path_to_green:` there, says \`due\:\` of \`x\`."


def test_keys_to_type_within_a_clause_and_a_list_are_code_too() -> None:
    words = load_words("en_US", "USD")
    key = Phrase("set `due:`.")
    assert words.output(Phrase("{a}; and {b}", a=Clause(key), b=Series((key, key)))) == (
        "set `due:`; and set `due:`., set `due:`."
    )
