"""The pace of a channel: a short burst, then one message per interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class TokenBucket:
    """A token bucket. With an interval of 0 nothing waits."""

    interval: float  # seconds per message
    burst: int  # messages at once
    _tokens: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)
    # when the message that was booked last goes
    _last_slot: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._tokens = float(self.burst)

    def take(self, now: datetime) -> float:
        """Book one message. Return the seconds to wait before it goes."""
        if self.interval <= 0:
            return 0.0
        # a clock set back neither adds nor removes tokens
        passed = max(0.0, (now - self._at).total_seconds()) if self._at else 0.0
        self._at = now
        self._tokens = min(float(self.burst), self._tokens + passed / self.interval) - 1
        wait = max(0.0, -self._tokens * self.interval)
        self._last_slot = now + timedelta(seconds=wait)
        return wait

    def go(self, now: datetime) -> None:
        """Note that the booked message goes now. If it is late, the next ones are late too."""
        if self._at is not None and self._last_slot is not None and now > self._last_slot:
            self._at += now - self._last_slot
            self._last_slot = now
