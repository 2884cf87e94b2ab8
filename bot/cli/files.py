"""What commands leave: JSON on standard output, and files where the user asked for them."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.cli.laid_out import laid_out
from bot.domain.errors import UsageError
from bot.domain.limits import json_escaped

ROOM = 16_384
"""Bytes that a disk must take for a file to be worth beginning."""


def print_json(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json_text(value, plain=not takes_unicode()))


def json_text(value: Mapping[str, Any], *, plain: bool = False, indent: int = 2) -> str:
    """As every command prints JSON; `plain`: ASCII alone."""
    return json_escaped(laid_out(value, plain=plain, indent=indent)) + "\n"


def takes_unicode() -> bool:
    """Whether standard output can show any letter; else JSON escapes what it can't."""
    return (sys.stdout.encoding or "utf-8").lower().startswith("utf")


def write_text(path: Path, text: str) -> None:
    """Write a text file that the user asked for, readable by its owner only. Raises UsageError in words.

    Most of what psbot leaves holds money or names.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeError as error:
        raise UsageError("can't be written (a character that no file can hold)", str(path)) from error
    write_bytes(path, data)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that the user asked for, readable by its owner only. Raises UsageError in words."""
    with _in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path.resolve() if path.is_symlink() else path, data)


def require_room(path: Path, *, folder: bool = False) -> None:
    """Refuse a place to write to before any work is done for it: one that takes no file, or a full disk.

    Nothing is left there, not even the folder. Raises UsageError in words.
    """
    with _in_words(path):
        if path.is_dir() and not folder:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not (path.is_file() or folder):
            return  # a device or pipe
        where = path if folder else path.parent
        with tempfile.TemporaryFile(dir=next(place for place in (where, *where.parents) if place.exists())) as probe:
            probe.write(bytes(ROOM))


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        space = "space" in str(error.strerror)
        advice = "Free some space, or name another place." if space else "Name a place you may write to."
        raise UsageError(f"can't be written ({error.strerror})", str(path), advice) from error


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: what stood there stays until the new file is complete. A device or pipe is written to as it is."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        os.replace(name, path)  # noqa: PTH105 - mkstemp gave a name; its mode is that of its owner alone
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
