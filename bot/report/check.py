"""Whether the templates can be used: every report is rendered for a sample portfolio, faults come by file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from bot.derive.decisions.due import Due
from bot.domain.errors import ConfigError, Fault
from bot.report.context import ReportContext
from bot.report.environment import Templates
from bot.report.registry import all_reports


def check_templates(templates: Templates, sample: Sequence[tuple[Due, ReportContext]]) -> list[Fault]:
    """Render each report that `sample` (see `bot.report.sample`) holds; what goes wrong, each fault once.

    A file in the user's folder that no report uses is a fault too: it is a misspelt name and would never be read.
    """
    found: dict[Fault, None] = {}
    for due, context in sample:
        found.update(dict.fromkeys(_faults_of(due, context)))
    known = {path.name for path in templates.shipped.glob("[!_]*.j2")}
    for name in templates.names():
        if name not in known:
            found[
                Fault("no report uses a template of this name", name, advice=f"Known: {', '.join(sorted(known))}.")
            ] = None
    return list(found)


def _faults_of(due: Due, context: ReportContext) -> Iterable[Fault]:
    for report in all_reports():
        if report.kind == due.kind:
            if report.file:
                yield from _faults(partial(report.file, due, context))
            for subject in report.subjects_of(due, context):
                yield from _faults(partial(report.document, due, context, subject))


def _faults(render: Callable[[], object]) -> tuple[Fault, ...]:
    try:
        render()
    except ConfigError as error:
        return error.faults
    return ()
