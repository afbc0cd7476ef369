"""Hosts that asked to be left alone for a while: all their boards, probes and details wait together.

A 429 or 503 holds its host until its Retry-After. Without one the host is held for a minute, and for twice as long at each further such
answer, up to an hour: the longest back-off that a failing board has too. Any other answer ends the doubling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from crawler.answer import PORTS, Unusable

ASKS_TO_WAIT = frozenset({429, 503})
FIRST_BACK_OFF = 60.0  # seconds, for an answer without a Retry-After
LONGEST_BACK_OFF = 3600.0  # seconds
_MINUTE, _HOUR = 60.0, 3600.0

log = structlog.get_logger()


class Hold(NamedTuple):
    """How long a host is left alone, and why."""

    host: str  # "boards-api.greenhouse.io:443"
    left: float  # seconds
    status: int  # of the answer that asked for it
    repeats: int  # answers in a row that asked to wait and did not say how long


class _Until(NamedTuple):
    at: float  # by the clock
    status: int


@dataclass(slots=True)
class Holds:
    """The hosts that asked to wait, and until when. One instance serves all crawls of a process."""

    clock: Callable[[], float] = monotonic  # seconds
    is_restored: bool = False  # it has what an earlier process was told
    _until: dict[str, _Until] = field(default_factory=dict)  # by host
    _repeats: dict[str, int] = field(default_factory=dict)  # by host
    _new: set[str] = field(default_factory=set)  # hosts that are held since `take_new` was called

    def check(self, url: str) -> None:
        """Raise Unusable while the host of this address asks to be left alone."""
        left = self.left(url)
        if left > 0:
            status = self._until[host_of(url)].status
            reason = f"{urlsplit(url).hostname} answered HTTP {status} and is left alone for {_span(left)} more"
            raise Unusable(reason, status=status, passing=True, retry_after=left, held=True)

    def left(self, url: str) -> float:
        """The seconds for which the host of this address is left alone; 0 when it may be asked."""
        until = self._until.get(host_of(url))
        return max(0.0, until.at - self.clock()) if until else 0.0

    def answered(self, url: str, status: int, retry_after: float | None) -> None:
        """Hold the host of this address when its answer asks for that. `retry_after` is in seconds; None where it does not say."""
        host, is_held = host_of(url), self.left(url) > 0
        if status not in ASKS_TO_WAIT:
            if not is_held:  # else it was on its way before the host asked to wait
                self._repeats.pop(host, None)
            return
        if not retry_after and is_held:  # one burst is one reason to back off
            return
        self._hold(Hold(host, retry_after or self._back_off(host), status, self._repeats.get(host, 0)))
        self._new.add(host)
        log.warning("host held", host=host, status=status, seconds=round(self.left(url)))

    def _back_off(self, host: str) -> float:
        self._repeats[host] = repeats = self._repeats.get(host, 0) + 1
        return float(min(FIRST_BACK_OFF * 2 ** min(repeats - 1, 16), LONGEST_BACK_OFF))

    def _hold(self, hold: Hold) -> None:
        until = _Until(self.clock() + hold.left, hold.status)
        self._until[hold.host] = max(self._until.get(hold.host, until), until)

    def restore(self, holds: list[Hold]) -> None:
        """Take up what an earlier process was told."""
        for hold in holds:
            self._hold(hold)
            self._repeats[hold.host] = hold.repeats
        self.is_restored = True

    def take_new(self) -> list[Hold]:
        """The holds that began or grew since the last call."""
        new, self._new = self._new, set()
        now = self.clock()
        return [
            Hold(host, self._until[host].at - now, self._until[host].status, self._repeats.get(host, 0))
            for host in sorted(new)
            if self._until[host].at > now
        ]


def host_of(url: str) -> str:
    """The host and port of an address, without the user and password that it may carry."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or PORTS.get(parts.scheme, 0)}"


def _span(seconds: float) -> str:
    """Seconds as a person writes them: "58 s", "12 min", "2 h"."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.0f} h"
