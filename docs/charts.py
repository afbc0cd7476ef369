"""Draw docs/stats.png, an example of `rolewatch stats --plot`: `python docs/charts.py`.

The employers and their roles are made up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from monitor.queries.stats_input import Day, Facts, OpenTime, Role, Spell
from monitor.reports.charts.page import page_of

FILE = Path(__file__).with_name("stats.png")
FIRST, LAST = date(2026, 3, 4), date(2026, 11, 25)
AWAY = (date(2026, 8, 10), date(2026, 8, 21))  # days without a check
SUMMER, FALL = {7, 8}, {9, 10, 11}  # months
SATURDAY = 5
STATED = 0.66  # of the roles state their pay
Kind = tuple[str, str]


@dataclass(frozen=True)
class Employer:
    """A made-up employer: open roles at first, openings a day, and the days until half close."""

    company: str
    open: int
    daily: float
    half: float
    pay: dict[Kind, float]  # the middle of its range


EMPLOYERS = (
    Employer("Example Labs", 180, 4.4, 38, {("USD", "year"): 240_000, ("GBP", "year"): 118_000}),
    Employer("Northwind Robotics", 96, 1.5, 52, {("USD", "year"): 196_000}),
    Employer("Blue Harbor AI", 60, 0.9, 44, {("USD", "year"): 262_000, ("EUR", "hour"): 62}),
    Employer("Cedar & Finch", 44, 0.5, 75, {("GBP", "year"): 96_000}),
    Employer("Quiet Mountain Research", 17, 0.3, 60, {("USD", "year"): 171_000}),
)


def facts() -> Facts:
    """Return the history of all employers, the same each time."""
    chance = Random(7)  # made-up roles guard nothing  # noqa: S311
    days, roles, stays = [], [], []
    for employer in EMPLOYERS:
        lives = _lives(employer, chance)
        days += _days(employer, lives)
        roles += [_role(employer, end, chance) for _, end in lives]
        stays += [_stay(employer, begin, end) for begin, end in lives if begin > FIRST]
    return Facts(sorted(days, key=lambda day: (day.day, day.board)), roles, stays)


def _lives(employer: Employer, chance: Random) -> list[tuple[date, date]]:
    """Return the first and last day of each role. Hiring grows towards fall, and weekends rest."""
    begins = [FIRST] * employer.open
    for number in range(1, (LAST - FIRST).days + 1):
        day = FIRST + timedelta(number)
        rate = employer.daily * (0.5 if day.month in SUMMER else 1.3 if day.month in FALL else 1.0)
        if day.weekday() < SATURDAY:
            begins += [day] * sum(chance.random() < rate / 10 for _ in range(14))
    rate = 0.693 / employer.half
    return [(begin, begin + timedelta(1 + round(chance.expovariate(rate)))) for begin in begins]


def _days(employer: Employer, lives: list[tuple[date, date]]) -> list[Day]:
    """Return the employer's days. What happens while nobody checks is seen at the next check."""
    seen = {begin: begin if begin == FIRST else _seen(begin) for begin, _ in lives}
    opened = Counter(seen[begin] for begin, _ in lives if begin > FIRST)
    closed = Counter(_seen(end) for _, end in lives)
    days, still = [], employer.open
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(number)
        still += opened[day] - closed[day]
        known = None if AWAY[0] <= day < AWAY[1] else still
        changes = (opened[day], closed[day], 0, 0)
        days.append(Day(day, employer.company, known, *changes, board=employer.company))
    return days


def _seen(day: date) -> date:
    return AWAY[1] if AWAY[0] <= day < AWAY[1] else day


def _role(employer: Employer, end: date, chance: Random) -> Role:
    """Return a role whose pay is near that of its employer."""
    currency, period = chance.choice([*employer.pay])
    middle = employer.pay[currency, period] * chance.lognormvariate(0, 0.2)
    digits = -3 if period == "year" else 0
    pay = (round(middle * 0.82, digits), round(middle * 1.18, digits), currency, period)
    stated = pay if chance.random() < STATED else (None, None, None, None)
    return Role(employer.company, "Research", end > LAST, *stated)


def _stay(employer: Employer, begin: date, end: date) -> OpenTime:
    length = (min(end, LAST) - begin).days
    return OpenTime(employer.company, "Research", Spell(float(length), end <= LAST))


if __name__ == "__main__":
    from monitor.reports.plot.page import write_page

    write_page(page_of(facts()), FILE)
