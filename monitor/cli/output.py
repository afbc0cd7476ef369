"""Print rows as a table, JSON or CSV: safe for a terminal, complete in a pipe.

A board's text may hold escape sequences. Tables, text and CSV drop them; JSON has them escaped, so
that nothing is lost there.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.cli.screen import Fit

Row = Mapping[str, object]


class Format(StrEnum):
    """The formats of a listing."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[
    Format, typer.Option("--format", help="Output format: table, JSON or CSV.")
]

_ESCAPE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]"
)
# with what turns the direction of writing
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# what json leaves and a terminal may obey
_UNSAFE_JSON = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{6}Z")
_WEB = re.compile(r"https?://[!-~]+")
# the first of these columns that a table has opens the row's address
_LINKED = ("title", "board", "url")
_COLORED = frozenset({"kind", "state", "result", "fits"})
_DIM = frozenset({"posting", "url", "age"})
_STYLES = dict.fromkeys(("opened", "reopened", "true"), "green") | dict.fromkeys(
    ("closed", "failing", "failed", "failure"), "red"
)
_STYLES |= dict.fromkeys(("revised", "collapsed", "held"), "yellow")
_WRAPPED = frozenset(
    {
        "what",
        "words",
        "failed",
        "reason",
        "any",
        "all",
        "none",
        "locations",
        "boards",
        "notify",
        "muted",
    }
)
_LONGEST = 400  # characters of a cell on a terminal; in a pipe nothing is cut


def clean(text: str) -> str:
    """Return the text without escape sequences and control characters. Line breaks stay."""
    return _CONTROL.sub("", _ESCAPE.sub("", text))


def emit(
    rows: Iterable[Row],
    columns: Sequence[str],
    fmt: Format,
    console: Console,
    *,
    empty: str = "Nothing found",
    labels: Row | None = None,
) -> None:
    """Print the rows as a JSON array, as CSV with a header, or as a table.

    A table fits the terminal and is complete in a pipe. Without rows it is the sentence `empty`.
    `labels` are the names of its columns where they differ from JSON and CSV.
    """
    if fmt is Format.JSON:
        _write(console, _json_lines(rows, columns))
    elif fmt is Format.CSV:
        _write(console, _csv_lines(rows, columns))
    elif not (some := list(rows)):
        _write(console, [f"{clean(empty)}\n"])
    else:
        names = [str((labels or {}).get(name, name)) for name in columns]
        if console.is_terminal:
            _print_table(some, columns, names, console)
        else:
            _write(console, _aligned(some, columns, names))


def emit_object(row: Row, console: Console) -> None:
    """Print one row as a JSON object."""
    _write(console, [_as_json(row) + "\n"])


def emit_lines(lines: Iterable[tuple[str, str]], console: Console) -> None:
    """Print lines with styles, which only a terminal shows and wraps.

    In a pipe, styling ten thousand lines would cost a second.
    """
    if not console.is_terminal:
        _write(console, (f"{line}\n" for line, _ in lines))
        return
    from rich.text import Text

    from monitor.cli.marking import print_folded

    for line, style in lines:
        print_folded(Text(line, style=style), console)


def short(value: object) -> str:
    """Return a value as a table shows it: instants to the minute, `133000`, nothing for null."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
    if isinstance(value, str) and (instant := _INSTANT.fullmatch(value)):
        return f"{instant[1]} {instant[2]}Z"
    return _written(value)


def age(since: object, now: datetime) -> str:
    """Return how long ago an instant was, in one unit: `12m`, `5h`, `9d`, `4mo`, `2y`."""
    from monitor.queries.view_tables import reader

    instant = reader("at")(since)
    if not isinstance(instant, datetime):
        return ""
    minutes = max(0, int((now - instant).total_seconds() // 60))
    for size, unit, most in ((1, "m", 60), (60, "h", 48), (1440, "d", 100), (43_200, "mo", 24)):
        if minutes < size * most:
            return f"{minutes // size}{unit}"
    return f"{minutes // 525_600}y"


def counted(number: int, word: str) -> str:
    """Return `1 posting` or `1,057 postings`.

    `notify.wording.count` does the same, and would load Slack's library into every command.
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _write(console: Console, lines: Iterable[str]) -> None:
    stream: TextIO | Any = console.file
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8")
    for line in lines:
        stream.write(line)
    stream.flush()  # here, where a reader who has gone away is still ours to notice


def _plain(value: object) -> object:
    """Return a database value as JSON has it: ISO instants, numbers, null."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (Decimal, float)):
        return _number(value)
    return value if value is None or isinstance(value, (bool, int, str)) else _words(value)


def _words(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: Decimal | float) -> int | float | None:
    if not isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)


def _written(value: object) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, (bool, list, dict)):
        return json.dumps(plain, ensure_ascii=False, default=str)
    return clean(str(plain))


def _as_json(row: Row) -> str:
    text = json.dumps(
        {name: _plain(value) for name, value in row.items()},
        ensure_ascii=False,
        indent=2,
        default=str,
    )
    return _UNSAFE_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _json_lines(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    before = "[\n"
    for row in rows:
        yield before + _indented(_as_json({name: row[name] for name in columns}))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))


def _csv_lines(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    cells = ([_written(row[name]) for name in columns] for row in rows)
    for line in chain([list(columns)], cells):
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerow(line)
        yield buffer.getvalue()


def _cell(value: object) -> str:
    return " ".join(short(value).split())


def _aligned(rows: Sequence[Row], columns: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    from rich.cells import cell_len

    lines = [list(names), *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(cell_len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        padded = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
        )
        yield "  ".join(padded).rstrip() + "\n"


def _print_table(
    rows: Sequence[Row], columns: Sequence[str], names: Sequence[str], console: Console
) -> None:
    from monitor.cli.pager import paged
    from monitor.cli.screen import Cell, screen

    linked = (
        next((name for name in _LINKED if name in columns), None) if console.file.isatty() else None
    )

    def cell(row: Row, name: str) -> Cell:
        text = _shortened(_cell(row[name]), _LONGEST)
        style = "dim" if name in _DIM else _STYLES.get(text, "") if name in _COLORED else ""
        return Cell(text, style, web_link(row.get("url")) if name == linked else None, _fit(name))

    numbers = [all(row[name] is None or _is_number(row[name]) for row in rows) for name in columns]
    with paged(console):
        for line in screen(
            names, [[cell(row, name) for name in columns] for row in rows], numbers, console.width
        ):
            console.print(line, soft_wrap=True)


def _fit(name: str) -> Fit:
    return "whole" if name == "pay" else "wrapped" if name in _WRAPPED else "cut"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def web_link(url: object) -> str | None:
    """Return the address if a terminal may open it."""
    return url if isinstance(url, str) and _WEB.fullmatch(url) else None


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def shortened(text: str, length: int) -> str:
    """Return the text on one line, cut to that many characters with `…`."""
    return _shortened(" ".join(clean(text).split()), length)
