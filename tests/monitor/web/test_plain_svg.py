"""A chart without inline styles is the same picture as the drawn one, in light and dark colors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

import pytest

from monitor.queries.stats_input import Facts
from monitor.reports.charts.page import page_of
from monitor.reports.plot.page import draw_picture
from monitor.reports.plot.style import DARK, GRAY, INK, OPENED, WHITE, color_of
from monitor.web.plain_svg import plain_svg
from tests.support.facts import days, facts, role, stays

NAME = "Ünder <$5> & Co"
EMPLOYERS = [NAME, *(f"Employer {number}" for number in range(8))]
SHAPES = {"path", "use", "rect", "circle", "line", "polygon", "polyline"}
COMMON = {"stroke-linejoin": "round", "stroke-linecap": "butt"}  # matplotlib's rule for all
COLOR = re.compile(rb"#[0-9a-f]{6}(?=[\";])")


def _all_charts() -> Facts:
    """Return facts for every chart: more employers than colors, a gap, and parts of weeks."""
    counts = [[20 + number] * 10 + [None] + [25] * 40 for number in range(len(EMPLOYERS))]
    return facts(
        [
            day
            for name, own in zip(EMPLOYERS, counts, strict=True)
            for day in days(name, *own, each=1)
        ],
        [role(name, 100_000, 150_000 + number) for number, name in enumerate(EMPLOYERS)] * 6
        + [role(NAME)],
        [stay for name in EMPLOYERS for stay in stays(name, closed=range(1, 20), still=[30] * 5)],
    )


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    """Return the drawn picture of every chart, wide and narrow."""
    found = page_of(_all_charts())
    assert len(found.charts) == 4
    return [draw_picture(chart, across) for chart in found.charts for across in (7.2, 3.6)]


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _shown(svg: bytes) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield each element with its text and what is said of it, however it is said."""
    root = fromstring(svg)  # noqa: S314  # our own drawing
    rules = COMMON if any(_name(one) == "style" for one in root.iter()) else {}
    for element in root.iter():
        if _name(element) == "style":
            continue
        own = {name: value for name, value in element.attrib.items() if name != "style"}
        common = rules if _name(element) in SHAPES else {}
        parts = (part.partition(":") for part in element.get("style", "").split(";"))
        stated = {name.strip(): value.strip() for name, _, value in parts if name.strip()}
        text = (element.text or "").strip() if _name(element) in {"text", "title"} else ""
        yield _name(element), text, own | common | stated


def test_the_picture_stays_the_same(pictures: list[bytes]) -> None:
    for drawn in pictures:
        assert list(_shown(plain_svg(drawn))) == list(_shown(drawn))
        assert b"<style" in drawn


def test_no_style_is_inline(pictures: list[bytes]) -> None:
    for drawn in pictures:
        for colors in (None, DARK):
            plain = plain_svg(drawn, colors)
            assert b"style=" not in plain
            assert b"<style" not in plain
            assert b"<script" not in plain
            assert re.search(rb'href="(?!#)', plain) is None


def test_every_color_of_a_drawing_has_a_dark_one(pictures: list[bytes]) -> None:
    for drawn in pictures:
        found = {color.decode() for color in COLOR.findall(drawn)}
        assert found <= set(DARK)
        left = {color.decode() for color in COLOR.findall(plain_svg(drawn, DARK))}
        assert left <= set(DARK.values())


def test_the_words_are_those_of_the_drawing(pictures: list[bytes]) -> None:
    texts = [text for _, text, _ in _shown(plain_svg(pictures[0], DARK)) if text]
    assert any(text.startswith("Ünder <$5> & Co") for text in texts)


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("color", [INK, GRAY, OPENED, *(color_of(rank) for rank in range(6))])
def test_texts_are_readable_on_a_dark_page(color: str) -> None:
    bright, paper = sorted((_luminance(DARK[color]), _luminance(DARK[WHITE])), reverse=True)
    assert (bright + 0.05) / (paper + 0.05) >= 4.5


def test_another_style_sheet_is_refused() -> None:
    sheet = b'<svg xmlns="http://www.w3.org/2000/svg"><style>path {fill: red}</style></svg>'
    with pytest.raises(ValueError, match="unexpected style sheet"):
        plain_svg(sheet)
