"""What `scrapy crawl … -O out.jsonl` writes: a line a posting; trouble is said aloud, in Scrapy's own log."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from crawler.items import Failure, Result, Snapshot, Unreadable

log = logging.getLogger(__name__)


def items(result: Result) -> list[dict[str, object]]:
    """A snapshot's postings as flat values, each with its board, times as ISO text; empty for anything else."""
    if isinstance(result, Failure):
        log.error("board failed: %s: %s", result.board, result.reason)
    if not isinstance(result, Snapshot):
        return []
    found = []
    for sighting in result.sightings:
        try:
            posting: dict[str, Any] = msgspec.to_builtins(sighting.read())
        except Unreadable as error:
            log.warning("posting unreadable: %s:%s: %s", result.board, sighting.key, error)
            continue
        found.append(
            {"board": result.board}
            | posting
            | {name: sorted(posting[name]) for name in ("stated", "unsent")}
        )
    return found
