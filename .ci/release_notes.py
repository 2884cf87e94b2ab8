"""The changelog's part for a tag, as the release shows it: python .ci/release_notes.py 1.2.3

Ends with 1 and a sentence where the tag is not the program's version, or the changelog has nothing to say about it.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def notes(tag: str, program: str, changelog: str) -> str:
    """What changed in that version. Raises ValueError with what has to be put right."""
    (version,) = re.findall(r'^__version__ = "(.+)"$', program, re.M)
    if tag != version:
        raise ValueError(f"the tag is {tag}, bot/__init__.py says {version}: set __version__, or tag it as that")
    found = re.search(rf"^## \[{re.escape(version)}\][^\n]*\n(.+?)(?=^## |\Z)", changelog, re.M | re.S)
    if found is None or not found[1].strip():
        raise ValueError(f"CHANGELOG.md has no part [{version}]: name what stands under [Unreleased] so")
    return found[1].strip() + "\n"


def main() -> None:
    """The command."""
    program = (ROOT / "bot/__init__.py").read_text(encoding="utf-8")
    try:
        sys.stdout.write(notes(sys.argv[1], program, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    except ValueError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
