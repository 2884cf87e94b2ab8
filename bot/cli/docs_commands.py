"""docs/commands.md: every command with its options, as `--help` tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from bot.cli.commands import app

HEAD = """\
# Commands

Made from the program itself: what `psbot COMMAND --help` says. Options of all commands may stand before or after the command.

**Exit codes.** 0 all done; 1 done, but some engagement or report failed (each is named, all others were served); 2 usage,
config or template; 3 the token; 4 GitLab could not be reached; 5 with `run --dry-run --exit-code`: something would change;
130 interrupted.

**Completion.** `psbot --install-completion` sets it up for the shell that you are in (bash, zsh, fish, PowerShell);
`psbot --show-completion` prints it.
"""
BUILT_IN = ("--install-completion", "--show-completion", "--help")


def commands_page() -> str:
    """The whole page."""
    group = typer.main.get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("psbot has commands")
    parts = [HEAD, "## All commands\n", *_options(group.params)]
    for name, command in commands_of(group).items():
        parts += _command(command, name)
    return "\n".join(parts)


def commands_of(group: TyperGroup) -> Mapping[str, Any]:
    """The commands that the help shows, in its order."""
    return {name: command for name, command in group.commands.items() if not command.hidden}


def _command(command: Any, name: str) -> Iterator[str]:
    arguments = [p.metavar or str(p.name).upper() for p in command.params if isinstance(p, TyperArgument)]
    yield f"## psbot {name}\n"
    yield f"`{' '.join(('psbot', name, *arguments))}`: {' '.join((command.help or '').split())}\n"
    if command.epilog:
        yield f"Example: `{command.epilog.partition(': ')[2]}`\n"
    yield from _options(command.params)


def _options(parameters: list[Any]) -> Iterator[str]:
    rows = [_row(p) for p in parameters if isinstance(p, TyperOption) and not p.hidden and p.opts[0] not in BUILT_IN]
    if rows:
        yield "\n".join(["| option | meaning |", "| --- | --- |", *rows, ""])


def _row(option: TyperOption) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    value = "" if option.is_flag else f" {option.metavar or 'VALUE'}"
    default = option.default
    plain = isinstance(default, str | int | float) and not option.is_flag
    shown = f" Default: {default}." if plain else ""
    return f"| {names}{value} | {(option.help or '').replace('|', chr(92) + '|')}{shown} |"
