"""Pages of the documentation that are made from the code: `python -m bot.cli.docs_pages` writes them."""

from __future__ import annotations

import json
from pathlib import Path

from bot.config import config_schema
from bot.derive.catalog import vocabulary

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


def thresholds_page() -> str:
    """docs/thresholds.md."""
    known = sorted(vocabulary().thresholds.items())
    rows = [f"| `{name}` | {t.default:g} | {t.unit} | {t.meaning} |" for name, t in known]
    return THRESHOLDS_HEAD.format(count=len(known)) + "\n".join(rows) + "\n"


def schema_file() -> str:
    """docs/config.schema.json, which editors complete from."""
    return json.dumps(config_schema(vocabulary()), ensure_ascii=False, indent=2) + "\n"


def generated_pages() -> dict[str, str]:
    """Path → text of every generated file."""
    return {"docs/thresholds.md": thresholds_page(), "docs/config.schema.json": schema_file()}


if __name__ == "__main__":
    for name, text in generated_pages().items():
        Path(name).write_text(text, encoding="utf-8")
