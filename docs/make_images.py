"""The README's pictures, from the demo GitLab: `.venv/bin/python -m docs.make_images` (needs tests/browser/install.sh).

Reads, derives and publishes the sample portfolio over HTTP, reads the notes back, and photographs in Chromium what
GitLab would show (its Markdown, Mermaid 11 as it draws it) and the portfolio's page. Writes docs/images/*.png.
"""

from __future__ import annotations

import re
import sys
import tempfile
from datetime import date
from pathlib import Path

from bot.cli.showcase import Published, demo_session, read_back
from bot.demo import DemoGitLab, make_portfolio
from bot.reading import make_site_files, read_for
from bot.report.preview import markdown_to_html
from bot.run import RunOptions, run_job
from tests.browser.chromium import MERMAIDS, drive, missing

DAY = date(2026, 11, 20)
SEED = 7
EDITION = "ultimate"
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
.md { padding: 12px 16px 4px } h2 { font-size: 1.4em; margin: 4px 0 12px } h3 { font-size: 1.15em; margin: 20px 0 8px }
a { color: #1068bf; text-decoration: none } p, ul { margin: 0 0 10px } ul { padding-left: 24px }
table { border-collapse: collapse; width: 100%; margin: 0 0 14px; font-size: 13px }
th, td { border: 1px solid #dcdcde; padding: 6px 10px; text-align: left; vertical-align: top } th { border-bottom-width: 2px }
code { background: #ececef; border-radius: 4px; padding: 1px 4px; font-size: 12px }
details { margin: 0 0 10px } summary { font-weight: 600; cursor: pointer } figure { margin: 8px 0 16px; max-width: 760px }
"""


def main() -> int:
    """0 when all pictures are made, 1 when something that they need is missing."""
    if missing():
        sys.stderr.write(f"no pictures: {missing()}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        notes, pages = _published(Path(folder))
        IMAGES.mkdir(exist_ok=True)
        drive([*_site_jobs(Path(folder) / "site", pages), _note_job(_telling(notes))])
    for picture in sorted(IMAGES.glob("*.png")):
        sys.stdout.write(f"{picture.relative_to(IMAGES.parent.parent)}\n")
    return 0


def _published(folder: Path) -> tuple[list[Published], dict[str, str]]:
    """What stands in the demo GitLab after a run, and the portfolio's pages."""
    with DemoGitLab(make_portfolio(DAY, SEED, EDITION), edition=EDITION) as gitlab:
        session = demo_session(gitlab, folder, DAY, SEED, EDITION)
        run_job(session, RunOptions())
        reading = read_for(session, snapshot=None, only=None)
        return read_back(session, reading.portfolio), make_site_files(reading, audience="internal", only=None)


def _telling(notes: list[Published]) -> str:
    """The shortest internal status note with both charts that has something to tell: yellow before any other."""
    found = [note.text for note in notes if note.text.count("```mermaid") >= 2 and re.match(r"## \S+ \w+ –", note.text)]
    return min(found, key=lambda text: ("Yellow –" not in text.split("\n")[0], len(text)))


def _note_job(text: str) -> dict[str, object]:
    head = '<div class="author"><b>psbot</b> @project_42_bot · just now <i>Internal</i></div>'
    page = f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><main>{head}<div class="md">{markdown_to_html(text)}</div></main>'
    steps = [{"eval": DRAW}, {"screenshot": str(IMAGES / "internal-status.png"), "selector": "main"}]
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
