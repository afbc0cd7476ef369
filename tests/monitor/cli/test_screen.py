from __future__ import annotations

import io
from typing import Literal

import pytest
from rich.console import Console

from monitor.cli.screen import Cell, screen

COLUMNS = ("at", "title", "posting", "n")
ROWS = (
    (
        "2026-11-23 09:00Z",
        "Research Engineer, Gemini and a long name",
        "greenhouse:deepmind:5938712",
        "5",
    ),
    ("2026-11-22 09:00Z", "厨师 [red]", "", "133000"),
)
NUMBERS = (False, False, False, True)


def drawn(
    width: int, *, color: Literal["standard"] | None = None, link: str | None = None
) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system=color)
    for line in screen(
        COLUMNS, [[Cell(text, link=link) for text in row] for row in ROWS], NUMBERS, width
    ):
        console.print(line, soft_wrap=True)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_columns_that_fit_stand_on_one_line() -> None:
    assert drawn(120) == [
        (
            "at                 title                                      posting                    "
            "       n"
        ),
        (
            "2026-11-23 09:00Z  Research Engineer, Gemini and a long name  "
            "greenhouse:deepmind:5938712       5"
        ),
        (
            "2026-11-22 09:00Z  厨师 [red]                                                              "
            "133000"
        ),
    ]


def test_a_long_text_ends_in_a_sign_and_ids_instants_and_numbers_stay_whole() -> None:
    header, gemini, chef = drawn(86)
    assert (len(header), header.split()) == (86, list(COLUMNS))
    assert gemini.startswith("2026-11-23 09:00Z  Research Engineer, Gemini and")
    assert "…  greenhouse:deepmind:5938712       5" in gemini
    assert chef.endswith(" 133000")


def test_columns_that_do_not_fit_on_the_first_line_stand_on_a_second() -> None:
    assert drawn(60) == [
        "at                 title",
        "  posting                           n",
        "2026-11-23 09:00Z  Research Engineer, Gemini and a long name",
        "  greenhouse:deepmind:5938712       5",
        "2026-11-22 09:00Z  厨师 [red]",
        "                               133000",
    ]


def test_on_a_narrow_terminal_each_row_is_a_block_in_which_no_id_is_broken() -> None:
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


def _screen(columns: tuple[str, ...], rows: list[list[Cell]], width: int) -> list[str]:
    return [line.plain for line in screen(columns, rows, [False] * len(columns), width)]


@pytest.mark.parametrize("width", [10, 40, 80])
def test_an_id_longer_than_the_screen_stands_alone_on_its_line(width: int) -> None:
    name = "ashby:Example%20Labs%20International:3f0c2a54-9c1e-4a41-8d11-0123456789ab-and-more"
    assert _screen(("posting",), [[Cell(name)]], width) == [
        "posting".ljust(len(name)).rstrip(),
        name,
    ]
    rows = [[Cell("Research Engineer"), Cell("2026-12-24"), Cell(name)]]
    assert f"  {name}" in _screen(("title", "deadline", "posting"), rows, width) or width < 40


def test_a_cell_that_is_whole_is_never_cut() -> None:
    rows = [
        [
            Cell("Research Engineer, Gemini and a long name"),
            Cell("45.50-70.25 USD an hour", fit="whole"),
            Cell("Example Labs of London"),
        ]
    ]
    for width in range(30, 120):
        assert any(
            "45.50-70.25 USD an hour" in line
            for line in _screen(("title", "pay", "company"), rows, width)
        ), width


def test_a_wrapped_cell_goes_on_below_itself() -> None:
    rows = [
        [
            Cell("Engineer"),
            Cell("location: London, UK → London, UK; Zurich, Switzerland", fit="wrapped"),
        ],
        [Cell("Chef"), Cell("")],
    ]
    assert _screen(("title", "what"), rows, 50) == [
        "title     what",
        "Engineer  location: London, UK → London, UK;",
        "          Zurich, Switzerland",
        "Chef",
    ]


def test_a_cell_opens_its_address() -> None:
    assert any(
        "\x1b]8;" in line and "https://x.example/1" in line
        for line in drawn(120, color="standard", link="https://x.example/1")
    )
