"""A run as a JUnit report, so that GitLab shows in the pipeline what was published and what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from bot.cli.console import without_secrets

if TYPE_CHECKING:
    from bot.app.summary import RunSummary


def to_junit(summary: RunSummary) -> str:
    """One test case a document (failed where its write failed), and one for each other failure."""
    cases = summary.cases
    failed = sum(1 for case in cases if case.failure)
    suite = Xml.Element("testsuite", name="psbot run", tests=str(len(cases)), failures=str(failed))
    for case in cases:
        element = Xml.SubElement(suite, "testcase", classname=_clean(case.group), name=_clean(case.name))
        if case.failure:
            Xml.SubElement(element, "failure", message=_clean(case.failure))
        elif case.skipped:
            Xml.SubElement(element, "skipped", message=_clean(case.skipped))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suite, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Text that XML 1.0 can hold, without secrets."""
    return "".join(c if c.isprintable() else " " for c in without_secrets(text))
