"""Every chart in a real browser, in both Mermaid majors that GitLab has shipped: no error, no changed text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.report.charts import TITLE_LIMIT
from bot.report.text.safe_text import NOTHING, clean
from tests.browser.chromium import MERMAIDS, drive, needs_browser
from tests.report.chart_samples import charts
from tests.report.hostile import HOSTILE

pytestmark = [pytest.mark.browser, needs_browser]

# As GitLab initialises it: app/assets/javascripts/lib/mermaid.js.
RENDER = """(async () => {{
  mermaid.initialize({{startOnLoad: false, theme: {theme}, securityLevel: "strict"}});
  const answers = [];
  for (const [n, source] of {sources}.entries()) {{
    try {{
      const {{svg}} = await mermaid.mermaidAPI.render("chart" + n, source);
      const page = new DOMParser().parseFromString(svg, "text/html");
      const texts = [...page.querySelectorAll("text, tspan")].map((e) => e.textContent);
      answers.push({{texts, broken: /NaN|Syntax error|undefined/.test(svg), links: page.querySelectorAll("a, script, img").length}});
    }} catch (error) {{ answers.push({{error: String(error)}}); }}
  }}
  return answers;
}})()"""


def render(major: str, sources: list[str], theme: str = "neutral") -> list[dict[str, object]]:
    import json

    step = {"eval": RENDER.format(sources=json.dumps(sources), theme=json.dumps(theme))}
    (answer,) = drive([{"html": "<!doctype html><p>", "scripts": [str(MERMAIDS[major])], "steps": [step]}])
    assert answer["requests"] == []
    assert [p for p in answer["problems"] if "suitable point for the given distance" not in p] == []
    found: list[dict[str, object]] = answer["values"][0]
    return found


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("major", list(MERMAIDS))
def test_hostile_titles_draw_unchanged(major: str) -> None:
    titles = [title for title in dict.fromkeys(clean(text, TITLE_LIMIT) for text in HOSTILE) if title]
    sources = [(title, chart.source) for title in titles for chart in list(charts(title))[:3:2]]
    answers = render(major, [source for _, source in sources])
    assert len(answers) == len(sources) > 400
    for (title, source), answer in zip(sources, answers, strict=True):
        assert "error" not in answer, (title, source, answer)
        assert not answer["broken"], (title, source)
        assert answer["links"] == 0, (title, source)
        shown = clean(title, 12) if source.startswith("%%") else title
        texts = answer["texts"]
        assert isinstance(texts, list)
        assert squeezed(shown) in [squeezed(text) for text in texts] or shown == NOTHING, (title, source, texts)


@pytest.mark.parametrize("major", list(MERMAIDS))
@pytest.mark.parametrize("theme", ["neutral", "dark"])
def test_every_chart_draws_in_both_themes(major: str, theme: str) -> None:
    for answer in render(major, [chart.source for chart in charts("Go live")], theme):
        assert "error" not in answer
        assert not answer["broken"]


def drawn_in_reports() -> list[str]:
    """Every diagram of the reports' golden files, in both languages."""
    pages = sorted((Path(__file__).parents[1] / "report/golden").glob("*.md"))
    return [code for page in pages for code in re.findall(r"```mermaid\n(.*?)\n```", page.read_text(), re.S)]


@pytest.mark.parametrize("major", list(MERMAIDS))
def test_every_chart_of_every_report_draws(major: str) -> None:
    sources = drawn_in_reports()
    assert len(sources) > 8
    for source, answer in zip(sources, render(major, sources), strict=True):
        assert "error" not in answer, source
        assert not answer["broken"], source
