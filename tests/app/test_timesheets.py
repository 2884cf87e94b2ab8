"""Timesheets and bookings: what is read, what is refused and where, and how it joins the portfolio."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.timesheets import add_hours, read_bookings, read_timesheets
from bot.domain.errors import ConfigError
from bot.domain.model import Booking, Engagement, Facts, Portfolio, TimeLog

HEAD = "engagement,user,date,hours,billable,approved"


def sheet(*rows: str, head: str = HEAD):
    return read_timesheets("\n".join([head, *rows]) + "\n", "hours.csv")


def faults(found) -> list[str]:
    return [str(fault) for fault in found.faults]


def test_reads_a_row_with_all_columns():
    found = sheet("acme/x#1,@dana,2026-11-20,7.5,yes,no,acme/x#4", head=HEAD + ",item")
    assert found.rows[0].engagement == "acme/x#1"
    assert found.rows[0].value == TimeLog("acme/x#4", "dana", date(2026, 11, 20), 7.5, True, False)


def test_columns_may_stand_in_any_order_and_the_item_may_be_missing():
    found = sheet("8,true,true,2026-11-20,dana,SOW-1", head="hours,billable,approved,date,user,engagement")
    assert found.rows[0].value == TimeLog(None, "dana", date(2026, 11, 20), 8.0)


def test_a_byte_order_mark_blank_lines_and_crlf_do_no_harm():
    found = read_timesheets(f"\ufeff{HEAD}\r\n\r\nSOW-1,dana,2026-11-20,1,1,1\r\n,,,,,\r\n", "hours.csv")
    assert [row.line for row in found.rows] == [3]
    assert not found.faults


def test_semicolons_are_read_where_the_header_has_them():
    found = read_timesheets(HEAD.replace(",", ";") + "\nSOW-1;dana;2026-11-20;2;1;1\n", "hours.csv")
    assert found.rows[0].value.hours == 2


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        (
            "SOW-1,dana,20.11.2026,8,yes,yes",
            "hours.csv:3:3",
            "date: must be a date such as 2026-11-30, not '20.11.2026'",
        ),
        ("SOW-1,dana,2026-11-20,eight,yes,yes", "hours.csv:3:4", "hours: must be a number, not 'eight'"),
        ('SOW-1,dana,2026-11-20,"7,5",yes,yes', "hours.csv:3:4", "not '7,5'. Write a decimal point"),
        ("SOW-1,dana,2026-11-20,nan,yes,yes", "hours.csv:3:4", "must be a number"),
        ("SOW-1,dana,2026-11-20,25,yes,yes", "hours.csv:3:4", "must lie between -24 and 24, but is 25"),
        ("SOW-1,dana,2026-11-20,8,maybe,yes", "hours.csv:3:5", "billable: must be true or false, not 'maybe'"),
        ("SOW-1,dana,2026-11-20,8,yes,", "hours.csv:3:6", "approved: is empty"),
        ("SOW-1,,2026-11-20,8,yes,yes", "hours.csv:3:2", "user: is empty"),
        (",dana,2026-11-20,8,yes,yes", "hours.csv:3:1", "engagement: is empty"),
        ("SOW-1,dana,2026-11-20,8,yes", "hours.csv:3:", "has 5 cells, not 6"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column_and_the_others_count(row: str, place: str, said: str):
    good = "SOW-1,dana,2026-11-19,8,yes,yes"
    found = sheet(good, row, good)
    assert len(found.rows) == 2
    (fault,) = faults(found)
    assert fault.startswith(place)
    assert said in fault


def test_lines_are_counted_through_quoted_line_breaks():
    found = sheet('"SOW\n-1",dana,2026-11-20,8,yes,yes', "SOW-1,dana,x,8,yes,yes")
    assert faults(found)[0].startswith("hours.csv:4:3")


def test_a_missing_quote_keeps_the_rows_before_it():
    found = sheet("SOW-1,dana,2026-11-20,8,yes,yes", 'SOW-1,"dana,2026-11-20,8,yes,yes')
    assert len(found.rows) == 1
    assert "not readable from here on" in faults(found)[0]


def test_a_wrong_header_is_an_error_that_names_every_mistake():
    with pytest.raises(ConfigError) as caught:
        read_timesheets("engagement,user,day,hours,billable,aproved\n", "hours.csv")
    text = str(caught.value)
    assert caught.value.exit_code == 2
    assert "column 'date' is missing" in text
    assert "hours.csv:1:6: unknown column 'aproved'. Did you mean 'approved'?" in text


def test_an_empty_file_is_no_timesheet():
    with pytest.raises(ConfigError, match="must start with the line engagement,user,week,hours,kind"):
        read_bookings("", "bookings.csv")


def test_bookings_know_hard_and_soft_and_only_real_weeks():
    text = "engagement,user,week,hours,kind\nSOW-1,dana,2026-W47,32,Hard\nSOW-1,dana,2026-W54,8,soft\nSOW-1,dana,2026-W48,8,firm\n"
    found = read_bookings(text, "bookings.csv")
    assert [row.value for row in found.rows] == [Booking("dana", "2026-W47", 32.0, "hard")]
    assert [str(f).split(" ")[0] for f in found.faults] == ["bookings.csv:3:3:", "bookings.csv:4:5:"]


# -- joining the portfolio


def engagement(ref: str, sow: str | None = None, hours: float = 10.0) -> Engagement:
    return Engagement(ref, facts=Facts(sow=sow), timelogs=(TimeLog("acme/x#4", "dana", date(2026, 11, 1), hours),))


def test_timesheets_replace_gitlabs_logs_and_the_difference_is_told():
    portfolio = Portfolio((engagement("acme&1", "SOW-1"), engagement("acme&2", "SOW-2")))
    found = add_hours(portfolio, sheet("SOW-1,dana,2026-11-20,8,yes,yes", "acme&1,sam,2026-11-19,4.5,no,yes"))
    first, second = found.engagements
    assert [(log.user, log.hours) for log in first.timelogs] == [("sam", 4.5), ("dana", 8.0)]
    assert first.hours_difference == 2.5
    assert second.timelogs == portfolio.engagements[1].timelogs
    assert second.hours_difference is None


def test_bookings_join_by_sow_whatever_its_case():
    rows = read_bookings("engagement,user,week,hours,kind\nsow-1,dana,2026-W47,32,hard\n", "b.csv")
    found = add_hours(Portfolio((engagement("acme&1", "SOW-1"),)), None, rows)
    assert found.engagements[0].bookings == (Booking("dana", "2026-W47", 32.0),)
    assert found.engagements[0].hours_difference is None


def test_bad_rows_join_the_failures():
    found = add_hours(Portfolio((engagement("acme&1"),), failures=("before",)), sheet("acme&1,dana,x,8,yes,yes"))
    assert found.failures[0] == "before"
    assert found.failures[1].startswith("hours.csv:2:3: date: must be a date")


def test_a_sow_of_two_engagements_names_neither():
    portfolio = Portfolio((engagement("acme&1", "SOW-1"), engagement("acme&2", "SOW-1")))
    found = add_hours(portfolio, sheet("SOW-1,dana,2026-11-20,8,yes,yes"))
    assert found.engagements == portfolio.engagements
    assert "is the SOW of acme&1 and acme&2. Write the reference instead." in found.failures[0]


def test_rows_of_engagements_that_were_not_read_are_nobodys():
    portfolio = Portfolio((engagement("acme&1"),))
    assert add_hours(portfolio, sheet("SOW-77,dana,2026-11-20,8,yes,yes")) == portfolio


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_no_text_ever_raises_anything_but_a_config_error(text: str):
    for body in (text, f"{HEAD}\n{text}"):
        try:
            found = read_timesheets(body, "hours.csv")
        except ConfigError:
            continue
        assert all(fault.where == "hours.csv" for fault in found.faults)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-24, 24, allow_nan=False), min_size=1, max_size=20))
def test_hours_are_neither_lost_nor_doubled(hours: list[float]):
    found = add_hours(
        Portfolio((engagement("acme&1", hours=0.0),)), sheet(*(f"acme&1,dana,2026-11-20,{h!r},yes,yes" for h in hours))
    )
    assert found.engagements[0].hours_difference == pytest.approx(sum(hours), abs=1e-9)
