"""The command that sets sold engagements up: new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import DryRun, PlanFile, app, options, value
from bot.cli.console import say, stdout
from bot.domain.errors import AccessError, PsbotError, UnreachableError, UsageError

if TYPE_CHECKING:
    from bot.app.session import Session
    from bot.app.setting_up.new import SetUp
    from bot.app.setting_up.wanted import Found, SetUpStep
    from bot.config.sow import Sow


@app.command(epilog="Example: psbot new SOW.yml --dry-run, then psbot new SOW.yml")
def new(
    sow: Annotated[Path | None, typer.Argument(metavar="[SOW.yml]", help="The sold engagement.")] = None,
    dry_run: DryRun = False,
    plan: PlanFile = None,
    from_csv: Annotated[
        Path | None, value("--from-csv", "FILE", "One engagement per row: Certinia, Kantata, a sheet.")
    ] = None,
    project: Annotated[str | None, value("--project", "PATTERN", "Project of each: 'acme/{customer}/{sow}'.")] = None,
    group: Annotated[
        str | None, value("--group", "PATTERN", "Group that holds each one's epic: 'acme/{customer}'.")
    ] = None,
    internal: Annotated[
        str | None, value("--internal", "PROJECT", "Project that takes the internal status issues.")
    ] = None,
    template: Annotated[
        str | None, value("--template", "NAME", "Template of first items: migration, implementation, training.")
    ] = None,
    dates: Annotated[str | None, value("--dates", "ORDER", "dmy or mdy, where the file can't tell.")] = None,
) -> None:
    """Set up sold engagements: project, milestones, labels, RAID log, internal place, facts, first items."""
    from bot.app.session import open_session

    if (sow is None) == (from_csv is None):
        raise UsageError("needs one file", "psbot new", "Name a SOW.yml, or --from-csv FILE.")
    if sow and any((project, group, internal, template, dates)):
        raise UsageError("these options go with --from-csv", "psbot new", "In a SOW.yml they are keys of the file.")
    sold = _one(sow) if sow else _many(from_csv, project, group, internal, template, dates)
    _set_up(open_session(options.config), sold, dry_run, plan)


def _one(path: Path) -> list[tuple[str, Sow]]:
    from bot.app.session import read_text
    from bot.config.sow import parse_sow

    return [(str(path), parse_sow(read_text(path), str(path)))]


def _many(path: Path | None, project: str | None, group: str | None, internal: str | None, template: str | None,
          dates: str | None) -> list[tuple[str, Sow]]:  # fmt: skip
    from bot.app.session import read_sheet
    from bot.app.setting_up.sold_list import read_sold
    from bot.config.sold import Pattern

    assert path is not None
    found = read_sold(read_sheet(path), str(path), Pattern(project, group, internal, template), dates)
    for note in found.notes:
        say(note)
    return [(f"{path}:{row.line}", row.sow) for row in found.rows]


def _set_up(session: Session, sold: Sequence[tuple[str, Sow]], dry_run: bool, plan: Path | None) -> None:
    """One after the other; what one can't have stops no other."""
    from bot.app.setting_up.new import prepare

    shared: dict[str, Found] = {}
    counts: Counter[str] = Counter()
    steps: list[SetUpStep] = []
    failed: list[PsbotError] = []
    for where, one in sold:
        try:
            made = prepare(session, one, where, say, shared)
            steps += made.steps()
            _make(made, dry_run, counts)
        except (AccessError, UnreachableError):
            _tell_stopped(counts)
            raise
        except PsbotError as error:
            if len(sold) == 1:
                if counts:
                    _tell_stopped(counts)
                raise
            failed.append(error)
            say(f"{where}: {error}")
            continue
        _keep_apart(session, made, dry_run)
    if plan and dry_run:
        _leave_plan(plan, steps)
    if len(sold) > 1:
        say(f"{len(sold) - len(failed)} of {len(sold)} engagements; {_counted(counts, dry_run)}")
    if failed:
        raise typer.Exit(1)


def _make(made: SetUp, dry_run: bool, counts: Counter[str]) -> None:
    tell = _tell_planned if dry_run else _tell_done
    own: Counter[str] = Counter()
    for step in made.steps() if dry_run else made.carry_out():
        tell(step)
        own[step.action] += 1
        counts[step.action] += 1
    say(f"{made.sow.name}: {_counted(own, dry_run)}")


def _counted(counts: Mapping[str, int], dry_run: bool) -> str:
    return f"{counts.get('create', 0)} {'to make' if dry_run else 'made'}, {counts.get('keep', 0)} stand already"


def _tell_stopped(counts: Mapping[str, int]) -> None:
    say(f"{counts.get('create', 0)} made before it stopped; the next run makes the rest and nothing twice")


def _keep_apart(session: Session, made: SetUp, dry_run: bool) -> None:
    """Money goes where customers don't read: into the config, or the private file that it names."""
    from bot.app.setting_up.apart import put_apart
    from bot.cli.files import write_text

    facts = made.apart()
    if dry_run:
        return
    if facts:
        try:
            say(f"money stays away from where the customer reads: {put_apart(session.config_path, facts, write_text)}")
        except PsbotError as error:
            say(f"{error}; these lines are for your facts:")
            typer.echo(made.config_lines(), nl=False)
    if made.reference:
        say(f"Next: psbot status --only '{made.reference}'")


def _tell_planned(step: SetUpStep) -> None:
    from bot.app.setting_up.wanted import SetUpAction

    _line("would make" if step.action == SetUpAction.CREATE else "stands    ", step)


def _tell_done(step: SetUpStep) -> None:
    from bot.app.setting_up.wanted import SetUpAction

    _line("made  " if step.action == SetUpAction.CREATE else "stands", step)


def _line(verb: str, step: SetUpStep) -> None:
    from bot.app.setting_up.wanted import WantedKind

    wanted = step.wanted
    itself = wanted.kind in (WantedKind.GROUP, WantedKind.PROJECT)
    name = wanted.place if itself else wanted.title
    place = "" if itself else f"  in {wanted.place}"
    stdout().print(f"{verb}  {wanted.kind:<9}  {name}{place}", soft_wrap=True, markup=False)


def _leave_plan(path: Path, steps: Sequence[SetUpStep]) -> None:
    from bot.cli.files import json_text, write_text

    write_text(path, json_text({"format": "psbot-new/1", "steps": list(map(_planned, steps))}))


def _planned(step: SetUpStep) -> dict[str, Any]:
    wanted = step.wanted
    return {
        "action": step.action,
        "kind": wanted.kind,
        "place": wanted.place,
        "title": wanted.title,
        "part": wanted.part,
        "labels": list(wanted.labels),
        "milestone": wanted.milestone,
        "due": wanted.due.isoformat() if wanted.due else None,
    }
