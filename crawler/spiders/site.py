"""The site of one board during one check: its address, and requests to its host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlencode

from crawler.fetch import Answer, Fetcher
from crawler.items import BoardRequest
from crawler.notes import Notes
from crawler.read.text import clean
from crawler.responses import BadResponse
from crawler.robots import Robots

OK: Final = frozenset({200})
_A_DAY = 86_400.0  # seconds
_EMPTY_SINCE = "empty_since"  # the note of the first empty answer, in seconds since 1970


class Call(NamedTuple):
    """One request to a site."""

    path: str
    body: bytes | None = None  # posted as JSON; None: a GET


def with_query(path: str, parameters: Mapping[str, Any]) -> str:
    """Return the path with these parameters behind those that it has."""
    if not parameters:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(parameters)}"


@dataclass(slots=True)
class Site:
    """The site of one board: its requests, its notes, and the bytes that it sent."""

    fetcher: Fetcher
    robots: Robots
    base: str  # scheme and host; under a configured api_url also the tenant
    token: str  # as it stands in addresses
    steps: tuple[str, ...]  # of the token, likewise: ("nvidia.wd5", "Careers")
    request: BoardRequest
    notes: Notes
    is_public_api: bool  # a documented public API, so that robots.txt is not about it
    bytes_received: int = 0  # of all answers

    @property
    def now(self) -> float:
        """The time of this check, in seconds since 1970."""
        return self.request.at.timestamp()

    @property
    def name(self) -> str:
        """The board's token as people read it."""
        return clean(unquote(self.token))

    def path(self, form: str, **parts: object) -> str:
        """Return a path with {token}, {tenant}, {1} (its second step) and such parts filled in."""
        tenant = self.steps[0].partition(".")[0]
        return form.format(*self.steps, token=self.token, tenant=tenant, **parts)

    async def get(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        good: frozenset[int] = OK,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer to a path of the site; a `body` is posted as JSON.

        Raises BadResponse, also in one sentence for a path that robots.txt closes.
        """
        answer = await self.fetcher.get(
            self.base + path, headers or {}, good, self._address_check(), body=body
        )
        self.bytes_received += answer.bytes_received
        return answer

    async def get_further(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        good: frozenset[int] = OK,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer to a path whose absence says nothing of the board. Raises BadResponse.

        The board is known once its first page has come.
        """
        try:
            return await self.get(path, headers, good, body)
        except BadResponse as trouble:
            trouble.unknown = False
            raise

    async def allow(self, path: str) -> bool:
        """Return whether robots.txt leaves this path open. Raises BadResponse without an answer."""
        return await self.robots.allow(self.base + path, self.notes, self.request.at)

    def why_closed(self, path: str, effect: str) -> str:
        """Say in one sentence that robots.txt closes a path, and how that affects the check."""
        closed = self.robots.why_closed(self.base + path, self.notes)
        return f"{closed}: {effect}" if effect else closed

    def refuse_empty(self, count: int, why: str, *, unknown: bool = True) -> None:
        """Raise BadResponse, with this reason, for an empty list until that has lasted a day.

        For an ATS that answers an unknown board like an empty one. `unknown`: it may be unknown.
        """
        if count:
            self.notes.own.pop(_EMPTY_SINCE, None)
            return
        # the earlier one: a first answer from the future says that the clock was set back
        since = min(self.notes.own.get(_EMPTY_SINCE, self.now), self.now)
        self.notes.own[_EMPTY_SINCE] = since
        if not self.is_a_day_ago(since):
            trouble = BadResponse(why)
            trouble.unknown = unknown
            raise trouble

    @property
    def was_empty(self) -> bool:
        """True if the last list was an empty one of `refuse_empty`."""
        return _EMPTY_SINCE in self.notes.own

    def noted_today(self, name: str) -> dict[str, Any] | None:
        """Return what `note_today` noted less than a day ago; None without it."""
        noted: dict[str, Any] | None = self.notes.own.get(name)
        return noted if noted and not self.is_a_day_ago(noted["at"]) else None

    def note_today(self, name: str, found: dict[str, Any]) -> None:
        """Note what is asked for once a day."""
        self.notes.own[name] = {**found, "at": self.now}

    def is_a_day_ago(self, seconds: float) -> bool:
        """Return whether a noted moment is a day old, or in the future (a clock set back)."""
        return not 0 <= self.now - seconds < _A_DAY

    def _address_check(self) -> Callable[[str], Awaitable[None]] | None:
        """Return the test of each address, redirects too; None for a documented public API."""
        if self.is_public_api:
            return None

        async def check_address(url: str) -> None:
            await self.robots.require(url, self.notes, self.request.at)

        return check_address
