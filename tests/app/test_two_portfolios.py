"""Two configs that report into one project keep apart, and files of a run lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.summary import files_of
from bot.domain.vocabulary import Audience
from bot.report.document import Document, NoteTarget
from tests.app.office import REPORTS, Office, add_engagement, config, open_office

ALL = {f"acme/ps/{name}": "internal" for name in ("globex", "initech", "reports")}
OTHERS = {f"acme/ps/{name}": "internal" for name in ("hooli", "reports")}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as made:
        add_engagement(made.world, "hooli")
        yield made


def test_two_configs_on_one_report_project_never_touch_each_others_issues(office: Office) -> None:
    first, second = (config(portfolio={"namespaces": names}) for names in (ALL, OTHERS))
    for settings in (first, second):
        office.settings = settings
        assert office.run().failures == ()
    project = office.world.find_project(REPORTS)
    assert project is not None
    stood = {item.iid: item.description for item in project.items.values()}
    assert len(stood) == 6
    before = office.writes()
    for settings in (first, second, first, second):
        office.settings = settings
        summary = office.run()
        assert any("another portfolio" in line for line in summary.lines)
    assert office.writes() == before
    assert {item.state for item in project.items.values()} == {"opened"}


def test_a_namespace_more_is_still_the_same_portfolio(office: Office) -> None:
    office.settings = config(portfolio={"namespaces": ALL})
    office.run()
    count = len(office.reports())
    office.settings = config(portfolio={"namespaces": ALL | {"acme/ps/hooli": "internal"}})
    office.run()
    assert len(office.reports()) == count
    assert any("Hooli" in text for text in office.reports().values())


# -- files


def document(ref: str, *follow_ups: str, body: str = "One.") -> Document:
    return Document(
        "status", Audience.INTERNAL, "2026-W48", NoteTarget(ref), body, engagement=ref, follow_ups=follow_ups
    )


def test_every_part_is_left_in_a_file_of_its_own() -> None:
    files = dict(files_of([document("acme/ps#7", "Two.", "Three.")]))
    assert list(files.values()) == ["One.", "Two.", "Three."]
    assert next(iter(files)) == "status/acme-ps-7.internal.2026-W48.md"


def test_no_two_documents_share_a_file() -> None:
    refs = ["acme/ps#7", "acme/ps&7", "acme-ps#7", "Acme/PS#7", "acme/" + "x" * 400 + "#1", "acme/" + "x" * 401 + "#1"]
    documents = [document(ref, body=ref) for ref in refs]
    files = dict(files_of([*documents, replace(documents[0], draft=True)]))
    assert len(files) == len({name.casefold() for name in files}) == 7
    assert all(len(name.encode()) < 250 for name in files)
