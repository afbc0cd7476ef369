"""Probe single postings, or ask for their details, one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import Enum
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import quote

from xxhash import xxh3_128_hexdigest

from crawler.fetch import Answer
from crawler.items import Probe, Sighting
from crawler.responses import BadResponse
from crawler.spiders.checks import CheckSpider
from crawler.spiders.jobs import UNREADABLE, JobReader
from crawler.spiders.site import OK, Site

SILENT_LIMIT = 3  # details in a row without a clear answer, after which the others wait
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
    """Ask for the detail of each of these postings, at most so many."""
    silent = 0
    for key in islice(keys, most):
        reply = await ask(key)
        silent = 0 if reply is Reply.CLEAR else silent + 1
        if reply is Reply.BUSY or silent == SILENT_LIMIT:
            break


async def probe_in_turn(
    keys: Iterable[str], probe: Callable[[str], Awaitable[Probe]]
) -> dict[str, Probe]:
    """Return the answer to each of these probes, by key.

    A silent one says nothing about the next. The crawl's gate keeps a host that hangs from more.
    """
    return {key: await probe(key) for key in keys}


class ProbeSpider(JobReader, CheckSpider):
    """Knows the postings of one ATS one by one: how each is sighted, and how it is probed."""

    # the address of one posting, with {token} and {key}; None: no call proves anything of one
    posting_path: ClassVar[str | None] = None
    closed: ClassVar[frozenset[int]] = frozenset({404, 410})  # statuses of a closed posting

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # those of CheckSpider
        super().__init__(*args, **options)
        self._reader, self._redactor = self.read, self.keep  # bound once, for many sightings

    def proves(self, answer: Answer, key: str) -> Probe:
        """Return what the answer to a probe says of the posting. An error makes it silent."""
        if answer.status in self.closed:
            return Probe.GONE
        return Probe.THERE if self.job_header(answer.body).key == key else Probe.SILENT

    def sighting(self, key: str, raw: bytes) -> Sighting:
        """Return a posting seen in an answer."""
        return Sighting(key, xxh3_128_hexdigest(raw), raw, self._reader, self._redactor)

    async def probe(self, site: Site, keys: Sequence[str]) -> dict[str, Probe]:
        """Ask for each of these postings. Return the answers by key; empty without such a call."""
        if self.posting_path is None:
            return {}

        async def ask(key: str) -> Probe:
            return await self._probe_one(site, key)

        return await probe_in_turn(keys[: self.max_probes], ask)

    async def _probe_one(self, site: Site, key: str) -> Probe:
        try:
            path = self.posting_call(site, key)
            return self.proves(await site.get(path, good=OK | self.closed), key)
        except (BadResponse, *UNREADABLE):
            return Probe.SILENT

    def posting_call(self, site: Site, key: str) -> str:
        """Return the path of the request for one posting."""
        return site.path(self.posting_path or "", key=quote(key, safe=""))
