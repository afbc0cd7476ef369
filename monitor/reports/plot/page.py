"""One page with four figures: open roles, changes by week, time open, and pay.

The same input gives the same file, byte for byte: it holds no date and no random id. No screen is
needed. The colors can be told apart with any color vision (https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from monitor.queries.stats_input import Facts


INK = "#333333"
PAPER = "#ffffff"
RULE = "#bbbbbb"
FAINT = "#c9c9c9"
OPENED = "#0072b2"
CLOSED = "#d55e00"
# yellow is left out: nobody reads it on white
_EACH = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


@dataclass(frozen=True, slots=True)
class Employers:
    """The employers with most roles have a color each. The others share gray."""

    colored: dict[str, str]
    others: tuple[str, ...]

    @classmethod
    def of(cls, facts: Facts) -> Employers:
        """Rank employers by the number of roles that were ever open."""
        counts = Counter(role.company for role in facts.roles)
        counts.update({day.company: 0 for day in facts.days})
        ranked = sorted(counts, key=lambda company: (-counts[company], company))
        return cls(dict(zip(ranked, _EACH, strict=False)), tuple(ranked[len(_EACH) :]))


def short_name(name: str, longest: int = 24) -> str:
    """Return the name on one line, cut to fit a figure."""
    words = " ".join(name.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def spread(
    places: list[float], apart: float, lowest: float = 0.0, highest: float = 1.0
) -> list[float]:
    """Move places as little as possible so that neighbors keep a distance, within bounds.

    The result is in the order given.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for _ in range(50):
        for low, high in pairwise(order):
            lack = apart - (moved[high] - moved[low])
            if lack > 0:
                moved[low] -= lack / 2
                moved[high] += lack / 2
    for rank, index in enumerate(reversed(order)):
        moved[index] = min(moved[index], highest - rank * apart)
    for rank, index in enumerate(order):
        moved[index] = max(moved[index], lowest + rank * apart)
    return moved


_INCHES = (15.0, 10.0)
_DOTS = 120  # an inch
_KINDS = (".png", ".svg")
_STYLE: Any = {  # matplotlib types its names as literals
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that every machine draws the same
    "font.size": 10,
    "text.parse_math": False,  # a $ in an employer's name is a $
    "svg.hashsalt": "rolewatch",
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#ececec",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


def check_file(file: Path) -> None:
    """Raise UserError for an unknown file type, a missing folder, or a missing matplotlib."""
    if file.suffix.lower() not in _KINDS:
        raise UserError(f"{file}: a plot is a .png or .svg file")
    if not file.parent.is_dir():
        raise UserError(f"there is no folder {file.parent} for the plot")
    try:
        import matplotlib as mpl  # an extra  # noqa: PLC0415, F401
    except ModuleNotFoundError as error:
        raise UserError("plots need the extra `plot`: pip install 'rolewatch[plot]'") from error


def draw(facts: Facts, file: Path) -> None:
    """Draw the page into the file, which is replaced whole."""
    kind = file.suffix.lower().removeprefix(".")
    part = file.with_name(file.name + ".part")
    metadata = (
        {"Date": None, "Creator": "rolewatch"} if kind == "svg" else {"Software": "rolewatch"}
    )
    try:
        with _styled():
            _page(_until_known(facts)).savefig(part, format=kind, dpi=_DOTS, metadata=metadata)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _styled() -> Iterator[None]:
    import matplotlib as mpl  # an extra  # noqa: PLC0415

    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # a name in letters that the font lacks is drawn as boxes, and no reason to fail
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def _until_known(facts: Facts) -> Facts:
    """Return the facts without trailing days of unknown state, which would be blank paper."""
    known = [day.day for day in facts.days if day.open is not None]
    last = max(known, default=date.max)
    return replace(facts, days=[day for day in facts.days if day.day <= last])


def _page(facts: Facts) -> Figure:
    # an extra; not pyplot, which keeps figures and looks for a screen
    from matplotlib.figure import Figure  # noqa: PLC0415

    # these import it as they begin
    from monitor.reports.plot import open_time, pay, weeks  # noqa: PLC0415

    employers = Employers.of(facts)
    figure = Figure(figsize=_INCHES, layout="constrained")
    # so that room for names in one row leaves none blank in the other
    (upper,), (lower,) = figure.subfigures(2, 1, squeeze=False)
    over_time, by_week = upper.subplots(1, 2)
    survival, ranges = lower.subplots(1, 2)
    weeks.open_roles(over_time, facts, employers)
    weeks.weeks(by_week, facts)
    open_time.curves(survival, facts, employers)
    pay.ranges(ranges, facts, employers)
    figure.suptitle(_headline(facts), x=0.012, ha="left", fontsize=15, fontweight="bold")
    # it is the constrained one
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12, wspace=0.04, hspace=0.05)  # type: ignore[union-attr, call-arg]
    return figure


def _headline(facts: Facts) -> str:
    if not facts.days:
        return "No board has been looked at yet"
    first, last = facts.days[0].day, facts.days[-1].day
    companies = sorted({day.company for day in facts.days})
    who = companies[0] if len(companies) == 1 else f"{len(companies)} employers"
    return f"{who}, {first:%-d %b %Y} to {last:%-d %b %Y}"
