"""Pay of roles: each stated range as a line, the employer's median range as a thick one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter

from monitor.reports.plot.page import Employers, short_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from monitor.queries.stats_input import Facts, Role

_ROWS = 8
_HEIGHT = 0.62  # of a row, that its ranges fill
_GRAY = "#777777"


def ranges(axes: Axes, facts: Facts, employers: Employers) -> None:
    """Draw the most common currency and period. Others are counted, since nothing is converted."""
    disclosed = [role for role in facts.roles if role.discloses]
    kinds = Counter((role.pay_currency or "?", role.pay_period or "?") for role in disclosed)
    if not disclosed:
        axes.set_title("Pay")
        axes.text(
            0.5,
            0.5,
            f"none of {len(facts.roles)} roles says what it pays",
            transform=axes.transAxes,
            ha="center",
            color=_GRAY,
        )
        axes.set_axis_off()
        return
    (currency, period), _ = kinds.most_common(1)[0]
    axes.set_title(f"Pay in {currency} a {period}")
    mine = [
        role
        for role in disclosed
        if (role.pay_currency or "?", role.pay_period or "?") == (currency, period)
    ]
    companies = [
        company for company, _ in Counter(role.company for role in mine).most_common(_ROWS)
    ]
    for row, company in enumerate(companies):
        _row(
            axes,
            row,
            [role for role in mine if role.company == company],
            employers.colored.get(company, _GRAY),
        )
    axes.set_yticks(
        range(len(companies)), [_label(company, mine, facts.roles) for company in companies]
    )
    axes.set_ylim(len(companies) - 0.45, -0.55)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value / 1000:g}k" if value >= 1000 else f"{value:g}")  # noqa: PLR2004
    )
    axes.set_xlabel(_others(kinds, (currency, period)))


def _row(axes: Axes, row: int, roles: Sequence[Role], color: str) -> None:
    spans = sorted(_span(role) for role in roles)
    for number, (low, high) in enumerate(spans):
        place = row + _HEIGHT * ((number + 0.5) / len(spans) - 0.5)
        axes.plot(
            [low, high],
            [place, place],
            color=color,
            alpha=0.45,
            linewidth=1.1,
            marker="." if low == high else None,
        )
    low, high = median(low for low, _ in spans), median(high for _, high in spans)
    axes.plot([low, high], [row, row], color=color, linewidth=5, solid_capstyle="butt")
    # an hour's pay
    words = f"{low / 1000:,.0f}k-{high / 1000:,.0f}k" if low >= 1000 else f"{low:g}-{high:g}"  # noqa: PLR2004
    halo = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    axes.annotate(
        words,
        ((low + high) / 2, row),
        xytext=(0, -9),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=9,
        bbox=halo,
    )


def _span(role: Role) -> tuple[float, float]:
    known = [amount for amount in (role.pay_min, role.pay_max) if amount is not None]
    return min(known), max(known)


def _label(company: str, mine: Sequence[Role], roles: Sequence[Role]) -> str:
    shown, every = (sum(role.company == company for role in some) for some in (mine, roles))
    return f"{short_name(company)}\n{shown} of {every} roles"


def _others(kinds: Counter[tuple[str, str]], shown: tuple[str, str]) -> str:
    others = [
        f"{count} in {currency} a {period}"
        for (currency, period), count in kinds.most_common()
        if (currency, period) != shown
    ]
    return "thin: each role's range; thick: the middle one" + (
        f".  Not shown: {', '.join(others[:4])}" if others else ""
    )
