"""How soon a channel may get its next message: some at once, then one for each interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Pace:
    """A token bucket; an interval of 0 holds nothing up."""

    interval: float  # seconds for one message
    burst: int  # messages at once
    _left: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)
    _goes: datetime | None = field(init=False, default=None)  # when the message that was booked last goes

    def __post_init__(self) -> None:
        self._left = float(self.burst)

    def take(self, now: datetime) -> float:
        """Books one message, and gives the seconds to wait before it goes."""
        if self.interval <= 0:
            return 0.0
        passed = max(0.0, (now - self._at).total_seconds()) if self._at else 0.0  # a clock set back gives nothing and takes nothing
        self._at = now
        self._left = min(float(self.burst), self._left + passed / self.interval) - 1
        wait = max(0.0, -self._left * self.interval)
        self._goes = now + timedelta(seconds=wait)
        return wait

    def go(self, now: datetime) -> None:
        """Take note that the message goes now: by as much as that is later than it was booked for, the next ones are put off too."""
        if self._at is not None and self._goes is not None and now > self._goes:
            self._at += now - self._goes
            self._goes = now
