"""`psbot check`: what is there, what is missing, and how to put it right. Writes nothing to GitLab but labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.app.remedies import CheckLevel, CheckResult, Remedy
from bot.app.session import Session
from bot.app.sources import Progress, quiet, read_live
from bot.config import Settings
from bot.domain.errors import NotFoundError, PsbotError, UsageError
from bot.domain.mistakes import SECRET
from bot.domain.model import Portfolio
from bot.domain.vocabulary import ApprovalMode, Audience
from bot.gitlab_api.access_report import AccessReport, NamespaceAccess, inspect_access
from bot.gitlab_api.places import Place, place_of, resolve_place
from bot.gitlab_api.readership import Readership
from bot.publish.audience import Spot, make_guard
from bot.publish.notify.faults import faults_of
from bot.report.check import check_templates
from bot.report.context import path_of
from bot.report.environment import Templates, load_templates
from bot.report.sample import sample_contexts
from bot.report.schedule import coming
from bot.report.text.wording import untranslated

EXPIRY_WARNING = timedelta(days=14)
TOO_MUCH = ("sudo", "admin_mode", "write_repository", "write_registry", "create_runner", "manage_runner", "k8s_proxy")
UPCOMING = 10
"""So many of the next reports are told."""
SHOWN = 12
"""So many references are named; the rest is a number."""


def examine(session: Session, tell: Callable[[CheckResult], None], progress: Progress = quiet) -> int:
    """Look at everything a run needs, `tell` each finding as it is found, and return the exit code.

    Raises AccessError or UnreachableError when GitLab can't be asked at all; what was found before is told by then.
    """

    first: list[CheckResult] = []

    def told(findings: Iterable[CheckResult]) -> bool:
        broken = False
        for finding in findings:
            tell(finding)
            broken |= finding.level == CheckLevel.PROBLEM
            if finding.level == CheckLevel.PROBLEM:
                first.append(finding)
        return broken

    layout = told([*check_config(session), *check_report_templates(session)])
    session = session.live
    settings = session.settings
    access = inspect_access(session.client, settings)
    rights = told(check_token(access, session))
    rest = [
        told(check_namespaces(access)),
        told(check_visibility(session, access)),
        told(check_targets(access, settings)),
        told(check_pages(session)),
        told(check_engagements(session, progress)),
        told(check_calendar(session)),
    ]
    if not (layout or rights or any(rest)):
        rest.append(told(check_dry_run(session, progress)))
    if first:
        tell(replace(first[0], level=CheckLevel.NEXT))
    return 2 if layout else 3 if rights else 1 if any(rest) else 0


def check_dry_run(session: Session, progress: Progress) -> Iterator[CheckResult]:
    """The run itself, without a write: whatever it would refuse is told here and not first on Monday morning."""
    from bot.app.run import RunOptions, run_job

    summary = run_job(session, RunOptions(dry_run=True), progress)
    for failure in summary.failures:
        yield CheckResult(CheckLevel.PROBLEM, f"a run would fail in part: {failure}")
    if not summary.failures:
        yield CheckResult(CheckLevel.OK, f"a dry run refuses nothing: {summary.closing_line}")


def check_config(session: Session) -> Iterator[CheckResult]:
    names = session.settings.portfolio.namespaces
    yield CheckResult(
        CheckLevel.OK,
        f"{session.config_path}: valid; {len(names)} namespaces, label {session.settings.portfolio.label!r}",
    )
    for number, line in enumerate(session.config_path.read_text(encoding="utf-8").splitlines(), 1):
        if SECRET.search(line.partition("#")[0]):
            yield CheckResult(
                CheckLevel.PROBLEM, f"{session.config_path}:{number}: this looks like a secret", Remedy.LEAKED
            )
    for key, path in _missing_sheets(session):
        yield CheckResult(CheckLevel.PROBLEM, f"finance.{key}: {path} is not there", Remedy.SHEET)
    customer = session.settings.reports.status.customer
    if customer.enabled and customer.approval == ApprovalMode.REQUIRED and not customer.approvers:
        yield CheckResult(
            CheckLevel.PROBLEM, "customer status needs approval, but nobody may approve it", Remedy.APPROVERS
        )

    for fault, remedy in faults_of(session.settings, session.environment):
        yield CheckResult(CheckLevel.PROBLEM, fault, remedy)


def _missing_sheets(session: Session) -> list[tuple[str, Path]]:
    finance = session.settings.finance
    named = (("timesheets", finance.timesheets), ("bookings", finance.bookings))
    found = [(key, session.folder / name) for key, name in named if name]
    return [(key, path) for key, path in found if not path.is_file()]


def check_report_templates(session: Session) -> Iterator[CheckResult]:
    """Every report rendered against sample data."""
    try:
        templates = load_templates(session.settings, session.folder)
        faults = check_templates(templates, sample_contexts(templates, session.settings))
    except PsbotError as error:
        yield CheckResult(CheckLevel.PROBLEM, str(error), Remedy.TEMPLATE)
        return
    for fault in faults:
        yield CheckResult(CheckLevel.PROBLEM, f"template {fault}", Remedy.TEMPLATE)
    if not faults:
        yield CheckResult(
            CheckLevel.OK, f"templates: all render against sample data ({session.settings.reports.locale})"
        )
    yield from _check_wording(templates)


def _check_wording(templates: Templates) -> Iterator[CheckResult]:
    """What the reports' language lacks stays English: worth a note, no fault."""
    lacking = untranslated(templates.words)
    if lacking:
        language = templates.words.locale.language
        some = ", ".join(lacking[:3]) + (" …" if len(lacking) > 3 else "")
        told = f"reports in {language}: {len(lacking)} texts stay English ({some})"
        yield CheckResult(CheckLevel.NOTE, told, Remedy.WORDING, (language,))


def check_token(access: AccessReport, session: Session) -> Iterator[CheckResult]:
    yield CheckResult(CheckLevel.OK, f"{access.url}: GitLab {access.version} ({access.edition}), as {access.username}")
    for line in access.capability_lines:
        yield CheckResult(CheckLevel.NOTE, f"not on this GitLab: {line}")
    if access.scopes is None:
        yield CheckResult(CheckLevel.NOTE, "GitLab does not tell the token's scopes", Remedy.SCOPES_UNKNOWN)
        return
    scopes = ", ".join(access.scopes)
    refused = f"the token may read but not write (scopes: {scopes})"
    yield _granted(bool(access.may_write), f"token: scopes {scopes}", refused, Remedy.READS_ONLY)
    excess = [scope for scope in access.scopes if scope in TOO_MUCH]
    if excess:
        yield CheckResult(CheckLevel.NOTE, f"the token may more than psbot needs: {', '.join(excess)}", Remedy.EXCESS)
    if access.expires_at and access.expires_at - session.today <= EXPIRY_WARNING:
        yield CheckResult(CheckLevel.PROBLEM, f"the token expires on {access.expires_at}", Remedy.EXPIRY)


def _granted(granted: bool, told: str, refused: str, remedy: Remedy) -> CheckResult:
    return CheckResult(CheckLevel.OK, told) if granted else CheckResult(CheckLevel.PROBLEM, refused, remedy)


def check_namespaces(access: AccessReport) -> Iterator[CheckResult]:
    for namespace in access.namespaces:
        yield from _namespace(namespace)
    lacking: dict[str, list[str]] = {}
    for namespace in access.namespaces:
        for feature in namespace.lacks:
            lacking.setdefault(feature, []).append(namespace.path)
    for feature, paths in lacking.items():
        yield CheckResult(CheckLevel.NOTE, f"not licensed in {' and '.join(paths)}: {feature}")


def _namespace(n: NamespaceAccess) -> Iterator[CheckResult]:
    if n.error:
        yield CheckResult(CheckLevel.PROBLEM, f"{n.path}: {n.error}", Remedy.NAMESPACE)
        return
    refused = f"{n.path}: role {n.role or 'none'} does not see confidential items"
    yield _granted(n.sees_all, f"{n.path}: {n.kind}, role {n.role}", refused, Remedy.ROLE)
    if n.missing_labels:
        shown = ", ".join(n.missing_labels[:5]) + (" …" if len(n.missing_labels) > 5 else "")
        yield CheckResult(
            CheckLevel.NOTE, f"{n.path}: {len(n.missing_labels)} labels are missing ({shown})", Remedy.LABELS
        )


def check_visibility(session: Session, access: AccessReport) -> Iterator[CheckResult]:
    """An internal namespace that others can read is internal in nobody's sense: nothing internal is written there."""
    settings = session.settings
    readers = Readership(session.client, settings)
    for n in access.namespaces:
        if n.error or settings.portfolio.namespaces.get(n.path) != Audience.INTERNAL:
            continue
        reason = readers.objection(n.path)
        if reason:
            yield CheckResult(CheckLevel.PROBLEM, f"{n.path}: declared internal, but {reason}", Remedy.VISIBILITY)


def check_audiences(session: Session, portfolio: Portfolio) -> Iterator[CheckResult]:
    """The places of the engagements' own texts, held against what GitLab says of who reads there."""
    guard = make_guard(session.settings, portfolio, Readership(session.client, session.settings))
    told: set[str] = set()
    for e in portfolio.engagements:
        for audience, asked in (
            (Audience.INTERNAL, guard.homes.get(e.ref)),
            (Audience.CUSTOMER, guard.channels.get(e.ref)),
        ):
            place = asked and _resolved(session, portfolio, asked)
            if not asked or not place or _is_no_internal_place(session.settings, audience, place.path):
                continue
            refusal = guard.refusal(audience, e.ref, Spot(asked, place.ref, place.path))
            if refusal and refusal not in told:
                told.add(refusal)
                yield _refused(session.settings, audience, e.ref, refusal)


def _refused(settings: Settings, audience: Audience, ref: str, refusal: str) -> CheckResult:
    """A problem where a run would write there; what no report asks for yet is worth a note."""
    told = f"{ref}: {refusal}"
    if audience == Audience.INTERNAL:
        return CheckResult(CheckLevel.PROBLEM, told, Remedy.INTERNAL)
    if not settings.reports.status.customer.enabled:
        return CheckResult(CheckLevel.NOTE, told, Remedy.CHANNEL_LATER)
    return CheckResult(CheckLevel.PROBLEM, told, Remedy.CHANNEL)


def _is_no_internal_place(settings: Settings, audience: Audience, path: str) -> bool:
    """Whether a place is none for internal texts by the config already, which is told in one finding for all."""
    return audience == Audience.INTERNAL and settings.audience_of(path) != Audience.INTERNAL


def _resolved(session: Session, portfolio: Portfolio, asked: str) -> Place | None:
    """The place as it was read, or asked for anew; None where it can't be: a run tells that."""
    try:
        target = portfolio.targets.get(asked)
        return (place_of(asked, target) if target else None) or resolve_place(session.client, asked)
    except (PsbotError, ValueError):
        return None


def check_pages(session: Session) -> Iterator[CheckResult]:
    """In a pipeline: whether the portfolio page, which holds money, would stand open."""
    path = session.environment.get("CI_PROJECT_PATH", "")
    if not path:
        return
    project: Mapping[str, Any] = {}
    try:
        project = session.client.get(f"/projects/{quote(path, safe='')}")
    except NotFoundError:
        told = f"{path}: the token can't see its own pipeline's project; its Pages could not be looked at"
        yield CheckResult(CheckLevel.NOTE, told, Remedy.PAGES_UNSEEN)
    level = project.get("pages_access_level")
    wanted = session.environment.get("PSBOT_PAGES") == "true"
    if level == "public" or (level == "enabled" and project.get("visibility") != "private"):
        level_told: CheckLevel = CheckLevel.PROBLEM if wanted else CheckLevel.NOTE
        yield CheckResult(level_told, f"{path}: Pages access control is off", Remedy.PAGES_OPEN)
    elif wanted and level in ("private", "enabled"):
        yield CheckResult(CheckLevel.OK, f"{path}: Pages are for members only")
    elif wanted and project:
        yield CheckResult(CheckLevel.NOTE, f"{path}: Pages are not on", Remedy.PAGES_OFF)


def check_targets(access: AccessReport, settings: Settings) -> Iterator[CheckResult]:
    fine: Counter[str] = Counter()
    for target in access.targets:
        name = f"{target.setting}: {target.asked}"
        if target.error:
            yield CheckResult(CheckLevel.PROBLEM, f"{name}: {target.error}", Remedy.TARGET_UNSEEN)
        elif target.setting.startswith("reports.") and target.audience != Audience.INTERNAL:
            told = f"{name}: customers can read in {target.path}; nothing would be written there"
            yield CheckResult(CheckLevel.PROBLEM, told, Remedy.TARGET_OPEN)
        elif target.setting.startswith("reports."):
            yield CheckResult(CheckLevel.OK, f"{name}: {target.audience}")
        else:
            fine[target.audience] += 1
    for audience, count in sorted(fine.items()):
        yield CheckResult(CheckLevel.OK, f"engagements: {count} references lie in {audience} namespaces")
    for kind, report in settings.reports.issues():
        if report.enabled and not report.project:
            told = f"the {kind} report has no project and is not written"
            yield CheckResult(CheckLevel.NOTE, told, Remedy.NO_PROJECT, (kind,))


def check_engagements(session: Session, progress: Progress) -> Iterator[CheckResult]:
    """What was found under the label, and where each engagement's internal status would go."""
    try:
        portfolio = read_live(session, None, progress)
    except UsageError as fault:  # of a file beside the config; one that is not there is told already
        if not _missing_sheets(session):
            yield CheckResult(CheckLevel.PROBLEM, str(fault))
        return
    for failure in portfolio.failures:
        yield CheckResult(CheckLevel.PROBLEM, str(failure))
    for told, refs in _by_text((str(error), e.ref) for e in portfolio.engagements for error in e.errors):
        yield CheckResult(CheckLevel.PROBLEM, f"{_listed(refs)}: {told}")
    if not portfolio.engagements:
        label = session.settings.portfolio.label
        yield CheckResult(CheckLevel.PROBLEM, "no engagement was found", Remedy.NO_ENGAGEMENT, (label,))
        return
    yield CheckResult(CheckLevel.OK, f"{_count(len(portfolio.engagements), 'engagement')} found")
    yield from _facts(portfolio)
    yield from _places(portfolio, session.settings)
    yield from check_audiences(session, portfolio)


def _facts(portfolio: Portfolio) -> Iterator[CheckResult]:
    missing: dict[str, list[str]] = {}
    faults = (
        (f"{fault.key or 'block'}: {fault.message}", f"{fault.ref or e.ref}, line {fault.line}")
        for e in portfolio.engagements
        for fault in e.fact_faults
    )
    for what, places in _by_text(faults):
        yield CheckResult(CheckLevel.PROBLEM, f"facts, {what} ({_listed(places)})", Remedy.FACTS)
    for e in portfolio.engagements:
        if e.customer_visible_facts:
            keys = ", ".join(e.customer_visible_facts)
            yield CheckResult(
                CheckLevel.PROBLEM, f"{e.ref}: customers can read {keys} in its description", Remedy.MONEY_SEEN
            )
        lacking = ", ".join(key for key in ("start", "end", "hours", "billing") if getattr(e.facts, key) is None)
        if lacking:
            missing.setdefault(lacking, []).append(e.ref)
    for keys, refs in missing.items():
        yield CheckResult(CheckLevel.NOTE, f"facts without {keys}: {_listed(refs)}", Remedy.FACTS_LACKING)


def _by_text(found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Equal faults are one: each text with its places."""
    places: dict[str, list[str]] = {}
    for text, place in found:
        places.setdefault(text, []).append(place)
    yield from places.items()


def _places(portfolio: Portfolio, settings: Settings) -> Iterator[CheckResult]:
    """Engagements whose internal status has nowhere to go, in one finding with the lines to paste."""
    homeless = [
        e.ref
        for e in portfolio.engagements
        if settings.audience_of(path_of(e.facts.internal or e.ref)) != Audience.INTERNAL
    ]
    if not homeless:
        return
    lines = [f'          "{ref}": {{internal: path/of/an/internal/project#1}}' for ref in homeless[:SHOWN]]
    lines += [f"          # … and {len(homeless) - SHOWN} more"] if len(homeless) > SHOWN else []
    what = f"{_count(len(homeless), 'engagement')} with no internal place for the status; it is refused until then"
    yield CheckResult(
        CheckLevel.PROBLEM,
        what,
        Remedy.NO_PLACE,
        (_likely_place(settings), "\n".join(["        engagements:", *lines])),
    )


def _likely_place(settings: Settings) -> str:
    """The project for internal statuses to name in a remedy: where the roll-ups go, if only our own people read there."""
    names = [report.project for _, report in settings.reports.issues() if report.project]
    return next((name for name in names if settings.audience_of(name) == Audience.INTERNAL), "PROJECT")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(refs: Sequence[str]) -> str:
    rest = len(refs) - SHOWN
    return ", ".join(refs[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def check_calendar(session: Session) -> Iterator[CheckResult]:
    for kind, day in coming(session.settings, session.calendar, session.as_of)[:UPCOMING]:
        yield CheckResult(CheckLevel.OK, f"next {kind} report: {day:%A}, {day}")
