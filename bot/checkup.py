"""`psbot check` and `init --from`: what is there, what is missing, and how to mend it. Writes nothing to GitLab but labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import quote

from bot.config import Settings
from bot.errors import PsbotError, UsageError
from bot.gitlab_api import check as gitlab
from bot.gitlab_api.check import AccessReport, NamespaceAccess, inspect_access
from bot.gitlab_api.client import GitLabClient
from bot.model import Portfolio
from bot.reading import read_live
from bot.report.check import check_templates
from bot.report.context import path_of
from bot.report.due import next_due
from bot.report.environment import load_templates
from bot.report.sample import sample_contexts
from bot.session import DEFAULT_URL, Session
from bot.starter import Proposal

Level = Literal["ok", "note", "problem"]
EXPIRY_WARNING = timedelta(days=14)
TOO_MUCH = ("sudo", "admin_mode", "write_repository", "write_registry", "create_runner", "manage_runner", "k8s_proxy")
SECRET = re.compile(
    r"\b(?:gl(?:pat|rt|dt|oas|soat|ptt|ft|imt|agent|cbt)-[\w-]{16,}|(?:password|secret|token)\s*:\s*\S{8,})", re.I
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` says how to mend it."""

    level: Level
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Checkup:
    """All findings, and the exit code that goes with them."""

    findings: tuple[Finding, ...]
    exit_code: int


def examine(session: Session) -> Checkup:
    """Look at everything a run needs. Raises AccessError or UnreachableError when GitLab can't be asked at all."""
    settings = session.settings
    findings = [*check_config(session), *check_report_templates(session)]
    broken_layout = any(f.level == "problem" for f in findings)
    access = inspect_access(session.client, settings)
    findings += [*check_token(access, session), *check_namespaces(access), *check_targets(access, settings)]
    no_rights = any(f.level == "problem" for f in check_token(access, session))
    findings += [*check_engagements(session), *check_calendar(session)]
    problems = any(f.level == "problem" for f in findings)
    return Checkup(tuple(findings), 2 if broken_layout else 3 if no_rights else 1 if problems else 0)


def check_config(session: Session) -> Iterator[Finding]:
    names = session.settings.portfolio.namespaces
    yield Finding(
        "ok", f"{session.config_path}: valid; {len(names)} namespaces, label {session.settings.portfolio.label!r}"
    )
    for number, line in enumerate(session.config_path.read_text(encoding="utf-8").splitlines(), 1):
        if SECRET.search(line.partition("#")[0]):
            remedy = "Take it out, revoke it, and set the new one as GITLAB_TOKEN (in CI: a masked variable)."
            yield Finding("problem", f"{session.config_path}:{number}: this looks like a secret", remedy)
    customer = session.settings.reports.status.customer
    if customer.enabled and customer.approval == "required" and not customer.approvers:
        remedy = "Name usernames under reports.status.customer.approvers; until then every draft waits."
        yield Finding("problem", "customer status needs approval, but nobody may approve it", remedy)


def check_report_templates(session: Session) -> Iterator[Finding]:
    """Every report rendered against sample data."""
    try:
        templates = load_templates(session.settings, session.folder)
        faults = check_templates(templates, sample_contexts(templates, session.settings))
    except PsbotError as error:
        yield Finding("problem", str(error), "Mend the template or delete it; the shipped one serves then.")
        return
    for fault in faults:
        yield Finding("problem", f"template {fault}", "Mend it or delete it; the shipped one serves then.")
    if not faults:
        yield Finding("ok", f"templates: all render against sample data ({session.settings.reports.locale})")


def check_token(access: AccessReport, session: Session) -> Iterator[Finding]:
    yield Finding("ok", f"{access.url}: GitLab {access.version} ({access.edition}), as {access.username}")
    for line in access.capability_lines:
        yield Finding("note", f"not on this GitLab: {line}")
    if access.scopes is None:
        yield Finding("note", "GitLab does not tell the token's scopes", "It needs `api` to write, `read_api` to look.")
        return
    if access.may_write:
        yield Finding("ok", f"token: scopes {', '.join(access.scopes)}")
    else:
        remedy = "Fine for status, check and --dry-run; make one with scope `api` for psbot run."
        yield Finding("problem", f"the token may read but not write (scopes: {', '.join(access.scopes)})", remedy)
    excess = [scope for scope in access.scopes if scope in TOO_MUCH]
    if excess:
        yield Finding(
            "note", f"the token may more than psbot needs: {', '.join(excess)}", "Scope `api` alone is enough."
        )
    if access.expires_at and access.expires_at - session.today <= EXPIRY_WARNING:
        remedy = "Rotate it (the bot's user stays the same), do not make a new one."
        yield Finding("problem", f"the token expires on {access.expires_at}", remedy)


def check_namespaces(access: AccessReport) -> Iterator[Finding]:
    for namespace in access.namespaces:
        yield from _namespace(namespace)
    lacking: dict[str, list[str]] = {}
    for namespace in access.namespaces:
        for feature in namespace.lacks:
            lacking.setdefault(feature, []).append(namespace.path)
    for feature, paths in lacking.items():
        yield Finding("note", f"not licensed in {' and '.join(paths)}: {feature}")


def _namespace(n: NamespaceAccess) -> Iterator[Finding]:
    if n.error:
        yield Finding("problem", f"{n.path}: {n.error}", "Check the path, and that the bot's user is a member there.")
        return
    if n.sees_all:
        yield Finding("ok", f"{n.path}: {n.kind}, role {n.role}")
    else:
        remedy = "Give the bot's user Planner (GitLab 17.7 and newer) or Reporter there."
        yield Finding("problem", f"{n.path}: role {n.role or 'none'} does not see confidential items", remedy)
    if n.missing_labels:
        shown = ", ".join(n.missing_labels[:5]) + (" …" if len(n.missing_labels) > 5 else "")
        yield Finding(
            "note",
            f"{n.path}: {len(n.missing_labels)} labels are missing ({shown})",
            "psbot init --labels creates them.",
        )


def check_targets(access: AccessReport, settings: Settings) -> Iterator[Finding]:
    fine: Counter[str] = Counter()
    for target in access.targets:
        name = f"{target.setting}: {target.asked}"
        if target.error:
            yield Finding(
                "problem", f"{name}: {target.error}", "Name an issue, epic or project that the bot's user can see."
            )
        elif target.setting.startswith("reports.") and target.audience != "internal":
            remedy = "Name a project in an internal namespace, or declare its namespace internal if it is."
            yield Finding(
                "problem", f"{name}: customers can read in {target.path}; nothing would be written there", remedy
            )
        elif target.setting.startswith("reports."):
            yield Finding("ok", f"{name}: {target.audience}")
        else:
            fine[target.audience] += 1
    for audience, count in sorted(fine.items()):
        yield Finding("ok", f"engagements: {count} references lie in {audience} namespaces")
    for kind in ("portfolio", "monthly", "quarterly"):
        report = getattr(settings.reports, kind)
        if report.enabled and not report.project:
            remedy = f"Name a project under reports.{kind}.project, or set enabled: false."
            yield Finding("note", f"the {kind} report has no project and is not written", remedy)


def check_engagements(session: Session) -> Iterator[Finding]:
    """What was found under the label, and where each engagement's internal status would go."""
    portfolio = read_live(session, None)
    for failure in portfolio.failures:
        yield Finding("problem", failure)
    if not portfolio.engagements:
        label = session.settings.portfolio.label
        yield Finding(
            "problem",
            "no engagement was found",
            f"Put the label {label!r} on an epic (on Free: an issue) in these namespaces.",
        )
        return
    yield Finding("ok", f"{len(portfolio.engagements)} engagements found")
    yield from _facts_and_targets(portfolio, session.settings)


def _facts_and_targets(portfolio: Portfolio, settings: Settings) -> Iterator[Finding]:
    for e in portfolio.engagements:
        for fault in e.fact_faults:
            yield Finding(
                "problem", f"{fault.ref or e.ref}: facts, line {fault.line}: {fault.key or 'block'}: {fault.message}"
            )
        target = e.facts.internal or e.ref
        if settings.audience_of(path_of(target)) != "internal":
            remedy = "Name an internal issue or epic as `internal:` in its facts; until then its status is refused."
            yield Finding("problem", f"{e.ref}: its internal status has no internal place ({target})", remedy)
        if e.customer_visible_facts:
            remedy = "Move them under `engagements:` in config.yml."
            yield Finding(
                "problem",
                f"{e.ref}: customers can read {', '.join(e.customer_visible_facts)} in its description",
                remedy,
            )
        missing = [key for key in ("start", "end", "hours", "billing") if getattr(e.facts, key) is None]
        if missing:
            yield Finding(
                "note", f"{e.ref}: facts without {', '.join(missing)}", "What they would tell stays unknown, not green."
            )


def check_calendar(session: Session) -> Iterator[Finding]:
    for kind, day in next_due(session.settings, session.calendar, session.as_of):
        yield Finding("ok", f"next {kind} report: {day:%A}, {day}")


# -- init


def create_missing_labels(session: Session) -> Iterator[str]:
    """Create the labels that the config names and GitLab lacks; a line for each."""
    created = gitlab.create_missing_labels(session.client, session.settings)
    for path, name in created:
        yield f"created in {path}: {name}"
    if not created:
        yield "no label is missing"


def propose(group: str, environment: dict[str, str], label: str = "PSProject") -> Proposal:
    """A starter filled with what is found in `group`. Raises UsageError when it can't be seen."""
    url = (environment.get("GITLAB_URL") or environment.get("CI_SERVER_URL") or DEFAULT_URL).rstrip("/")
    token = environment.get("GITLAB_TOKEN", "").strip()
    if not token:
        raise UsageError("needs a token to look around", "--from", "Set GITLAB_TOKEN (scope read_api is enough).")
    client = GitLabClient(url, token)
    top = client.get(f"/groups/{quote(group, safe='')}")
    path = str(top["full_path"])
    children = [str(g["full_path"]) for g in client.get_all(f"/groups/{top['id']}/subgroups")]
    projects = [
        str(p["path_with_namespace"]) for p in client.get_all(f"/groups/{top['id']}/projects", include_subgroups=True)
    ]
    return make_proposal(path, children, projects, url if url != DEFAULT_URL else None, label)


def make_proposal(
    group: str, children: Iterable[str], projects: Iterable[str], url: str | None, label: str
) -> Proposal:
    """Namespaces by their names: what sounds internal is proposed as internal, everything else as customer-visible."""
    children = sorted(children)
    namespaces = {path: "internal" if sounds_internal(path) else "customer" for path in children or [group]}
    if len(Counter(namespaces.values())) == 1 and "internal" not in namespaces.values():
        namespaces = {group: "customer"}
    internal = [p for p, audience in namespaces.items() if audience == "internal"]
    reports = [
        p
        for p in sorted(projects)
        if "report" in p.rpartition("/")[2] and p.startswith(tuple(f"{i}/" for i in internal))
    ]
    return Proposal(namespaces, reports[0] if reports else None, label, url)


def sounds_internal(path: str) -> bool:
    return any(word in path.rpartition("/")[2].casefold() for word in ("internal", "intern", "backoffice", "ops"))
