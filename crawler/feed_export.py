"""Items of `scrapy crawl … -O out.jsonl`: a line for each posting. Trouble goes to Scrapy's log."""

from __future__ import annotations

from typing import Any, Self

import msgspec
import structlog
from scrapy.crawler import Crawler

from crawler.items import Failure, Result, Snapshot, Unreadable

log = structlog.get_logger()


class LogEvents:
    """Extension of `scrapy crawl`. Sends log events to Scrapy's log, which is standard error.

    structlog alone prints them to standard output, where `-O -:jsonl` writes the postings.
    """

    def __init__(self) -> None:
        structlog.configure(
            processors=[
                structlog.stdlib.filter_by_level,
                structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, sort_keys=False),
            ],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
        )

    @classmethod
    def from_crawler(cls, _crawler: Crawler) -> Self:
        return cls()


def items(result: Result) -> list[dict[str, object]]:
    """Return a snapshot's postings as flat values with their board. Empty for other results.

    Times are ISO text.
    """
    if isinstance(result, Failure):
        log.error("board_failed", board=result.board, reason=result.reason)
    if not isinstance(result, Snapshot):
        return []
    postings = []
    for sighting in result.sightings:
        try:
            posting: dict[str, Any] = msgspec.to_builtins(sighting.read())
        except Unreadable as error:
            log.warning(
                "posting_not_read", posting=f"{result.board}:{sighting.key}", reason=str(error)
            )
            continue
        postings.append(
            {"board": result.board}
            | posting
            | {name: sorted(posting[name]) for name in ("stated", "unsent")}
        )
    return postings
