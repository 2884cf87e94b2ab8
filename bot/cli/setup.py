"""Commands around setting up: check, schema, demo."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.app.remedies import CheckLevel
from bot.cli.app import app, flag, options, value
from bot.cli.console import progress_bar, say, stdout
from bot.domain.errors import UsageError


@app.command(epilog="Example: psbot check")
def check() -> None:
    """Validate config, token, labels, publish targets and templates; say what is missing and how to put it right."""
    from bot.app.checkup import examine
    from bot.app.remedies import CheckResult
    from bot.app.session import open_session

    found: Counter[str] = Counter()
    upcoming: list[CheckResult] = []

    def tell(finding: CheckResult) -> None:
        if finding.level == CheckLevel.NEXT:
            upcoming.append(finding)
            return
        found[finding.level] += 1
        mark, style = _MARKS[finding.level]
        stdout().print(Text(mark, style).append(f"  {finding.text}", ""), soft_wrap=True)
        if finding.remedy:
            stdout().print(f"      → {finding.remedy}", soft_wrap=True)

    session = open_session(options.config)
    with progress_bar(options.quiet) as progress:
        code = examine(session, tell, progress)
    last = f"{found.total()} checks, {found['problem']} to put right"
    if upcoming:
        stdout().print(f"Next, put this right: {upcoming[0].text}", soft_wrap=True)
        for line in upcoming[0].remedy.splitlines():
            stdout().print(f"      {line}", soft_wrap=True)
    say(last if code else f"{last}. Next: psbot run --dry-run shows what would be written")
    raise typer.Exit(code)


_MARKS = {"ok": ("ok  ", "green"), "note": ("note", "cyan"), "problem": ("FIX ", "bold red")}


@app.command(epilog="Example: psbot schema > docs/config.schema.json")
def schema(
    facts: Annotated[bool, flag("--facts", help="Of the ps-project facts block.")] = False,
    snapshot: Annotated[bool, flag("--snapshot", help="Of export's output.")] = False,
    derived: Annotated[bool, flag("--derived", help="Of status --json.")] = False,
    plan: Annotated[bool, flag("--plan", help="Of run --dry-run --plan.")] = False,
) -> None:
    """Print a JSON Schema: of config.yml, or of what the option names."""
    if sum((facts, snapshot, derived, plan)) > 1:
        raise UsageError("one schema at a time", "psbot schema")
    from bot.cli.files import print_json

    if plan:
        from bot.publish.plan_json import plan_schema

        print_json(plan_schema())
        return
    from bot.app.config_names import full_vocabulary
    from bot.config import config_schema
    from bot.derive.output import derived_schema, facts_schema, snapshot_schema

    chosen = facts_schema if facts else snapshot_schema if snapshot else derived_schema if derived else None
    print_json(chosen() if chosen else config_schema(full_vocabulary()))


@app.command(epilog="Example: psbot demo --serve")
def demo(
    out: Annotated[Path, value("--out", "DIR", "Where Markdown, JSON and index.html go.", "-o")] = Path("demo-output"),
    serve: Annotated[bool, flag("--serve", help="Keep the demo GitLab up; prints its URL and token.")] = False,
    edition: Annotated[str, typer.Option("--edition", help="ultimate, free or ce.")] = "ultimate",
    seed: Annotated[int, typer.Option("--seed", help="Seed of the sample portfolio.")] = 7,
) -> None:
    """The main job end to end against the simulated GitLab."""
    if edition not in ("ultimate", "free", "ce"):
        raise UsageError(f"{edition!r} is not an edition", "--edition", "Use ultimate, free or ce.")
    from bot.cli.showcase import need_the_simulated_gitlab, run_demo, serve_demo

    need_the_simulated_gitlab()
    if serve:
        serve_demo(edition, seed)
    else:
        raise typer.Exit(run_demo(out, edition, seed, quiet=options.quiet))
