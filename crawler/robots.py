"""Which addresses a host's robots.txt leaves open to rolewatch. https://www.rfc-editor.org/rfc/rfc9309

Each host is asked once a day. An answer of 500 or above closes everything for that day, 404 and its like close nothing. Protego reads
the file by the RFC: the longest match decides, and another program's group does not concern us.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from protego import Protego

from crawler.answer import Unusable
from crawler.fetch import Answer, Fetcher
from crawler.notes import Notes, RobotsFile

PRODUCT = "rolewatch"  # the name that a group of robots.txt may have
LIFE = 86_400.0  # seconds
_LONGEST = 500 * 1024  # bytes that are read; the RFC asks for no more
_TOO_MANY, _SERVER_ERROR = 429, 500
_ANY_ANSWER = frozenset(range(200, 600)) - {_TOO_MANY}
_HEADERS = {"Accept": "text/plain"}


@dataclass(slots=True)
class Robots:
    """The robots.txt of each host, shared by the boards of one crawl."""

    fetcher: Fetcher
    _files: dict[str, RobotsFile] = field(default_factory=dict)
    _rules: dict[tuple[str, float], Protego] = field(default_factory=dict)  # by host and time of the file
    _locks: Mapping[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def allow(self, url: str, notes: Notes, at: datetime) -> bool:
        """Whether robots.txt leaves this address open. Raises Unusable when the host gave no answer."""
        host = _host(url)
        async with self._locks[host]:
            file = self._fresh(host, notes, at) or await self._fetch(host, at)
        self._files[host] = file
        notes.robots = {name: kept for name, kept in notes.robots.items() if _is_fresh(kept, at)} | {host: file}
        if file.status >= _SERVER_ERROR:
            return False
        return file.status >= 300 or self._read(host, file).can_fetch(url, PRODUCT)  # noqa: PLR2004  # 4xx: there are no rules

    async def get(self, url: str, headers: Mapping[str, str], good: frozenset[int], notes: Notes, at: datetime) -> Answer:
        """The answer to an address that robots.txt leaves open, as it does each that it redirects to. Raises Unusable."""

        async def before(hop: str) -> None:
            await self.require(hop, notes, at)

        return await self.fetcher.get(url, headers, good, before)

    async def require(self, url: str, notes: Notes, at: datetime) -> None:
        """Raises Unusable, in one sentence, when robots.txt closes this address."""
        if not await self.allow(url, notes, at):
            raise Unusable(why_closed(url, notes))

    def _fresh(self, host: str, notes: Notes, at: datetime) -> RobotsFile | None:
        known = [file for file in (self._files.get(host), notes.robots.get(host)) if file and _is_fresh(file, at)]
        return max(known, key=lambda file: file.fetched_at, default=None)

    async def _fetch(self, host: str, at: datetime) -> RobotsFile:
        try:
            answer = await self.fetcher.get(f"{host}/robots.txt", _HEADERS, _ANY_ANSWER)
        except Unusable as trouble:
            trouble.reason = f"robots.txt of {urlsplit(host).netloc}: {trouble.reason}"
            raise
        text = answer.body[:_LONGEST].decode("utf-8", "replace") if answer.status < 300 else ""  # noqa: PLR2004  # a file
        return RobotsFile(at.timestamp(), answer.status, text)

    def _read(self, host: str, file: RobotsFile) -> Protego:
        key = host, file.fetched_at
        if key not in self._rules:
            self._rules[key] = Protego.parse(file.text)
        return self._rules[key]


def why_closed(url: str, notes: Notes) -> str:
    """The sentence for an address that robots.txt closes."""
    host = urlsplit(url).netloc
    file = notes.robots.get(_host(url))
    if file and file.status >= _SERVER_ERROR:
        return f"robots.txt of {host} answered HTTP {file.status}, which closes the whole host for a day"
    return f"robots.txt of {host} closes {urlsplit(url).path} to programs"


def _is_fresh(file: RobotsFile, at: datetime) -> bool:
    return 0 <= at.timestamp() - file.fetched_at < LIFE


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
