"""docs/facts.md, made from the declarations of the facts."""

from __future__ import annotations

from bot.domain.facts import FACTS, MILESTONE_FACTS, sample_block

PAGE = """\
# The facts of an engagement

What GitLab does not know (value, hours, dates of the SOW) stands in one fenced block with the info string
`ps-project` in the description of the engagement's epic (or issue, on Free). It is YAML:

```yaml
{sample}```

**Money does not belong where customers read.** A customer with the Reporter role sees the description. Keep {money}
and the amounts of milestones in the config instead, where they win over the block key by key:

```yaml
engagements:
  "acme/customers/globex&7":
    value: 120000
    milestones:
      - {{milestone: Discovery, due: 2026-09-11, amount: 30000}}
      - {{milestone: Migration wave 1, due: 2026-10-30, amount: 90000}}
```

They may stand in files of their own, so that nobody edits one long config: `engagements: {{path: facts/}}` names a file, or a folder of
`*.yml` files beside config.yml, each with facts by reference as above; with `project: acme/ps-internal/facts` they are read from
the default branch of that private project (the bot's user needs to see its repository: Reporter). A mistake is named with
file and line.

The reference is joined as GitLab does: letter case is ignored, and a path from before a rename or transfer is followed. A
key that joins nothing is named by `psbot check` and by every run, with the nearest reference that exists.

| key | unit | meaning |
| --- | --- | --- |
{facts}

An entry of `milestones` is `{{milestone: Title, …}}` with these keys:

| key | unit | meaning |
| --- | --- | --- |
{stones}

## Which block counts, and what a mistake costs

The block is found as GitLab shows the description: also in a list, a quote or `<details>` (with the blank line that GitLab
needs after HTML), indented, with the info string in any letters or as `yaml ps-project`; never in an HTML comment, so an
issue template may show a sample there. Where two blocks are shown the first one counts, and the fault names both lines.

Text stays as you typed it (`2026.10`, `0123` and `1e5` need no quotes). Text that begins with `@`, `&`, `*` or `!`, or holds
a colon and a blank, needs them: `customer: "Stark: Energy division"`. `9999-12-31`, and any other date from 2099 on, means
"open"; a number beyond 1e12 is a mistake.

A line that can't be read costs that line, a bad entry of a list that entry, and the engagement is served without it: the
mistake is a risk (`facts-invalid`) that names key and line, and the run ends with exit code 1.

`psbot schema --facts` prints a JSON Schema of the block.
"""


def facts_page() -> str:
    """The page with the table of all facts."""
    money = ", ".join(f"`{key}`" for key, fact in FACTS.items() if fact.money)
    facts = "\n".join(f"| `{key}` | {fact.unit} | {fact.meaning} |" for key, fact in FACTS.items())
    stones = "\n".join(f"| `{key}` | {fact.unit} | {fact.meaning} |" for key, fact in MILESTONE_FACTS.items())
    return PAGE.format(sample=sample_block(), money=money, facts=facts, stones=stones)
