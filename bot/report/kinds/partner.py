"""The hand-over form of one delivery partner: a file, nothing in GitLab."""

from __future__ import annotations

from bot.derive.decisions.due import MONTHLY, Due
from bot.domain.errors import UsageError
from bot.report.context import ReportContext
from bot.report.document import RenderedFile
from bot.report.partner import TEMPLATE, make_handover
from bot.report.registry import Report


def handover(due: Due, context: ReportContext) -> RenderedFile | None:
    if not context.partner:
        raise UsageError("the partner report is for one partner", "--report partner", "Add --partner NAME.")
    return make_handover(due, context, context.partner)


REPORT = Report(
    kind="partner",
    name="partner view",
    readers="a delivery partner",
    rhythm=MONTHLY,
    section="monthly",
    template=TEMPLATE,
    file=handover,
    arguments="--partner NAME",
)
