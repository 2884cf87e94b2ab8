"""One compiled template serves every language and folder: only what is rendered differs."""

from __future__ import annotations

from pathlib import Path

from bot.report.environment import COMPILED, Templates
from bot.report.text.wording import load_words

PROBE = """{{ 1234.5 }} {{ true }} {{ t("rag.red") }} {{ "green"|word("rag") if 1 else "" }} {{ none }} {{ "a|b" }}"""


def said(locale: str, folder: Path) -> str:
    return Templates(load_words(locale, "EUR", folder / "locale"), folder).render("probe.md.j2").strip()


def test_constants_are_formatted_in_the_language_of_each_rendering(tmp_path: Path) -> None:
    (tmp_path / "probe.md.j2").write_text(PROBE, encoding="utf-8")
    english, german = said("en_US", tmp_path), said("de_DE", tmp_path)
    assert english == r"1,234.5 yes Red Green – a\|b"
    assert german == r"1.234,5 ja Rot Grün – a\|b"
    assert (said("en_US", tmp_path), said("de_DE", tmp_path)) == (english, german)


def test_a_catalog_of_the_users_own_changes_words_of_a_template_that_is_compiled(tmp_path: Path) -> None:
    (tmp_path / "probe.md.j2").write_text(PROBE, encoding="utf-8")
    said("en_US", tmp_path)
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "en.po").write_text('msgctxt "rag.green"\nmsgid "Green"\nmsgstr "Lime"\n', encoding="utf-8")
    assert "Lime" in said("en_US", tmp_path)


def test_an_edited_template_is_compiled_anew_and_two_of_one_name_stay_apart(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
        (folder / "probe.md.j2").write_text(folder.name, encoding="utf-8")
    assert [said("en_US", folder) for folder in folders] == ["a", "b"]
    (folders[0] / "probe.md.j2").write_text("c", encoding="utf-8")
    assert [said("en_US", folder) for folder in folders] == ["c", "b"]


def test_the_shipped_templates_are_compiled_once() -> None:
    first, second = (Templates(load_words(locale, "EUR")).environment for locale in ("en_US", "de_DE"))
    assert first.get_template("monthly.md.j2").root_render_func.__code__ is (
        second.get_template("monthly.md.j2").root_render_func.__code__
    )
    assert COMPILED is first.bytecode_cache
