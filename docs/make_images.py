"""The documentation's pictures, from the demo GitLab: `.venv/bin/python -m docs.make_images` (needs tests/browser/install.sh).

Reads, derives and publishes the sample portfolio over HTTP, reads the notes back, and photographs in Chromium what
GitLab would show (its Markdown, Mermaid 11 as it draws it) and the portfolio's page. Writes docs/images/*.png.
"""

from __future__ import annotations

import html
import re
import sys
import tempfile
from datetime import date
from pathlib import Path

from bot.app.run import RequestedReport, RunOptions, run_job
from bot.app.sources import make_site_files, read_for
from bot.cli.showcase import Published, demo_session, read_back
from bot.demo import make_portfolio
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Audience
from bot.report.preview import markdown_to_html
from docs.small_png import shrink
from fakegitlab import DemoGitLab
from tests.browser.chromium import MERMAIDS, drive, missing

DAY = date(2026, 11, 20)
SEED = 7
EDITION = "ultimate"
PARTNER = "Kumo Consulting"
IMAGES = Path(__file__).parent / "images"
DRAW = """(async () => {
  mermaid.initialize({startOnLoad: false, theme: "neutral", securityLevel: "strict"});
  for (const [n, code] of [...document.querySelectorAll("code.language-mermaid")].entries()) {
    const {svg} = await mermaid.mermaidAPI.render("chart" + n, code.textContent);
    const figure = document.createElement("figure");
    figure.innerHTML = svg;
    for (let fold = code.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    code.closest("pre").replaceWith(figure);
  }
})()"""
STYLE = """
body { margin: 0; background: #fff; color: #333238; width: 1060px;
  font: 14px/1.5 "GitLab Sans", Inter, -apple-system, "Noto Sans", system-ui, sans-serif; }
main { margin: 16px; border: 1px solid #dcdcde; border-radius: 8px; overflow: hidden }
.author { padding: 10px 16px; background: #fdf1dd; border-bottom: 1px solid #dcdcde; color: #626168 }
.author b { color: #333238 } .author i { float: right; font-style: normal; color: #8f4700; font-weight: 600; font-size: 12px }
.md { padding: 12px 16px 4px } h1 { font-size: 1.6em; margin: 12px 16px 0 } h2 { font-size: 1.4em; margin: 4px 0 12px } h4 { margin: 16px 0 6px; font-size: 1em } h3 { font-size: 1.15em; margin: 20px 0 8px }
a { color: #1068bf; text-decoration: none } p, ul { margin: 0 0 10px } ul { padding-left: 24px }
table { border-collapse: collapse; width: 100%; margin: 0 0 14px; font-size: 13px }
th, td { border: 1px solid #dcdcde; padding: 6px 10px; text-align: left; vertical-align: top } th { border-bottom-width: 2px }
code { background: #ececef; border-radius: 4px; padding: 1px 4px; font-size: 12px }
details { margin: 0 0 10px } summary { font-weight: 600; cursor: pointer } figure { margin: 8px 0 16px; max-width: 760px }
"""


@frozen
class Shot:
    """A text of the demo as a picture: a note with its author, or an issue with its title; `open`: folds and charts."""

    name: str
    text: str
    title: str = ""
    label: str = "Internal"
    open: bool = False


def main() -> int:
    """0 when all pictures are made, 1 when something that they need is missing."""
    if missing():
        sys.stderr.write(f"no pictures: {missing()}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        shots, pages = _published(Path(folder))
        IMAGES.mkdir(exist_ok=True)
        drive([*_site_jobs(Path(folder) / "site", pages), *map(_job, shots)])
    pictures = sorted(IMAGES.glob("*.png"))
    shrink(pictures)
    for picture in pictures:
        sys.stdout.write(f"{picture.relative_to(IMAGES.parent.parent)} {picture.stat().st_size // 1000} kB\n")
    return 0


def _published(folder: Path) -> tuple[list[Shot], dict[str, str]]:
    """What stands in the demo GitLab after a run, and the portfolio's pages."""
    with DemoGitLab(make_portfolio(DAY, SEED, EDITION), edition=EDITION) as gitlab:
        session = demo_session(gitlab, folder, DAY, SEED, EDITION)
        run_job(session, RunOptions())
        handed = run_job(session, RunOptions(report=RequestedReport("partner", partner=PARTNER))).files
        reading = read_for(session, snapshot=None, only=None)
        pages = make_site_files(reading, audience=Audience.INTERNAL, only=None, tell=print)
        return _shots(read_back(session, reading.portfolio), "".join(handed.values())), pages


def _shots(posts: list[Published], handover: str) -> list[Shot]:
    """One picture of each kind of report."""
    statuses = [
        post.text for post in posts if post.text.count("```mermaid") >= 2 and re.match(r"## \S+ \w+:", post.text)
    ]
    status = min(statuses, key=lambda text: ("Yellow:" not in text.split("\n")[0], len(text)))
    issues = {post.title.split()[1]: post for post in posts if post.title.startswith("PS ")}
    draft = next(post.text for post in posts if post.text.startswith("**Draft") and "| medium |" in post.text)
    closeout = max((post.text for post in posts if post.text.startswith("## Closeout")), key=len)
    charts = re.findall(r"(\*\*[^\n]+?\.\*\* .*?```mermaid.*?```)", status.partition("<summary>Charts")[2], re.S)
    return [
        Shot("internal-status", status),
        Shot("internal-status-charts", "\n\n".join(charts), open=True),
        Shot("customer-draft", draft),
        Shot("closeout", closeout),
        Shot("partner-view", handover, label="To hand over"),
        *(Shot(kind, issues[kind].text, issues[kind].title) for kind in ("portfolio", "monthly", "quarterly")),
    ]


def _job(shot: Shot) -> dict[str, object]:
    who = f"<b>psbot</b> @project_42_bot · just now <i>{shot.label}</i>"
    head = f'<div class="author">{who}</div>' + (f"<h1>{html.escape(shot.title)}</h1>" if shot.title else "")
    body = markdown_to_html(shot.text)
    page = f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><main>{head}<div class="md">{body}</div></main>'
    steps = [
        *([{"eval": DRAW}] if shot.open else []),
        {"screenshot": str(IMAGES / f"{shot.name}.png"), "selector": "main"},
    ]
    return {"html": page, "scripts": [str(MERMAIDS["11"])], "width": 1092, "steps": steps}


def _site_jobs(folder: Path, pages: dict[str, str]) -> list[dict[str, object]]:
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    worst = re.search(r'<a href="(engagements/[^"]+)"', pages["index.html"])
    shots = [("portfolio-page", "index.html", False), ("portfolio-page-dark", "index.html", True)]
    shots += [("engagement-page", worst[1], False)] if worst else []
    return [
        {
            "url": (folder / page).as_uri(),
            "width": 1400,
            "height": 1250,
            "dark": dark,
            "steps": [{"screenshot": str(IMAGES / f"{name}.png")}],
        }
        for name, page, dark in shots
    ]


if __name__ == "__main__":
    raise SystemExit(main())
