"""The tables of `stats` as a person reads them: pay as money, shares in percent. Pure."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import Final, NamedTuple

from monitor.queries.stats_input import Facts
from monitor.reports.stats import COLUMNS, Row, by_department, by_employer, by_pay, by_week
from monitor.text.money import format_amount, format_pay


class ReadableTable(NamedTuple):
    """Rows of text, and what a person calls their columns."""

    columns: tuple[str, ...]
    labels: dict[str, str]
    rows: list[Row]


_LABELS: Final = {
    "open": "open now",
    "median_days_open": "median days open",
    "pay_share": "state pay",
    "median_pay": "median pay",
    "roles_with_pay": "roles that state pay",
    "openings_seen": "openings seen",
    "roles": "roles seen",
}


def readable(by: str, facts: Facts) -> ReadableTable:
    """Return the table that groups by employer, department, week or pay."""
    return _TABLES[by](facts)


def _employers(facts: Facts) -> ReadableTable:
    """Pay is the median range of the currency and period that most of the roles state."""
    pay: dict[str, str] = {}
    for row in by_pay(facts):
        pay.setdefault(row["company"], _median_pay(row))
    stays = _longest(facts, lambda company, _: company)
    rows = [
        row
        | {
            "median_days_open": _days(row, stays.get(row["company"])),
            "pay_share": "" if row["pay_share"] is None else f"{row['pay_share']:.0%}",
            "median_pay": pay.get(row["company"], ""),
        }
        for row in by_employer(facts)
    ]
    columns = ("company", "open", "opened", "closed", "median_days_open", "pay_share", "median_pay")
    return ReadableTable(columns, _LABELS, rows)


def _departments(facts: Facts) -> ReadableTable:
    stays = _longest(facts, lambda company, department: (company, department))
    rows = [
        row | {"median_days_open": _days(row, stays.get((row["company"], row["department"])))}
        for row in by_department(facts)
    ]
    return ReadableTable(COLUMNS["department"], _LABELS, rows)


def _weeks(facts: Facts) -> ReadableTable:
    return ReadableTable(COLUMNS["week"], _LABELS | {"open": "open at its end"}, by_week(facts))


def _pays(facts: Facts) -> ReadableTable:
    rows = [
        row
        | {name: _amount(row[name], row["pay_currency"]) for name in ("lowest", "highest")}
        | {"median_pay": _median_pay(row)}
        for row in by_pay(facts)
    ]
    columns = ("company", "roles_with_pay", "median_pay", "lowest", "highest")
    return ReadableTable(columns, _LABELS, rows)


_TABLES: Final[dict[str, Callable[[Facts], ReadableTable]]] = {
    "employer": _employers,
    "department": _departments,
    "week": _weeks,
    "pay": _pays,
}


def _longest(facts: Facts, key: Callable[[str, str], object]) -> dict[object, float]:
    """Return the longest time for which a role of each group was followed, in days."""
    longest: dict[object, float] = {}
    for stay in facts.stays:
        group = key(stay.company, stay.department)
        longest[group] = max(longest.get(group, 0.0), stay.spell.days)
    return longest


def _days(row: Row, longest: float | None) -> object:
    """Return the median, or `over 60` if more than half are still open after 60 days."""
    if row["median_days_open"] is None and longest is not None and longest >= 1:
        return f"over {floor(longest)}"
    return row["median_days_open"]


def _median_pay(row: Row) -> str:
    return format_pay(row["median_min"], row["median_max"], row["pay_currency"], row["pay_period"])


def _amount(amount: float | None, currency: str | None) -> str:
    return "" if amount is None else format_amount(amount, currency)
