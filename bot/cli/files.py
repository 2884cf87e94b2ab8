"""What commands leave: JSON on standard output, and files where the user asked for them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import UsageError


def print_json(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file that the user asked for. Raises UsageError in words."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't be written ({error.strerror})", str(path)) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a binary file that the user asked for. Raises UsageError in words."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"can't be written ({error.strerror})", str(path)) from error
