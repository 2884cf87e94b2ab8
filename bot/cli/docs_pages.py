"""Pages of the documentation that are made from the code: `python -m bot.cli.docs_pages` writes them."""

from __future__ import annotations

import json
from pathlib import Path

from bot.app.config_names import full_vocabulary
from bot.cli.docs_commands import commands_page
from bot.cli.docs_config import config_page
from bot.cli.docs_facts import facts_page
from bot.cli.docs_tables import orders_page, reports_page
from bot.cli.exports import TABLES
from bot.config import config_schema
from bot.derive.checks.page import gates_markdown, rules_markdown
from bot.derive.checks.registry import GATES, RULES

THRESHOLDS_HEAD = """\
# Thresholds

Every number behind a colour or a risk rule, with its default. Set it under `thresholds:` in config.yml:

```yaml
thresholds: {{spi_red: 0.8}}
```

{count} of them; made from the code.

| threshold | default | unit | meaning |
| --- | --- | --- | --- |
"""


EXPORT_HEAD = """\
# Data for a BI tool or a deck

```sh
psbot export --output portfolio.json --tables tables
psbot export --output portfolio.json --tables tables --parquet
```

`--tables` writes one CSV file a table (UTF-8, ISO dates, a point as decimal sign, empty where a number can't be known);
`--parquet` writes the same as Parquet, typed (it needs the extra `parquet`: `pip install 'psbot[parquet]'`). `ref` joins the
tables; `as_of` tells days apart when you keep one file a day. The scheduled CI job leaves them as artifacts. They hold
money: keep them among your own people.

## Derived facts as JSON

`psbot status --json` prints everything that was derived, the same for the same input, date and seed; `psbot schema --derived`
prints its JSON Schema. `psbot export` alone writes the snapshot, from which `--snapshot FILE` derives again, also for another
day or on another machine:

```sh
psbot export --output portfolio.json
psbot status --json --snapshot portfolio.json
psbot forecast --json --snapshot portfolio.json --trials 1000
```
"""


def export_page() -> str:
    """docs/export.md: every table with its columns."""
    parts = [EXPORT_HEAD]
    for name, table in TABLES.items():
        rows = [f"| `{c.name}` | {c.kind} | {c.meaning} |" for c in table.columns]
        head = "| column | type | meaning |\n| --- | --- | --- |"
        parts.append("\n".join([f"## {name}: {table.meaning}", "", head, *rows, ""]))
    return "\n".join(parts)


def thresholds_page() -> str:
    """docs/thresholds.md."""
    known = sorted(full_vocabulary().thresholds.items())
    rows = [f"| `{name}` | {t.default:g} | {t.unit} | {t.meaning} |" for name, t in known]
    return THRESHOLDS_HEAD.format(count=len(known)) + "\n".join(rows) + "\n"


def schema_file() -> str:
    """docs/config.schema.json, which editors complete from."""
    return json.dumps(config_schema(full_vocabulary()), ensure_ascii=False, indent=2) + "\n"


def generated_pages(root: Path = Path()) -> dict[str, str]:
    """Path → text of every generated file, and of those with a generated table, which are read below `root`."""
    return {
        "docs/thresholds.md": thresholds_page(),
        "docs/risk-rules.md": rules_markdown(RULES),
        "docs/compliance.md": gates_markdown(GATES, RULES),
        "docs/export.md": export_page(),
        "docs/commands.md": commands_page(),
        "docs/config.md": config_page(),
        "docs/facts.md": facts_page(),
        "docs/config.schema.json": schema_file(),
        "docs/reports.md": reports_page(root / "docs" / "reports.md"),
        "docs/orders.md": orders_page(root / "docs" / "orders.md"),
    }


if __name__ == "__main__":
    for name, text in generated_pages().items():
        Path(name).write_text(text, encoding="utf-8")
