"""Check boards that are not watched yet. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.items import BoardRequest, Failure, Result, Snapshot, Unreadable
from crawler.links.directory import employer
from monitor.text.values import clean, counted, shortened

if TYPE_CHECKING:
    from crawler.holds import Holds
    from monitor.config.model import Settings

_LONGEST = 60  # characters of a title


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of one check of a board."""

    board: str
    company: str = ""  # as the directory or the board itself says; many boards don't
    facts: str = ""  # "Google DeepMind, 57 postings"; empty without an answer
    unknown: str = ""  # the answer by which the ATS says that it does not know the board
    trouble: str = ""  # why the board could not be read now

    @property
    def answers(self) -> bool:
        """True if the board was read."""
        return not self.unknown and not self.trouble

    @property
    def in_brackets(self) -> str:
        """The facts behind the board's name, or ""."""
        return f" ({self.facts})" if self.facts else ""

    def not_read(self, done: str) -> str:
        """Return a warning for a board that could not be read, else "". `done`: "added"."""
        if not self.trouble:
            return ""
        return (
            f"it could not be read now ({self.trouble}); it is {done} anyway, and the daemon will "
            "try again"
        )


async def check_boards(boards: Sequence[str], settings: Settings, holds: Holds) -> list[Checked]:
    """Check each board once, all ATS at the same time. Return the results in that order."""
    by_ats: dict[str, list[str]] = {}
    for board in dict.fromkeys(boards):
        by_ats.setdefault(board.partition(":")[0], []).append(board)
    batches = await asyncio.gather(
        *(_check(ats, names, settings, holds) for ats, names in by_ats.items())
    )
    results = {checked.board: checked for batch in batches for checked in batch}
    return [results[board] for board in dict.fromkeys(boards)]


async def _check(
    ats: str, boards: Sequence[str], settings: Settings, holds: Holds
) -> list[Checked]:
    from crawler.crawl import crawl

    requests = [BoardRequest(board, glance=True) for board in boards]
    async with aclosing(crawl(ats, requests, settings.politeness(ats), holds)) as results:
        return [_checked(result) async for result in results]


def _checked(result: Result) -> Checked:
    if isinstance(result, Snapshot):
        company = clean(employer(result.board) or result.company or "")
        facts = filter(None, [company, counted(result.seen, "posting")])
        example = "" if company else _example(result)
        return Checked(result.board, company, ", ".join(facts) + example)
    if not isinstance(result, Failure):
        return Checked(result.board, trouble="it answered that nothing moved")
    reason = clean(result.reason)
    if result.unknown:
        return Checked(result.board, unknown=reason)
    return Checked(result.board, trouble=reason)


def _example(snapshot: Snapshot) -> str:
    """Return a title that shows a person whose board it is."""
    for sighting in snapshot.sightings:
        try:
            return f" such as “{shortened(clean(sighting.read().title), _LONGEST)}”"
        except Unreadable:
            continue
    return ""
