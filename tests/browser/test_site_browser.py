"""The portfolio page in a real browser: nothing loaded, nothing logged, sorting, filtering, keyboard, print, dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.domain.vocabulary import Colour
from bot.report.site import make_site
from bot.report.text.safe_text import clean
from tests.browser.chromium import MODULES, drive, needs_browser
from tests.report.hostile import HOSTILE
from tests.report.site_samples import (
    CALENDAR,
    SETTINGS,
    derived_engagement,
    derived_of,
    engagement,
    portfolio_of,
    weeks_before,
)

pytestmark = [pytest.mark.browser, needs_browser]

NAMES = {
    "Zulu": (Colour.RED, -2, 10_000),
    "Alpha": (Colour.GREEN, 12, 90_000),
    "Mike": (Colour.YELLOW, 3, 50_000),
    "Echo": (Colour.UNKNOWN, 5, 70_000),
}
TITLES = "[...document.querySelectorAll('#engagements tbody tr')].filter(r => !r.hidden).map(r => r.cells[1].dataset.value.trim())"
COUNT = "document.querySelector('[data-count]').textContent"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of four engagements, on disk."""
    refs = {name: f"acme/ps-internal&{number}" for number, name in enumerate(NAMES, 1)}
    found = derived_of(
        *(derived_engagement(n, refs[n], rag=NAMES[n][0], slip=NAMES[n][1], money=NAMES[n][2]) for n in NAMES)
    )
    portfolio = portfolio_of(*(engagement(name, refs[name]) for name in NAMES))
    return write(make_site(portfolio, found, weeks_before(found), SETTINGS, CALENDAR), tmp_path_factory.mktemp("site"))


def write(files: dict[str, str], folder: Path) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def visit(page: Path, *steps: dict[str, Any], **job: Any) -> list[Any]:
    """The values of the steps; nothing may be logged, asked or loaded but the page itself."""
    (answer,) = drive([{"url": page.as_uri(), "steps": list(steps), **job}])
    assert answer["problems"] == []
    assert set(answer["requests"]) == {page.as_uri()}
    values: list[Any] = answer["values"]
    return values


def head(number: int) -> str:
    return f".sortable thead th:nth-child({number}) button"


def test_the_table_sorts_by_text_number_and_colour_both_ways(pages: Path) -> None:
    look = {"eval": TITLES}
    clicks = [head(2), head(2), head(8), head(1)]
    steps = [step for click in clicks for step in ({"click": click}, look)]
    aria = {"eval": "document.querySelector('.sortable thead th').getAttribute('aria-sort')"}
    values = visit(pages / "index.html", *steps, aria)
    assert values[1::2] == [
        ["Alpha", "Echo", "Mike", "Zulu"],
        ["Zulu", "Mike", "Echo", "Alpha"],
        ["Zulu", "Mike", "Echo", "Alpha"],
        ["Zulu", "Mike", "Echo", "Alpha"],
    ]
    assert values[-1] == "ascending"


def test_filters_combine_and_say_how_many_are_left(pages: Path) -> None:
    values = visit(
        pages / "index.html",
        {"eval": COUNT},
        {"fill": "[data-search]", "value": "  E "},
        {"eval": TITLES},
        {"click": "[data-rag=unknown]"},
        {"eval": TITLES},
        {"eval": COUNT},
        {"fill": "[data-search]", "value": "nobody"},
        {"eval": COUNT},
    )
    assert values[0] == "4 of 4 shown"
    assert values[2] == ["Zulu", "Alpha", "Mike", "Echo"]  # "e" stands in every reference
    assert values[4] == ["Zulu", "Alpha", "Mike"]
    assert values[5] == "3 of 4 shown"
    assert values[7] == "0 of 4 shown"


def test_a_keyboard_reaches_links_and_sorts(pages: Path) -> None:
    focus = {"eval": "document.querySelector('.sortable thead th:nth-child(2) button').focus()"}
    (first, _, _, sorted_titles) = visit(
        pages / "index.html",
        {"eval": "document.body.firstElementChild.getAttribute('href')"},
        focus,
        {"press": "Enter"},
        {"eval": TITLES},
    )
    assert first == "#main"
    assert sorted_titles == ["Alpha", "Echo", "Mike", "Zulu"]


def test_every_page_is_quiet_in_light_dark_narrow_and_print(pages: Path) -> None:
    wide = {"eval": "document.documentElement.scrollWidth <= document.documentElement.clientWidth"}
    for page in sorted(pages.rglob("*.html"))[:3]:
        for job in ({}, {"dark": True}, {"width": 400}):
            assert visit(page, wide, **job) == [True], (page, job)
        assert visit(page, {"print": True}, {"eval": "1"}) == [None, 1]


def test_text_can_be_read_against_its_ground(pages: Path) -> None:
    """WCAG AA: contrast of at least 4.5 for every text, light and dark."""
    script = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
    for page in sorted(pages.rglob("*.html"))[:2]:
        for dark in (False, True):
            assert visit(page, {"eval": script}, dark=dark) == [[]], (page, dark)


def test_hostile_titles_do_nothing_and_show_as_they_are(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if clean(text) and len(text) < 200]
    refs = [f"a/b&{number}" for number in range(len(texts))]
    found = derived_of(*(derived_engagement(t, ref) for t, ref in zip(texts, refs, strict=True)))
    portfolio = portfolio_of(*(engagement(t, ref) for t, ref in zip(texts, refs, strict=True)))
    page = write(make_site(portfolio, found, [], SETTINGS, CALENDAR), tmp_path) / "index.html"
    shown = "[...document.querySelectorAll('#engagements tbody th a')].map(a => a.textContent)"
    titles, scripts = visit(
        page, {"eval": shown}, {"eval": "document.querySelectorAll('main script, main img, main iframe').length"}
    )
    assert [" ".join(title.split()) for title in titles] == [clean(f"{text} ") for text in texts]
    assert scripts == 0


def test_without_script_all_engagements_are_there(pages: Path) -> None:
    html = (pages / "index.html").read_text(encoding="utf-8")
    assert 'data-filters="engagements" hidden' in html
    assert all(f">{name} <" in html or f">{name}</bdi>" in html or name in html for name in NAMES)


def test_the_decision_log_is_searched_on_its_own(pages: Path) -> None:
    steps = [
        {"fill": "[data-filters=decisions] [data-search]", "value": "mike"},
        {"eval": "[...document.querySelectorAll('#decisions tbody tr')].filter(r => !r.hidden).length"},
        {"eval": "[...document.querySelectorAll('#engagements tbody tr')].filter(r => !r.hidden).length"},
    ]
    assert visit(pages / "index.html", *steps)[1:] == [1, len(NAMES)]


def test_a_second_visit_tells_what_changed_since_the_first(pages: Path) -> None:
    """The browser remembers the page of an earlier day: here one that said green, and knew one engagement more."""
    seen = "Object.fromEntries([...document.querySelectorAll('#engagements tbody tr')].map(r => [r.dataset.ref, {name: r.cells[1].dataset.value, rag: 'green', finish: r.dataset.finish}]))"
    former = f"localStorage.setItem('psbot ' + location.pathname, JSON.stringify([{{day: '2020-01-01', seen: {{...{seen}, 'x&1': {{name: 'Gone', rag: 'red', finish: ''}}}}}}]))"
    told = "[...document.querySelectorAll('[data-since-list] li')].map(li => li.textContent)"
    values = visit(pages / "index.html", {"eval": former}, {"reload": True}, {"eval": told})
    assert sorted(values[-1]) == [
        "Echo: Green → Unknown",
        "Gone is not in the list any more",
        "Mike: Green → Yellow",
        "Zulu: Green → Red",
    ]


def test_axe_finds_nothing_against_accessibility(pages: Path) -> None:
    """axe-core, all rules of WCAG 2.2 A and AA and its best practices, on each kind of page, wide and on a phone."""
    axe = (MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8")
    told = "axe.run().then((found) => found.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 120))]))"
    for page in sorted(pages.rglob("*.html"))[:2]:
        for job in ({}, {"width": 400}, {"dark": True}):
            assert visit(page, {"eval": f"{axe};0"}, {"eval": told}, **job)[-1] == [], (page, job)
