"""Colors, sizes and type of all charts, and how wide a text is."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

INK: Final = "#1f2429"
GRAY: Final = "#68727b"  # texts beside the finding, and the label of gray lines
FAINT: Final = "#c3cad0"  # lines of employers without a color of their own
GRID: Final = "#e6e9ec"
UNKNOWN: Final = "#f0f1f2"
# No employer has one of these two.
OPENED: Final = "#3d4a55"
CLOSED: Final = "#9aa7b1"
# Of employers by rank. Each is readable as text on white (4.5 to 1), and distinct from the others
# and from gray with any color vision.
_EMPLOYERS: Final = ("#1d63e3", "#c14e08", "#31854e", "#420c9f", "#753f13", "#b834a6")
WHITE: Final = "#ffffff"

# The same picture on a dark page. Each text is as readable there as on white.
DARK: Final = {
    WHITE: "#121715",
    INK: "#e6ece9",
    GRAY: "#a5b1ab",
    FAINT: "#4d5a54",
    GRID: "#29322e",
    UNKNOWN: "#1e2623",
    OPENED: "#c6d2cc",
    CLOSED: "#75857d",
    **dict(
        zip(
            _EMPLOYERS,
            ("#7eaaff", "#f0955c", "#6fc48d", "#b49cff", "#d2a36f", "#ee8fdf"),
            strict=True,
        )
    ),
}

TITLE: Final = 19  # points
HEADLINE: Final = 13
TEXT: Final = 9.5
SMALL: Final = 9
_FONT: Final = "DejaVu Sans"  # comes with matplotlib, so that every machine draws the same
_POINTS: Final = 72  # an inch
_STYLE: Final[Any] = {  # matplotlib types its names as literals
    # "sans-serif" is for readers of an SVG who do not have the first
    "font.family": [_FONT, "sans-serif"],
    "font.sans-serif": [_FONT],
    "font.size": TEXT,
    "text.parse_math": False,  # a $ in an employer's name is a $
    "text.color": INK,
    "svg.hashsalt": "rolewatch",
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "axes.edgecolor": INK,
    "axes.labelcolor": GRAY,
    "axes.spines.left": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": GRAY,
    "ytick.color": GRAY,
    "ytick.major.size": 0,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "hatch.linewidth": 0.8,
    "lines.solid_capstyle": "butt",
    "figure.facecolor": WHITE,
    "savefig.facecolor": WHITE,
}


def color_of(rank: int | None) -> str:
    """Return the color of an employer's texts and marks."""
    return GRAY if rank is None else _EMPLOYERS[rank]


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this style, and leave the library as it was."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # a name in letters that the font lacks is drawn as boxes, and no reason to fail
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Return the width of a line of text in inches."""
    font = FontProperties(family=_FONT, size=size, weight=weight)
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / _POINTS


def height(size: float = TEXT) -> float:
    """Return the height of a line of text in inches, with the space to the next."""
    return size * 1.35 / _POINTS


def wrapped(text: str, space: float, size: float, weight: str = "normal") -> list[str]:
    """Return the text in lines that are at most `space` inches wide."""
    lines: list[str] = []
    used = 0.0
    for word in text.split():
        wide = width(f" {word}", size, weight)
        if lines and used + wide <= space:
            lines[-1] += f" {word}"
            used += wide
        else:
            lines.append(word)
            used = width(word, size, weight)
    return lines


def balanced(text: str, space: float, size: float, weight: str = "normal") -> list[str]:
    """Return the text in as few lines as `wrapped`, of about the same width."""
    lines = wrapped(text, space, size, weight)
    narrower = (wrapped(text, space * part / 20, size, weight) for part in range(10, 20))
    return next((found for found in narrower if len(found) == len(lines)), lines)
