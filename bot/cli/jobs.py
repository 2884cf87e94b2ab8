"""Commands that publish: run, apply, serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import AsOf, DryRun, Only, PlanFile, app, flag, options, parse_day, value
from bot.cli.console import print_lines, progress_bar, say, without_secrets
from bot.domain.errors import UsageError
from bot.domain.limits import visible_lines
from bot.domain.vocabulary import Audience

if TYPE_CHECKING:
    from bot.app.run import RunOptions
    from bot.app.summary import RunSummary

WOULD_CHANGE = 5
"""Exit code of `run --dry-run --exit-code` where a run would write something."""


@app.command(epilog="Example: psbot run --dry-run --plan plan.json, look at it, then psbot apply plan.json")
def run(
    only: Only = None,
    report: Annotated[
        str | None, value("--report", "KIND", "Write this one, due or not, such as status or monthly.")
    ] = None,
    period: Annotated[str | None, value("--period", "NAME", "With --report: 2026-W47, 2026-10 or FY27-Q3.")] = None,
    partner: Annotated[str | None, value("--partner", "NAME", "With --report partner --out DIR.")] = None,
    out: Annotated[Path | None, value("--out", "DIR", "Also leave the rendered files there.", "-o")] = None,
    dry_run: DryRun = False,
    plan: PlanFile = None,
    as_of: AsOf = None,
    junit: Annotated[Path | None, value("--junit", "FILE", "A run report that GitLab shows.")] = None,
    shard: Annotated[
        str | None, value("--shard", "I/N", "This part of the engagements; else CI_NODE_INDEX/CI_NODE_TOTAL.")
    ] = None,
    save: Annotated[Path | None, value("--save", "FILE", "Leave what was read as a snapshot.")] = None,
    merge: Annotated[
        list[Path] | None, value("--merge", "FILE", "Roll-ups from shards' snapshots; repeatable.")
    ] = None,
    site: Annotated[Path | None, value("--site", "DIR", "Also leave the portfolio page there.")] = None,
    json_: Annotated[Path | None, value("--json", "FILE", "Also leave what was derived as JSON.")] = None,
    tables: Annotated[Path | None, value("--tables", "DIR", "Also leave tables for a BI tool there, as CSV.")] = None,
    exit_code: Annotated[
        bool, flag("--exit-code", help=f"With --dry-run: end with {WOULD_CHANGE} where a run would write something.")
    ] = False,
    accept_loss: Annotated[
        bool, flag("--accept-loss", help="Vanished engagements are gone on purpose: report without them.")
    ] = False,
) -> None:
    """The scheduled job: read, derive, and publish whatever is due."""
    from bot.app.run import RequestedReport, RunOptions, run_job
    from bot.app.session import open_session

    if report is not None:
        _require_report(report, out)
    if plan and not dry_run:
        raise UsageError("a plan is left by a dry run only", "--plan", "Add --dry-run.")
    if exit_code and not dry_run:
        raise UsageError("tells what a dry run found", "--exit-code", "Add --dry-run.")
    if period and not report:
        raise UsageError("a period needs the report it is for", "--period", "Add --report KIND.")
    if report == "partner" and not partner:
        raise UsageError("the partner report is for one partner", "--report partner", "Add --partner NAME --out DIR.")
    session = open_session(options.config, as_of=parse_day(as_of))
    wanted = RunOptions(
        only=only, report=RequestedReport(report, period, partner) if report else None,
        dry_run=dry_run or session.as_of != session.today, shard=parse_shard(shard, session.environment),
        merge=tuple(merge or ()), accept_loss=accept_loss,
    )  # fmt: skip
    _require_room((out, site, tables), (plan, junit, save, json_))
    with progress_bar(options.quiet) as progress:
        summary = run_job(session, wanted, progress)
    lost: list[str] = []
    try:
        with _published(wanted, lost):
            lost += _leave_derived(summary, site, json_, tables)
        summary = replace(summary, failures=(*summary.failures, *lost))
        lost.clear()
        for leave in _leave_files(summary, out, plan, junit, save):
            with _published(wanted, lost):
                leave()
        summary = replace(summary, failures=(*summary.failures, *lost))
    finally:
        print_summary(summary, quiet=options.quiet)
    raise typer.Exit(1 if summary.failures else WOULD_CHANGE if exit_code and summary.would_change else 0)


def _require_room(folders: Iterable[Path | None], files: Iterable[Path | None]) -> None:
    """Before anything is read or published: exit code 2 says that nothing was."""
    from bot.cli.files import require_room

    for folder in filter(None, folders):
        require_room(folder, folder=True)
    for file in filter(None, files):
        require_room(file)


@contextmanager
def _published(wanted: RunOptions, lost: list[str]) -> Iterator[None]:
    """A file that can't be written when GitLab was costs itself alone; of a dry run it is the point."""
    try:
        yield
    except UsageError as problem:
        if wanted.dry_run:
            raise
        lost.append(str(problem))


def _require_report(kind: str, out: Path | None) -> None:
    """Refuse a name that is not a report, and a file without a folder to write it to."""
    from bot.report.registry import kinds_of_reports, report_of

    if kind not in kinds_of_reports():
        raise UsageError(f"{kind!r} is not a report", "--report", f"Use one of {', '.join(kinds_of_reports())}.")
    if out is None and not report_of(kind).is_published:
        raise UsageError(f"the {kind} report is written to a folder", f"--report {kind}", "Add --out DIR.")


@app.command(epilog="Example: psbot apply plan.json")
def apply(plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A file of psbot run --dry-run --plan.")]) -> None:
    """Carry out exactly that plan; what has changed in GitLab since is refused."""
    from bot.app.run import apply_plan_text
    from bot.app.session import open_session, read_text

    text = read_text(plan, "psbot run --dry-run --plan FILE writes one.")
    session = open_session(options.config)
    with progress_bar(options.quiet) as progress:
        summary = apply_plan_text(session, text, str(plan), progress)
    print_summary(summary, quiet=options.quiet)
    raise typer.Exit(1 if summary.failures else 0)


@app.command(epilog="Example: psbot serve --health /tmp/psbot-health")
def serve(
    health: Annotated[Path, value("--health", "FILE", "Touched while all is well; for a liveness probe.")] = Path(
        ".psbot-health"
    ),
    probe: Annotated[
        bool, flag("--probe", help="Only report, by exit code, whether FILE is still being touched.")
    ] = False,
) -> None:
    """Stay up and run the job at the times of the config; ends cleanly on SIGTERM."""
    from bot.app.serve import is_alive, require_rights, serve_forever
    from bot.app.session import open_session

    if probe:
        raise typer.Exit(0 if is_alive(health, datetime.now(UTC)) else 1)

    def job() -> bool:
        from bot.app.run import RunOptions, run_job

        session = open_session(options.config)
        with progress_bar(quiet=True) as progress:
            summary = run_job(session, RunOptions(), progress)
        print_summary(summary, quiet=options.quiet)
        return not summary.failures

    session = open_session(options.config)
    require_rights(session)
    settings = session.settings
    serve_forever(job, settings.serve.at, settings.calendar.timezone, health)


def parse_shard(text: str | None, environment: object) -> tuple[int, int] | None:
    """`2/5` → (2, 5); without it GitLab CI's own `parallel:` numbers. None = everything. Raises UsageError."""
    env = environment if isinstance(environment, dict) else dict(environment)  # type: ignore[call-overload]
    text = text or "/".join(env.get(name, "") for name in ("CI_NODE_INDEX", "CI_NODE_TOTAL"))
    index, _, total = text.partition("/")
    if not index or not total:
        return None
    if not (index.isdigit() and total.isdigit() and 1 <= int(index) <= int(total)):
        raise UsageError(f"{text!r} is not a shard", "--shard", "Write it as 2/5.")
    return (int(index), int(total)) if int(total) > 1 else None


def _leave_files(
    summary: RunSummary, out: Path | None, plan: Path | None, junit: Path | None, save: Path | None
) -> Iterator[Callable[[], None]]:
    """What writes each of the files that were asked for."""
    from bot.cli.files import json_text, write_text
    from bot.cli.junit import to_junit

    if out:
        yield partial(_leave_reports, summary, out)
    if plan:
        yield lambda: write_text(plan, json_text(summary.plan_json, indent=1))
    if junit:
        yield lambda: write_text(junit, to_junit(summary))
    if save:
        yield lambda: write_text(save, summary.snapshot_text)


def _leave_reports(summary: RunSummary, out: Path) -> None:
    from bot.cli.files import write_text

    for name, text in summary.each_file():
        write_text(out / name, text)


def _leave_derived(summary: RunSummary, site: Path | None, json_: Path | None, tables: Path | None) -> list[str]:
    """Page, JSON and tables of the very reading that the reports were made of; what of the page could not be made."""
    from bot.cli.files import json_text, write_text

    lost: list[str] = []
    reading = summary.reading
    if reading is None:
        return lost
    if site:
        from bot.app.sources import make_site_files

        for name, text in make_site_files(
            reading, audience=Audience.INTERNAL, only=reading.only, tell=lost.append
        ).items():
            write_text(site / name, text)
    if json_:
        from bot.derive.output import to_json
        from bot.derive.served import served

        plain = served(reading.derive(reading.day), "the JSON", lambda part: json_text(to_json(part)), lost.append)
        write_text(json_, plain or "")
    if tables:
        from bot.cli.exports import write_tables

        write_tables(reading.derive(reading.day), reading.portfolio, tables, parquet=False, tell=lost.append)
    return lost


def style_of(line: str) -> str:
    """The colour of a line of a summary or of a plan's diff, for terminals."""
    return next((style for start, style in _STYLES.items() if line.startswith(start)), "")


_STYLES = {
    "done: ": "green", "waiting: ": "yellow", "skipped: ": "bright_black",
    "would ": "bold cyan", "REFUSED ": "bold red", "    +": "green", "    -": "red", "    @": "bright_black",
}  # fmt: skip


def print_summary(summary: RunSummary, *, quiet: bool) -> None:
    """What was done on standard output (a dry run: the diff), what failed on standard error, not on both."""
    if not quiet:
        told = (line for line in summary.each_line() if not line.startswith(("refused: ", "failed: ")))
        print_lines((visible_lines(without_secrets(line)), style_of(line)) for line in told)
    for failure in summary.failures:
        say(failure, "red")
    if not quiet:
        say(summary.closing_line)
