"""`explain`: how each headline figure of one engagement came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import AsJson, AsOf, Seed, Snapshot, Trials, app
from bot.cli.files import print_json
from bot.cli.views import exit_code, read

if TYPE_CHECKING:
    from bot.derive.explain import Explanation

FORMAT = "psbot-explain/1"


@app.command(epilog="Example: psbot explain 'acme/customers/globex&7'")
def explain(
    ref: Annotated[str, typer.Argument(metavar="REF", help="The engagement: a reference or its web address.")],
    json_: AsJson = False,
    as_of: AsOf = None,
    snapshot: Snapshot = None,
    trials: Trials = 10_000,
    seed: Seed = 1,
) -> None:
    """How each headline figure came about: items counted and left out, and hours by source."""
    from bot.derive.explain import explain as explained
    from bot.domain.model import as_of as replayed

    reading = read(snapshot, ref, as_of)
    derived = reading.derive(reading.day, seed=seed, trials=trials)
    past = replayed(reading.portfolio, reading.day, reading.session.calendar.zone)
    known = {e.ref: e for e in past.engagements}
    found = [explained(known[e.ref], e, reading.session.settings) for e in derived.engagements if e.ref in known]
    for one in found:
        if json_:
            print_json(to_json(one, reading.day.isoformat()))
        else:
            print_explanation(one)
    raise typer.Exit(exit_code(reading, derived))


def to_json(one: Explanation, day: str) -> dict[str, Any]:
    """The explanation as plain values."""
    from dataclasses import asdict

    plain = asdict(one)
    for item in plain["counted"]:
        item["planned"] = item["planned"].isoformat() if item["planned"] else None
    plain["hours_by_source"] = dict(one.hours_by_source)
    return {"format": FORMAT, "as_of": day, **plain}


def print_explanation(one: Explanation) -> None:
    """Figures, items counted, items left out, hours: a table each."""
    from bot.cli.console import stdout
    from bot.cli.tables import explanation_tables

    for table in explanation_tables(one):
        stdout().print(table)
    stdout().print("The rules are in docs/counting.md.")
