"""The page of figures: what it shows, and that it is the same each time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.errors import UserError
from monitor.queries.stats_input import Day, Facts, OpenTime, Role, Spell
from monitor.reports.plot.page import Employers, check_file, draw, spread

FIRST = date(2026, 3, 2)


def days(company: str, *counts: int | None) -> list[Day]:
    return [
        Day(FIRST + timedelta(number), company, count, 1, 1, 0, 0)
        for number, count in enumerate(counts)
    ]


def role(
    company: str, low: float | None = None, high: float | None = None, currency: str = "USD"
) -> Role:
    return Role(
        company,
        "Research",
        is_open=True,
        pay_min=low,
        pay_max=high,
        pay_currency=currency,
        pay_period="year",
    )


FACTS = Facts(
    days=[*days("Ünder $5 & Co", 3, 4, None, 5, 6), *days("Other Works", 9, 9, None, 8, 8)],
    roles=[
        role("Ünder $5 & Co", 100_000, 150_000),
        role("Ünder $5 & Co", 120_000, 160_000),
        role("Other Works", 90_000, None, "GBP"),
    ],
    stays=[
        OpenTime("Ünder $5 & Co", "", Spell(float(number), closed=number % 2 == 0))
        for number in range(1, 8)
    ],
)


def drawn(facts: Facts, folder: Path, name: str = "plot.svg") -> str:
    draw(facts, folder / name)
    return (folder / name).read_text()


def test_the_page_names_what_it_shows(tmp_path: Path) -> None:
    page = drawn(FACTS, tmp_path)
    for words in (
        "2 employers, 2 Mar 2026 to 6 Mar 2026",
        "Open roles",
        "Ünder $5 &amp; Co  6",
        "Other Works  8",
        "A gap: the board's state was not known.",
        "Opened and closed by week",
        "nothing known",
        "Still open after so many days",
        "Ünder $5 &amp; Co: 6.0 days, 7",
        "Pay in USD a year",
        "2 of 2 roles",
        "Not shown: 1 in GBP a year",
        "110k-155k",
    ):
        assert words in page, words


@pytest.mark.parametrize("name", ["plot.svg", "plot.png"])
def test_the_same_facts_are_the_same_file(tmp_path: Path, name: str) -> None:
    draw(FACTS, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    draw(FACTS, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_nothing_and_little_can_be_drawn(tmp_path: Path) -> None:
    empty = drawn(Facts([], [], []), tmp_path)
    assert "No board has been looked at yet" in empty
    assert "fewer than 5 openings were seen so far" in empty
    unknown = drawn(replace(FACTS, days=days("Other Works", None, None)), tmp_path)
    assert "2 Mar 2026 to 3 Mar 2026" in unknown
    assert "none of 1 roles says what it pays" in drawn(
        replace(FACTS, roles=[role("Other Works")]), tmp_path
    )


def test_days_after_the_last_that_is_known_are_left_out(tmp_path: Path) -> None:
    assert "Other Works, 2 Mar 2026 to 3 Mar 2026" in drawn(
        replace(FACTS, days=days("Other Works", 1, 2, None, None)), tmp_path
    )


def test_each_day_of_an_axis_says_its_month(tmp_path: Path) -> None:
    page = drawn(replace(FACTS, days=days("Other Works", *range(60))), tmp_path)
    assert {"15 Mar", "1 Apr", "15 Apr"} <= set(re.findall(r">(\d+ [A-Z][a-z]{2})<", page))


def test_a_name_that_the_font_lacks_is_no_reason_to_fail(tmp_path: Path) -> None:
    draw(Facts(days("株式会社", 1, 2), [], []), tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_many_employers_are_six_colors_and_a_grey(tmp_path: Path) -> None:
    many = Facts(
        [day for number in range(20) for day in days(f"Employer {number:02}", number, number)],
        [],
        [],
    )
    assert len(Employers.of(many).colored) == 6
    assert "gray: 14 more" in drawn(many, tmp_path)


def test_labels_are_moved_apart_and_stay_in_order() -> None:
    assert spread([0.1, 0.5], 0.05) == [0.1, 0.5]
    moved = spread([0.5, 0.5, 0.51], 0.05)
    assert moved == sorted(moved)
    assert all(high - low > 0.049 for low, high in pairwise(moved))


def test_labels_stay_beside_their_panel() -> None:
    for places in ([0.97, 0.98, 0.99, 1.0, 1.0], [0.0, 0.0, 0.01, 1.0]):
        moved = spread(places, 0.05)
        assert moved == sorted(moved)
        assert min(moved) >= 0
        assert max(moved) <= 1
        assert all(high - low > 0.049 for low, high in pairwise(moved))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plot.pdf", "a plot is a .png or .svg file"),
        ("nowhere/plot.png", "there is no folder"),
        ("plot", "a plot is"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_file(tmp_path / name)


def test_without_its_library_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        UserError, match=r"^plots need the extra `plot`: pip install 'rolewatch\[plot\]'$"
    ):
        check_file(tmp_path / "plot.png")


def test_no_screen_is_needed(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from monitor.reports.plot.page import draw; from "
        "monitor.queries.stats_input import Facts;"
        f"draw(Facts([], [], []), Path({str(tmp_path / 'p.png')!r}))"
    )
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ | {"MPLBACKEND": "TkAgg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
