"""The `psbot` command: arguments, environment, exit codes. The one place where an error becomes a sentence."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run psbot and exit with the contract's code (§3): 0 done, 1 in part, 2 usage, 3 token, 4 unreachable."""
    from bot.cli.commands import app
    from bot.domain.errors import PsbotError

    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="psbot")
    except PsbotError as error:
        sys.exit(_told(str(error), error.exit_code))
    except KeyboardInterrupt:
        sys.exit(_told("interrupted; run it again, it goes on where it stopped", 130))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        logging.getLogger("psbot").debug("internal error", exc_info=True)
        sys.exit(_told(f"internal error ({type(error).__name__}: {error}); --verbose shows where, please report it", 1))


def _told(message: str, code: int) -> int:
    """Say `message` on standard error, without any token that may have got into it, and return `code`."""
    from bot.cli.console import without_secrets

    print(f"psbot: {without_secrets(message)}", file=sys.stderr)  # noqa: T201
    return code
