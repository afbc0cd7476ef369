"""Which ats can be read, and their readers.

A spider is named here, not imported: whatever only asks which ats there are, or reads a stored job again, does without Scrapy. So the
monitor imports this room beside `run`, which needs Scrapy.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from crawler.items import Posting

if TYPE_CHECKING:
    from crawler.board_spider import BoardSpider

READER_VERSION = 1  # raised when a reader reads pay, deadline or workplace differently, so that stored postings are read again
SPIDERS = {"greenhouse": "crawler.spiders.greenhouse:GreenhouseSpider"}


def supported() -> frozenset[str]:
    """The ats that can be crawled."""
    return frozenset(SPIDERS)


def spider(ats: str) -> type[BoardSpider]:
    found: type[BoardSpider] = resolve_name(SPIDERS[ats])
    return found


def reread(ats: str, raw: bytes) -> Posting:
    """The posting of a stored raw job, as today's reader reads it. Raises Unreadable."""
    return spider(ats).read(raw)
