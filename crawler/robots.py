"""Read robots.txt: the addresses of a host that are open to rolewatch.

https://www.rfc-editor.org/rfc/rfc9309

Each host is asked once a day. An answer of 500 or above closes the whole host, and 429 closes it
for now. 404 and other answers below 500 close nothing. Neither does a redirect to another host,
which the RFC would follow: no board sends us to a host of its choice. Protego reads the file by the
RFC: the longest match decides, and only the group that names rolewatch or `*` counts.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from protego import Protego

from crawler.fetch import MOVED, Answer, Fetcher
from crawler.notes import Notes, RobotsFile
from crawler.responses import BadResponse

PRODUCT = "rolewatch"  # the name that a group of robots.txt may have
LONGEST = 500 * 1024  # bytes that are read; the RFC asks for no more
TOO_MANY, _SERVER_ERROR, _NO_FILE = 429, 500, 300


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a host."""

    status: int  # HTTP, of the answer
    groups: Protego | None  # None where the answer is no file

    @property
    def closes_all(self) -> bool:
        """Return whether the answer itself closes the whole host."""
        return self.status >= _SERVER_ERROR or self.status == TOO_MANY

    def allow(self, url: str) -> bool:
        """Return whether this address of the host is open."""
        if self.groups is None:
            return not self.closes_all
        return self.groups.can_fetch(url, PRODUCT)

    def why_closed(self, url: str) -> str:
        """Return the sentence for an address that is closed."""
        parts = urlsplit(url)
        if self.status == TOO_MANY:
            return f"robots.txt of {parts.netloc} answered HTTP 429: too many requests"
        if self.closes_all:
            answered = f"robots.txt of {parts.netloc} answered HTTP {self.status}"
            return f"{answered}, which closes the whole host"
        return f"robots.txt of {parts.netloc} closes {parts.path or '/'} to programs"


def read_rules(status: int, text: str) -> Rules:
    """Return the rules of an answer to a request for robots.txt.

    `text` matters only where the answer is a file.
    """
    return Rules(status, Protego.parse(text) if status < _NO_FILE else None)


LIFE = 86_400.0  # seconds
_ANY_ANSWER = frozenset(range(200, 600)) - MOVED - {TOO_MANY}
_HEADERS = {"Accept": "text/plain"}


@dataclass(slots=True)
class Robots:
    """The robots.txt of each host, shared by the boards of one crawl."""

    fetcher: Fetcher
    # each tenant is the first step of the path, because api_url stands for their hosts
    tenant_steps: bool = False
    _files: dict[str, RobotsFile] = field(default_factory=dict)
    # by host and time of the file
    _rules: dict[tuple[str, float], Rules] = field(default_factory=dict)
    _locks: Mapping[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def allow(self, url: str, notes: Notes, at: datetime) -> bool:
        """Return whether robots.txt leaves this address open.

        Raises BadResponse when the host gave no answer.
        """
        host = self.root(url)
        async with self._locks[host]:
            file = self._fresh(host, notes, at) or await self._fetch(host, at)
        self._files[host] = file
        notes.robots = {
            name: kept for name, kept in notes.robots.items() if _is_fresh(kept, at)
        } | {host: file}
        return self._read(host, file).allow(self._own(url))

    def root(self, url: str) -> str:
        """Return the scheme and host of an address; behind api_url also the tenant's step."""
        parts = urlsplit(url)
        step = f"/{parts.path.split('/')[1]}" if self.tenant_steps else ""
        return f"{parts.scheme}://{parts.netloc}{step}"

    def _own(self, url: str) -> str:
        """Return the address as the host's own robots.txt writes it."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}{url.removeprefix(self.root(url))}"

    async def get(
        self, url: str, headers: Mapping[str, str], good: frozenset[int], notes: Notes, at: datetime
    ) -> Answer:
        """Return the answer to an address that robots.txt leaves open. Raises BadResponse.

        Each address that it redirects to must be open too.
        """

        async def before(hop: str) -> None:
            await self.require(hop, notes, at)

        return await self.fetcher.get(url, headers, good, before)

    async def require(self, url: str, notes: Notes, at: datetime) -> None:
        """Raise BadResponse, in one sentence, when robots.txt closes this address."""
        if not await self.allow(url, notes, at):
            raise BadResponse(self.why_closed(url, notes))

    def why_closed(self, url: str, notes: Notes) -> str:
        """Return the sentence for an address that robots.txt closes."""
        file = notes.robots.get(self.root(url))
        rules = read_rules(file.status, file.text) if file else read_rules(200, "")
        return rules.why_closed(self._own(url)) + (" for a day" if rules.closes_all else "")

    def _fresh(self, host: str, notes: Notes, at: datetime) -> RobotsFile | None:
        known = [
            file
            for file in (self._files.get(host), notes.robots.get(host))
            if file and _is_fresh(file, at)
        ]
        return max(known, key=lambda file: file.fetched_at, default=None)

    async def _fetch(self, host: str, at: datetime) -> RobotsFile:
        try:
            answer = await self.fetcher.get(f"{host}/robots.txt", _HEADERS, _ANY_ANSWER)
        except BadResponse as trouble:
            if trouble.status in MOVED:  # off the host: that file would be another host's
                return RobotsFile(at.timestamp(), trouble.status)
            trouble.reason = f"robots.txt of {urlsplit(host).netloc}: {trouble.reason}"
            raise
        is_file = answer.status < _NO_FILE
        text = answer.body[:LONGEST].decode("utf-8", "replace") if is_file else ""
        return RobotsFile(at.timestamp(), answer.status, text)

    def _read(self, host: str, file: RobotsFile) -> Rules:
        key = host, file.fetched_at
        if key not in self._rules:
            self._rules[key] = read_rules(file.status, file.text)
        return self._rules[key]


def _is_fresh(file: RobotsFile, at: datetime) -> bool:
    return 0 <= at.timestamp() - file.fetched_at < LIFE
