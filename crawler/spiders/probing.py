"""Probes of single postings, one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from crawler.items import Probe

SILENT_LIMIT = 3  # probes in a row without a clear answer, after which no more are sent


async def probe_in_turn(
    keys: Iterable[str], ask: Callable[[str], Awaitable[Probe]]
) -> dict[str, Probe]:
    """Return the answer to each of these probes, by key."""
    probes: dict[str, Probe] = {}
    silent = 0
    for key in keys:
        probes[key] = await ask(key)
        silent = silent + 1 if probes[key] is Probe.SILENT else 0
        if silent == SILENT_LIMIT:
            break
    return probes
