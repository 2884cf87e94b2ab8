"""What a person sees: results on standard output, progress and messages on standard error, tokens nowhere."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.domain.limits import one_line, visible_lines

SIGN_OF_LIFE = 5.0
"""Seconds after which a run off a terminal says again that it is alive."""
SECRET_VARIABLES = ("GITLAB_TOKEN", "CI_JOB_TOKEN")
ReportProgress = Callable[[str, int, int], None]


class _Console(Console):
    """Leaves it to `main` what a reader that went away (`| head`) means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@cache
def stdout() -> Console:
    """Results. Without a terminal: no colour, wide enough not to fold a table."""
    return _Console(width=None if sys.stdout.isatty() else 160, highlight=False, emoji=False, markup=False)


@cache
def stderr() -> Console:
    return _Console(stderr=True, highlight=False, emoji=False, markup=False, width=None if sys.stderr.isatty() else 160)


def say(message: str, style: str = "") -> None:
    """One line for the person at the terminal (standard error)."""
    stderr().print(Text(one_line(without_secrets(message)), style), soft_wrap=True)


def print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Many lines with their styles as results: off a terminal, where styles say nothing, all at once."""
    if stdout().is_terminal:
        for line, style in lines:
            stdout().print(Text(line, style), soft_wrap=True)
        return
    sys.stdout.writelines(f"{line.expandtabs()}\n" for line, _ in lines)
    sys.stdout.flush()


def without_secrets(text: str) -> str:
    """`text` with every known token replaced by `[MASKED]`."""
    for name in SECRET_VARIABLES:
        secret = os.environ.get(name, "")
        if len(secret) >= 4:
            text = text.replace(secret, "[MASKED]")
    return text


class _MaskingFormatter(logging.Formatter):
    """Masks the finished text, so that arguments and tracebacks are masked as well."""

    def format(self, record: logging.LogRecord) -> str:
        return visible_lines(without_secrets(super().format(record)))


def set_up_logging(verbose: bool, quiet: bool) -> None:
    """Messages of psbot at info (verbose: debug, quiet: error); libraries only with --verbose, at info."""
    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO
    handler: logging.Handler
    if sys.stderr.isatty():
        handler = RichHandler(console=stderr(), show_path=False, show_time=verbose, rich_tracebacks=False)
        handler.setFormatter(_MaskingFormatter("%(message)s"))
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_MaskingFormatter("psbot: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.getLogger("psbot").setLevel(level)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[ReportProgress]:
    """A callback `(stage, done, total)`: bars on a terminal, one plain line a finished stage elsewhere.

    Elsewhere a line every few seconds also tells that it is still at work, and on what.
    """
    animated = sys.stderr.isatty() and not os.environ.get("CI") and not quiet
    if not animated:
        with _signs_of_life(quiet) as report:
            yield report
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr(), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


@contextmanager
def _signs_of_life(quiet: bool) -> Iterator[ReportProgress]:
    finished: set[str] = set()
    now = ["asking GitLab"]
    over = threading.Event()
    began = time.monotonic()

    def report(stage: str, done: int, total: int) -> None:
        now[0] = f"{stage}, {done} of {total}"
        if not quiet and done >= total and stage not in finished:
            finished.add(stage)
            say(f"{stage}: {done} of {total}")

    def breathe() -> None:
        while not over.wait(SIGN_OF_LIFE):
            say(f"still at work after {time.monotonic() - began:.0f} s: {now[0]}")

    thread = threading.Thread(target=breathe, name="psbot-signs-of-life", daemon=True)
    if not quiet:
        thread.start()
    try:
        yield report
    finally:
        over.set()
