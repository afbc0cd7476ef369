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
    told_at: datetime  # later than its end if nothing could be sent

    @property
    def headline(self) -> str:
        """`Today`, in the morning `Since yesterday`, and after missed digests `Since Dec 3`.

        Told on a later day, it is `Dec 4` or `Dec 3 to Dec 4`.
        """
        if self._is_late:
            return self._dates
        if self._days_before(self.begins) > 1:
            return f"Since {format_day(self.begins, self.zone)}"
        return "Since yesterday" if self._ends_in_the_morning else "Today"

    def since(self, at: datetime) -> str:
        """Return `today` for an instant of today, else since when: `since yesterday`."""
        days = self._days_before(at)
        if days <= 0:
            return f"on {format_day(self.ends, self.zone)}" if self._is_late else "today"
        if days == 1 and not self._is_late:
            return "since yesterday"
        return f"since {format_day(at, self.zone)}"

    @property
    def _is_late(self) -> bool:
        return self._days_before(self.told_at) < 0

    @property
    def _dates(self) -> str:
        """Return the dates that `Today`, `Since yesterday` or `Since Dec 3` would have meant."""
        last = format_day(self.ends, self.zone)
        if self._days_before(self.begins) <= (0 if self._ends_in_the_morning else 1):
            return last
        return f"{format_day(self.begins, self.zone)} to {last}"

    @property
    def _ends_in_the_morning(self) -> bool:
        return self.ends.astimezone(self.zone).hour < _NOON

    def _days_before(self, at: datetime) -> int:
        dates = (moment.astimezone(self.zone).date() for moment in (self.ends, at))
        return (next(dates) - next(dates)).days
