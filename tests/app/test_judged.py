"""How people's judgement did, where people look: quarterly, page, JSON, backtest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.run import RequestedReport
from bot.app.sources import make_site_files, read_for
from bot.cli.tables import print_backtest
from bot.derive.output import to_json
from bot.domain.vocabulary import Audience
from tests.app.office import Office, add_engagement, build_world, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An engagement that ended on 25 November, a day before; its PM had said so in October, below the first note."""
    world = build_world()
    add_engagement(world, "hooli", "pm: priya")
    with open_office(tmp_path, world) as found:
        found.run()
        root = world.item("acme/ps/hooli#1")
        [note] = [n for n in root.notes if not n.system]
        order = world.note(root, "psbot finish 2026-11-25: we know", "priya", reply_to=note)
        order.created_at = world.now.replace(month=10, day=20)
        project = world.find_project("acme/ps/hooli")
        assert project is not None
        for item in list(project.items.values()):
            if item.closed_at is None:
                world.close(item, "2026-11-25T12:00:00Z")
        yield found


def test_the_score_stands_in_quarterly_page_json_and_backtest(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    reading = read_for(office.session(), snapshot=None, only=None)
    derived = reading.derive(reading.day)
    values = to_json(derived)
    assert values["portfolio"]["judged"]["finish"]["of"] == 1
    [judged] = [j for e in values["engagements"] for j in e["judgements"]]
    assert (judged["said"], judged["came"], judged["by"]) == ("2026-11-25", "2026-11-25", "priya")
    pages = make_site_files(reading, audience=Audience.INTERNAL, only=None, tell=lambda _: None)
    assert "PMs&#39; dates were" in pages["index.html"]
    report = reading.backtest(seed=1, trials=200)
    assert report.to_json()["judgements"][0]["by"] == "priya"
    print_backtest(replace(report, summaries=()))
    assert "PMs' dates were" in capsys.readouterr().out
    made = office.run(report=RequestedReport("quarterly", "FY27-Q4"))
    assert any("PMs' dates were" in text for text in made.files.values())
