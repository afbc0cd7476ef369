"""Time that roles stay open: one curve for each employer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import PercentFormatter

from monitor.queries.stats_input import Spell
from monitor.reports.plot.page import INK, Employers, short_name
from monitor.reports.stats import median, survival

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from monitor.queries.stats_input import Facts

_FEWEST = 5  # spells that make a curve; fewer are an anecdote


def curves(axes: Axes, facts: Facts, employers: Employers) -> None:
    """Draw the share of roles still open by days. A tick is a role that is still open."""
    axes.set_title("Still open after so many days")
    spells: dict[str, list[Spell]] = {}
    for stay in facts.stays:
        spells.setdefault(stay.company, []).append(stay.spell)
    everybody = [stay.spell for stay in facts.stays]
    drawn = {
        company: mine
        for company in employers.colored
        if len(mine := spells.get(company, [])) >= _FEWEST
    }
    if len(spells) > 1 and len(everybody) >= _FEWEST:
        _curve(axes, everybody, INK, f"all: {_words(everybody)}", width=1.2)
    for company, mine in drawn.items():
        _curve(axes, mine, employers.colored[company], f"{short_name(company)}: {_words(mine)}")
    if not drawn:
        axes.text(
            0.5,
            0.5,
            f"fewer than {_FEWEST} openings were seen so far",
            transform=axes.transAxes,
            ha="center",
            color="#777777",
        )
    axes.axhline(0.5, color="#999999", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_ylim(0, 1.03)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("days since it opened (Kaplan-Meier; ticks are roles still open)")
    if drawn:
        axes.legend(
            loc="best",
            frameon=True,
            facecolor="white",
            edgecolor="none",
            framealpha=0.85,
            fontsize=9,
            title="median, openings seen",
        )


def _words(spells: list[Spell]) -> str:
    half = median(spells)
    return f"{'more than half still open' if half is None else f'{half:.1f} days'}, {len(spells)}"


def _curve(axes: Axes, spells: list[Spell], color: str, label: str, width: float = 1.9) -> None:
    steps = survival(spells)
    end = max(spell.days for spell in spells)
    days, shares = (
        [step.days for step in steps] + [end],
        [step.share for step in steps] + [steps[-1].share],
    )
    axes.step(days, shares, where="post", color=color, linewidth=width, label=label)
    open_ = sorted({spell.days for spell in spells if not spell.closed})
    at = [next(step.share for step in reversed(steps) if step.days <= days) for days in open_]
    axes.plot(open_, at, linestyle="none", marker="|", markersize=5, color=color, alpha=0.7)
