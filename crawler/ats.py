"""Which ats can be read, and their readers.

A spider is named here, not imported: whatever only asks which ats there are, or reads a stored job again, does without Scrapy. So the
monitor imports this room beside `run`, which needs Scrapy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from crawler.items import Posting

if TYPE_CHECKING:
    from crawler.board_spider import BoardSpider


@dataclass(frozen=True, slots=True)
class Ats:
    """An ats that can be read."""

    title: str  # as people call it
    spider: str  # a dotted path
    reader: int = 1  # raised when it reads pay, deadline or workplace differently, so that its stored postings are read again
    every: timedelta | None = None  # between two checks, where the source costs its host more than one answer; None: as [crawl] says


READABLE = {
    "ashby": Ats("Ashby", "crawler.spiders.ashby:AshbySpider"),
    "google": Ats("Google Careers", "crawler.spiders.google:GoogleSpider", every=timedelta(hours=1)),
    "greenhouse": Ats("Greenhouse", "crawler.spiders.greenhouse:GreenhouseSpider", reader=2),
}


def supported() -> frozenset[str]:
    """The ats that can be crawled."""
    return frozenset(READABLE)


def is_readable(board: str) -> bool:
    """Can this board be crawled?"""
    return board.partition(":")[0] in READABLE


def default_every(ats: str) -> timedelta | None:
    """The time between two checks that the ats itself asks for, if any."""
    return READABLE[ats].every if ats in READABLE else None


def spider(ats: str) -> type[BoardSpider]:
    """The spider class of an ats that can be crawled."""
    found: type[BoardSpider] = resolve_name(READABLE[ats].spider)
    return found


def reader_version(ats: str) -> int:
    """The version of today's reader of an ats; 0 for one that can no longer be read."""
    return READABLE[ats].reader if ats in READABLE else 0


def reread(ats: str, raw: bytes) -> Posting:
    """The posting of a stored raw job, as today's reader reads it. Raises Unreadable."""
    return spider(ats).read(raw)
