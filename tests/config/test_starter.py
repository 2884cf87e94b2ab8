"""The starter config is valid, whatever it is filled with, and the repository's own is what it writes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Vocabulary, parse_config
from bot.config.starter import Proposal, render_starter

ROOT = Path(__file__).resolve().parents[2]
PATHS = st.from_regex(r"[a-z0-9_][a-z0-9_.-]{0,9}(/[a-z0-9_][a-z0-9_.-]{0,9}){0,2}", fullmatch=True)


def test_the_repositorys_config_is_what_init_writes() -> None:
    assert (ROOT / "config.yml").read_text(encoding="utf-8") == render_starter(Proposal())


@settings(max_examples=60)
@given(
    st.dictionaries(PATHS, st.sampled_from(["internal", "customer"]), min_size=1, max_size=3),
    st.one_of(st.none(), PATHS.filter(lambda path: "/" in path)),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
)
def test_a_filled_starter_is_valid_and_says_what_it_was_filled_with(
    namespaces: dict[str, str], project: str | None, label: str
) -> None:
    text = render_starter(Proposal(namespaces, project, label, "https://gitlab.example.com:8443/git"))
    read = parse_config(text, "config.yml", Vocabulary())
    assert read.portfolio.namespaces == namespaces
    assert read.portfolio.label == label
    assert read.reports.monthly.project == project
    assert read.gitlab.url == "https://gitlab.example.com:8443/git"
