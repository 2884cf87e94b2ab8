"""`psbot demo`: the main job end to end, over HTTP, against the simulated GitLab, and read back."""

from __future__ import annotations

import html
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.app.run import RunOptions, run_job
from bot.app.session import Session, open_session
from bot.app.sources import Reading, make_site_files, read_for
from bot.cli.console import progress_bar, say, stdout
from bot.cli.files import json_text, write_text
from bot.cli.offline_copies import offline_html, offline_markdown
from bot.domain.errors import UsageError
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Audience, Phase, RiskSource
from bot.publish.forms import PostForm
from bot.publish.marker import unsigned
from bot.publish.posts import Post
from bot.publish.standing import read_standing
from bot.report.preview import make_index, make_page, markdown_to_html

if TYPE_CHECKING:
    from bot.domain.model import Portfolio
    from fakegitlab import DemoGitLab


def need_the_simulated_gitlab() -> None:
    """Raises UsageError where fakegitlab, which is a distribution of its own, or what it needs is not installed."""
    try:
        import fakegitlab.server  # noqa: F401
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in ("fakegitlab", "graphql", "werkzeug"):
            raise
        hint = "Install it: pip install 'psbot[demo]'; in a checkout: make demo."
        raise UsageError("needs the simulated GitLab, the extra `demo`", "psbot demo", hint) from error


def run_demo(out: Path, edition: str, seed: int, *, quiet: bool) -> int:
    """Read, derive, render, publish, read back, and run again to show that nothing more is written. The exit code."""
    from bot.demo import make_portfolio
    from fakegitlab import DemoGitLab

    day = last_weekday(datetime.now(UTC).date())
    with (
        DemoGitLab(make_portfolio(day, seed, edition), edition=edition) as gitlab,
        tempfile.TemporaryDirectory() as home,
    ):
        session = demo_session(gitlab, Path(home), day, seed, edition)
        say(f"demo GitLab ({edition}) at {gitlab.url}, as of {day}")
        with progress_bar(quiet) as progress:
            first = run_job(session, RunOptions(), progress)
        for line in (*first.lines, first.closing_line):
            stdout().print(line, soft_wrap=True)
        answered = converse(gitlab, session, day)
        again = run_job(session, RunOptions())
        stdout().print(f"run again: {again.closing_line}")
        reading = read_for(session, snapshot=None, only=None)
        published = read_back(session, reading.portfolio)
        lost = _leave(out, reading, published, edition)
    failures = [*first.failures, *answered, *lost]
    for failure in failures:
        say(failure)
    if again.writes:
        say(f"the second run wrote {again.writes} times, though nothing had changed")
    stdout().print(what_to_do_next(published, out), soft_wrap=True)
    return 1 if failures or again.writes or not published else 0


def converse(gitlab: DemoGitLab, session: Session, day: date) -> list[str]:
    """A PM answers psbot, and the next run obeys: told on the terminal. What failed."""
    from bot.demo.conversation import Talk, play_conversation

    reading = read_for(session, snapshot=None, only=None)
    facts = {e.ref: e.facts for e in reading.portfolio.engagements}
    talks = [
        Talk(facts[e.ref].internal or e.ref, facts[e.ref].pm or "", e.risks[0].rule, "yellow")
        for e in reading.derive(day).engagements
        if e.phase == Phase.ACTIVE and facts[e.ref].pm and e.risks and e.risks[0].source == RiskSource.DERIVED
    ]
    approvers = session.settings.reports.status.customer.approvers
    said = play_conversation(gitlab.world, talks, approvers[0], day) if approvers else []
    stdout().print("\nA PM answers in GitLab:", *said, sep="\n", soft_wrap=True)
    obeyed = run_job(session, RunOptions())
    news = (line for line in obeyed.lines if not line.startswith(("skipped", "waiting")))
    stdout().print("and the next run obeys:", *news, obeyed.closing_line, sep="\n", soft_wrap=True)
    return list(obeyed.failures)


def what_to_do_next(published: Sequence[Published], out: Path) -> str:
    """The weeks, where they differ, and one line that says what to open and how to go on."""
    weeks = {found.kind: found.period for found in published if found.kind in ("status", "portfolio")}
    differ = len(set(weeks.values())) > 1
    told = "" if not differ else (
        f"Each report tells of the week in which it was last due: the status notes (Thursdays) of {weeks['status']}, "
        f"the portfolio (Tuesdays) of {weeks['portfolio']}.\n"
    )  # fmt: skip
    return (
        f"\n{told}Open {out / 'index.html'} in a browser: it shows the {len(published)} texts that psbot wrote. "
        f"To keep that GitLab up and try the commands on it: {command()} demo --serve"
    )


def command() -> str:
    """How to call psbot here."""
    installed = Path(sys.prefix) / "bin/psbot"
    if not installed.exists():
        return "python -m bot"
    return os.path.relpath(installed) if installed.is_relative_to(Path.cwd()) else "psbot"


def serve_demo(edition: str, seed: int) -> None:
    """Keep the demo GitLab up until interrupted; prints how to reach it."""
    from bot.demo import DEMO_CONFIG, make_portfolio
    from fakegitlab import DemoGitLab

    day = last_weekday(datetime.now(UTC).date())
    with DemoGitLab(make_portfolio(day, seed, edition), edition=edition) as gitlab:
        config = Path("demo-config.yml")
        write_text(config, DEMO_CONFIG(day, gitlab.url, seed, edition))
        stdout().print(f"export GITLAB_URL={gitlab.url}\nexport GITLAB_TOKEN={gitlab.token}")
        say(f"try: psbot --config {config} status      (Ctrl-C ends the demo GitLab)")
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        ended.wait()


def demo_session(gitlab: DemoGitLab, home: Path, day: date, seed: int, edition: str) -> Session:
    """A session on the demo GitLab whose calendar says that it is `day`."""
    from bot.demo import DEMO_CONFIG
    from bot.demo.timesheets import make_bookings, make_timesheets

    write_text(home / "config.yml", DEMO_CONFIG(day, gitlab.url, seed, edition, csv=True))
    write_text(home / "hours.csv", make_timesheets(day, seed, edition))
    write_text(home / "bookings.csv", make_bookings(day, seed, edition))
    environment = {"GITLAB_URL": gitlab.url, "GITLAB_TOKEN": gitlab.token}
    session = open_session(home / "config.yml", environment)
    return Session(session.settings, session.config_path, day, day, environment)


def last_weekday(day: date) -> date:
    """`day`, or the Friday before a weekend: nobody's sample week ends on a Sunday."""
    return day - timedelta(days=max(0, day.weekday() - 4))


@frozen
class Published:
    """A text of the bot as GitLab gives it back, without its marker."""

    where: str
    title: str
    url: str
    text: str
    kind: str
    period: str


def read_back(session: Session, portfolio: Portfolio) -> list[Published]:
    """Every note and issue of the bot as the demo GitLab answers when it is asked again, over HTTP."""
    standing = read_standing(session.client, session.settings, portfolio)
    posts = sorted(standing.posts, key=lambda p: (p.form != PostForm.ISSUE, p.marker.identity.kind, p.place, p.id))
    return [
        Published(
            f"{p.place} ({p.form} {p.id})",
            p.title or title_of(p),
            p.url,
            unsigned(p.body),
            p.marker.identity.kind,
            p.marker.identity.period,
        )
        for p in posts
    ]


def title_of(post: Post) -> str:
    identity = post.marker.identity
    return f"{identity.kind} {identity.period}, {identity.audience}{' draft' if identity.draft else ''}"


def _leave(out: Path, reading: Reading, published: list[Published], edition: str) -> list[str]:
    """Markdown, JSON, the portfolio page, and a page of links to all of it. What could not be made."""
    from bot.derive.output import to_json
    from bot.domain.snapshot import dump_snapshot

    base, lost = reading.session.client.url, list[str]()
    known = {found.url: file_of(number, found) for number, found in enumerate(published, 1)}
    write_json(out / "status.json", to_json(reading.derive(reading.day)))
    write_json(out / "snapshot.json", dump_snapshot(reading.portfolio))
    for name, text in make_site_files(reading, audience=Audience.INTERNAL, only=None, tell=lost.append).items():
        page = f"site/{name}"
        write_text(out / page, offline_html(text, base, page, known) if name.endswith(".html") else text)
    links: dict[str, dict[str, str]] = {"Look at": {"The portfolio page": "site/index.html"}, "Published": {}}
    for found in published:
        name = known[found.url]
        write_text(out / f"{name}.md", offline_markdown(found.text, base, f"{name}.md", known))
        head = f'<p class="where">{html.escape(found.where)}</p>'
        page = make_page(found.title, head + markdown_to_html(found.text))
        write_text(out / f"{name}.html", offline_html(page, base, f"{name}.html", known))
        links["Published"][f"{found.title} ({found.where})"] = f"{name}.html"
    links["Data"] = {"status --json": "status.json", "export": "snapshot.json"}
    write_text(out / "index.html", make_index(f"psbot demo ({edition})", links))
    return lost


def file_of(number: int, found: Published) -> str:
    """Where a published text is left, without its ending."""
    return f"published/{number:02d}-{''.join(c if c.isalnum() else '-' for c in found.where)}"


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_text(path, json_text(value, indent=1))
