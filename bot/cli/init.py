"""The command that writes the first config.yml, and makes what it names in GitLab: init."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import app, flag, options, value
from bot.cli.console import progress_bar, say, stdout
from bot.domain.errors import UsageError

if TYPE_CHECKING:
    from bot.app.session import Session
    from bot.app.setting_up.proposal import NamespaceSeen
    from bot.domain.model import Portfolio


_SCHEMA = "config.schema.json"


@app.command(epilog="Example: psbot init --from acme --places acme/ps-internal/status")
def init(
    from_: Annotated[str | None, value("--from", "GROUP", "Propose a config from what is found in this group.")] = None,
    labels: Annotated[bool, flag("--labels", help="Also create missing labels in the configured namespaces.")] = False,
    places: Annotated[
        str | None, value("--places", "PROJECT", "Also create the issues for internal statuses there.")
    ] = None,
    dry_run: Annotated[bool, flag("--dry-run", help="Write nothing anywhere; say what would be written.")] = False,
) -> None:
    """Write a commented starter config.yml (never over an existing one)."""
    path = options.config or Path(os.environ.get("PSBOT_CONFIG") or "config.yml")
    if path.exists() and not labels and not places:
        raise UsageError(
            "stands already and is left as it is",
            str(path),
            "Delete it, or name another one: psbot --config FILE init.",
        )
    from bot.app.session import session_of

    found, text = _config(path, from_, places)
    session = session_of(text, path)
    portfolio = _read(session) if found or places else None
    if found and portfolio and places:
        from bot.app.setting_up.proposal import require_apart

        require_apart(found, portfolio, _named_place(found))
    if not path.exists():
        _write_config(path, text, dry_run)
    if labels:
        _make_labels(session, dry_run)
    if portfolio:
        _tell_unlabelled(found, portfolio)
        if places:
            _make_places(session, path, portfolio, places, dry_run)
    _tell_next(path, dry_run)


def _named_place(found: NamespaceSeen) -> str:
    """The project of `--places`, where it is internal for no other reason than that it was named."""
    from bot.app.setting_up.proposal import NAMED

    return next((path for path, why in found.proposal.who.items() if why == NAMED), "")


def _config(path: Path, group: str | None, places: str | None) -> tuple[NamespaceSeen | None, str]:
    """The text of the config that stands at `path`, else of the one that is proposed."""
    from bot.app.session import read_text
    from bot.config.starter import Proposal, local_timezone, render_starter

    if path.exists():
        if group:
            say(f"{path} stands already and is left as it is: nothing is proposed from {group}")
        return None, read_text(path)
    found = None
    if group:
        from bot.app.setting_up.proposal import propose

        found = propose(group, os.environ, local_timezone(), places)
    schema = f"./{_SCHEMA}"
    return found, render_starter(replace(found.proposal if found else Proposal(), schema=schema))


def _write_config(path: Path, text: str, dry_run: bool) -> None:
    if dry_run:
        say(f"would write {path}:")
        typer.echo(text)
        return
    from bot.cli.docs_pages import schema_file
    from bot.cli.files import write_text

    write_text(path, text)
    write_text(path.with_name(_SCHEMA), schema_file())
    say(f"written: {path}")


def _read(session: Session) -> Portfolio:
    from bot.app.sources import read_live

    with progress_bar(options.quiet) as progress:
        return read_live(session.live, None, progress)


def _tell_unlabelled(found: NamespaceSeen | None, portfolio: Portfolio) -> None:
    """What looks like an engagement without the label: proposed, never taken for one."""
    if found is None:
        return
    from bot.app.setting_up.proposal import unlabelled

    if found.advice:
        say(found.advice)
    for line in unlabelled(found, portfolio):
        stdout().print(f"no label  {line}", soft_wrap=True, markup=False)


def _make_labels(session: Session, dry_run: bool) -> None:
    from bot.app.setting_up.proposal import create_missing_labels, would_create

    for line in (would_create if dry_run else create_missing_labels)(session):
        stdout().print(line, soft_wrap=True, markup=False)


def _make_places(session: Session, path: Path, portfolio: Portfolio, project: str, dry_run: bool) -> None:
    """Make what is missing and name it in config.yml, also when a later one fails."""
    from bot.app.session import read_text
    from bot.app.setting_up.apart import facts_place, filled_in
    from bot.app.setting_up.internal_places import make_places
    from bot.cli.files import write_text

    text = read_text(path) if path.exists() else ""
    found: dict[str, str] = {}
    needed = 0
    try:
        for place in make_places(session, project, dry_run=dry_run, portfolio=portfolio):
            needed += 1
            verb = "made" if place.made else "found" if place.issue else "would make"
            where = place.issue or project
            stdout().print(f"{verb}  {where}  for {place.engagement}", soft_wrap=True, markup=False)
            if place.issue:
                found[place.engagement] = place.issue
    finally:
        files = facts_place(text)
        if found and files:
            _tell_lines(": ".join(part for part in files if part), found)
        elif found and not dry_run:
            write_text(path, filled_in(text, {ref: {"internal": internal} for ref, internal in found.items()}))
            say(f"named in {path}")
    if not needed:
        stdout().print("every engagement has a place for its internal status", soft_wrap=True)


def _tell_lines(files: str, found: Mapping[str, str]) -> None:
    """The facts are kept in files of their own, which are the user's to edit."""
    say(f"the facts are kept in {files}; add `internal` to those of these engagements there:")
    for engagement, internal in found.items():
        stdout().print(f'"{engagement}": {{internal: "{internal}"}}', soft_wrap=True, markup=False)


def _tell_next(path: Path, dry_run: bool) -> None:
    found_anyway = path == Path(os.environ.get("PSBOT_CONFIG") or "config.yml")
    named = "psbot check" if found_anyway else f"psbot --config {path} check"
    token = "" if os.environ.get("GITLAB_TOKEN") else "set GITLAB_TOKEN, then "
    say("nothing was written; without --dry-run it is" if dry_run else f"Next: {token}{named}")
