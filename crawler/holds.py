"""Hosts that asked to be left alone for a while: all their boards, probes and details wait together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

from crawler.responses import Unusable

_ASKS_TO_WAIT = {429, 503}


@dataclass(slots=True)
class Holds:
    """The hosts that asked to wait, and until when. One instance serves all crawls of a process."""

    clock: Callable[[], float] = monotonic  # seconds
    _until: dict[str, tuple[float, int]] = field(default_factory=dict)  # by host and port: when, and the status that asked for it

    def check(self, url: str) -> None:
        """Raise Unusable while the host of this address asks to be left alone."""
        host = urlsplit(url).netloc
        until, status = self._until.get(host, (0.0, 0))
        left = until - self.clock()
        if left <= 0:
            self._until.pop(host, None)
            return
        raise Unusable(f"HTTP {status}: the host asks to wait {left:.0f} s more", status=status, passing=True, retry_after=left)

    def note(self, url: str, trouble: Unusable) -> None:
        """Hold the host of this address when its answer asks for that, with 429 or 503 and a Retry-After."""
        if trouble.status in _ASKS_TO_WAIT and trouble.retry_after:
            host = urlsplit(url).netloc
            until = self.clock() + trouble.retry_after
            self._until[host] = max(self._until.get(host, (0.0, 0)), (until, trouble.status))
