"""psbot new --from-csv: a hundred sold engagements from an export, every mistake with its line before anything is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.setting_up.sold_list import SoldList, read_sold
from bot.config.sold import Pattern
from bot.domain.errors import ConfigError
from fakegitlab import DemoGitLab, World
from tests.cli.conftest import Said

PATTERN = Pattern("acme/customers/{customer}/{sow}", None, "acme/ps-internal/status", "training")
CERTINIA = """\
Project: Project Name,Account: Account Name,Project: Project ID,Billing Type,Start Date,End Date,Planned Hours,Bookings,Project Manager,Region: Region Name,Project Currency
Runner fleet,Globex GmbH,PR-000123,Time and Materials,11/02/2026,01/29/2027,480.00,"USD 120,000.00",Maria Santos,EMEA,USD
GEO set-up,Müller & Söhne,PR-000124,Fixed Price,12/15/2026,03/31/2027,"1,200","$96,500",maria.santos,EMEA,USD
"""
KANTATA = """\
Project Title;Client;Project ID;Start Date;Due Date;Price Model;Estimated Hours;Project Budget;Project Lead
Admin training;Initech;4711;02.11.2026;29.01.2027;Fixed Fee;80,5;€ 12.000,00;priya
CI templates;Initech;4712;05.11.2026;28.02.2027;T&M;1.200;96.000,50 €;priya
"""
SALESFORCE = """\
Name,pse__Account__r.Name,pse__Project_ID__c,pse__Billing_Type__c,pse__Start_Date__c,pse__End_Date__c,pse__Planned_Hours__c,pse__Bookings__c,CurrencyIsoCode
Wave 1,Hooli,PR-7,Time and Materials,2026-11-02,2027-01-29,100,50000,EUR
"""


def sold(text: str, dates: str | None = None) -> SoldList:
    return read_sold(text, "sold.csv", PATTERN, dates)


def faults(text: str, dates: str | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        sold(text, dates)
    return [str(fault) for fault in caught.value.faults]


def test_a_report_of_certinia_is_known_by_its_headers() -> None:
    found = sold(CERTINIA)
    first, second = (row.sow for row in found.rows)
    assert (first.customer, first.sow, first.title, first.billing) == (
        "Globex GmbH", "PR-000123", "Runner fleet", "time_and_materials",
    )  # fmt: skip
    assert (first.start, first.end, first.hours, first.value) == (date(2026, 11, 2), date(2027, 1, 29), 480, 120_000)
    assert (second.hours, second.value, second.currency, second.pm) == (1200, 96_500, "USD", "maria.santos")
    assert second.project == "acme/customers/muller-sohne/pr-000124"
    assert first.pm is None, "a name as people say it is no username"
    assert found.notes == ("no usernames, left out: Maria Santos; set `pm` in the facts",)


def test_a_report_of_kantata_is_known_by_its_headers_in_european_numbers_and_dates() -> None:
    first, second = (row.sow for row in sold(KANTATA).rows)
    assert (first.billing, first.hours, first.value, first.currency) == ("fixed_price", 80.5, 12_000, "EUR")
    assert (first.start, first.end) == (date(2026, 11, 2), date(2027, 1, 29))
    assert (second.billing, second.value) == ("time_and_materials", 96_000.5)


def test_the_names_of_the_api_serve_as_well() -> None:
    [row] = sold(SALESFORCE).rows
    assert (row.sow.customer, row.sow.currency, row.sow.value) == ("Hooli", "EUR", 50_000)


@pytest.mark.parametrize(
    ("money", "value"),
    [
        ("120000", 120_000), ("120.000", 120_000), ("120 000,00 €", 120_000), ("CHF 120'000.50", 120_000.5),
        ("£1,234,567.89", 1_234_567.89), ("1.234.567,89 EUR", 1_234_567.89), ("0.5", 0.5), ("", None), ("-", None),
    ],
)  # fmt: skip
def test_money_is_read_as_people_write_it(money: str, value: float | None) -> None:
    [row] = sold(SALESFORCE.replace("50000", f'"{money}"')).rows
    assert row.sow.value == value


@pytest.mark.parametrize("money", ["(1,000)", "-5", "lots", "1,23,4", "1e99"])
def test_money_that_is_none_is_named_with_line_and_column(money: str) -> None:
    [fault] = faults(SALESFORCE.replace("50000", f'"{money}"'))
    assert fault.startswith("sold.csv:2:8: pse__Bookings__c: must")


def test_a_number_that_may_be_thousands_or_a_fraction_is_refused_where_the_column_contradicts() -> None:
    [fault] = faults(KANTATA.replace("1.200;", "1,200;"))
    assert "sold.csv:3:7: Estimated Hours: may be thousands or a fraction" in fault


@pytest.mark.parametrize(
    ("start", "end", "order"),
    [("03/04/2026", "05/06/2026", None), ("3/4/26", "5/6/26", None), ("03.04.2026", "05.06.2026", "dmy")],
)
def test_dates_that_can_be_read_both_ways_are_refused_and_named(start: str, end: str, order: str | None) -> None:
    text = SALESFORCE.replace("2026-11-02", start).replace("2027-01-29", end)
    if order is None:
        [fault] = faults(text)
        assert fault.startswith("sold.csv:2:5: day or month first")
        assert start in fault
    assert sold(text, "dmy").rows[0].sow.start == date(2026, 4, 3)
    assert sold(text, "mdy").rows[0].sow.start == date(2026, 3, 4)


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    rows = [
        "A,Hooli,PR-7,Time and Materials,2026-11-02,2027-01-29,100,5,EUR",
        "B,,PR-8,Time and Materials,2026-11-02,2027-01-29,100,5,EUR",
        "C,Hooli,PR-9,Barter,2026-11-02,2027-01-29,100,5,EUR",
        "D,Hooli,PR-7,Fixed Price,2026-11-02,2027-01-29,100,5,EUR",
        "E,Hooli,PR-10,Fixed Price,2026-11-02,2026-01-29,100,5,EUR",
        "F,Hooli,PR-11,Fixed Price,soon,2027-01-29,100,5,EUR",
        "G,株式会社,PR-12,Fixed Price,2026-11-02,2027-01-29,100,5,EUR",
        "H,Hooli,PR-13,Fixed Price,2026-11-02,2027-01-29,100,5,EUR,too,many",
    ]
    told = faults("\n".join([SALESFORCE.splitlines()[0], *rows]))
    assert sorted(int(fault.split(":")[1]) for fault in told) == [3, 4, 5, 5, 6, 7, 8, 9]
    assert any("stands in line 2 too" in fault for fault in told)


def test_a_file_without_the_columns_says_which_names_they_may_have() -> None:
    told = faults("Project Name,Client\nA,B\n")
    assert [fault for fault in told if "`billing`" in fault and "billing type" in fault]
    assert len(told) == 3


# -- in GitLab


class Desk:
    def __init__(self, gitlab: DemoGitLab, world: World, folder: Path, call: Callable[..., Said]) -> None:
        self.gitlab, self.world, self.folder, self.call = gitlab, world, folder, call
        self.config, self.csv = folder / "config.yml", folder / "sold.csv"
        names = "{acme/ps-internal: internal, acme/customers: customer}"
        self.config.write_text(f'gitlab: {{url: "{gitlab.url}"}}\nportfolio: {{namespaces: {names}}}\n')
        rows = [f"P{n},Client {n // 2},PR-{n},Fixed Price,2026-11-02,2027-01-29,100,{n}000,EUR" for n in range(1, 7)]
        self.csv.write_text("\n".join([SALESFORCE.splitlines()[0], *rows]))

    def new(self, *more: str) -> Said:
        where = ("--project", "acme/customers/{customer}/{sow}", "--internal", "acme/ps-internal/status")
        return self.call("--config", str(self.config), "new", "--from-csv", str(self.csv), *where, *more)

    def count(self) -> int:
        return sum(len(project.items) for project in self.world.projects.values())


@pytest.fixture
def desk(tmp_path: Path, call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    world = World(now="2026-11-02T08:00:00+00:00")
    world.group("acme/customers")
    world.project("acme/ps-internal/status")
    token = world.token("bot", ("api",), "maintainer", at=world.group("acme"))
    with DemoGitLab(world) as gitlab:
        monkeypatch.setenv("GITLAB_TOKEN", token.value)
        yield Desk(gitlab, world, tmp_path, call)


def test_many_are_planned_made_once_and_completed_after_a_kill(desk: Desk) -> None:
    planned = desk.new("--dry-run")
    assert planned.code == 0, planned.err
    assert desk.gitlab.writes == []
    assert planned.out.count("would make  project") == 6
    desk.gitlab.faults.add("unavailable", 1000, writes=True, skip=20)
    assert desk.new().code in (1, 4)
    desk.gitlab.faults.clear()
    assert desk.new().code == 0
    assert desk.count() == 6 * 3, "status, root and RAID log of each"
    config: dict[str, Any] = yaml.safe_load(desk.config.read_text())
    assert sorted(facts["value"] for facts in config["engagements"].values()) == [n * 1000 for n in range(1, 7)]
    writes = len(desk.gitlab.writes)
    assert desk.new().code == 0
    assert len(desk.gitlab.writes) == writes
    checked = desk.call("--config", str(desk.config), "check")
    assert checked.code == 0, checked.out


def test_what_one_can_not_have_stops_no_other(desk: Desk) -> None:
    desk.csv.write_text(desk.csv.read_text() + "\nX,Hooli,PR-99,Fixed Price,2026-11-02,2027-01-29,1,1,EUR\n")
    said = desk.new("--template", "nothing-like-it")
    assert said.code == 1
    assert said.err.count("there is no template") == 7
    assert desk.gitlab.writes == []


@pytest.mark.parametrize("arguments", [(), ("SOW.yml", "--from-csv", "x.csv"), ("SOW.yml", "--project", "a/b")])
def test_what_does_not_go_together_is_refused(desk: Desk, arguments: tuple[str, ...]) -> None:
    said = desk.call("--config", str(desk.config), "new", *arguments)
    assert said.code == 2
