"""Timesheets and bookings: what is read, what is refused and where, and how it joins the portfolio."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.csv_sheet import decode
from bot.app.timesheets import Sheet, add_hours, read_bookings, read_timesheets
from bot.domain.errors import ConfigError
from bot.domain.model import Booking, Engagement, Facts, Portfolio, TimeLog
from bot.domain.vocabulary import BookingKind

HEAD = "engagement,user,date,hours,billable,approved"


def sheet(*rows: str, head: str = HEAD) -> Sheet[TimeLog]:
    return read_timesheets("\n".join([head, *rows]) + "\n", "hours.csv")


def faults(found: Sheet[TimeLog] | Sheet[Booking]) -> list[str]:
    return [str(fault) for fault in found.faults]


def test_reads_a_row_with_all_columns() -> None:
    found = sheet("acme/x#1,@dana,2026-11-20,7.5,yes,no,acme/x#4", head=HEAD + ",item")
    assert found.rows[0].engagement == "acme/x#1"
    assert found.rows[0].value == TimeLog("acme/x#4", "dana", date(2026, 11, 20), 7.5, True, False)


def test_columns_may_stand_in_any_order_and_the_item_may_be_missing() -> None:
    found = sheet("8,true,true,2026-11-20,dana,SOW-1", head="hours,billable,approved,date,user,engagement")
    assert found.rows[0].value == TimeLog(None, "dana", date(2026, 11, 20), 8.0)


def test_a_byte_order_mark_blank_lines_and_crlf_do_no_harm() -> None:
    found = read_timesheets(f"\ufeff{HEAD}\r\n\r\nSOW-1,dana,2026-11-20,1,1,1\r\n,,,,,\r\n", "hours.csv")
    assert [row.line for row in found.rows] == [3]
    assert not found.faults


def test_semicolons_are_read_where_the_header_has_them() -> None:
    found = read_timesheets(HEAD.replace(",", ";") + "\nSOW-1;dana;2026-11-20;2;1;1\n", "hours.csv")
    assert found.rows[0].value.hours == 2


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        ("SOW-1,dana,2026-13-20,8,yes,yes", "hours.csv:3:3", "must be a date such as 2026-11-30, not '2026-13-20'"),
        ("SOW-1,dana,2026-11-20,eight,yes,yes", "hours.csv:3:4", "hours: must be a number, not 'eight'"),
        ("SOW-1,dana,2026-11-20,nan,yes,yes", "hours.csv:3:4", "must be a number"),
        ("SOW-1,dana,2026-11-20,169,yes,yes", "hours.csv:3:4", "must lie between -168 and 168, but is 169"),
        ("SOW-1,dana,2026-11-20,8,maybe,yes", "hours.csv:3:5", "billable: must be true or false, not 'maybe'"),
        ("SOW-1,dana,2026-11-20,8,yes,", "hours.csv:3:6", "approved: is empty"),
        ("SOW-1,,2026-11-20,8,yes,yes", "hours.csv:3:2", "user: is empty"),
        (",dana,2026-11-20,8,yes,yes", "hours.csv:3:1", "engagement: is empty"),
        ("SOW-1,dana,2026-11-20,8,yes", "hours.csv:3:", "has 5 cells, not 6"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column_and_the_others_count(row: str, place: str, said: str) -> None:
    found = sheet("SOW-1,dana,2026-11-19,8,yes,yes", row, "SOW-1,dana,2026-11-18,8,yes,yes")
    assert len(found.rows) == 2
    (fault,) = faults(found)
    assert fault.startswith(place)
    assert said in fault


def test_lines_are_counted_through_quoted_line_breaks() -> None:
    found = sheet('"SOW\n-1",dana,2026-11-20,8,yes,yes', "SOW-1,dana,x,8,yes,yes")
    assert faults(found)[0].startswith("hours.csv:4:3")


def test_a_missing_quote_keeps_the_rows_before_it() -> None:
    found = sheet("SOW-1,dana,2026-11-20,8,yes,yes", 'SOW-1,"dana,2026-11-20,8,yes,yes')
    assert len(found.rows) == 1
    assert "has a quote out of place" in faults(found)[0]


def test_a_wrong_header_is_an_error_that_names_every_mistake() -> None:
    with pytest.raises(ConfigError) as caught:
        read_timesheets("engagement,user,day,hours,billable,aproved\n", "hours.csv")
    text = str(caught.value)
    assert caught.value.exit_code == 2
    assert "column 'date' is missing" in text
    assert "hours.csv:1:6: unknown column 'aproved'. Did you mean 'approved'?" in text


def test_an_empty_file_is_no_timesheet() -> None:
    with pytest.raises(ConfigError, match="must start with the line engagement,user,week,hours,kind"):
        read_bookings("", "bookings.csv")


def test_bookings_know_hard_and_soft_and_only_real_weeks() -> None:
    text = "engagement,user,week,hours,kind\nSOW-1,dana,2026-W47,32,Hard\nSOW-1,dana,2026-W54,8,soft\nSOW-1,dana,2026-W48,8,firm\n"
    found = read_bookings(text, "bookings.csv")
    assert [row.value for row in found.rows] == [Booking("dana", "2026-W47", 32.0, BookingKind.HARD)]
    assert [str(f).split(" ")[0] for f in found.faults] == ["bookings.csv:3:3:", "bookings.csv:4:5:"]


# -- joining the portfolio


def engagement(ref: str, sow: str | None = None, hours: float = 10.0) -> Engagement:
    return Engagement(ref, facts=Facts(sow=sow), timelogs=(TimeLog("acme/x#4", "dana", date(2026, 11, 1), hours),))


def test_timesheets_replace_gitlabs_logs_and_the_difference_is_told() -> None:
    portfolio = Portfolio((engagement("acme&1", "SOW-1"), engagement("acme&2", "SOW-2")))
    found = add_hours(portfolio, sheet("SOW-1,dana,2026-11-20,8,yes,yes", "acme&1,sam,2026-11-19,4.5,no,yes"))
    first, second = found.engagements
    assert [(log.user, log.hours) for log in first.timelogs] == [("sam", 4.5), ("dana", 8.0)]
    assert first.hours_difference == 2.5
    assert second.timelogs == portfolio.engagements[1].timelogs
    assert second.hours_difference is None


def test_bookings_join_by_sow_whatever_its_case() -> None:
    rows = read_bookings("engagement,user,week,hours,kind\nsow-1,dana,2026-W47,32,hard\n", "b.csv")
    found = add_hours(Portfolio((engagement("acme&1", "SOW-1"),)), None, rows)
    assert found.engagements[0].bookings == (Booking("dana", "2026-W47", 32.0),)
    assert found.engagements[0].hours_difference is None


def test_bad_rows_join_the_failures() -> None:
    found = add_hours(Portfolio((engagement("acme&1"),), failures=("before",)), sheet("acme&1,dana,x,8,yes,yes"))
    assert found.failures[0] == "before"
    assert str(found.failures[1]).startswith("hours.csv:2:3: date: must be a date")


def test_a_sow_of_two_engagements_names_neither() -> None:
    portfolio = Portfolio((engagement("acme&1", "SOW-1"), engagement("acme&2", "SOW-1")))
    found = add_hours(portfolio, sheet("SOW-1,dana,2026-11-20,8,yes,yes"))
    assert found.engagements == portfolio.engagements
    assert "is the SOW of acme&1 and acme&2 (1 row, 8 h: line 2). Write the reference instead." in str(
        found.failures[0]
    )


def test_rows_of_engagements_that_are_known_but_not_read_now_are_no_fault() -> None:
    portfolio = Portfolio((engagement("acme&1"),), known=("acme&1", "acme&9", "SOW-77"))
    assert add_hours(portfolio, sheet("SOW-77,dana,2026-11-20,8,yes,yes")) == portfolio


def test_rows_that_join_nothing_are_named_once_with_line_hours_and_the_nearest_name() -> None:
    portfolio = Portfolio((engagement("acme&1", "SOW-1"), engagement("acme&2", "Alpha")))
    rows = [f"SOW1,dana,2026-11-{day},8,yes,yes" for day in (10, 11, 12, 13, 16)]
    found = add_hours(portfolio, sheet(*rows, "SOW-1,dana,2026-11-20,8,yes,yes", "zzz,dana,2026-11-20,8,yes,yes"))
    (error,) = found.engagements[0].errors
    assert str(error).startswith(
        "hours.csv:2:1: engagement: 'SOW1' is not an engagement's reference or SOW (5 rows, 40 h: lines 2, 3, 4"
    )
    assert "The nearest is 'SOW-1'." in str(error)
    assert [log.hours for log in found.engagements[0].timelogs] == [8.0]
    (failure,) = found.failures
    assert str(failure).startswith("hours.csv:8:1: engagement: 'zzz'")


def test_an_engagement_whose_rows_were_refused_says_whose_hours_it_has() -> None:
    portfolio = Portfolio((engagement("acme&1", "SOW-1"), engagement("acme&2", "SOW-2")))
    found = add_hours(
        portfolio, sheet("SOW-1,dana,x,8,yes,yes", "SOW-2,dana,x,8,yes,yes", "SOW-2,dana,2026-11-20,8,yes,yes")
    )
    assert found.engagements[0].errors == (
        "1 row of hours.csv could not be read: its hours are GitLab's, not the timesheet's",
    )
    assert found.engagements[1].errors == (
        "1 row of hours.csv could not be read: its hours are less than the timesheet's",
    )


# -- what spreadsheets write


def logged(data: bytes | str, columns: dict[str, str] | None = None) -> list[tuple[str, date, float]]:
    text = decode(data) if isinstance(data, bytes) else data
    found = read_timesheets(text, "hours.csv", columns)
    assert not found.faults
    return [(row.value.user, row.value.spent_at, row.value.hours) for row in found.rows]


ONE = [("jörg", date(2026, 10, 21), 7.5)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found_out(encoding: str) -> None:
    assert logged(f"{HEAD}\r\nSOW-1,jörg,2026-10-21,7.5,true,true\r\n".encode(encoding)) == ONE


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD.replace(',', ';')}\nSOW-1;jörg;21.10.2026;7,5;WAHR;FALSCH\n",
        f"{HEAD.replace(',', chr(9))}\nSOW-1\tjörg\t2026-10-21\t7,5\tyes\tno\n",
        f"{HEAD.replace(',', '|')}\nSOW-1|jörg|21-Oct-2026|7:30|1|0\n",
        f"{HEAD}\nSOW-1,jörg,21. October 2026,7h 30m,1,0\n",
        f"sep=;\r\n{HEAD.replace(',', ';')}\r\nSOW-1;jörg;2026-10-21;7.5;true;true\r\n",
        f'"sep=,"\n\n{HEAD}\nSOW-1,jörg,10/21/2026,"7,5",true,true\n',
        f"\n,,,,,\n{HEAD},\nSOW-1,jörg,2026-10-21 00:00:00,7.5 h,true,true,\n",
        f"{HEAD},note\nSOW-1,jörg,2026/10/21,7.5,Billable,Approved,a note\n",
        f'{HEAD},note\nSOW-1,jörg,2026-10-21,7.5,true,true,"two\nlines"\n',
    ],
)
def test_separator_decimal_sign_dates_and_what_stands_around_are_found_out(text: str) -> None:
    assert logged(text) == ONE


@pytest.mark.parametrize("week", ["2026-W01", "2026-w1", "2026W01", "2026 W1", "2026-01-04", "2025-12-29"])
def test_a_week_is_read_as_people_write_iso_weeks(week: str) -> None:
    found = read_bookings(f"engagement,user,week,hours,kind\nSOW-1,dana,{week},8,hard\n", "b.csv")
    assert [row.value.week for row in found.rows] == ["2026-W01"]


def test_the_one_order_of_dates_that_fits_all_rows_is_taken() -> None:
    month_first = sheet(*(f"SOW-1,dana,{text},8,true,true" for text in ("03/04/2026", "03/14/2026")))
    assert [row.value.spent_at for row in month_first.rows] == [date(2026, 3, 4), date(2026, 3, 14)]
    day_first = sheet(*(f"SOW-1,dana,{text},8,true,true" for text in ("03/04/2026", "14/03/26")))
    assert [row.value.spent_at for row in day_first.rows] == [date(2026, 4, 3), date(2026, 3, 14)]


def test_dates_that_no_order_fits_are_one_fault_and_impossible_ones_another() -> None:
    rows = ["13/10/2026", "10/14/2026", "1/32/2026", "2/32/2026", "3/32/2026", "4/32/2026", "2026-10-01"]
    found = sheet(*(f"SOW-1,dana,{text},8,true,true" for text in rows))
    assert [row.value.spent_at for row in found.rows] == [date(2026, 10, 1)]
    first, second = faults(found)
    assert "no one order of day and month fits" in first
    assert "(2 rows: lines 2, 3)" in first
    assert "(4 rows: lines 4, 5, 6 and 1 more)" in second


def test_an_order_that_cannot_be_told_is_named() -> None:
    (fault,) = faults(sheet("SOW-1,dana,03/04/2026,8,true,true"))
    assert "may be day or month first" in fault


def test_a_stray_quote_costs_its_line() -> None:
    found = sheet(
        "SOW-1,dana,2026-10-01,8,true,true", 'SOW-1,"dev" x,2026-10-02,8,true,true', "SOW-1,dana,2026-10-03,8,true,true"
    )
    assert [row.line for row in found.rows] == [2, 4]
    assert faults(found)[0].startswith("hours.csv:3: has a quote out of place")


def test_a_row_for_a_whole_week_is_read() -> None:
    assert sheet("SOW-1,dana,2026-10-02,40,true,true").rows[0].value.hours == 40


def test_a_file_that_holds_everything_twice_counts_once_and_is_named() -> None:
    rows = [f"SOW-1,dana,2026-11-{day},8,true,true" for day in (9, 10, 11)]
    found = sheet(*rows, *rows)
    assert len(found.rows) == 3
    assert "is given more than once" in faults(found)[0]
    assert "(3 rows: lines 5, 6, 7)" in faults(found)[0]


def test_rows_dated_in_the_future_are_named() -> None:
    text = f"{HEAD}\nSOW-1,dana,2027-10-06,8,true,true\nSOW-1,dana,2026-10-06,8,true,true\nSOW-1,dana,9999-12-31,8,true,true\n"
    found = read_timesheets(text, "hours.csv", today=date(2026, 11, 25))
    assert len(found.rows) == 1
    assert ["lies in the future" in fault or "is the year right" in fault for fault in faults(found)] == [True, True]


def test_thousands_of_equal_faults_are_one() -> None:
    (fault,) = faults(sheet(*(f"SOW-1,dana,x{n},8,true,true" for n in range(3_000))))
    assert "3,000 rows" in fault


EXPORT = "Project Name,Consultant,Entry Date,Time Logged,Notes\nSOW-1,jörg,10/21/2026,7.5,did it\n"


@pytest.mark.parametrize("turned", [False, True])
def test_an_export_with_other_columns_is_read_as_the_config_maps_it(turned: bool) -> None:
    named = {"engagement": "Project Name", "user": "consultant", "date": "Entry Date", "hours": "Time Logged"}
    columns = {theirs: ours for ours, theirs in named.items()} if turned else named
    assert logged(EXPORT, columns) == ONE


def test_a_booking_knows_the_day_on_which_it_was_made() -> None:
    text = (
        "engagement,user,week,hours,kind,known\nSOW-1,dana,2026-W47,32,hard,2026-11-02\nSOW-1,dana,16.11.2026,8,soft,\n"
    )
    found = read_bookings(text, "b.csv")
    assert [row.value for row in found.rows] == [
        Booking("dana", "2026-W47", 32.0, BookingKind.HARD, date(2026, 11, 2)), Booking("dana", "2026-W47", 8.0, BookingKind.SOFT),
    ]  # fmt: skip


def test_a_week_at_the_end_of_time_is_a_bad_row() -> None:
    found = read_bookings("engagement,user,week,hours,kind\nSOW-1,dana,9999-W52,32,hard\n", "b.csv")
    assert "must be an ISO week" in faults(found)[0]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_no_text_ever_raises_anything_but_a_config_error(text: str) -> None:
    for body in (text, f"{HEAD}\n{text}"):
        try:
            found = read_timesheets(body, "hours.csv")
        except ConfigError:
            continue
        assert all(fault.where == "hours.csv" for fault in found.faults)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-24, 24, allow_nan=False), min_size=1, max_size=20, unique=True))
def test_hours_are_neither_lost_nor_doubled(hours: list[float]) -> None:
    found = add_hours(
        Portfolio((engagement("acme&1", hours=0.0),)), sheet(*(f"acme&1,dana,2026-11-20,{h!r},yes,yes" for h in hours))
    )
    assert found.engagements[0].hours_difference == pytest.approx(sum(hours), abs=1e-9)
