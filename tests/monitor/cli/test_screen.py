from __future__ import annotations

import io

from rich.cells import cell_len
from rich.console import Console

from monitor.cli.screen import screen

COLUMNS = ("at", "title", "posting", "n")
ROWS = (
    ("2026-11-23 09:00Z", "Research Engineer, Gemini and a long name", "greenhouse:deepmind:5938712", "5"),
    ("2026-11-22 09:00Z", "厨师 [red]", "", "133000"),
)
NUMBERS = (False, False, False, True)


def drawn(width: int) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=width, force_terminal=True, color_system=None).print(screen(COLUMNS, ROWS, NUMBERS, width))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_what_has_room_stands_on_one_line() -> None:
    assert drawn(120) == [
        "at                 title                                      posting                           n",
        "2026-11-23 09:00Z  Research Engineer, Gemini and a long name  greenhouse:deepmind:5938712       5",
        "2026-11-22 09:00Z  厨师 [red]                                                              133000",
    ]


def test_what_has_less_room_is_wrapped_and_instants_and_numbers_stay_whole() -> None:
    lines = drawn(70)
    assert all(cell_len(line) <= 70 for line in lines)
    assert len(lines) > 3
    assert lines[1].startswith("2026-11-23 09:00Z  Research")
    assert lines[1].endswith("5")
    assert any(line.endswith("133000") for line in lines)


def test_without_room_for_columns_each_row_is_a_block() -> None:
    assert drawn(40) == [
        "at       2026-11-23 09:00Z",
        "title    Research Engineer, Gemini and a",
        "long name",
        "posting  greenhouse:deepmind:5938712",
        "n        5",
        "",
        "at       2026-11-22 09:00Z",
        "title    厨师 [red]",
        "n        133000",
    ]
