"""The whole pipeline on one screen: read, derive, render, plan, publish. It decides nothing itself.

config ─► gitlab_api (read) ─► model ─► derive ─► report ─► publish ─► gitlab_api (write)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from bot.app.session import Session, read_text
from bot.app.sources import Progress, Reading, failures_of, known_reference, quiet, read_live, read_snapshot
from bot.app.summary import Beginning, RunCase, RunSummary, beginning, closing, judged, summarise, told
from bot.derive.decisions.due import Due
from bot.derive.forecast import commitment
from bot.derive.order_results import OrderEntry
from bot.domain.errors import AccessError, UsageError
from bot.domain.frozen import frozen
from bot.domain.model import Portfolio
from bot.domain.paths import reference_of
from bot.domain.snapshot import load_unpublished
from bot.domain.vocabulary import ApprovalMode, Audience
from bot.gitlab_api.readership import Readership
from bot.gitlab_api.rights import require_write
from bot.gitlab_api.whereabouts import Whereabouts
from bot.publish.audience import Guard, make_guard
from bot.publish.deliver import deliver
from bot.publish.digest import digest
from bot.publish.execute import RunOutcome, apply_plan
from bot.publish.loss import NOTHING_FOUND, LossFinder
from bot.publish.mentions import MentionHours, mention_steps
from bot.publish.notify.due_digests import Desk
from bot.publish.notify.faults import receipt_project
from bot.publish.notify.receipts import Receipts
from bot.publish.notify.send import preview, send_digests
from bot.publish.plan import make_plan
from bot.publish.plan_json import plan_from_json
from bot.publish.posts import Standing, past_reports
from bot.publish.recheck import Today
from bot.publish.standing import Reader, read_standing
from bot.publish.steps import Plan
from bot.publish.wishes import identity_of, make_wishes
from bot.publish.writer import Writer
from bot.report import Made, ReportContext, make_documents
from bot.report.document import Document
from bot.report.environment import load_templates
from bot.report.parts.mentions import mentions_of
from bot.report.registry import report_of
from bot.report.schedule import forced, reports_due


@frozen
class RequestedReport:
    """A report that is wanted, due or not: of the period that ended last where none is named; a hand-over is for a partner."""

    kind: str
    period: str | None = None
    partner: str | None = None


@frozen
class RunOptions:
    """What `run` was asked for; the defaults are the scheduled job."""

    only: str | None = None
    report: RequestedReport | None = None
    dry_run: bool = False
    shard: tuple[int, int] | None = None
    merge: tuple[Path, ...] = ()
    accept_loss: bool = False


def run_job(session: Session, options: RunOptions, progress: Progress = quiet) -> RunSummary:
    """Read, derive, render, plan, and (unless a dry run) publish what is due.

    Raises AccessError before anything is written when the token may not write.
    """
    began = beginning(session)
    client, session = session.client, session.live
    options = replace(options, only=options.only and reference_of(options.only, session.url))
    if not options.dry_run:
        require_write(client)
    portfolio = read_parts(session, options) if options.merge else read_live(session, options.only, progress)
    options = replace(options, only=known_reference(portfolio, options.only))
    standing = read_standing(
        client, session.settings, portfolio, lambda n, of: progress("looking at what stands", n, of)
    )
    refs = [e.ref for e in portfolio.engagements]
    reading = Reading(session, portfolio, session.as_of, past_reports(standing, refs), options.only, live=True)
    if options.report and not report_of(options.report.kind).is_published:
        return file_summary(reading, options.report, report_context(reading, options), began)
    made = of_portfolio(render(reading, options, standing), standing.portfolio)
    guard = make_guard(session.settings, portfolio, Readership(client, session.settings))
    held = (
        {}
        if options.accept_loss
        else LossFinder(portfolio, standing, explainer(session, portfolio)).held(made.documents)
    )

    def plan_for(standing: Standing) -> Plan:
        published = [d for d in made.documents if identity_of(d) not in held]
        answered = orders_of(reading, options)
        plan = make_plan(made.documents, standing, guard, session.settings, colours(published), answered, held)
        return with_mentions(plan, session, reading, options, standing)

    plan = plan_for(standing)
    undone = (*nothing_found(portfolio, made, options), *unpublished_in_parts(options))
    made = replace(made, faults=(*made.faults, *undone))
    if options.dry_run:
        summary = summarise(session, reading, made, plan, None, began)
        desk = desk_of(session, reading, options, standing, made)
        return replace(summary, said=tuple(preview(desk)) if sends_digests(options) else ())
    outcome = deliver(
        plan,
        Writer(client, session.settings, guard, targets=portfolio.targets),
        lambda: plan_for(read_standing(client, session.settings, portfolio)),
        lambda n, of, step: progress("publishing", n, of),
    )
    require_some_right(outcome)
    summary = summarise(session, reading, made, plan, outcome, began)
    summary = replace(summary, said=(*summary.said, *kept_apart(standing)))
    return with_digests(summary, session, reading, options, made, guard) if sends_digests(options) else summary


def sends_digests(options: RunOptions) -> bool:
    """Digests are on the whole portfolio: shards and single reports send none."""
    return not options.only and not options.report and options.shard is None


def desk_of(session: Session, reading: Reading, options: RunOptions, standing: Standing, made: Made) -> Desk:
    return Desk(report_context(reading, options), session.as_of, standing, made.documents)


def with_digests(
    summary: RunSummary, session: Session, reading: Reading, options: RunOptions, made: Made, guard: Guard
) -> RunSummary:
    """The summary with what was sent outside GitLab, from what stands now that everything is published."""
    if not session.settings.notify:
        return summary
    standing = read_standing(session.client, session.settings, reading.portfolio)
    desk = desk_of(session, reading, options, standing, made)
    project = receipt_project(session.settings)
    reader = Reader(session.client, session.settings)
    receipts = Receipts(session.client, reader, guard, project, standing.portfolio)
    sent = send_digests(desk, receipts, session.environment)
    cases = (
        *(RunCase("digests", line) for line in sent.lines),
        *(RunCase("digests", f, failure=f) for f in sent.failures),
    )
    return replace(
        summary,
        said=(*summary.said, *sent.lines),
        failures=(*summary.failures, *sent.failures),
        cases=(*summary.cases, *cases),
    )


def with_mentions(plan: Plan, session: Session, reading: Reading, options: RunOptions, standing: Standing) -> Plan:
    """The plan with the mentions of those whom asks wait for, where the config wants them."""
    status = session.settings.reports.status
    if not status.notify_owners or options.report or options.merge:
        return plan
    found = mentions_of(report_context(reading, options), session.as_of)
    mine = [m for m in found if options.shard is None or in_shard(m.engagement, options.shard)]
    hours = MentionHours(
        status.quiet_hours, status.most_mentions, session.calendar, session.settings.people, session.clock()
    )
    return replace(plan, steps=(*plan.steps, *mention_steps(mine, standing, hours)))


def kept_apart(standing: Standing) -> tuple[str, ...]:
    """Says that other configs report into the same projects."""
    if not standing.others:
        return ()
    which = ", ".join(standing.others[:3])
    return (f"note: reports of another portfolio stand in the same project and are left alone: {which}",)


def explainer(session: Session, portfolio: Portfolio) -> Callable[[str], bool]:
    """Asks GitLab what became of an engagement that is not found any more."""
    found = frozenset(e.ref for e in portfolio.engagements)
    return Whereabouts(session.client, session.settings, found).explains


def nothing_found(portfolio: Portfolio, made: Made, options: RunOptions) -> tuple[str, ...]:
    """Said once where no roll-up says it: a run that finds nothing to report is no success."""
    told = options.accept_loss or any(d.engagement is None for d in made.documents)
    return () if portfolio.engagements or told else (NOTHING_FOUND,)


def require_some_right(outcome: RunOutcome) -> None:
    """Raises AccessError when every write was refused for lack of rights: that is the token's fault, not a report's."""
    tried = [*outcome.done, *outcome.failed]
    if tried and all(result.denied for result in tried):
        advice = "Give its user the role Planner (GitLab 17.7 and newer) or Reporter there; nothing was written."
        raise AccessError(f"the token may not write: {tried[0].reason}", advice=advice)


def read_parts(session: Session, options: RunOptions) -> Portfolio:
    """The portfolio that the shards left as snapshots; each engagement once."""
    parts = [read_snapshot(session, path) for path in options.merge]
    engagements = {e.ref: e for part in parts for e in part.engagements}
    return Portfolio(
        engagements=tuple(engagements[ref] for ref in sorted(engagements)),
        taken_at=max((p.taken_at for p in parts if p.taken_at), default=None),
        failures=tuple(dict.fromkeys(f for p in parts for f in p.failures)),
        members={path: names for p in parts for path, names in p.members.items()},
        unread=tuple(sorted({path for p in parts for path in p.unread})),
    )


def unpublished_in_parts(options: RunOptions) -> tuple[str, ...]:
    """The reports that failed in the shards: the roll-up names them, and its exit code is that of the whole run."""
    texts = (load_unpublished(read_text(path)) for path in options.merge)
    return tuple(dict.fromkeys(failure for text in texts for failure in text))


def render(reading: Reading, options: RunOptions, standing: Standing | None = None) -> Made:
    """The documents that are due, or the one that was asked for; `standing` tells which of them say nothing new."""
    context = report_context(reading, options)
    if standing:
        context = replace(context, stands=fingerprints(standing), freeze=partial(frozen_context, reading, options))
    made = make_documents(dues(reading, options), context)
    return replace(made, documents=tuple(d for d in made.documents if is_mine(d, options)))


def of_portfolio(made: Made, portfolio: str) -> Made:
    """The documents, the roll-ups among them named after the portfolio that they are on."""
    named = (replace(d, portfolio=portfolio) if d.engagement is None else d for d in made.documents)
    return replace(made, documents=tuple(named))


def frozen_context(reading: Reading, options: RunOptions, day: date) -> ReportContext:
    """What reports would be made from, had nothing happened after `day`."""
    return report_context(reading.frozen(day), options)


def fingerprints(standing: Standing) -> Callable[[Document], str]:
    """The fingerprint of the text that stands for a document."""
    found = sorted((p for p in standing.posts if p.stands), key=lambda p: (not p.own, p.id), reverse=True)
    known = {p.marker.identity: p.marker.fingerprint for p in found}
    return lambda document: known.get(identity_of(replace(document, portfolio=standing.portfolio)), "")


def dues(reading: Reading, options: RunOptions) -> tuple[Due, ...]:
    s = reading.session
    if options.report:
        return (forced(s.settings, s.calendar, options.report.kind, options.report.period, reading.day),)
    return reports_due(s.settings, s.calendar, reading.day, reading.past)


def report_context(reading: Reading, options: RunOptions) -> ReportContext:
    s = reading.session
    facts = {e.ref: e.facts for e in reading.portfolio.engagements}
    return ReportContext(
        portfolio=reading.portfolio,
        settings=s.settings,
        calendar=s.calendar,
        derive=reading.derive,
        derive_part=reading.derive,
        forecast_of=reading.forecast_of,
        templates=load_templates(s.settings, s.folder),
        audience_of=s.settings.audience_of,
        past=reading.past,
        only=options.only,
        partner=options.report.partner if options.report else None,
        commitment=lambda derived: commitment(derived, facts),
    )


def is_mine(document: Document, options: RunOptions) -> bool:
    """Whether this run publishes the document: roll-ups need everything, and shards share the engagements."""
    if document.engagement is None:
        return options.only is None and options.shard is None
    if options.merge:
        return False
    return options.shard is None or in_shard(document.engagement, options.shard)


def in_shard(ref: str, shard: tuple[int, int]) -> bool:
    """Whether an engagement belongs to part i of n: by its name, so that it stays there when others come and go."""
    index, total = shard
    return zlib.crc32(ref.encode()) % total == index - 1


def colours(documents: Sequence[Document]) -> dict[str, str]:
    """The colour that each internal status publishes, for the health labels (where the config wants them set)."""
    published = (d for d in documents if d.kind == "status" and d.audience == Audience.INTERNAL and d.engagement)
    return {d.engagement: d.payload["status"]["overall"] for d in published if d.engagement and d.payload.get("status")}


def orders_of(reading: Reading, options: RunOptions) -> tuple[tuple[str | None, OrderEntry], ...]:
    """The orders that this run answers, each with the engagement it is about; a report made alone answers none."""
    if options.report:
        return ()
    derived = reading.derive(reading.day)
    mine = [e for e in derived.engagements if options.shard is None or in_shard(e.ref, options.shard)]
    addressed = [(e.ref, order) for e in mine for order in e.orders if not options.merge]
    general = derived.orders if options.only is None and options.shard is None else ()
    return (*addressed, *((None, order) for order in general))


def apply_plan_text(session: Session, text: str, where: str, progress: Progress = quiet) -> RunSummary:
    """Carry out a plan made earlier. Raises UsageError when it is none, or for another GitLab."""
    began = beginning(session)
    plan = plan_from_json(text, where)
    client = session.client
    if plan.instance != client.url:
        raise UsageError(f"is for {plan.instance}, not {client.url}", where)
    require_write(client)
    session = session.live
    # The plan is a file that somebody could have changed: what it may do is found out anew.
    portfolio = read_live(session, None, progress)
    today = Today(session.settings, portfolio, unasked_texts(session, portfolio, plan))
    guard = make_guard(session.settings, portfolio, Readership(client, session.settings))
    writer = Writer(client, session.settings, guard, targets=portfolio.targets)
    outcome = apply_plan(today.recheck(plan), writer, lambda n, of, step: progress("publishing", n, of))
    require_some_right(outcome)
    cases, failures = judged(outcome)
    return RunSummary(
        told(outcome), tuple(failures), closing(session, len(portfolio.engagements), outcome, plan, began), cases=cases
    )


def unasked_texts(session: Session, portfolio: Portfolio, plan: Plan) -> frozenset[str]:
    """Digests of the customers' texts that need no approval, as psbot renders them now for the plan's periods."""
    customer = session.settings.reports.status.customer
    periods = {s.identity.period for s in plan.steps if s.identity.audience == Audience.CUSTOMER and s.writes}
    if not customer.enabled or customer.approval == ApprovalMode.REQUIRED or not periods:
        return frozenset()
    found: set[str] = set()
    standing = read_standing(session.client, session.settings, portfolio)
    past = past_reports(standing, [e.ref for e in portfolio.engagements])
    reading = Reading(session, portfolio, session.as_of, past)
    for period in sorted(periods):
        made = render(reading, RunOptions(report=RequestedReport("status", period)))
        wishes = (w for d in made.documents if d.audience == Audience.CUSTOMER for w in make_wishes(d))
        found |= {digest(wish.text()) for wish in wishes}
    return frozenset(found)


def file_summary(reading: Reading, wanted: RequestedReport, context: ReportContext, began: Beginning) -> RunSummary:
    """A report that is a file, such as the hand-over form of the partner view: nothing in GitLab."""
    make = report_of(wanted.kind).file
    due = forced(context.settings, context.calendar, wanted.kind, wanted.period, reading.day)
    file = make(due, context) if make else None
    if file is None:
        raise UsageError(
            f"no work is with a partner {wanted.partner!r}",
            "--partner",
            "Names come from `partner::` labels and facts.",
        )
    failures = failures_of(reading.derive(reading.day), reading.portfolio)
    return RunSummary(
        (),
        tuple(failures),
        closing(reading.session, len(reading.portfolio.engagements), None, Plan(), began),
        each_file=lambda: [(file.name, file.text)],
    )
