"""The command that sets a sold engagement up: new."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import app, flag, options
from bot.cli.console import say, stdout
from bot.domain.errors import PsbotError

if TYPE_CHECKING:
    from bot.app.setting_up.wanted import SetUpStep


@app.command(epilog="Example: psbot new SOW.yml --dry-run, then psbot new SOW.yml")
def new(
    sow: Annotated[Path, typer.Argument(metavar="SOW.yml", help="The sold engagement.")],
    dry_run: Annotated[bool, flag("--dry-run", help="Write nothing to GitLab; say what would be made.")] = False,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="With --dry-run: leave that plan as JSON.")
    ] = None,
) -> None:
    """Set a sold engagement up: project, milestones, labels, RAID log, internal place, facts, first items."""
    from bot.app.session import open_session, read_text
    from bot.app.setting_up.new import prepare
    from bot.config.sow import parse_sow

    sold = parse_sow(read_text(sow), str(sow))
    made = prepare(open_session(options.config), sold, str(sow), say)
    if plan and dry_run:
        _leave_plan(plan, made.steps())
    tell = _tell_planned if dry_run else _tell_done
    counts: Counter[str] = Counter()
    try:
        for step in made.steps() if dry_run else made.carry_out():
            tell(step)
            counts[step.action] += 1
    except PsbotError:
        say(f"{counts['create']} made before it stopped; the next run makes the rest and nothing twice")
        raise
    say(f"{counts['create']} {'to make' if dry_run else 'made'}, {counts['keep']} stand already")
    if made.config_lines():
        say("Money stays away from where the customer reads. Paste this into config.yml:")
        typer.echo(made.config_lines(), nl=False)
    if made.reference and not dry_run:
        say(f"Next: psbot status --only '{made.reference}'")


def _tell_planned(step: SetUpStep) -> None:
    _line("would make" if step.action == "create" else "stands    ", step)


def _tell_done(step: SetUpStep) -> None:
    _line("made  " if step.action == "create" else "stands", step)


def _line(verb: str, step: SetUpStep) -> None:
    wanted = step.wanted
    place = "" if wanted.kind == "project" else f"  in {wanted.place}"
    name = wanted.place if wanted.kind == "project" else wanted.title
    stdout().print(f"{verb}  {wanted.kind:<9}  {name}{place}", soft_wrap=True, markup=False)


def _leave_plan(path: Path, steps: tuple[SetUpStep, ...]) -> None:
    from bot.cli.files import json_text, write_text

    lines = [
        {
            "action": step.action,
            "kind": step.wanted.kind,
            "place": step.wanted.place,
            "title": step.wanted.title,
            "part": step.wanted.part,
            "labels": list(step.wanted.labels),
            "milestone": step.wanted.milestone,
            "due": step.wanted.due.isoformat() if step.wanted.due else None,
        }
        for step in steps
    ]
    write_text(path, json_text({"format": "psbot-new/1", "steps": lines}))
