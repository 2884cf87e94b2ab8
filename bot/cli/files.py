"""What commands leave: JSON on standard output, and files where the user asked for them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import UsageError
from bot.domain.limits import json_escaped

OWNER_ONLY = 0o600


def print_json(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json_text(value, plain=not takes_unicode()))


def json_text(value: Mapping[str, Any], *, plain: bool = False, indent: int = 2) -> str:
    """As every command prints JSON; `plain`: ASCII alone."""
    return json_escaped(json.dumps(value, ensure_ascii=plain, indent=indent, allow_nan=False)) + "\n"


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
            if path.is_file():
                path.chmod(OWNER_ONLY)
            file.write(data)
    except OSError as error:
        space = "space" in str(error.strerror)
        advice = "Free some space, or name another place." if space else "Name a place you may write to."
        raise UsageError(f"can't be written ({error.strerror})", str(path), advice) from error
