"""The commented config.yml that `psbot init` writes, filled with what is known of the user's GitLab."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml

from bot.domain.facts import sample_money
from bot.domain.frozen import frozen

PLAIN = re.compile(r"(?!(?:true|false|null)$)[a-z][\w./-]*", re.IGNORECASE | re.ASCII)


@frozen
class Proposal:
    """What a starter config is filled with; the defaults are the example of the documentation."""

    namespaces: Mapping[str, str] = field(
        default_factory=lambda: {"acme/ps-internal": "internal", "acme/customers": "customer"}
    )
    reports_project: str | None = "acme/ps-internal/ps-reports"
    label: str = "PSProject"
    url: str | None = None
    timezone: str = "UTC"
    schema: str = "./docs/config.schema.json"
    """Where editors find the JSON Schema, from the config's folder."""
    who: Mapping[str, str] = field(default_factory=dict)
    """What to say of a namespace's audience, where there is more to say than what it means."""
    labels: Mapping[str, Any] = field(default_factory=dict)
    """What is written otherwise here than psbot writes it."""


def render_starter(proposal: Proposal) -> str:
    """The text of config.yml: valid as it stands, every section explained in a few words."""
    width = max(len(path) for path in proposal.namespaces) + 4
    namespaces = "\n".join(
        f"    {f'{_text(path)}: {audience}':<{width + 10}} # {proposal.who.get(path, _WHO[audience])}"
        for path, audience in proposal.namespaces.items()
    )
    project = f", project: {_text(proposal.reports_project)}" if proposal.reports_project else ""
    url = (
        f"  {f'url: {_text(proposal.url)}':<36} # {_WHICH}"
        if proposal.url
        else f"  # url: https://gitlab.example.com    # {_WHICH}"
    )
    return _STARTER.format(
        url=url,
        namespaces=namespaces,
        label=_text(proposal.label),
        project=project,
        money=sample_money(),
        timezone=proposal.timezone,
        schema=proposal.schema,
        labels=f"{_flow(proposal.labels):<30}",
    )


def _flow(value: Mapping[str, Any]) -> str:
    """A section in one line of YAML."""
    return yaml.safe_dump(
        dict(value), default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
    ).strip()


def local_timezone() -> str:
    """This machine's time zone by its name, else UTC."""
    candidates = [os.environ.get("TZ", "").removeprefix(":"), *_linked_zone(Path("/etc/localtime"))]
    return next((name for name in candidates if name in available_timezones()), "UTC")


def _linked_zone(link: Path) -> list[str]:
    try:
        return [str(link.readlink()).partition("zoneinfo/")[2]]
    except OSError:
        return []


def _text(value: str) -> str:
    """A YAML scalar: bare where that is safe, else in single quotes."""
    return (
        value
        if PLAIN.fullmatch(value) or re.fullmatch(r"https?://[\w./:-]+", value)
        else "'" + value.replace("'", "''") + "'"
    )


_WHICH = "GITLAB_URL wins over it; without both CI_SERVER_URL counts, else GitLab.com"
_WHO = {
    "internal": "only our own people can read here: money and internal risks go here",
    "customer": "customers can read here too",
}
_STARTER = """\
# yaml-language-server: $schema={schema}
# psbot: where to look, who reads there, and when to report. Every key is optional but `portfolio.namespaces`.
# The token is never here: it comes from the environment variable GITLAB_TOKEN.

gitlab:
{url}
  timeout: 30                          # seconds for one answer
  concurrency: 8                       # requests at once while reading
  cache: .psbot-cache                  # only saves time; delete it whenever you like

portfolio:
  namespaces:                          # groups or projects; subgroups included, the longest path wins
{namespaces}
  label: {label}                     # the label that marks an engagement (an epic, or an issue on Free)
  closed_within_days: 120              # completed engagements stay in reports that long

calendar:
  timezone: {timezone:<26} # in which days and weeks end, such as America/New_York
  working_days: [mon, tue, wed, thu, fri]
  holidays: []                         # countries (US), regions (DE-BY), single days (2026-12-24)
  fiscal_year_start: 2                 # February: FY27-Q4 is November 2026 to January 2027
  hours_per_day: 8

finance:
  currency: USD
  targets: {{}}                          # revenue target by fiscal quarter, such as {{FY27-Q4: 450000}}
  tolerance: 0.05                      # the forecast counts as met within 5 %
  rates: {{}}                            # per hour, such as {{default: 250}}, where the facts give none
  # timesheets: hours.csv              # engagement,user,date,hours,billable,approved[,item]
  # bookings: bookings.csv             # engagement,user,week,hours,kind

labels: {labels} # your own label names; `psbot schema` lists all keys and defaults
thresholds: {{}}                         # every number behind a colour or a risk rule, such as spi_red: 0.8
risks: {{disable: [], severity: {{}}}}

reports:
  status:    {{enabled: true, day: thu, set_health: false, customer: {{enabled: false, approval: required, approvers: []}}}}
  portfolio: {{enabled: true, day: tue{project}}}
  monthly:   {{enabled: true, day: 1{project}, labels: [ps-monthly-summary]}}
  quarterly: {{enabled: true{project}, labels: [ps-quarterly-rollup]}}
  closeout:  {{enabled: true}}
  locale: en_US                        # wording, dates, numbers and money (de_DE ships too)

templates: {{folder: templates}}         # a file there replaces the shipped one of the same name
engagements: {{}}                        # facts kept away from descriptions that customers read:
                                       #   "acme/customers/globex&7": {money}
serve: {{at: ["06:00"]}}                 # only for `psbot serve`
"""
