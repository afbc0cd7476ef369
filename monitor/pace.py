"""How soon a channel may get its next message: some at once, then one for each interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Pace:
    """A token bucket; an interval of 0 holds nothing up."""

    interval: float  # seconds for one message
    burst: int  # messages at once
    _left: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._left = float(self.burst)

    def take(self, now: datetime) -> float:
        """Books one message, and gives the seconds to wait before it goes."""
        if self.interval <= 0:
            return 0.0
        passed = max(0.0, (now - self._at).total_seconds()) if self._at else 0.0  # a clock set back gives nothing and takes nothing
        self._at = now
        self._left = min(float(self.burst), self._left + passed / self.interval) - 1
        return max(0.0, -self._left * self.interval)
