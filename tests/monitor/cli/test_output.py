from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from rich.console import Console

from monitor.cli.output import Format, emit, emit_object
from monitor.errors import UserError
from monitor.text.times import optional_time, parse_time
from monitor.text.values import clean, short, shortened
from tests.support.program import Program

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROW = {
    "at": datetime(2026, 3, 1, 14, 30, 5, 12, tzinfo=timezone(timedelta(hours=2))),
    "pay": Decimal("133000.00"),
    "half": 0.5,
    "open": True,
    "none": None,
    "text": "ü \x1b[31mred\x1b[0m\n\x85x",
    "blob": b"\x01\xff",
    "day": date(2026, 3, 1),
    "list": [1, Decimal("2.5")],
    "huge": float("inf"),
}


def written(
    rows: list[dict[str, object]], fmt: Format, *, terminal: bool = False, width: int = 80
) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=terminal,
        width=width,
        markup=False,
        color_system="standard" if terminal else None,
    )
    emit(rows, tuple(rows[0]) if rows else ("a", "b"), fmt, console)
    return stream.getvalue()


def test_json_keeps_every_value_and_escapes_what_a_terminal_would_obey() -> None:
    out = written([ROW], Format.JSON)
    assert json.loads(out) == [
        {
            "at": "2026-03-01T12:30:05.000012Z",
            "pay": 133000,
            "half": 0.5,
            "open": True,
            "none": None,
            "text": ROW["text"],
            "blob": "01ff",
            "day": "2026-03-01",
            "list": [1, 2.5],
            "huge": None,
        }
    ]
    assert "ü" in out
    assert "133000," in out
    assert not {"\x1b", "\x85"} & set(out)


def test_json_of_many_rows_is_one_array_and_of_none_an_empty_one() -> None:
    assert json.loads(written([{"a": 1}, {"a": 2}, {"a": 3}], Format.JSON)) == [
        {"a": 1},
        {"a": 2},
        {"a": 3},
    ]
    assert written([], Format.JSON) == "[]\n"


def test_an_object_is_indented_by_two() -> None:
    stream = io.StringIO()
    emit_object({"a": 1, "b": {"at": NOW}}, Console(file=stream))
    assert (
        stream.getvalue()
        == '{\n  "a": 1,\n  "b": {\n    "at": "2026-11-23T09:00:00.000000Z"\n  }\n}\n'
    )


def test_csv_has_its_header_even_alone() -> None:
    assert written([], Format.CSV) == "a,b\n"
    header, line, rest = written([ROW], Format.CSV).split("\n", 2)
    assert header == "at,pay,half,open,none,text,blob,day,list,huge"
    assert line == '2026-03-01T12:30:05.000012Z,133000,0.5,true,,"ü red'
    assert rest == 'x",01ff,2026-03-01,1; 2.5,\n'


def test_a_pipe_never_truncates() -> None:
    long = "word " * 500 + "end"
    out = written([{"a": long, "b": None}, {"a": "日本", "b": "x"}], Format.TABLE)
    assert long in out
    header, first, second = out.splitlines()
    assert header.index("b") == len(long) + 2
    assert first == long
    assert second.endswith("  x")


def test_a_terminal_table_stays_within_its_width_and_takes_no_markup() -> None:
    out = written(
        [{"a": "word " * 40, "b": "[bold]" + "x" * 20}], Format.TABLE, terminal=True, width=60
    )
    assert all(
        len(Console().render_str(line, markup=False).plain) <= 60
        for line in clean(out).splitlines()
    )
    assert "[bold]" in out.replace("\n", "")


def test_a_table_without_rows_says_so() -> None:
    assert (
        written([], Format.TABLE, terminal=True) == written([], Format.TABLE) == "Nothing found\n"
    )


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]0;title\x1b\\x", "x"),
        ("\x1b[1;31mred\x9b0m", "red"),
        ("\x1b(Ba\x1bc\x1b", "a"),
        ("a\x00\x08\x7f\r\nb\tc", "a\nb\tc"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("plain, 日本語, é, 👩‍🔬", "plain, 日本語, é, 👩‍🔬"),  # the joiner within it stays
    ],
)
def test_text_of_a_board_cannot_command_a_terminal(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_value_of_a_table_is_written_short() -> None:
    assert short(NOW) == short("2026-11-23T09:00:00.000000Z") == "2026-11-23 09:00Z"
    assert (short(133000.0), short(2.5), short(None), short("")) == ("133000", "2.5", "", "")
    assert shortened("one\n two  three", 9) == "one two …"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("7d", NOW - timedelta(days=7)),
        (" 90m ", NOW - timedelta(minutes=90)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2 weeks ago", NOW - timedelta(weeks=2)),
        ("7 days", NOW - timedelta(days=7)),
        ("7d ago", NOW - timedelta(days=7)),
        ("5 min ago", NOW - timedelta(minutes=5)),
        ("2 hrs ago", NOW - timedelta(hours=2)),
        ("last week", NOW - timedelta(weeks=1)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("A month ago", NOW - timedelta(days=30)),
        ("1 year ago", NOW - timedelta(days=365)),
        ("now", NOW),
        ("today", datetime(2026, 11, 23, tzinfo=UTC)),
        (" Yesterday", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.5+02:00", datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01 12:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01t12:00z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("monday", datetime(2026, 11, 23, tzinfo=UTC)),  # NOW is one
        ("last Monday", datetime(2026, 11, 16, tzinfo=UTC)),
        ("Friday", datetime(2026, 11, 20, tzinfo=UTC)),
        ("last friday", datetime(2026, 11, 20, tzinfo=UTC)),
        ("on thurs", datetime(2026, 11, 19, tzinfo=UTC)),
        ("tue 9am", datetime(2026, 11, 17, 9, tzinfo=UTC)),
        ("yesterday 09:00", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("Yesterday, at 9:30 p.m.", datetime(2026, 11, 22, 21, 30, tzinfo=UTC)),
        ("today 12am", datetime(2026, 11, 23, tzinfo=UTC)),
        ("08:15 UTC", datetime(2026, 11, 23, 8, 15, tzinfo=UTC)),
        ("10:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),  # the last one
        ("1 Nov 2026", datetime(2026, 11, 1, tzinfo=UTC)),
        ("1st of November, 2026", datetime(2026, 11, 1, tzinfo=UTC)),
        ("Nov 1, 2026 14:05", datetime(2026, 11, 1, 14, 5, tzinfo=UTC)),
        ("Nov 1", datetime(2026, 11, 1, tzinfo=UTC)),
        ("24 Nov", datetime(2025, 11, 24, tzinfo=UTC)),
        ("December 31st", datetime(2025, 12, 31, tzinfo=UTC)),
        ("29 feb", datetime(2024, 2, 29, tzinfo=UTC)),
        ("Fri, 20 Nov 2026", datetime(2026, 11, 20, tzinfo=UTC)),
        ("march", datetime(2026, 3, 1, tzinfo=UTC)),
        ("March 2026", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026/03/01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("1.3.2026", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text: str, instant: datetime) -> None:
    assert parse_time(text, NOW) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "d7",
        "-7d",
        "2026-13-01",
        "tomorrow",
        "99999999999d",
        "7 dogs",
        "days ago",
        "9999999d",
        "99999 years ago",
        "0001-01-01T00:00+10:00",
        "01/02/2026",  # in January or in February
        "Mon 20 Nov 2026",  # a Friday
        "31 Nov",
        "next friday",
        "friday friday",
        "yesterday 25:00",
        "yesterday 13pm",
        "monday at",
        ",",
    ],
)
def test_what_is_no_time_is_refused_with_what_is_one(text: str) -> None:
    accepted = (
        "7d, 2 weeks ago, yesterday 09:00, last friday, 1 Nov 2026, 2026-03-01 or "
        "2026-03-01T12:00:00Z"
    )
    with pytest.raises(UserError, match=f"is no time: give one like {accepted}"):
        parse_time(text, NOW)


@pytest.mark.parametrize(
    "example",
    ["7d", "2 weeks ago", "yesterday 09:00", "last friday", "1 Nov 2026", "2026-03-01T12:00:00Z"],
)
def test_each_example_of_a_refusal_is_accepted(example: str) -> None:
    with pytest.raises(UserError, match=example):
        parse_time("zzz", NOW)
    assert parse_time(example, NOW) <= NOW


def test_an_option_that_was_not_given_is_no_time() -> None:
    assert optional_time(None, NOW) is None


@pytest.mark.parametrize("fmt", Format)
@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS n",
        (
            "WITH RECURSIVE steps(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps LIMIT 9000) "
            "SELECT n FROM steps"
        ),
    ],
)
def test_a_reader_who_goes_away_sees_no_traceback(
    sqlite_recorded: Program, query: str, fmt: Format
) -> None:
    command = [
        sys.executable,
        "-c",
        "from monitor.cli import main; main()",
        "sql",
        query,
        "--config",
        sqlite_recorded.config,
        "--format",
        fmt.value,
    ]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert ran.stderr == ""
