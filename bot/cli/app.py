"""The command tree: options that all commands share, and the commands in the order in which a user meets them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import __version__
from bot.cli.console import set_up_logging
from bot.domain.errors import UsageError
from bot.domain.vocabulary import Audience

app = typer.Typer(
    name="psbot",
    help="Status, risks, forecast and reports of Professional Services engagements, from GitLab to GitLab.",
    epilog="Start with: psbot init, then psbot check, then psbot run --dry-run.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def flag(*names: str, help: str, **more: Any) -> Any:  # noqa: A002 - typer's word
    """An option that takes no value, and shows none in the help."""
    return typer.Option(*names, metavar="", help=help, **more)


def value(name: str, kind: str, meaning: str, *spellings: str) -> Any:
    """An option that takes a value of that kind, as its help says."""
    return typer.Option(name, *spellings, metavar=kind, help=meaning)


class Options:
    """What stands before the command; set once by the callback."""

    config: Path | None = None
    quiet: bool = False
    verbose: bool = False


options = Options()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"psbot {__version__}")
        raise typer.Exit


@app.callback()
def _shared(
    config: Annotated[Path | None, typer.Option(help="The config file; else PSBOT_CONFIG, else ./config.yml.")] = None,
    verbose: Annotated[bool, flag("--verbose", "-v", help="Log each request to GitLab.")] = False,
    quiet: Annotated[bool, flag("--quiet", "-q", help="Only results and errors.")] = False,
    version: Annotated[
        bool, flag("--version", "-V", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if verbose and quiet:
        raise UsageError("--verbose and --quiet exclude each other")
    options.config, options.quiet, options.verbose = config, quiet, verbose
    set_up_logging(verbose, quiet)


def parse_day(text: str | None) -> date | None:
    """A date given on the command line. Raises UsageError."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date", "--as-of", "Write it as 2026-11-20.") from error


def require_audience(asked: str, only: str | None, what: str) -> Audience:
    """The audience asked for. Raises UsageError for an audience that is none, or for a customer's `what` that is not about one engagement."""
    if asked not in tuple(Audience):
        raise UsageError(f"{asked!r} is not an audience", "--audience", "Use internal or customer.")
    if asked == Audience.CUSTOMER and not only:
        raise UsageError(f"{what} one engagement", "--audience customer", "Name it with --only REF.")
    return Audience(asked)


Readers = Annotated[str, typer.Option("--audience", help="internal, or customer (with --only).")]
"""For whom what is shown or made is meant: see `require_audience`."""
DryRun = Annotated[bool, flag("--dry-run", help="Write nothing to GitLab; show what would change.")]
PlanFile = Annotated[Path | None, value("--plan", "FILE", "With --dry-run: leave the plan as JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Derive as at the end of that day.")]
Only = Annotated[
    str | None, typer.Option("--only", metavar="REF", help="One engagement: 'group&7', or its web address.")
]
Snapshot = Annotated[Path | None, typer.Option("--snapshot", metavar="FILE", help="Read this snapshot, not GitLab.")]
AsJson = Annotated[bool, flag("--json", help="Print JSON; `psbot schema --derived` describes it.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the simulation.")]
Trials = Annotated[int, typer.Option("--trials", min=100, max=1_000_000, help="Trials of the simulation.")]
