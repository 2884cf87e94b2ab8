"""Writes the `psbot` command of a checkout: `python -m bot.cli.launcher .venv/bin/psbot` (make setup).

An editable install would have to fetch a build back end; two lines of Python serve a checkout as well.
"""

import sys
from pathlib import Path

SCRIPT = """#!{python}
import sys
sys.path.insert(0, {root!r})
from bot.cli import main
sys.exit(main())
"""


def write_launcher(target: Path) -> None:
    """Write an executable script at `target` that runs this checkout with this interpreter."""
    # Not resolved: the virtual environment's own python, not what its link points to.
    script = SCRIPT.format(python=sys.executable, root=str(Path(__file__).resolve().parents[2]))
    target.write_text(script, encoding="utf-8")
    target.chmod(0o755)


if __name__ == "__main__":
    write_launcher(Path(sys.argv[1]))
