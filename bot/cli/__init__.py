"""The `psbot` command: arguments, environment, exit codes. The one place where an error becomes a sentence."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import os
import sys
from collections.abc import Sequence
from itertools import islice


def main(arguments: Sequence[str] | None = None) -> None:
    """Run psbot and exit with the contract's code (§3): 0 done, 1 in part, 2 usage, 3 token, 4 unreachable."""
    from bot.cli.commands import app
    from bot.domain.errors import PsbotError

    _speak_any_alphabet()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        try:
            app(args=global_first(sys.argv[1:] if arguments is None else arguments), prog_name="psbot")
        finally:
            sys.stdout.flush()
    except PsbotError as error:
        sys.exit(_told(str(error), error.exit_code))
    except KeyboardInterrupt:
        sys.exit(_told(INTERRUPTED, STOPPED))
    except SystemExit as end:  # Typer makes one of Ctrl-C, and says nothing
        sys.exit(_told(INTERRUPTED, STOPPED) if end.code == STOPPED else end.code)
    except BrokenPipeError:
        _drop_output()
        sys.exit(0)
    except OSError as error:
        where = f" ({error.filename or 'standard output'})"
        _drop_output()
        sys.exit(
            _told(f"can't be written or read{where}: {error.strerror or error}; put that right and run it again", 2)
        )
    except (MemoryError, RecursionError) as error:
        sys.exit(_told(f"there is too much of it for this machine ({type(error).__name__})", 1))
    except Exception as error:
        logging.getLogger("psbot").debug("internal error", exc_info=True)
        sys.exit(_told(f"internal error ({type(error).__name__}: {error}); --verbose shows where, please report it", 1))


COLLECT_AFTER = (10_000, 10, 10)
"""New values until Python looks for garbage that reference counts leave: a run makes millions that stay, and few such cycles."""
STOPPED = 130
INTERRUPTED = "interrupted; run it again, it goes on where it stopped"
GLOBAL_FLAGS = frozenset({"--verbose", "-v", "--quiet", "-q"})


def global_first(arguments: Sequence[str]) -> list[str]:
    """Global options may stand after the command, too: they are moved before it. What follows `--` is left alone."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in GLOBAL_FLAGS or word.startswith("--config="):
            front.append(word)
        elif word == "--config":
            front += [word, *islice(words, 1)]
        else:
            rest.append(word)
    return [*front, *rest]


def _speak_any_alphabet() -> None:
    """What the terminal's alphabet lacks is shown as `?` or an escape; it never ends a run."""
    for stream, instead in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=instead)


def _drop_output() -> None:
    """Nobody takes standard output any more: what is left of it goes nowhere, also at the interpreter's end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(message: str, code: int) -> int:
    """Say `message` on standard error, without any token that may have got into it, and return `code`."""
    from bot.cli.console import without_secrets
    from bot.domain.limits import visible_lines

    with contextlib.suppress(OSError):
        print(f"psbot: {visible_lines(without_secrets(message))}", file=sys.stderr)  # noqa: T201
    return code
