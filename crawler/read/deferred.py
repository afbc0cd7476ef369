"""Readers of pay, deadlines and places, loaded with the first job that is read.

They compile two hundred patterns and load Babel: 30 ms. A check of boards that have not changed
reads no job. Each function is that of its module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.items import Deadline, Pay, Period, Workplace

# ruff: noqa: PLC0415  # see above


def read_pay(text: str, *, place: str = "") -> Pay | None:
    """Return the pay that a description states."""
    from crawler.read import pay

    return pay.read_pay(text, place=place)


def stated_pay(ranges: Sequence[Mapping[str, Any]], *, place: str = "") -> Pay | None:
    """Return the pay in Greenhouse's `pay_input_ranges`."""
    from crawler.read import pay_ranges

    return pay_ranges.stated_pay(ranges, place=place)


def is_plausible(amount: float, currency: str | None, period: Period | None) -> bool:
    """Return True if somebody may be paid this much."""
    from crawler.read import plausible_pay

    return plausible_pay.is_plausible(amount, currency, period)


def period_in_title(title: str) -> Period | None:
    """Return the period that the title of a pay range names."""
    from crawler.read import pay_periods

    return pay_periods.period_in_title(title)


def read_deadline(text: str, *, published: datetime | None, place: str) -> Deadline | None:
    """Return the deadline of a description."""
    from crawler.read import deadline

    return deadline.read_deadline(text, published=published, place=place)


def at_place(local: datetime, place: str) -> datetime:
    """Return the UTC instant of a local time at a place."""
    from crawler.read import date_instants

    return date_instants.at_place(local, place)


def places(text: str) -> tuple[str, ...]:
    """Return the single places of a location in the board's order, without duplicates."""
    from crawler.read import place

    return place.places(text)


def place_of(*parts: object) -> str:
    """Return a place that is given in parts as one line: "Austin, Texas, United States"."""
    from crawler.read import place

    return place.place_of(*parts)


def workplace(text: str) -> Workplace | None:
    """Return the workplace if every place of the text states the same one. Else None."""
    from crawler.read import workplace as reader

    return reader.workplace(text)


def is_work_model(text: str) -> bool:
    """Return True for a workplace without a place: "Hybrid", "In-Office or Remote"."""
    from crawler.read import place

    return place.is_work_model(text)
