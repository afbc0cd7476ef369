"""What a posting is counted by: the countries of its places, and the seniority of its title.

Both are read from what a reader sees and are no part of a posting's digest. Whoever changes how
they are read adds a migration that empties the stored ones: the upgrade reads them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crawler.read.seniority import Seniority, seniority


class Labels(NamedTuple):
    """The labels of one posting."""

    countries: tuple[str, ...]  # ISO 3166 codes in the order of the places
    seniority: Seniority | None


def labels(title: str, location: str, locations: Iterable[str]) -> Labels:
    """Return the labels of a posting with that title, at those places."""
    # its tables of names take 0.2 s, which commands that only read do not need
    from crawler.read.country import country_codes  # noqa: PLC0415

    return Labels(country_codes(tuple(locations) or (location,)), seniority(title))
