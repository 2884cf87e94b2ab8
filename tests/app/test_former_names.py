"""Names from before a rename, in any letters, join what they meant, wherever somebody wrote them down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.sources import read_for, read_snapshot
from bot.domain.model import Portfolio
from tests.app.office import REPORTS, Office, add_engagement, build_world, config, open_office

ROW = "engagement,user,date,hours,billable,approved\n{name},dev,2026-10-05,7,yes,yes\n"


def renamed_world() -> Any:
    """The office after `acme/ps` became `acme/delivery`, and the project of Globex `globex-inc` in it."""
    world = build_world()
    add_engagement(world, "hooli", "work: ['ACME/PS/hooli#2', 'acme/shared/tools']\ninternal: acme/ps/hooli#3\n")
    world.issue(world.project("acme/shared/tools"), "Shared build", created_at="2026-08-01T08:00:00Z")
    ps = world.find_group("acme/ps")
    project = world.find_project("acme/ps/globex")
    assert ps
    assert project
    world.rename(project, "globex-inc")
    world.rename(ps, "delivery")
    world.rename(world.group("acme/shared"), "common")
    return world


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, renamed_world()) as made:
        yield made


def portfolio_of(office: Office) -> Portfolio:
    return read_for(office.session(), snapshot=None, only=None, with_past=False).portfolio


def test_a_namespace_that_was_renamed_is_read_under_the_name_in_the_config(office: Office) -> None:
    found = portfolio_of(office)
    assert [e.ref for e in found.engagements] == [
        "acme/delivery/globex-inc#1", "acme/delivery/hooli#1", "acme/delivery/initech#1",
    ]  # fmt: skip
    assert found.failures == ()
    assert not any(e.errors for e in found.engagements)


def test_work_and_places_are_followed(office: Office) -> None:
    [hooli] = [e for e in portfolio_of(office).engagements if "hooli" in e.ref]
    assert [i.ref for i in hooli.items] == ["acme/common/tools#1", "acme/delivery/hooli#2"]
    assert hooli.facts.internal == "acme/delivery/hooli#3"


@pytest.mark.parametrize(
    "name",
    ["acme/ps/globex#1", "ACME/Ps/Globex#1", " acme/delivery/globex-inc#1 ", "sow-GLOBEX", "acme/ps/globex-inc#1"],
)
def test_rows_of_a_timesheet_are_joined_by_former_names(office: Office, name: str) -> None:
    office.settings = config(finance={"timesheets": "hours.csv"})
    (office.folder / "hours.csv").write_text(ROW.format(name=name), encoding="utf-8")
    found = portfolio_of(office)
    assert found.failures == ()
    assert {e.ref: sum(log.hours for log in e.timelogs) for e in found.engagements}["acme/delivery/globex-inc#1"] == 7


@pytest.mark.parametrize("key", ["acme/ps/globex#1", "acme/PS/Globex-Inc#1", "acme/delivery/globex-inc#1"])
def test_facts_in_the_config_are_joined_by_former_names(office: Office, key: str) -> None:
    office.settings = config(engagements={key: {"hours": 999}})
    found = portfolio_of(office)
    assert found.failures == ()
    assert {e.ref: e.facts.hours for e in found.engagements}["acme/delivery/globex-inc#1"] == 999


def test_a_second_run_after_the_rename_rewrites_what_stands(office: Office) -> None:
    """Former paths stay in the config; reports stand where they stood, once."""
    office.run()
    before = office.writes()
    office.run()
    assert office.writes() == before
    project = office.world.find_project(REPORTS.replace("ps", "delivery"))
    assert project
    assert len({item.title for item in project.items.values()}) == len(project.items) > 0


def test_a_report_is_not_written_twice_when_the_namespace_is_renamed_between_two_runs(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        office.run()
        titles = sorted(office.reports())
        group = office.world.find_group("acme/ps")
        assert group
        office.world.rename(group, "delivery")
        office.run()
        project = office.world.find_project("acme/delivery/reports")
        assert project
        assert sorted(item.title for item in project.items.values()) == titles


def test_an_internal_place_that_went_to_where_customers_read_is_none_any_more(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        ps, cust = office.world.find_group("acme/ps"), office.world.find_group("acme/cust")
        assert ps
        assert cust
        office.world.transfer(ps, cust)
        summary = office.run()
        assert any("customer" in failure for failure in summary.failures), summary.failures
        assert not office.writes()


def test_a_key_that_joins_nothing_in_a_snapshot_is_named(office: Office, tmp_path: Path) -> None:
    import json

    from bot.domain.snapshot import dump_snapshot

    path = tmp_path / "all.json"
    path.write_text(json.dumps(dump_snapshot(portfolio_of(office))), encoding="utf-8")
    office.settings = config(engagements={"acme/delivery/initech#11": {"hours": 1}, "zzz&9": {"hours": 1}})
    found = read_snapshot(office.session(), path)
    assert ["zzz&9" in str(f) for f in found.failures] == [True]
    [initech] = [e for e in found.engagements if "initech" in e.ref]
    assert any("'acme/delivery/initech#11' is not an engagement" in str(error) for error in initech.errors)
