"""Open roles over time, and what opened and closed in each week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import isnan, nan
from statistics import median
from typing import TYPE_CHECKING

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import FuncFormatter, MaxNLocator

from monitor.reports.plot.page import CLOSED, FAINT, INK, OPENED, Employers, short_name, spread
from monitor.reports.stats import total, week_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from monitor.queries.stats_input import Day, Facts

_LABEL_GAP = 0.055  # of the height, from one label's middle to the next
_A_DAY = timedelta(days=1)
_UNKNOWN = "nothing known"
_GRAY = "#777777"
_FORMATS = [
    "%Y",
    "%b",
    "%-d %b",
    "%H:%M",
    "%H:%M",
    "%S",
]  # of years, months, days and less: a day says its month, since one may stand alone
_OFFSETS = ["", "%Y", "%Y", "%-d %b %Y", "%-d %b %Y", "%-d %b %Y"]


def open_roles(axes: Axes, facts: Facts, employers: Employers) -> None:
    """Draw one line for each employer, named at its end. A gap is a time of unknown state."""
    axes.set_title("Open roles")
    series = _series(facts.days)
    for company in employers.others:
        days, counts = series.get(company, ([], []))
        axes.step(date2num(days), counts, where="post", color=FAINT, linewidth=0.8)
    for company, color in employers.colored.items():
        days, counts = series.get(company, ([], []))
        axes.step(date2num(days), counts, where="post", color=color, linewidth=1.9)
    _dates(axes)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    _name(axes, _ends(series, employers))
    if any(count != count for _, counts in series.values() for count in counts):  # noqa: PLR0124
        axes.text(
            0.0,
            -0.115,
            "A gap: the board's state was not known.",
            transform=axes.transAxes,
            fontsize=8.5,
            color="#777777",
        )


def _series(days: Sequence[Day]) -> dict[str, tuple[list[date], list[float]]]:
    """Return each employer's days with counts, NaN for unknown. Its boards are added up."""
    counts: defaultdict[str, defaultdict[date, list[int | None]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for day in days:
        counts[day.company][day.day].append(day.open)
    return {
        company: (list(by_day), [_or_nan(total(by_day[day])) for day in by_day])
        for company, by_day in counts.items()
    }


def _or_nan(count: int | None) -> float:
    return nan if count is None else float(count)


def _ends(
    series: Mapping[str, tuple[list[date], list[float]]], employers: Employers
) -> list[tuple[float, str, str]]:
    """Return where each line ends, with its label and color. Gray lines share one label."""
    lasts = {
        company: known[-1]
        for company, (_, counts) in series.items()
        if (known := [count for count in counts if not isnan(count)])
    }
    ends = [
        (lasts[name], f"{short_name(name)}  {lasts[name]:.0f}", color)
        for name, color in employers.colored.items()
        if name in lasts
    ]
    gray = [lasts[company] for company in employers.others if company in lasts]
    return [*ends, (median(gray), f"gray: {len(employers.others)} more", _GRAY)] if gray else ends


def _name(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    top = axes.get_ylim()[1] or 1.0
    places = spread([count / top for count, *_ in ends], _LABEL_GAP, 0.01, 0.985)
    for (_, words, color), place in zip(ends, places, strict=True):
        weight = "normal" if color == _GRAY else "bold"
        axes.annotate(
            words,
            (1.012, place),
            xycoords="axes fraction",
            color=color,
            va="center",
            fontsize=9.5,
            fontweight=weight,
        )


def weeks(axes: Axes, facts: Facts) -> None:
    """Draw openings upwards and closings downwards, of all employers together."""
    axes.set_title("Opened and closed by week")
    opened: defaultdict[date, int] = defaultdict(int)
    closed: defaultdict[date, int] = defaultdict(int)
    for day in facts.days:
        opened[week_of(day.day)] += day.opened + day.reopened
        closed[week_of(day.day)] -= day.closed
    middles = date2num([week + timedelta(days=3, hours=12) for week in opened]) if opened else []
    axes.bar(middles, list(opened.values()), width=5.8, color=OPENED, label="opened or reopened")
    axes.bar(middles, list(closed.values()), width=5.8, color=CLOSED, label="closed")
    _shade_unknown(axes, facts)
    axes.axhline(0, color=INK, linewidth=0.8)
    _dates(axes)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.0f}"))
    axes.margins(y=0.12)
    handles = sorted(
        zip(*axes.get_legend_handles_labels(), strict=True), key=lambda pair: pair[1] == _UNKNOWN
    )
    axes.legend(
        *zip(*handles, strict=True),
        loc="lower left",
        bbox_to_anchor=(0.0, -0.16),
        ncols=3,
        frameon=False,
        fontsize=9,
        borderaxespad=0.0,
        handlelength=1.0,
    )


def _shade_unknown(axes: Axes, facts: Facts) -> None:
    """Shade days without a known state. Their changes count on the day they were seen."""
    known: defaultdict[date, bool] = defaultdict(bool)
    for day in facts.days:
        known[day.day] |= day.open is not None
    label = _UNKNOWN
    for each, is_known in known.items():
        if not is_known:
            axes.axvspan(
                *date2num([each, each + _A_DAY]),
                color="#eeeeee",
                linewidth=0,
                zorder=0.5,
                label=label,
            )
            label = "_"


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(
            locator, formats=_FORMATS, zero_formats=_FORMATS, offset_formats=_OFFSETS
        )
    )
    axes.grid(visible=False, axis="x")
