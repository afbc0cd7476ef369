"""The tables of `stats`: by employer, department, week and pay. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from statistics import median as middle
from typing import Any, TypeVar

from monitor.queries.stats_input import Day, Facts, OpenTime, Role
from monitor.reports.survival import median

K = TypeVar("K")
T = TypeVar("T")
Row = dict[str, Any]
Table = Callable[[Facts], list[Row]]

_STAYS = ("openings_seen", "median_days_open")
COLUMNS: dict[str, tuple[str, ...]] = {
    "employer": (
        "company",
        "open",
        "opened",
        "closed",
        "reopened",
        *_STAYS,
        "roles",
        "roles_with_pay",
        "pay_share",
    ),
    "department": ("company", "department", "open", "roles", *_STAYS),
    "week": ("week", "company", "open", "opened", "closed", "reopened", "revised"),
    "pay": (
        "company",
        "pay_currency",
        "pay_period",
        "roles_with_pay",
        "lowest",
        "median_min",
        "median_max",
        "highest",
    ),
}


def by_employer(facts: Facts) -> list[Row]:
    """Return counts, median days open and the share that states pay, most open roles first."""
    days = _grouped(facts.days, lambda day: day.company)
    roles = _grouped(facts.roles, lambda role: role.company)
    stays = _grouped(facts.stays, lambda stay: stay.company)
    rows = [
        _employer(company, days[company], roles[company], stays[company])
        for company in days.keys() | roles.keys()
    ]
    return sorted(rows, key=lambda row: (-row["open"], row["company"]))


def _employer(
    company: str, days: Sequence[Day], roles: Sequence[Role], stays: Sequence[OpenTime]
) -> Row:
    happened = {
        kind: sum(getattr(day, kind) for day in days) for kind in ("opened", "closed", "reopened")
    }
    disclosed = sum(role.discloses for role in roles)
    pay = {
        "roles": len(roles),
        "roles_with_pay": disclosed,
        "pay_share": round(disclosed / len(roles), 3) if roles else None,
    }
    return (
        {"company": company, "open": sum(role.is_open for role in roles)}
        | happened
        | _stay(stays)
        | pay
    )


def _stay(stays: Sequence[OpenTime]) -> Row:
    half = median(stay.spell for stay in stays)
    return {
        "openings_seen": len(stays),
        "median_days_open": None if half is None else round(half, 1),
    }


def by_department(facts: Facts) -> list[Row]:
    """Return the departments of each employer, the largest first."""
    roles = _grouped(facts.roles, lambda role: (role.company, role.department))
    stays = _grouped(facts.stays, lambda stay: (stay.company, stay.department))
    rows = [
        {
            "company": company,
            "department": department,
            "open": sum(role.is_open for role in mine),
            "roles": len(mine),
        }
        | _stay(stays[company, department])
        for (company, department), mine in roles.items()
    ]
    return sorted(
        rows, key=lambda row: (row["company"], -row["open"], -row["roles"], row["department"])
    )


def week_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def by_week(facts: Facts) -> list[Row]:
    """Return each employer's weeks.

    `open` counts the roles open at the end of the last day, and is None if unknown.
    """
    weeks = _grouped(facts.days, lambda day: (week_of(day.day), day.company))
    rows = []
    for (week, company), days in sorted(weeks.items()):
        last = max(day.day for day in days)
        at_end = [day.open for day in days if day.day == last]
        counted: Row = {
            kind: sum(getattr(day, kind) for day in days)
            for kind in ("opened", "closed", "reopened", "revised")
        }
        rows.append({"week": week, "company": company, "open": total(at_end)} | counted)
    return rows


def total(counts: Iterable[int | None]) -> int | None:
    """Return the sum, or None where one of the counts is unknown."""
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)


def by_pay(facts: Facts) -> list[Row]:
    """Return the pay ranges of each employer by currency and period. Nothing is converted."""
    kinds = _grouped(
        (role for role in facts.roles if role.discloses),
        lambda role: (role.company, role.pay_currency, role.pay_period),
    )
    rows = [_pay(*kind, roles) for kind, roles in kinds.items()]
    return sorted(
        rows,
        key=lambda row: (
            row["company"],
            -row["roles_with_pay"],
            str(row["pay_currency"]),
            str(row["pay_period"]),
        ),
    )


def _pay(company: str, currency: str | None, period: str | None, roles: Sequence[Role]) -> Row:
    bottoms = [role.pay_min for role in roles if role.pay_min is not None]
    tops = [role.pay_max for role in roles if role.pay_max is not None]
    return {
        "company": company,
        "pay_currency": currency,
        "pay_period": period,
        "roles_with_pay": len(roles),
        "lowest": min(bottoms, default=None),
        "median_min": middle(bottoms) if bottoms else None,
        "median_max": middle(tops) if tops else None,
        "highest": max(tops, default=None),
    }


def _grouped(things: Iterable[T], key: Callable[[T], K]) -> defaultdict[K, list[T]]:
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return groups


TABLES: dict[str, Table] = {
    "employer": by_employer,
    "department": by_department,
    "week": by_week,
    "pay": by_pay,
}
