"""What `scrapy crawl … -O out.jsonl` writes: a line a posting; trouble is said aloud."""

from __future__ import annotations

from dataclasses import asdict

import structlog

from crawler.items import Failure, Result, Snapshot, Unreadable

log = structlog.get_logger()


def items(result: Result) -> list[dict[str, object]]:
    """A snapshot's postings as flat values, each with its board; empty for anything else."""
    if isinstance(result, Failure):
        log.error("board failed", board=result.board, reason=result.reason)
    if not isinstance(result, Snapshot):
        return []
    found = []
    for sighting in result.sightings:
        try:
            posting = asdict(sighting.read())
        except Unreadable as error:
            log.warning("posting unreadable", board=result.board, key=sighting.key, reason=str(error))
            continue
        found.append({"board": result.board} | posting | {name: sorted(posting[name]) for name in ("stated", "unsent")})
    return found
