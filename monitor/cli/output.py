"""Print rows as a table, JSON or CSV: safe for a terminal, complete in a pipe.

A board's text may hold escape sequences. Tables, text and CSV drop them; JSON has them escaped, so
that nothing is lost there. Output longer than the screen goes through a pager, as git's does.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from monitor.text.values import as_text, clean, plain, short, shortened

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

# what json leaves and a terminal may obey
_UNSAFE_JSON = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_WEB = re.compile(r"https?://[!-~]+")
# the first of these columns that a table has opens the row's address
_LINKED = ("title", "board", "url")
_COLORED = frozenset({"kind", "state", "result", "fits"})
_DIM = frozenset({"posting", "url", "age"})
_STYLES = dict.fromkeys(("opened", "reopened", "true"), "green") | dict.fromkeys(
    ("closed", "failing", "failed", "failure"), "red"
)
_STYLES |= dict.fromkeys(("revised", "collapsed", "held"), "yellow")
_WRAPPED = frozenset({
    "what", "words", "failed", "reason", "any", "all", "none", "locations", "boards", "notify",
    "muted",
})  # fmt: skip
_PAGER = "less"
_LESS = "FRX"  # ends when all is on the screen, lets colors through, leaves the screen as it was
_LONGEST = 400  # characters of a cell on a terminal; in a pipe nothing is cut


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


def _write(console: Console, lines: Iterable[str]) -> None:
    stream: TextIO | Any = console.file
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8")
    for line in lines:
        stream.write(line)
    stream.flush()  # here a reader that has left can still be noticed


def _as_json(row: Row) -> str:
    text = json.dumps(
        {name: plain(value) for name, value in row.items()},
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
    cells = ([as_text(row[name]) for name in columns] for row in rows)
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
    from monitor.cli.screen import Cell, screen

    linked = (
        next((name for name in _LINKED if name in columns), None) if console.file.isatty() else None
    )

    def cell(row: Row, name: str) -> Cell:
        text = shortened(_cell(row[name]), _LONGEST)
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


@contextmanager
def paged(console: Console) -> Iterator[None]:
    """Print what the console writes within it, through a pager if it is longer than the screen."""
    command = _pager(os.environ) if _is_watched(console) else []
    if not command:
        yield
        return
    with console.capture() as captured:
        yield
    text = captured.get()
    if text.count("\n") < console.height or not _page(command, text):
        console.file.write(text)
        console.file.flush()


def _is_watched(console: Console) -> bool:
    """Return True if a person reads this at a terminal with a keyboard."""
    return console.file.isatty() and sys.stdin.isatty() and not console.is_dumb_terminal


def _pager(environ: Mapping[str, str]) -> list[str]:
    """Return the pager's command. Empty if there is none, and for `cat`."""
    words = shlex.split(environ.get("PAGER", _PAGER))
    return words if words and words != ["cat"] and shutil.which(words[0]) else []


def _page(command: list[str], text: str) -> bool:
    """Return True if the pager took the text. A reader may leave early."""
    try:
        # the person's own pager
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env={"LESS": _LESS} | os.environ)  # noqa: S603
    except OSError:
        return False
    with suppress(BrokenPipeError, KeyboardInterrupt):
        process.communicate(text.encode(errors="replace"))
    while process.poll() is None:
        with suppress(KeyboardInterrupt):  # Ctrl-C is the pager's
            process.wait()
    return True
