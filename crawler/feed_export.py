"""Items of `scrapy crawl … -O out.jsonl`: a line for each posting. Trouble goes to Scrapy's log."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from crawler.items import Failure, Result, Snapshot, Unreadable

log = logging.getLogger(__name__)


def items(result: Result) -> list[dict[str, object]]:
    """Return a snapshot's postings as flat values with their board. Empty for other results.

    Times are ISO text.
    """
    if isinstance(result, Failure):
        log.error("board failed: %s: %s", result.board, result.reason)
    if not isinstance(result, Snapshot):
        return []
    postings = []
    for sighting in result.sightings:
        try:
            posting: dict[str, Any] = msgspec.to_builtins(sighting.read())
        except Unreadable as error:
            log.warning("posting unreadable: %s:%s: %s", result.board, sighting.key, error)
            continue
        postings.append(
            {"board": result.board}
            | posting
            | {name: sorted(posting[name]) for name in ("stated", "unsent")}
        )
    return postings
