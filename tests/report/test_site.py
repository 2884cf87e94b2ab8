"""The portfolio page: complete, self-contained, readable without script, inert to hostile text, and deterministic."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive import results as r
from bot.derive.forecast.record.accuracy import Accuracy
from bot.derive.forecast.record.scores import Calibration
from bot.domain.errors import UsageError
from bot.domain.messages import Percent, Phrase, quote
from bot.domain.model import Engagement, Portfolio
from bot.domain.vocabulary import Audience, Colour, RiskSource, Severity
from bot.report.site import make_site
from bot.report.site.bridge import draw_bridge
from bot.report.site.draw import draw_burn_up, draw_trend, nice_ceiling
from bot.report.site.page_names import page_names
from bot.report.site.pages import portfolio_view
from bot.report.site.plainwords import PlainWords
from bot.report.site.render import PageRenderer
from bot.report.site.site_data import Site
from bot.report.text.safe_text import clean
from bot.report.text.wording import load_words
from tests.report.chart_samples import FINISH, history
from tests.report.hostile import HOSTILE
from tests.report.site_samples import (
    CALENDAR,
    HOST,
    ROOT,
    SETTINGS,
    TODAY,
    derived_engagement,
    derived_of,
    engagement,
    portfolio_of,
    weeks_before,
)

VOID = {"meta", "br", "input", "line", "rect", "path", "circle"}


class Page(HTMLParser):
    """What a browser would make of a page: elements, attributes, text; unbalanced tags are faults."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag in ("td", "th", "p", "h1", "h2", "h3", "li"):
            self.text += " "
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text += data

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def site(text: str = "Migration", **more: object) -> dict[str, str]:
    derived = derived_of(derived_engagement(text), failure=text)
    files = make_site(portfolio_of(engagement(text)), derived, weeks_before(derived), SETTINGS, CALENDAR, **more)  # type: ignore[arg-type]
    return {name: html for name, html in files.items() if name.endswith(".html")}


def test_every_page_is_well_formed_and_loads_nothing() -> None:
    files = site()
    assert sorted(files) == ["engagements/acme-ps-internal-7.html", "index.html", "load.html"]
    for html in [*files.values(), *site(audience="customer", only=ROOT).values()]:
        page = Page(html)
        assert page.faults == []
        assert page.open == []
        assert (
            [a for a in page.named("script") if "src" in a]
            == page.named("link")
            == page.named("img")
            == page.named("iframe")
            == []
        )
        assert not any(name == "style" or name.startswith("on") for _, attributes in page.tags for name in attributes)
        policy = next(a["content"] for a in page.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy


def test_no_id_stands_twice_and_labels_lead_somewhere() -> None:
    for html in site().values():
        page = Page(html)
        ids = [a["id"] for _, a in page.tags if "id" in a]
        assert len(ids) == len(set(ids))
        for _, attributes in page.tags:
            assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)


def test_every_chart_has_a_name_and_every_table_header_a_scope() -> None:
    for html in site().values():
        page = Page(html)
        assert all("aria-label" in a or "aria-labelledby" in a for a in page.named("svg"))
        assert all(a.get("scope") in ("col", "row") for a in page.named("th"))
        assert page.named("html")[0]["lang"] == "en-US"
        assert len(page.named("h1")) == 1


def test_the_portfolio_says_what_a_director_asks() -> None:
    text = Page(site()["index.html"]).text
    for fact in (
        "As of Nov 20, 2026", "$380,000", "$340,000 to $420,000", "84% of the target of $450,000", "Yellow", "Migration",
        "40%", "Dec 10, 2026", "62%", "54%", "+5 working days", "$280,000", "1 update overdue", "−5 %",
    ):  # fmt: skip
        assert fact in text, fact


def test_an_engagement_says_why_with_links_to_the_evidence() -> None:
    page = Page(site()["engagements/acme-ps-internal-7.html"])
    hrefs = [a["href"] for a in page.named("a")]
    assert f"{HOST}/acme/customers/x/-/issues/11" in hrefs
    assert "../index.html" in hrefs
    for fact in (
        "Burn-up",
        "How the forecasts moved",
        "Nov 30, 2026",
        "ready to send",
        "proposed",
        "RAID log: 2 open entries",
    ):
        assert fact in page.text, fact


@pytest.mark.parametrize("text", [h for h in HOSTILE if clean(h)])
def test_hostile_text_shows_as_it_is_and_adds_no_element(text: str) -> None:
    for before, other in zip(plain_pages(), all_pages(text), strict=True):
        after = Page(other)
        assert [tag for tag, _ in after.tags] == [tag for tag, _ in before.tags]
        assert [sorted(a) for _, a in after.tags] == [sorted(a) for _, a in before.tags]
        is_on_it = 'id="free"' not in other
        assert not is_on_it or clean(text, 200).rstrip("…") in after.text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", other)


def all_pages(text: str) -> list[str]:
    return [*site(text).values(), make_customer(text)]


@cache
def plain_pages() -> list[Page]:
    return [Page(html) for html in all_pages("Migration")]


def make_customer(text: str) -> str:
    return site(text, audience="customer", only=ROOT)["index.html"]


def test_only_web_addresses_become_links() -> None:
    bad = replace(engagement(), web_url="javascript:alert(1)")
    files = make_site(portfolio_of(bad), derived_of(derived_engagement()), [], SETTINGS, CALENDAR)
    assert all(
        a["href"].startswith(("http", "#", "../", "engagements/", "load.html", "index.html"))
        for t in files.values()
        for a in Page(t).named("a")
    )


def test_nothing_known_gives_a_calm_page() -> None:
    files = make_site(Portfolio(), r.Derived(TODAY, "USD"), [], SETTINGS, CALENDAR)
    assert list(files) == ["index.html", "milestones.ics"]
    assert "No engagement runs." in Page(files["index.html"]).text
    bare = make_site(
        portfolio_of(Engagement("a&1")), r.Derived(TODAY, "USD", (r.EngagementDerived("a&1"),)), [], SETTINGS, CALENDAR
    )
    for html in bare.values():
        assert "None" not in Page(html).text
        assert "nan" not in Page(html).text.lower().split()


def test_the_same_values_give_the_same_pages() -> None:
    derived = derived_of(derived_engagement())
    one = make_site(portfolio_of(engagement()), derived, weeks_before(derived), SETTINGS, CALENDAR)
    other = make_site(portfolio_of(engagement()), derived, weeks_before(derived)[::-1], SETTINGS, CALENDAR)
    assert one == other


def test_only_one_engagement_is_one_page() -> None:
    files = site(only=ROOT)
    assert list(files) == ["index.html"]
    assert "../index.html" not in files["index.html"]
    for audience in ("internal", "customer"):
        with pytest.raises(UsageError, match="no engagement x&1"):
            site(only="x&1", audience=audience)
    with pytest.raises(UsageError, match="one engagement"):
        site(audience="customer")
    with pytest.raises(UsageError, match="no audience 'Customer'"):
        site(audience="Customer", only=ROOT)


def test_accuracy_is_told_where_it_was_measured() -> None:
    change = r.Waterfall("FY27-Q4", TODAY, 100_000, 80_000, (r.Driver("pace", ROOT, -20_000, "the pace fell"),))
    accuracy = Accuracy(0.05, (), (Calibration(Phrase("finish by P80"), 0.8, 7, 9),), change)
    found = derived_of(derived_engagement())
    found = replace(found, portfolio=replace(found.portfolio, waterfall=change))
    files = make_site(portfolio_of(engagement()), found, [], SETTINGS, CALENDAR, accuracy=accuracy)
    text = " ".join(Page(files["index.html"]).text.split())
    assert "finish by P80 80% 78% (7/9)" in text
    for told in ("acme/ps-internal&7: the pace fell", "−$20,000", "$100,000", "$80,000"):
        assert told in text


def test_the_pages_speak_the_language_of_the_config() -> None:
    german = SETTINGS.model_copy(update={"reports": SETTINGS.reports.model_copy(update={"locale": "de_DE"})})
    derived = derived_of(derived_engagement())
    files = make_site(portfolio_of(engagement()), derived, weeks_before(derived), german, CALENDAR)
    page = Page(files["index.html"])
    assert page.named("html")[0]["lang"] == "de-DE"
    assert "380.000 $" in page.text
    assert "20.11.2026" in page.text
    assert len(Page(files["engagements/acme-ps-internal-7.html"]).tags) > 100


def test_the_pages_say_what_is_derived_in_the_language_of_the_config() -> None:
    german = SETTINGS.model_copy(update={"reports": SETTINGS.reports.model_copy(update={"locale": "de_DE"})})
    late = Phrase(
        "{n|# item waits|# items wait} for the customer; {title} since {since}.", n=2, title=quote("<b>x"), since=TODAY
    )
    reason = r.Reason(
        Phrase("{spent} of {budget} spent ({share}){done}.", spent="7", budget="8", share=Percent(0.9), done="")
    )
    told = replace(
        derived_engagement(),
        risks=(
            r.Risk(
                "waiting-on-customer", RiskSource.DERIVED, Severity.HIGH, late, (), Phrase("Assign each to one person.")
            ),
        ),
        status=r.Status(Colour.RED, budget=r.Rag(Colour.RED, (reason,))),
    )
    files = make_site(portfolio_of(engagement()), derived_of(told), (), german, CALENDAR)
    assert "2 Aufgaben warten auf den Kunden; „<b>x“ seit 20.11.2026." in Page(files["index.html"]).text
    page = Page(files["engagements/acme-ps-internal-7.html"]).text
    assert "Jede einer Person zuweisen." in page
    assert "7 von 8 verbraucht (90 %)." in page


def test_file_names_are_unique_and_plain() -> None:
    names = page_names(["a/b&1", "A/B&1", "a-b#1", "客户&1", "%", "../../etc&1"])
    assert len(set(names.values())) == 6
    assert all(re.fullmatch(r"engagements/[a-z0-9-]+\.html", name) for name in names.values())


# --- the customer's page -----------------------------------------------------------------------------------------------

CANARY = "KANARIENVOGEL"


@settings(max_examples=40, deadline=None)
@given(money=st.integers(11_111_111, 99_999_999), text=st.text("abc xyz", min_size=3, max_size=12).filter(str.strip))
def test_a_customer_s_page_holds_neither_money_nor_anything_internal(money: int, text: str) -> None:
    derived = derived_of(derived_engagement(text, secret=CANARY, money=money), failure=CANARY)
    portfolio = portfolio_of(engagement(text, secret=CANARY, value=money))
    files = make_site(
        portfolio, derived, weeks_before(derived), SETTINGS, CALENDAR, audience=Audience.CUSTOMER, only=ROOT
    )
    assert list(files) == ["index.html", "milestones.ics"]
    page = Page(files["index.html"])
    everything = page.text + " ".join(value for _, a in page.tags for value in a.values())
    assert CANARY not in everything
    assert not re.search(r"[$€£]|USD|\bP\d0\b|62\s?%|0\.54|54\s?%", page.text)
    for times in (1, 2, 3):
        assert str(money * times) not in re.sub(r"\D", "", page.text)
    for word in (
        "red",
        "concerned",
        "CPI",
        "SPI",
        "escalat",
        "forecast",
        "inner risk",
        "own",
        "confidential",
        "acme/ps-internal",
    ):
        assert word.lower() not in page.text.lower().replace("done", "").replace("known", ""), word


def test_a_customer_s_page_tells_what_the_customer_may_know() -> None:
    text = " ".join(Page(make_customer("Migration")).text.split())
    for fact in ("1 / 2 Milestones", "What we wait for from you Migration – by Nov 23, 2026", "45%"):
        assert fact in text, fact


# --- drawing -----------------------------------------------------------------------------------------------------------


def test_axes_end_on_round_numbers() -> None:
    assert [nice_ceiling(top) for top in (0, 0.7, 1, 2.1, 12.5, 380_000, 450_001)] == [
        1,
        0.8,
        1,
        2.4,
        16,
        400_000,
        500_000,
    ]


def test_the_cone_runs_from_today_s_progress_to_the_scope() -> None:
    drawing = draw_burn_up(history(), FINISH, None)
    assert drawing is not None
    end_of_done = drawing.done.rpartition(" L")[2]
    assert drawing.cone.startswith(f"M{end_of_done} L")
    goal = drawing.scope.split()[-1]
    assert drawing.median.endswith(f" {goal}")
    assert draw_burn_up(history()[:1], FINISH, None) is None


def test_a_milestone_that_slips_rises() -> None:
    derived = derived_of(derived_engagement())
    past = [(d.as_of, d.engagements[0].schedule.milestones) for d in [*weeks_before(derived), derived]]
    trend = draw_trend(past)
    assert trend is not None
    heights = [float(point.split()[1]) for point in trend.lines[0].line[1:].split(" L")]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] > heights[-1]
    assert draw_trend(past[-1:]) is None


def test_every_page_has_its_milestones_as_a_calendar() -> None:
    derived = derived_of(derived_engagement())
    files = make_site(portfolio_of(engagement()), derived, [], SETTINGS, CALENDAR)
    assert sorted(n for n in files if n.endswith(".ics")) == ["engagements/acme-ps-internal-7.ics", "milestones.ics"]


def test_the_portfolio_page_of_200_engagements_stays_below_a_megabyte() -> None:
    refs = [f"acme/ps-internal&{number}" for number in range(200)]
    told = derived_of(*(derived_engagement(f"Migration of customer {n}", ref) for n, ref in enumerate(refs)))
    portfolio = portfolio_of(*(engagement(f"Migration of customer {n}", ref) for n, ref in enumerate(refs)))
    site = Site(portfolio, told, weeks_before(told), SETTINGS, CALENDAR)
    page = PageRenderer(PlainWords(load_words("en_US", "USD"))).render("portfolio.html.j2", portfolio_view(site))
    assert len(page.encode()) <= 1_000_000


def test_the_waterfall_s_bars_lead_from_one_forecast_to_the_other() -> None:
    drivers = (
        r.Driver("hours", "a&1", -4_000.0, "fewer"), r.Driver("acceptance", "a&2", 9_000.0, "moved"),
        r.Driver("hours", "a&3", -1_000.0, "fewer"),
    )  # fmt: skip
    bridge = draw_bridge(r.Waterfall("FY27-Q4", TODAY, 100_000.0, 104_000.0, drivers))
    assert [(bar.kind, bar.amount) for bar in bridge.bars] == [
        (None, 100_000), ("acceptance", 9_000), ("hours", -5_000), (None, 104_000),
    ]  # fmt: skip
    first, up, down, last = bridge.bars
    assert up.x == pytest.approx(first.x + first.width, abs=0.2)
    assert down.x == pytest.approx(last.x + last.width, abs=0.2)
    assert down.x + down.width == pytest.approx(up.x + up.width, abs=0.2)


def test_the_portfolio_s_calendar_has_the_days_of_the_next_reports() -> None:
    files = make_site(portfolio_of(engagement()), derived_of(derived_engagement()), [], SETTINGS, CALENDAR)
    assert files["milestones.ics"].count("SUMMARY:psbot: ") == 10
    assert not any("SUMMARY:psbot: " in text for name, text in files.items() if name != "milestones.ics")
