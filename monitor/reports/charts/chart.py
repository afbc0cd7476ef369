"""A chart before it is drawn: its finding, a note on how to read it, and its numbers. Pure.

Each chart is a value of its own class, which adds what its drawing needs. A chart that has too
little data is left out, with the reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from monitor.queries.stats_input import Facts

COLORS = 6  # employers that have a color of their own


@dataclass(frozen=True, slots=True)
class Table:
    """The chart's numbers as text."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart as a reader needs it: first the finding, then how to read the picture."""

    headline: str
    note: str
    table: Table


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A chart that is left out, and why: `pay (none of 5 roles states it …)`."""

    chart: str
    reason: str

    def __str__(self) -> str:
        return f"{self.chart} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Employers:
    """The employers with most open roles, who have a color each. The others share gray."""

    named: tuple[str, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, facts: Facts) -> Employers:
        """Rank employers by open roles, then by the roles that were ever open."""
        open_ = Counter(role.company for role in facts.roles if role.is_open)
        ever = Counter(role.company for role in facts.roles)
        ever.update({day.company: 0 for day in facts.days})
        ranked = sorted(ever, key=lambda company: (-open_[company], -ever[company], company))
        return cls(tuple(ranked[:COLORS]), tuple(ranked[COLORS:]))

    @property
    def every(self) -> tuple[str, ...]:
        return self.named + self.others

    def rank(self, company: str) -> int | None:
        """Return the employer's place, which decides its color. None for the gray ones."""
        return self.named.index(company) if company in self.named else None
