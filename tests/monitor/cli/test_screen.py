from __future__ import annotations

import io
from typing import Literal

import pytest
from rich.console import Console

from monitor.cli.screen import Cell, screen

COLUMNS = ("at", "title", "posting", "n")
ROWS = (
    ("2026-11-23 09:00Z", "Research Engineer, Gemini and a long name", "greenhouse:deepmind:5938712", "5"),
    ("2026-11-22 09:00Z", "厨师 [red]", "", "133000"),
)
NUMBERS = (False, False, False, True)


def drawn(width: int, *, color: Literal["standard"] | None = None, link: str | None = None) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system=color)
    for line in screen(COLUMNS, [[Cell(text, link=link) for text in row] for row in ROWS], NUMBERS, width):
        console.print(line, soft_wrap=True)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_what_has_room_stands_on_one_line() -> None:
    assert drawn(120) == [
        "at                 title                                      posting                           n",
        "2026-11-23 09:00Z  Research Engineer, Gemini and a long name  greenhouse:deepmind:5938712       5",
        "2026-11-22 09:00Z  厨师 [red]                                                              133000",
    ]


def test_what_has_less_room_ends_in_a_sign_and_ids_instants_and_numbers_stay_whole() -> None:
    header, gemini, chef = drawn(86)
    assert (len(header), header.split()) == (86, list(COLUMNS))
    assert gemini.startswith("2026-11-23 09:00Z  Research Engineer, Gemini and")
    assert "…  greenhouse:deepmind:5938712       5" in gemini
    assert chef.endswith(" 133000")


def test_what_has_no_room_on_the_first_line_stands_on_a_second() -> None:
    assert drawn(60) == [
        "at                 title",
        "  posting                           n",
        "2026-11-23 09:00Z  Research Engineer, Gemini and a long name",
        "  greenhouse:deepmind:5938712       5",
        "2026-11-22 09:00Z  厨师 [red]",
        "                               133000",
    ]


def test_without_room_for_columns_each_row_is_a_block_in_which_no_id_is_broken() -> None:
    assert drawn(30) == [
        "at       2026-11-23 09:00Z",
        "title    Research Engineer,",
        "         Gemini and a long",
        "         name",
        "posting  greenhouse:deepmind:5938712",
        "n        5",
        "",
        "at       2026-11-22 09:00Z",
        "title    厨师 [red]",
        "n        133000",
    ]


@pytest.mark.parametrize("width", range(20, 130, 5))
def test_no_id_is_broken_at_any_width(width: int) -> None:
    assert any("greenhouse:deepmind:5938712" in line for line in drawn(width))


def test_a_cell_opens_its_address() -> None:
    assert any("\x1b]8;" in line and "https://x.example/1" in line for line in drawn(120, color="standard", link="https://x.example/1"))
