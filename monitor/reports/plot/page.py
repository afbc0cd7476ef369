"""Draw charts into a PNG or SVG file.

The same input gives the same file, byte for byte: it holds no date and no random id. No screen is
needed.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from matplotlib.figure import Figure

from monitor.errors import UserError
from monitor.reports.charts.chart import Chart
from monitor.reports.charts.open_roles import OpenRoles
from monitor.reports.charts.open_time import OpenTimes
from monitor.reports.charts.page import Page
from monitor.reports.charts.pay import Pay
from monitor.reports.charts.turnover import Turnover
from monitor.reports.plot.box import Box, Type, write, write_texts
from monitor.reports.plot.open_roles import draw_open_roles
from monitor.reports.plot.open_time import draw_open_times
from monitor.reports.plot.pay import draw_pay, tallest
from monitor.reports.plot.style import GRAY, INK, TEXT, TITLE, height, styled, wrapped
from monitor.reports.plot.turnover import draw_turnover

Kind = Literal["png", "svg"]

_DRAW: dict[type[Chart], Callable[[Figure, Box, Any], None]] = {
    OpenRoles: draw_open_roles,
    Turnover: draw_turnover,
    OpenTimes: draw_open_times,
    Pay: draw_pay,
}
_WIDE, _TALL = 6.4, 4.3  # inches of a chart
_TEXTS = 1.1  # of its texts, at most
_MARGIN = 0.4
_EDGE = 0.06  # of a picture alone
_BETWEEN = (0.5, 0.45)
_HEAD = 0.85  # of the page's title
_DOTS = 150  # an inch


def draw_page(page: Page, kind: Kind) -> bytes:
    """Return a picture of all the page's charts, two in a row."""
    with styled():
        return _saved(page_figure(page), kind, page.title)


def draw_chart(chart: Chart, kind: Kind) -> bytes:
    """Return a picture of one chart."""
    with styled():
        up = _height(chart)
        figure = Figure(figsize=(_WIDE + 2 * _MARGIN, up + 2 * _MARGIN))
        _draw(figure, Box(_MARGIN, _MARGIN, _WIDE, up), chart)
        return _saved(figure, kind, chart.headline)


def draw_picture(chart: Chart, across: float = _WIDE) -> bytes:
    """Return the SVG of a chart whose texts are written beside it, of a width in inches."""
    with styled():
        return _saved(picture_figure(chart, across), "svg", chart.headline)


def picture_figure(chart: Chart, across: float) -> Figure:
    """Return a chart's picture before it is saved."""
    up = _height(chart) - _TEXTS
    figure = Figure(figsize=(across, up))
    _DRAW[type(chart)](figure, Box(_EDGE, _EDGE, across - 2 * _EDGE, up - 2 * _EDGE), chart)
    return figure


def write_page(page: Page, file: Path) -> None:
    """Draw the page into the file, which is replaced whole. Raise UserError."""
    kind: Kind = "svg" if file.suffix.lower() == ".svg" else "png"
    part = file.with_name(file.name + ".part")
    try:
        part.write_bytes(draw_page(page, kind))
        part.replace(file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def page_figure(page: Page) -> Figure:
    """Return the page before it is saved. A last chart without a neighbor takes the whole row."""
    rows = [page.charts[first : first + 2] for first in range(0, len(page.charts), 2)]
    heights = [max(map(_height, row)) for row in rows]
    wide, gap, gap_below = _WIDE, *_BETWEEN
    across = wide if len(page.charts) == 1 else 2 * wide + gap
    foot = height(TEXT) * len(wrapped(page.left_out, across, TEXT))
    up = _HEAD + sum(heights) + gap_below * (len(rows) - 1) + (foot + 0.2 if foot else 0)
    figure = Figure(figsize=(across + 2 * _MARGIN, up + 2 * _MARGIN))
    body = Box(_MARGIN, _MARGIN, across, up)
    below = write(figure, body, page.title, Type(TITLE, INK, bold=True))
    write(figure, below, page.period, Type(TEXT, GRAY))
    top = body.top - _HEAD
    for row, tall in zip(rows, heights, strict=True):
        for place, chart in enumerate(row):
            left = body.left + place * (wide + gap)
            _draw(figure, Box(left, top - tall, across if len(row) == 1 else wide, tall), chart)
        top -= tall + gap_below
    write(figure, Box(body.left, body.bottom, across, foot), page.left_out, Type(TEXT, GRAY))
    return figure


def _height(chart: Chart) -> float:
    """Return the inches of a chart with its texts. Few rows of pay need less than a picture."""
    return min(_TALL, _TEXTS + tallest(chart)) if isinstance(chart, Pay) else _TALL


def _draw(figure: Figure, box: Box, chart: Chart) -> None:
    _DRAW[type(chart)](figure, write_texts(figure, box, chart), chart)


def _saved(figure: Figure, kind: Kind, title: str) -> bytes:
    buffer = BytesIO()
    program = {"Date": None, "Creator": "rolewatch"} if kind == "svg" else {"Software": "rolewatch"}
    figure.savefig(buffer, format=kind, dpi=_DOTS, metadata={"Title": title} | program)
    return buffer.getvalue()
