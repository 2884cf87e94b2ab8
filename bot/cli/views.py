"""Commands that only look: status, forecast, export, site, backtest."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import (
    AsJson,
    AsOf,
    Only,
    Readers,
    Seed,
    Snapshot,
    Trials,
    app,
    flag,
    options,
    parse_day,
    require_audience,
    value,
)
from bot.cli.console import progress_bar, say
from bot.cli.files import json_text, print_json, takes_unicode, write_text
from bot.domain.errors import UsageError

if TYPE_CHECKING:
    from bot.app.sources import Reading
    from bot.derive.results import Derived


def read(snapshot: Path | None, only: str | None, as_of: str | None, *, with_past: bool = True) -> Reading:
    """The portfolio from a snapshot or from GitLab, with what is needed to derive from it."""
    from bot.app.session import open_session
    from bot.app.sources import read_for

    session = open_session(options.config, as_of=parse_day(as_of))
    with progress_bar(options.quiet) as progress:
        return read_for(
            session,
            snapshot=snapshot,
            only=only,
            progress=progress,
            day_given=as_of is not None,
            with_past=with_past,
        )


def exit_code(reading: Reading, derived: Derived, lost: Iterable[str] = ()) -> int:
    """1 when something failed, else 0: an engagement, a namespace, a facts block, or what is `lost`; each is named."""
    from bot.app.sources import failures_of

    failed = [*failures_of(derived, reading.portfolio), *lost]
    for line in failed:
        say(line)
    return 1 if failed else 0


@app.command(epilog="Example: psbot status --sort finish_p50 --columns ref,pm,finish_p50,burn")
def status(
    json_: AsJson = False,
    csv_: Annotated[bool, flag("--csv", help="Print CSV, every column unless --columns names some.")] = False,
    columns: Annotated[
        str | None, value("--columns", "NAMES", "Columns to show: ref,pm,finish_p50; a wrong name lists all.")
    ] = None,
    sort: Annotated[str | None, value("--sort", "NAME", "Sort by that column; -NAME reverses the order.")] = None,
    only: Only = None,
    as_of: AsOf = None,
    snapshot: Snapshot = None,
    trials: Trials = 10_000,
    seed: Seed = 1,
) -> None:
    """Each engagement's status, finish forecast and top risks."""
    from bot.cli.tables import print_counts, print_tables, status_table
    from bot.derive.served import served
    from bot.domain.model import as_of as replayed

    if json_ and csv_:
        raise UsageError("JSON or CSV, not both", "--csv")
    reading = read(snapshot, only, as_of)
    derived = reading.derive(reading.day, seed=seed, trials=trials)
    then = replayed(reading.portfolio, reading.day, reading.session.calendar.zone)
    facts = {e.ref: e.facts for e in then.engagements}
    lost: list[str] = []
    if json_:
        from bot.derive.output import to_json

        sys.stdout.write(
            served(derived, "the JSON", lambda part: json_text(to_json(part), plain=not takes_unicode()), lost.append)
            or ""
        )
    elif csv_:
        from bot.cli.columns import NAMES, chosen_columns, rows_in_order
        from bot.cli.exports import csv_text

        names = chosen_columns(columns, NAMES)

        def as_csv(part: Derived) -> str:
            return csv_text(rows_in_order(part, facts, sort), names)

        sys.stdout.write(served(derived, "the CSV", as_csv, lost.append) or "")
    else:
        table = served(derived, "the table", lambda part: status_table(part, facts, columns, sort), lost.append)
        print_tables([table] if table else ())
        print_counts(derived)
    raise typer.Exit(exit_code(reading, derived, lost))


@app.command(
    epilog="Example: psbot forecast --what-if 'acme/customers/globex&7: end=2027-01-31, add_hours=80, people=+1'"
)
def forecast(
    json_: AsJson = False,
    only: Only = None,
    as_of: AsOf = None,
    snapshot: Snapshot = None,
    trials: Trials = 10_000,
    seed: Seed = 1,
    what_if: Annotated[
        list[str] | None,
        value(
            "--what-if",
            "CHANGE",
            "'REF: key=value, …' with end, add_hours, people, co, drop, start, away, person; repeatable.",
        ),
    ] = None,
) -> None:
    """Finish dates, effort and revenue by quarter, with ranges; with --what-if, base against scenario."""
    from bot.cli.tables import forecast_tables, print_overload, print_tables, scenario_table
    from bot.derive.output import to_json
    from bot.derive.served import served

    reading = read(snapshot, only, as_of)
    derived = reading.derive(reading.day, seed=seed, trials=trials)
    scenario = reading.scenario(what_if, seed=seed, trials=trials) if what_if else None
    lost: list[str] = []
    if json_:
        changed = _scenario_json(derived, scenario) if scenario else {}
        text = served(
            derived, "the JSON", lambda part: json_text(to_json(part) | changed, plain=not takes_unicode()), lost.append
        )
        sys.stdout.write(text or "")
    elif scenario:
        table = served(scenario, "the table", lambda part: scenario_table(derived, part), lost.append)
        print_tables([table] if table else ())
        print_overload(derived, scenario)
    else:
        print_tables(served(derived, "the table", forecast_tables, lost.append) or ())
    raise typer.Exit(exit_code(reading, derived, lost))


def _scenario_json(base: Derived, scenario: Derived) -> dict[str, Any]:
    from bot.derive.forecast import over_capacity
    from bot.derive.output import to_json

    sides = {"base": base, "scenario": scenario}
    asked = {
        name: [
            {"user": c.user, "week": c.week, "hours": c.hours, "available": c.available} for c in over_capacity(side)
        ]
        for name, side in sides.items()
    }
    return {"scenario": to_json(scenario), "over_capacity": asked}


@app.command(
    epilog="Example: psbot export -o portfolio.json --tables tables, then psbot status --snapshot portfolio.json"
)
def export(
    output: Annotated[
        Path | None, value("--out", "FILE", "Where to; default standard output.", "-o", "--output")
    ] = None,
    only: Only = None,
    tables: Annotated[Path | None, value("--tables", "DIR", "Also write tables for a BI tool there, as CSV.")] = None,
    parquet: Annotated[bool, flag("--parquet", help="With --tables: Parquet too (needs the extra `parquet`).")] = False,
) -> None:
    """Write the snapshot: everything that was read, enough to derive and to render."""
    from bot.derive.depth import Depth
    from bot.domain.snapshot import dump_snapshot

    if parquet and not tables:
        raise UsageError("Parquet is written with the tables", "--parquet", "Add --tables DIR.")
    reading = read(None, only, None)
    plain = not output and not takes_unicode()
    text = json_text(dump_snapshot(reading.portfolio), plain=plain, indent=1)
    if output:
        write_text(output, text)
    else:
        sys.stdout.write(text)
    derived = reading.derive(reading.day, Depth.ALL if tables else Depth.NAMES)
    lost: list[str] = []
    if tables:
        from bot.cli.exports import write_tables

        write_tables(derived, reading.portfolio, tables, parquet, lost.append)
    raise typer.Exit(exit_code(reading, derived, lost))


@app.command(epilog="Example: psbot site --out public")
def site(
    out: Annotated[Path, value("--out", "DIR", "The folder to write.", "-o")] = Path("public"),
    audience: Readers = "internal",
    only: Only = None,
    snapshot: Snapshot = None,
    as_of: AsOf = None,
) -> None:
    """The portfolio web page as static files: works from a folder and on GitLab Pages."""
    reader = require_audience(audience, only, "a page for a customer shows")
    from bot.app.sources import make_site_files

    reading = read(snapshot, only, as_of)
    derived = reading.derive(reading.day)
    lost: list[str] = []
    for name, text in make_site_files(reading, audience=reader, only=reading.only, tell=lost.append).items():
        write_text(out / name, text)
    for line in lost:
        say(line)
    say(f"written: {out / 'index.html'}")
    raise typer.Exit(max(exit_code(reading, derived), bool(lost)))


@app.command(epilog="Example: psbot backtest --snapshot portfolio.json")
def backtest(
    json_: AsJson = False, snapshot: Snapshot = None, as_of: AsOf = None, seed: Seed = 1, trials: Trials = 10_000
) -> None:
    """Replay the past: how accurate would the forecasts have been?"""
    from bot.cli.tables import print_backtest

    reading = read(snapshot, None, as_of)
    result = reading.backtest(seed=seed, trials=trials)
    if json_:
        print_json(result.to_json())
    else:
        print_backtest(result)
