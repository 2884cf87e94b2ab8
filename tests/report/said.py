"""What the code can say: every message, as Babel extracts it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import bot
from bot.report.text.extraction import extract_messages

CODE = Path(bot.__file__).parent


@cache
def messages() -> dict[str, tuple[str, str]]:
    """The English plural of every message and the file it stands in, by its singular."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(CODE.rglob("*.py")):
        with path.open("rb") as file:
            for _, _, ids, _ in extract_messages(file, (), (), {}):
                singular, plural = (ids, ids) if isinstance(ids, str) else ids
                assert found.get(singular, (plural,))[0] == plural, f"{path}: {singular!r} has two plurals"
                found[singular] = (plural, str(path.relative_to(CODE)))
    return found


def english_forms() -> set[str]:
    """All English templates, one and many."""
    return {form for singular, (plural, _) in messages().items() for form in (singular, plural)}
