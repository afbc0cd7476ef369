"""Colours that people with any colour vision tell apart (https://jfly.uni-koeln.de/color/), and which employer has which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.queries.facts import Facts

INK = "#333333"
PAPER = "#ffffff"
RULE = "#bbbbbb"
FAINT = "#c9c9c9"
OPENED = "#0072b2"
CLOSED = "#d55e00"
_EACH = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # yellow is left out: nobody reads it on white


@dataclass(frozen=True, slots=True)
class Employers:
    """The employers with most roles have a colour each, the others are grey together."""

    coloured: dict[str, str]
    others: tuple[str, ...]

    @classmethod
    def of(cls, facts: Facts) -> Employers:
        """By how many roles were ever open there."""
        counts = Counter(role.company for role in facts.roles)
        counts.update({day.company: 0 for day in facts.days})
        ranked = sorted(counts, key=lambda company: (-counts[company], company))
        return cls(dict(zip(ranked, _EACH, strict=False)), tuple(ranked[len(_EACH) :]))


def short_name(name: str, longest: int = 24) -> str:
    """The name on one line, cut where a figure has no room."""
    words = " ".join(name.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def spread(places: list[float], apart: float, lowest: float = 0.0, highest: float = 1.0) -> list[float]:
    """The places moved as little as need be so that neighbours are so far apart, in the order given, and all within the bounds."""
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
