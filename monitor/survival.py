"""How long postings stay open, when many of them still are: the estimate of Kaplan and Meier.

A posting that is still open has been open for at least so long, and to leave it out, or to count it as closed today, would make
times too short. S(t) is the product over the moments tᵢ ≤ t at which some closed of 1 - closedᵢ / openᵢ, where openᵢ counts those that
had been open for at least tᵢ (https://doi.org/10.1080/01621459.1958.10501452). The median is the first t with S(t) ≤ 1/2; there is none
while more than half have stayed. Spells whose beginning nobody saw do not belong here: nobody knows how old they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Spell(NamedTuple):
    """For how long a posting was open, and whether it closed then."""

    days: float
    closed: bool


class Step(NamedTuple):
    """From `days` on, the share of postings that is still open."""

    days: float
    share: float  # from 1 to 0


def survival(spells: Iterable[Spell]) -> list[Step]:
    """The curve's steps, beginning with (0, 1)."""
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
    """The days after which half have closed; None while more than half have stayed open."""
    return next((step.days for step in survival(spells) if step.share <= 1 / 2), None)
