"""One page with four figures: open roles over time, openings and closings by week, how long roles stay open, and what they pay.

The same facts give the same file, byte for byte: no date, no random id. No screen is needed.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import UserError
from monitor.plot.colours import INK, PAPER, RULE, Employers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from monitor.queries.facts import Facts

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
    """Raises UserError for a name that says no kind of picture, a folder that is not there, or where matplotlib is not installed."""
    if file.suffix.lower() not in _KINDS:
        raise UserError(f"{file}: a plot is a .png or .svg file")
    if not file.parent.is_dir():
        raise UserError(f"there is no folder {file.parent} for the plot")
    try:
        import matplotlib as mpl  # noqa: PLC0415, F401  # an extra
    except ModuleNotFoundError as error:
        raise UserError("plots need the extra `plot`: pip install 'rolewatch[plot]'") from error


def draw(facts: Facts, file: Path) -> None:
    """Draws the page into the file, which is replaced whole."""
    kind = file.suffix.lower().removeprefix(".")
    part = file.with_name(file.name + ".part")
    metadata = {"Date": None, "Creator": "rolewatch"} if kind == "svg" else {"Software": "rolewatch"}
    try:
        with _styled():
            _page(_until_known(facts)).savefig(part, format=kind, dpi=_DOTS, metadata=metadata)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _styled() -> Iterator[None]:
    import matplotlib as mpl  # noqa: PLC0415  # an extra

    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a name in letters that the font lacks is drawn as boxes, and no reason to fail
        yield


def _until_known(facts: Facts) -> Facts:
    """Without the days at the end of which nothing is known: a daemon that stood still for a year is no year of white paper."""
    known = [day.day for day in facts.days if day.open is not None]
    last = max(known, default=date.max)
    return replace(facts, days=[day for day in facts.days if day.day <= last])


def _page(facts: Facts) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415  # an extra; not pyplot, which keeps figures and looks for a screen

    from monitor.plot import pay, stays, time  # noqa: PLC0415  # these import it as they begin

    employers = Employers.of(facts)
    figure = Figure(figsize=_INCHES, layout="constrained")
    (upper,), (lower,) = figure.subfigures(2, 1, squeeze=False)  # so that room for names in one row leaves none blank in the other
    over_time, by_week = upper.subplots(1, 2)
    survival, ranges = lower.subplots(1, 2)
    time.open_roles(over_time, facts, employers)
    time.weeks(by_week, facts)
    stays.curves(survival, facts, employers)
    pay.ranges(ranges, facts, employers)
    figure.suptitle(_headline(facts), x=0.012, ha="left", fontsize=15, fontweight="bold")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12, wspace=0.04, hspace=0.05)  # type: ignore[union-attr, call-arg]  # it is the constrained one
    return figure


def _headline(facts: Facts) -> str:
    if not facts.days:
        return "No board has been looked at yet"
    first, last = facts.days[0].day, facts.days[-1].day
    companies = sorted({day.company for day in facts.days})
    who = companies[0] if len(companies) == 1 else f"{len(companies)} employers"
    return f"{who}, {first:%-d %b %Y} to {last:%-d %b %Y}"
