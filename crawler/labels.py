"""Read countries, seniority and clear dates from the words of a stored posting.

A posting is counted by its countries and its seniority. They are read from what a reader sees and
are no part of a posting's digest. Whoever changes how they are read raises the version of every
reader (`registry.py`): a posting that is read again is labeled again. A migration may empty the
stored ones, and the upgrade then reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from crawler.items import Seniority

__all__ = ["Labels", "Seniority", "has_two_deadlines", "labels"]


class Labels(NamedTuple):
    """The labels of one posting."""

    countries: tuple[str, ...]  # ISO 3166 codes in the order of the places
    seniority: Seniority | None


def labels(title: str, location: str, locations: Iterable[str]) -> Labels:
    """Return the labels of a posting with that title, at those places."""
    # its tables of names take 0.2 s, which commands that only read do not need
    from crawler.read.country import country_codes  # noqa: PLC0415
    from crawler.read.seniority import seniority  # noqa: PLC0415

    return Labels(country_codes(tuple(locations) or (location,)), seniority(title))


def has_two_deadlines(words: str, published: datetime | None, place: str) -> bool:
    """Return whether a deadline's words name two instants: "PST" in summer, 03/04, a wrong weekday.

    `published` gives a missing year.
    """
    # their month names in 16 languages take time too
    from crawler.read.date_instants import possible_instants  # noqa: PLC0415
    from crawler.read.dates import find_date  # noqa: PLC0415

    date = find_date(words)
    if date is None:
        return False
    readings = possible_instants(
        date, published=published, place=place, month_first=None, day_before=False
    )
    return len(set(readings)) > 1
