"""Find the spider of an ATS, which is loaded then, and read stored raw jobs with it.

The registry itself names spiders by their path: it is also read by commands that crawl nothing.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from crawler.items import Posting
from crawler.registry import PRODUCTS

if TYPE_CHECKING:
    from crawler.spiders.base import BoardSpider


def spider(ats: str) -> type[BoardSpider]:
    """Return the spider class of an ATS that can be crawled."""
    found: type[BoardSpider] = resolve_name(PRODUCTS[ats].spider)
    return found


def reread(ats: str, raw: bytes) -> Posting:
    """Return the posting of a stored raw job, as today's reader reads it. Raises Unreadable."""
    return spider(ats).read(raw)
