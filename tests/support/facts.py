"""Facts for charts, from a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from monitor.queries.stats_input import Day, Facts, OpenTime, Role, Spell

MONDAY = date(2026, 3, 2)


def days(
    company: str, *counts: int | None, first: date = MONDAY, board: str = "", each: int = 0
) -> list[Day]:
    """Return a day for each number of open roles. `each` roles open and close on every day."""
    return [
        Day(first + timedelta(number), company, count, each, each, 0, 0, board=board or company)
        for number, count in enumerate(counts)
    ]


def role(
    company: str,
    low: float | None = None,
    high: float | None = None,
    currency: str | None = "USD",
    period: str | None = "year",
) -> Role:
    pay = (low, high, currency, period) if low or high else (None, None, None, None)
    return Role(company, "Research", True, *pay)


def stays(
    company: str, closed: Sequence[float] = (), still: Sequence[float] = ()
) -> list[OpenTime]:
    """Return roles that closed after so many days, and roles open for so many days."""
    spells = [*(Spell(each, True) for each in closed), *(Spell(each, False) for each in still)]
    return [OpenTime(company, "Research", spell) for spell in spells]


def facts(
    days: Sequence[Day] = (), roles: Sequence[Role] = (), stays: Sequence[OpenTime] = ()
) -> Facts:
    ordered = sorted(days, key=lambda day: (day.day, day.board))
    return Facts(ordered, list(roles), list(stays))
