"""The time that a digest covers, in words that are true of each of its roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from monitor.text.dates import format_day

_NOON: Final = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From the last digest to this one, in the time zone of the reader."""

    begins: datetime
    ends: datetime
    zone: tzinfo

    @property
    def headline(self) -> str:
        """`Today`, in the morning `Since yesterday`, and after missed digests `Since Dec 3`."""
        if self._days_before(self.begins) > 1:
            return f"Since {format_day(self.begins, self.zone)}"
        in_the_morning = self.ends.astimezone(self.zone).hour < _NOON
        return "Since yesterday" if in_the_morning else "Today"

    def since(self, at: datetime) -> str:
        """Return `today` for an instant of today, else since when: `since yesterday`."""
        days = self._days_before(at)
        if days <= 0:
            return "today"
        return "since yesterday" if days == 1 else f"since {format_day(at, self.zone)}"

    def _days_before(self, at: datetime) -> int:
        dates = (moment.astimezone(self.zone).date() for moment in (self.ends, at))
        return (next(dates) - next(dates)).days
