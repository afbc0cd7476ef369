"""A place on the page, and the texts of a chart in it. All lengths are inches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from monitor.reports.charts.chart import Chart
from monitor.reports.plot.style import GRAY, HEADLINE, INK, SMALL, balanced, height, wrapped

_GAP = 0.1  # between texts and picture


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a figure. Its origin is the lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.bottom + self.height

    def inner(
        self, *, left: float = 0.0, right: float = 0.0, bottom: float = 0.0, top: float = 0.0
    ) -> Box:
        """Return the box without its margins."""
        across, up = self.width - left - right, self.height - bottom - top
        return Box(self.left + left, self.bottom + bottom, across, up)

    def axes(self, figure: Figure) -> Axes:
        """Return axes that fill the box."""
        across, up = figure.get_size_inches()
        return figure.add_axes(
            (self.left / across, self.bottom / up, self.width / across, self.height / up)
        )


@dataclass(frozen=True, slots=True)
class Type:
    """The size of a text in points, and its style. A bold one is a headline."""

    size: float
    color: str
    bold: bool = False

    @property
    def weight(self) -> str:
        return "bold" if self.bold else "normal"


def write(figure: Figure, box: Box, text: str, type_: Type) -> Box:
    """Write a text at the top of the box. Return what is left of it below."""
    across, up = figure.get_size_inches()
    place: dict[str, Any] = {
        "color": type_.color,
        "size": type_.size,
        "weight": type_.weight,
        "va": "top",
    }
    fill = balanced if type_.bold else wrapped
    top = box.top
    for line in fill(text, box.width, type_.size, type_.weight):
        figure.text(box.left / across, top / up, line, **place)
        top -= height(type_.size)
    return replace(box, height=top - box.bottom)


def write_texts(figure: Figure, box: Box, chart: Chart) -> Box:
    """Write the finding and how to read the chart. Return the space for the picture."""
    below = write(figure, box, chart.headline, Type(HEADLINE, INK, bold=True)).inner(top=0.04)
    return write(figure, below, chart.note, Type(SMALL, GRAY)).inner(top=_GAP)
