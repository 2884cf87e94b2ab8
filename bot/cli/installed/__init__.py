"""What a wheel installs as `psbot`, the one name that it puts into an environment: psbot/app holds the code.

The code itself is called `bot`, a name that others may use as well: it is found by this process alone.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """The `psbot` command."""
    sys.path.insert(0, str(Path(__file__).resolve().parent / "app"))
    from bot.cli import main as run

    run()
