"""`stats`: what can be counted by hand in a small history."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawler.items import Pay, Probe
from monitor.queries.stats_input import Day, Facts
from monitor.reports.readable import readable
from monitor.reports.stats import COLUMNS, by_week
from tests.support.boards import BOARD, posting, snapshot
from tests.support.facts import days, facts, role, stays
from tests.support.history import History
from tests.support.program import WIDE, Program
from tests.support.story import PAY, story_settings

DAY = 24 * 60.0
COMPANY = "Example Labs"


@pytest.fixture
def counted(rolewatch: Program, engine: Engine) -> Program:
    """Return the program on six days: a baseline posting, and four that open on day two.

    Two of the four close after a day, and one after three.
    """
    settings = story_settings()
    slow = replace(
        settings, boards=tuple(replace(board, every=timedelta(days=1)) for board in settings.boards)
    )
    history = History(engine, slow, now=datetime.now(UTC) - timedelta(days=5, hours=6))
    old = posting("1", department="Old")
    sterling = Pay(50.0, 70.0, "GBP", "hour", "£50 - £70")
    new = [
        posting(key, pay=pay) for key, pay in (("2", PAY), ("3", PAY), ("4", sterling), ("5", None))
    ]
    closed = dict.fromkeys(("2", "3", "4"), Probe.GONE)
    history.check(snapshot([old]), minutes=0)
    history.check(snapshot([old, *new]), minutes=DAY)
    history.check(snapshot([old, *new]), minutes=DAY)
    history.check(snapshot([old, *new[2:]], {"2": closed["2"], "3": closed["3"]}), minutes=60)
    history.check(snapshot([old, *new[2:]]), minutes=DAY)
    history.check(snapshot([old, *new[2:]]), minutes=DAY)
    history.check(snapshot([old, new[3]], {"4": closed["4"]}), minutes=60)
    return rolewatch


def test_an_employer_is_a_row_with_what_happened_there(counted: Program) -> None:
    assert counted.ask("stats", "--board", BOARD) == [
        {
            "company": COMPANY,
            "open": 2,
            "opened": 4,
            "closed": 3,
            "reopened": 0,
            "openings_seen": 4,
            "median_days_open": 1,
            "roles": 5,
            "roles_with_pay": 3,
            "pay_share": 0.6,
        }
    ]


def test_a_table_needs_no_legend(counted: Program) -> None:
    header, line = counted("stats", "--board", BOARD).out.splitlines()
    assert re.split(" {2,}", header) == [
        "company",
        "open now",
        "opened",
        "closed",
        "median days open",
        "state pay",
        "median pay",
    ]
    assert re.split(" {2,}", line) == [COMPANY, "2", "4", "3", "1", "60%", "$133k–240k"]
    wide = counted("stats", "--board", BOARD, environ=WIDE | {"COLUMNS": "80"}).out.splitlines()
    assert len(wide) == 2
    for by, name in (
        ("department", "openings seen"),
        ("week", "open at its end"),
        ("pay", "roles that state pay"),
    ):
        assert name in counted("stats", "--by", by).out


def test_nothing_to_count_is_said(rolewatch: Program) -> None:
    ran = rolewatch("stats")
    assert (ran.code, ran.out) == (
        0,
        "Nothing to count yet: `rolewatch check` checks the boards\n",
    )
    assert rolewatch.ask("stats") == []


def test_departments_weeks_and_pay_are_tables_of_their_own(counted: Program) -> None:
    departments = counted.ask("stats", "--by", "department")
    assert [
        (
            row["department"],
            row["open"],
            row["roles"],
            row["openings_seen"],
            row["median_days_open"],
        )
        for row in departments
    ] == [
        ("Research", 1, 4, 4, 1),
        ("Old", 1, 1, 0, None),
    ]
    weeks = counted.ask("stats", "--by", "week")
    assert (sum(row["opened"] for row in weeks), sum(row["closed"] for row in weeks)) == (4, 3)
    assert all(date.fromisoformat(row["week"]).weekday() == 0 for row in weeks)
    pay = counted.ask("stats", "--by", "pay")
    assert [list(row.values()) for row in pay] == [
        [COMPANY, "USD", "year", 2, 133000, 133000, 240000, 240000],
        [COMPANY, "GBP", "hour", 1, 50, 50, 70, 70],
    ]


def test_since_leaves_out_what_was_before(counted: Program) -> None:
    [row] = counted.ask("stats", "--since", "3d", "--board", BOARD)
    assert (row["opened"], row["openings_seen"], row["median_days_open"]) == (0, 0, None)
    assert row["roles"] == 3  # one closed within these days, and two are open


@pytest.mark.parametrize("by", COLUMNS)
def test_every_table_has_its_columns_in_every_format(sqlite_recorded: Program, by: str) -> None:
    assert sqlite_recorded("stats", "--by", by, "--format", "csv").out.splitlines()[0] == ",".join(
        COLUMNS[by]
    )
    assert all(tuple(row) == COLUMNS[by] for row in sqlite_recorded.ask("stats", "--by", by))
    assert sqlite_recorded("stats", "--by", by).code == 0


def test_a_plot_is_drawn_beside_the_table(sqlite_recorded: Program, tmp_path: Path) -> None:
    ran = sqlite_recorded("stats", "--plot", str(tmp_path / "plot.svg"), "--format", "json")
    assert (ran.code, ran.err.splitlines()[0]) == (0, f"drew {tmp_path / 'plot.svg'}")
    assert ran.json[0]["company"]
    assert "Example Labs" in (tmp_path / "plot.svg").read_text()
    (folder := tmp_path / "folder.svg").mkdir()
    refused = sqlite_recorded("stats", "--plot", str(folder))
    assert (refused.code, refused.err) == (2, f"{folder} cannot be written: Is a directory\n")
    refused = sqlite_recorded("stats", "--plot", str(tmp_path / "plot.gif"))
    assert (refused.code, refused.out, len(refused.err.splitlines())) == (2, "", 1)


def test_without_anything_to_draw_a_sentence_says_so_and_the_file_stays(
    rolewatch: Program, tmp_path: Path
) -> None:
    file = tmp_path / "plot.png"
    file.write_text("an older picture")
    ran = rolewatch("stats", "--plot", str(file))
    assert (ran.code, file.read_text()) == (0, "an older picture")
    assert str(file) in ran.err


def test_pay_is_money_in_a_table_and_numbers_in_json(counted: Program) -> None:
    out = counted("stats", "--by", "pay").out
    assert all(pay in out for pay in ("$133k–240k", "$133,000", "£50–70/hour"))


def test_more_than_half_still_open_is_said_with_the_days_followed() -> None:
    open_long = stays("A", closed=[3], still=[60.5, 60.2])
    table = readable("employer", facts(days("A", 3), stays=open_long))
    assert [row["median_days_open"] for row in table.rows] == ["over 60"]
    departments = readable("department", facts(days("A", 3), [role("A")], open_long))
    assert [row["median_days_open"] for row in departments.rows] == ["over 60"]


def test_a_week_that_ends_in_the_unknown_has_no_number() -> None:
    monday = date(2026, 3, 2)
    week = [
        Day(monday, "A", 5, 1, 0, 0, 0),
        Day(monday + timedelta(1), "A", None, 1, 2, 0, 0),
        Day(monday + timedelta(7), "A", 4, 0, 1, 0, 0),
    ]
    assert [
        (row["week"], row["open"], row["opened"], row["closed"])
        for row in by_week(Facts(week, [], []))
    ] == [
        (monday, None, 2, 2),
        (monday + timedelta(7), 4, 0, 1),
    ]
