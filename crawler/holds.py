"""Hosts that asked to wait: all their boards, probes and details wait together.

A 429 or 503 holds its host until its Retry-After. Without one the host is held for a minute, and
for twice as long at each further such answer, up to an hour: the longest back-off that a failing
board has too. Any other answer ends the doubling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from crawler.responses import PORTS, BadResponse

ASKS_TO_WAIT = frozenset({429, 503})
FIRST_BACK_OFF = 60.0  # seconds, for an answer without a Retry-After
LONGEST_BACK_OFF = 3600.0  # seconds
_MINUTE, _HOUR = 60.0, 3600.0

log = structlog.get_logger()


class Hold(NamedTuple):
    """The end of a host's hold, and its reason."""

    until: float  # by the clock of `Holds`
    status: int  # of the answer that asked for it
    repeats: int = 0  # answers in a row that asked to wait and did not say how long


@dataclass(slots=True)
class Holds:
    """The hosts that asked to wait. One instance serves all crawls of a process."""

    clock: Callable[[], float] = monotonic  # seconds
    is_restored: bool = False  # it has the holds of an earlier process
    _holds: dict[str, Hold] = field(default_factory=dict)  # by host: "boards-api.greenhouse.io:443"
    _repeats: dict[str, int] = field(default_factory=dict)  # by host
    _saved: dict[str, Hold] = field(default_factory=dict)

    def check(self, url: str) -> None:
        """Raise BadResponse while the host of this address asks to be left alone."""
        left = self.left(url)
        if left > 0:
            status = self._holds[host_of(url)].status
            answered = f"{urlsplit(url).hostname} answered HTTP {status}"
            reason = f"{answered} and is left alone for {_span(left)} more"
            raise BadResponse(reason, status=status, retryable=True, retry_after=left, held=True)

    def left(self, url: str) -> float:
        """Return the seconds for which the host is left alone; 0 when it may be asked."""
        hold = self._holds.get(host_of(url))
        return max(0.0, hold.until - self.clock()) if hold else 0.0

    def answered(self, url: str, status: int, retry_after: float | None) -> None:
        """Hold the host of this address if its answer asks for that.

        `retry_after` is in seconds; None where the answer does not say.
        """
        host, is_held = host_of(url), self.left(url) > 0
        if status not in ASKS_TO_WAIT:
            if not is_held:  # else it was on its way before the host asked to wait
                self._repeats.pop(host, None)
            return
        if not retry_after and is_held:  # one burst is one reason to back off
            return
        self._hold(host, retry_after or self._back_off(host), status)
        if not is_held:
            log.warning("host_held", host=host, status=status, seconds=round(self.left(url)))

    def _back_off(self, host: str) -> float:
        self._repeats[host] = repeats = self._repeats.get(host, 0) + 1
        return float(min(FIRST_BACK_OFF * 2 ** min(repeats - 1, 16), LONGEST_BACK_OFF))

    def _hold(self, host: str, seconds: float, status: int) -> Hold:
        hold = Hold(self.clock() + seconds, status, self._repeats.get(host, 0))
        self._holds[host] = max(self._holds.get(host, hold), hold)
        return self._holds[host]

    def restore(
        self, host: str, seconds: float, status: int, repeats: int, *, is_saved: bool = True
    ) -> None:
        """Take up a hold that an earlier process noted. `is_saved`: it is stored as it is."""
        self._repeats[host] = repeats
        hold = self._hold(host, seconds, status)
        if is_saved:
            self._saved[host] = hold

    def unsaved(self) -> dict[str, Hold]:
        """Return the holds that began or grew since they were last saved, by host."""
        return {
            host: hold for host, hold in list(self._holds.items()) if hold != self._saved.get(host)
        }

    def mark_saved(self, holds: Mapping[str, Hold]) -> None:
        """Note that these holds are stored for the next process."""
        self._saved.update(holds)


def host_of(url: str) -> str:
    """Return the host and port of an address, without its user and password."""
    end = url.find("/", len("https://"))
    return _host_of(url if end < 0 else url[:end])


@lru_cache(maxsize=256)  # one request asks eight times
def _host_of(root: str) -> str:
    parts = urlsplit(root)
    return f"{parts.hostname}:{parts.port or PORTS.get(parts.scheme, 0)}"


def _span(seconds: float) -> str:
    """Write seconds as a person does: "58 s", "12 min", "2 h"."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.0f} h"
