"""The page of charts: nothing covers anything, nothing is empty, and it is the same each time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from monitor.errors import UserError
from monitor.queries.stats_input import Facts
from monitor.reports.charts.page import Page, page_of
from monitor.reports.charts.pay import Pay
from monitor.reports.plot.labels import spread
from monitor.reports.plot.page import (
    draw_chart,
    draw_page,
    page_figure,
    picture_figure,
    write_page,
)
from monitor.reports.plot.style import styled
from monitor.reports.plot_file import check_plot_file
from tests.support.facts import days, facts, role, stays

PHONE = 3.6  # inches of a picture
RANGES = "lowest to highest"
LONG = "The Extraordinarily Long Name of an Employer, Incorporated"


def small() -> Facts:
    """Return five days of two employers. One has a name of signs that drawings treat specially."""
    return facts(
        [*days("Ünder $5 & Co", 3, 4, None, 5, 6, each=1), *days(LONG, 9, 9, None, 8, 8)],
        [role("Ünder $5 & Co", 100_000, 150_000), role(LONG, 45.5, None, "GBP", "hour")],
        stays("Ünder $5 & Co", closed=range(1, 8), still=range(1, 8)),
    )


def crowded() -> Facts:
    """Return ten weeks of forty employers of nearly the same size, and one of a hundred times."""
    sizes = {f"Employer {number:02}": 20 + number % 3 for number in range(40)} | {LONG: 2_000}
    kinds = [("USD", "year"), ("CHF", "year"), ("EUR", "hour")]
    return facts(
        [day for name, size in sizes.items() for day in days(name, *[size] * 70, each=2)],
        [
            role(name, 100 + size, 1_000_000 + size, *kind)
            for name, size in sizes.items()
            for kind in kinds
            for _ in range(size // 10)
        ],
        [stay for name in sizes for stay in stays(name, closed=range(1, 60, 5), still=[60] * 12)],
    )


@dataclass(frozen=True)
class Words:
    """A text on the paper, the box that it fills, and its color."""

    text: str
    box: Bbox
    color: str
    label: bool  # within a chart


def texts(page: Page) -> tuple[Bbox, list[Words]]:
    """Return the paper, and what is written on it."""
    return texts_of(lambda: page_figure(page))


def texts_of(draw: Callable[[], Figure]) -> tuple[Bbox, list[Words]]:
    """Return the paper of a figure, and what is written on it."""
    with styled():
        figure: Any = draw()
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        found = [(text, False) for text in figure.texts]
        for axes in figure.axes:
            found += [(text, True) for text in axes.texts]
            for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
                found.append((axis.label, False))
                # only these are drawn
                found += [(tick.label1, False) for tick in axis._update_ticks()]
        return figure.bbox, [
            Words(text.get_text(), text.get_window_extent(renderer), text.get_color(), label)
            for text, label in found
            if text.get_text().strip()
        ]


@pytest.mark.parametrize("known", [small, crowded])
def test_no_text_covers_another_or_leaves_the_paper(known: Callable[[], Facts]) -> None:
    paper, found = texts(page_of(known()))
    assert len(found) > 40
    keep_apart(paper, found)


@pytest.mark.parametrize("known", [small, crowded])
def test_a_picture_for_a_phone_is_a_chart_beside_its_texts(known: Callable[[], Facts]) -> None:
    for chart in page_of(known()).charts:
        keep_apart(*texts_of(partial(picture_figure, chart, PHONE)))
        with styled():
            [axes] = picture_figure(chart, PHONE).axes
        assert axes.get_position().width > 0.3


def test_pay_on_a_phone_has_lines_and_no_ranges() -> None:
    pay = next(chart for chart in page_of(small()).charts if isinstance(chart, Pay))
    on_a_phone, wide = (
        [one.text for one in texts_of(partial(picture_figure, pay, across))[1]]
        for across in (PHONE, 2 * PHONE)
    )
    assert ("median" in on_a_phone, RANGES in on_a_phone, RANGES in wide) == (True, False, True)


def keep_apart(paper: Bbox, found: list[Words]) -> None:
    """Assert that all is on the paper, and that no text covers another."""
    for one in found:
        assert paper.x0 <= one.box.x0, one.text
        assert one.box.x1 <= paper.x1, one.text
        assert paper.y0 <= one.box.y0, one.text
        assert one.box.y1 <= paper.y1, one.text
    for one, other in combinations(found, 2):
        shared = Bbox.intersection(one.box.padded(-1), other.box.padded(-1))
        assert shared is None, (one.text, other.text)


def test_an_employer_has_one_color_in_all_charts() -> None:
    _, found = texts(page_of(small()))
    colors = []
    for start in ("Ünder", "The Extra"):
        own = [one.color for one in found if one.label and one.text.startswith(start)]
        assert len(own) >= 2
        colors.append(set(own))
    assert [len(own) for own in colors] == [1, 1]
    assert colors[0] != colors[1]


def test_a_page_has_no_empty_chart_and_says_why() -> None:
    full, one_day = page_of(small()), page_of(facts(days("Acme", 5), [role("Acme", 9, 9)]))
    assert (len(full.charts), full.left_out) == (4, "")
    assert len(one_day.charts) == 1
    assert one_day.left_out.count("(") == 3
    nothing = page_of(facts())
    assert (nothing.charts, nothing.left_out.count("(")) == ((), 4)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_any_number_of_charts_is_a_page(number: int) -> None:
    page = page_of(small())
    paper, found = texts(replace(page, charts=page.charts[:number], left_out="Not drawn: pay."))
    assert any(one.text == "Not drawn: pay." for one in found)
    assert all(paper.x0 <= one.box.x0 and one.box.x1 <= paper.x1 for one in found)


def test_the_text_of_an_svg_is_text() -> None:
    page = page_of(small())
    drawn = draw_page(page, "svg").decode()
    words = " ".join(ET.fromstring(drawn).itertext())  # noqa: S314
    for chart in page.charts:
        assert all(word in words for word in chart.headline.split())


@pytest.mark.parametrize("name", ["plot.svg", "plot.png"])
def test_the_same_facts_are_the_same_file(tmp_path: Path, name: str) -> None:
    page = page_of(facts(days("Acme", 3, 4, None, 5)))
    write_page(page, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    write_page(page, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_each_chart_can_be_drawn_alone() -> None:
    for chart in page_of(small()).charts:
        ET.fromstring(draw_chart(chart, "svg"))  # noqa: S314


def test_days_after_the_last_that_is_known_are_left_out() -> None:
    shorter = page_of(facts(days("Acme", 1, 2)))
    assert page_of(facts(days("Acme", 1, 2, None, None))) == shorter


def test_a_name_that_the_font_lacks_or_that_hides_an_escape_is_no_reason_to_fail() -> None:
    page = page_of(facts(days("株式会社\x1b[31m\x00", 1, 2)))
    assert draw_page(page, "png").startswith(b"\x89PNG")
    ET.fromstring(draw_page(page, "svg"))  # noqa: S314


@given(st.lists(st.floats(0, 1), max_size=7))
def test_labels_keep_a_distance_their_order_and_their_panel(places: list[float]) -> None:
    moved = spread(places, 0.1)
    by_place = [moved[index] for index in sorted(range(len(places)), key=places.__getitem__)]
    assert all(high - low > 0.0999 for low, high in pairwise(by_place))
    assert all(-0.001 <= at <= 1.001 for at in moved)


def test_labels_that_do_not_overlap_are_not_moved() -> None:
    assert spread([0.5, 0.1], 0.05) == [0.5, 0.1]
    assert spread([0.5, 0.5], 0.2) == pytest.approx([0.4, 0.6])


@pytest.mark.parametrize("name", ["plot.pdf", "nowhere/plot.png", "plot"])
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError):
        check_plot_file(tmp_path / name)


def test_without_its_library_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"rolewatch\[plot\]"):
        check_plot_file(tmp_path / "plot.png")


def test_no_screen_is_needed() -> None:
    code = (
        "from monitor.queries.stats_input import Facts; from monitor.reports.charts.page import "
        "page_of; from monitor.reports.plot.page import draw_page; from tests.support.facts import "
        "days; draw_page(page_of(Facts(days('A', 1, 2), [], [])), 'png')"
    )
    environ = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ | {"MPLBACKEND": "TkAgg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
