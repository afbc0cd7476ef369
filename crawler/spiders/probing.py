"""Requests for single postings, one after the other, until the host stops answering."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from enum import Enum
from itertools import islice

from crawler.items import Probe
from crawler.responses import BadResponse

SILENT_LIMIT = 3  # requests in a row without a clear answer, after which no more are sent
MOST_DETAILS = 50  # postings that one check reads one by one
_BUSY = {429, 503}


class Reply(Enum):
    """The outcome of a request for one posting."""

    CLEAR = "clear"
    SILENT = "silent"  # no answer that says anything
    BUSY = "busy"  # the host wants to be left alone

    @classmethod
    def of(cls, trouble: BadResponse) -> Reply:
        """Return what an answer that cannot be used came to."""
        return cls.BUSY if trouble.status in _BUSY or trouble.held else cls.SILENT


async def ask_in_turn(
    keys: Iterable[str], ask: Callable[[str], Awaitable[Reply]], most: int | None = None
) -> None:
    """Ask for each of these postings, at most so many."""
    silent = 0
    for key in islice(keys, most):
        reply = await ask(key)
        silent = 0 if reply is Reply.CLEAR else silent + 1
        if reply is Reply.BUSY or silent == SILENT_LIMIT:
            break


async def probe_in_turn(
    keys: Iterable[str], probe: Callable[[str], Awaitable[Probe]]
) -> dict[str, Probe]:
    """Return the answer to each of these probes, by key."""
    probes: dict[str, Probe] = {}

    async def ask(key: str) -> Reply:
        probes[key] = await probe(key)
        return Reply.SILENT if probes[key] is Probe.SILENT else Reply.CLEAR

    await ask_in_turn(keys, ask)
    return probes
