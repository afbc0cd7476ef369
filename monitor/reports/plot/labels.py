"""Labels at the ends of lines, moved apart so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes

from monitor.reports.plot.style import TEXT, balanced, height, width

_LEADER = 0.12  # inches from the axes to the texts
_SHARE = 0.47  # of a picture's width that texts take, at most
_WEIGHT = "bold"


@dataclass(frozen=True, slots=True)
class Label:
    """A text for the line that ends at this height, in data units."""

    text: str
    at: float
    color: str


def fitted(labels: Sequence[Label], across: float) -> list[Label]:
    """Return the labels for a picture of this width in inches. Long ones have several lines."""
    return [
        replace(label, text="\n".join(balanced(label.text, across * _SHARE, TEXT, _WEIGHT)))
        for label in labels
    ]


def space_for(labels: Sequence[Label]) -> float:
    """Return the inches that the labels need to the right of the axes."""
    lines = [line for label in labels for line in label.text.split("\n")]
    return max((width(line, TEXT, _WEIGHT) for line in lines), default=0.0) + _LEADER + 0.1


def space_above(labels: Sequence[Label]) -> float:
    """Return the inches that labels of several lines need above the axes."""
    lines = _lines(labels)
    return lines * height(TEXT) / 2 if lines > 1 else 0.0


def _lines(labels: Sequence[Label]) -> int:
    return max((label.text.count("\n") + 1 for label in labels), default=1)


def write_labels(axes: Axes, labels: Sequence[Label], size: tuple[float, float]) -> None:
    """Write the labels to the right of axes of this size in inches, each with a leader."""
    across, up = size
    low, high = axes.get_ylim()
    places = [(label.at - low) / (high - low) for label in labels]
    moved = spread(places, _lines(labels) * height(TEXT) / up)
    for label, place, at in zip(labels, places, moved, strict=True):
        leader = [1.0, 1.0 + 0.8 * _LEADER / across]
        axes.plot(
            leader,
            [place, at],
            color=label.color,
            linewidth=0.8,
            transform=axes.transAxes,
            clip_on=False,
            scalex=False,
            scaley=False,
        )
        axes.text(
            1.0 + _LEADER / across,
            at,
            label.text,
            color=label.color,
            weight=_WEIGHT,
            va="center",
            transform=axes.transAxes,
        )


def spread(places: Sequence[float], apart: float) -> list[float]:
    """Move places between 0 and 1 as little as possible so that neighbors keep a distance.

    Labels that come too near to each other become a block around the middle of their places. The
    result is in the order given. If there is no space for all, they begin at 0.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    blocks: list[list[float]] = []  # of each label its place, less those of the labels below it
    for rank, index in enumerate(order):
        blocks.append([places[index] - rank * apart])
        while len(blocks) > 1 and _mean(blocks[-2]) > _mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    highest = max(0.0, 1 - apart * (len(places) - 1))
    middles = [min(max(_mean(block), 0.0), highest) for block in blocks for _ in block]
    moved = dict(zip(order, middles, strict=True))
    ranks = {index: rank for rank, index in enumerate(order)}
    return [moved[index] + ranks[index] * apart for index in range(len(places))]


def _mean(block: Sequence[float]) -> float:
    return sum(block) / len(block)
