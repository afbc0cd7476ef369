"""Estimate how long postings stay open, by Kaplan and Meier. Pure.

Many postings are still open. To leave those out, or to count them as closed today, would make the
times too short. S(t) is the product of 1 - closedᵢ / openᵢ over the moments tᵢ ≤ t at which some
closed, where openᵢ counts the postings that had been open for at least tᵢ
(https://doi.org/10.1080/01621459.1958.10501452). The median is the first t with S(t) ≤ 1/2, and
None while more than half are open. Postings that were open at the first check do not count: their
age is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.queries.stats_input import Spell


class Step(NamedTuple):
    """The share of postings that is still open from `days` on."""

    days: float
    share: float  # from 1 to 0


def survival(spells: Iterable[Spell]) -> list[Step]:
    """Return the curve's steps, beginning with (0, 1)."""
    spells = list(spells)
    ended = Counter(spell.days for spell in spells)
    closed = Counter(spell.days for spell in spells if spell.closed)
    steps = [Step(0.0, 1.0)]
    still = len(spells)
    share = 1.0
    for days in sorted(ended):
        if closed[days]:
            share = 0.0 if closed[days] == still else share * (1 - closed[days] / still)
            steps.append(Step(days, share))
        still -= ended[days]
    return steps


def median(spells: Iterable[Spell]) -> float | None:
    """Return the days after which half have closed, or None while more than half are open."""
    return next((step.days for step in survival(spells) if step.share <= 1 / 2), None)


def share_at(steps: Sequence[Step], days: float) -> float:
    """Return the share that is still open after so many days."""
    return next(step.share for step in reversed(steps) if step.days <= days)
