"""The watchdog: report once when rounds or delivery are late or stuck, and once when they recover.

It reads the pending work from the database. A hanging round, a stopped scheduler, a database that
refuses every write and a channel that accepts no message have one symptom: pending work makes no
progress. Each pending item has an id that changes when it makes progress. The same id for too long
is late. The watchdog cannot see its own event loop hang: systemd does that, see `heartbeat.py`. The
monotonic clock stands still while the machine sleeps, so a laptop that wakes up is not late with
everything that became due overnight.

A restarted daemon ends the incidents of the one before, as soon as it knows that they are over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import structlog
from sqlalchemy import Connection, Engine

from monitor.alerts import open_incidents
from monitor.config.model import Settings
from monitor.database.columns import iso
from monitor.database.engine import read_transaction
from monitor.database.trouble import DATABASE_ERRORS, describe
from monitor.messages import OperatorMessage, instant
from monitor.queries import overdue
from monitor.queries.overdue import PendingWork

Part = Literal["rounds", "delivery", "workers"]
PARTS: Final[tuple[Part, ...]] = ("rounds", "delivery", "workers")


@dataclass
class Lateness:
    """Remembers each pending item, and since when it waits."""

    _first: dict[tuple[Part, str], float] = field(default_factory=dict)

    def late(self, waiting: Mapping[Part, list[PendingWork]], now: float) -> dict[Part, list[str]]:
        """Return for each late part why. `now`: seconds of a monotonic clock."""
        seen = {(part, one.what): one for part, some in waiting.items() for one in some}
        self._first = {key: self._first.get(key, now) for key in seen}
        found: dict[Part, list[str]] = {}
        for (part, what), one in seen.items():
            if now - self._first[part, what] >= one.patience:
                found.setdefault(part, []).append(one.words)
        return found

    def since(self, part: Part, some: Iterable[PendingWork]) -> float | None:
        """Return since when the oldest of these items waits, or None without any."""
        return min((self._first[part, one.what] for one in some), default=None)


log = structlog.get_logger()
_NAMES: Mapping[Part, str] = {
    "rounds": "Rounds are late",
    "delivery": "Delivery is late",
    "workers": "No worker is alive",
}
_OVER: Mapping[Part, str] = {
    "rounds": "Rounds are in time again",
    "delivery": "Delivery is in time again",
    "workers": "A worker is alive again",
}


@dataclass
class Watchdog:
    """Checks on request. `seconds` is a monotonic clock."""

    engine: Engine
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    write_operator_alert: Callable[[OperatorMessage], None]
    lateness: Lateness = field(default_factory=Lateness)
    late: Mapping[Part, list[str]] = field(default_factory=dict)  # as of the last check
    checked_at: float | None = None  # by `seconds`
    _logged: set[Part] = field(default_factory=set)
    _first_at: float | None = None  # by `seconds`
    # since when, of reported incidents
    _alerted: dict[Part, datetime] = field(default_factory=dict)
    # incidents of the daemon before that may last; None: not read yet
    _former: set[Part] | None = None
    _taken_over_at: float = 0.0  # by `seconds`

    def check(self, settings: Settings) -> None:
        """Check once. Database errors are reported as lateness, never raised."""
        found: dict[Part, list[PendingWork]] = {}
        began = self.seconds()
        try:
            with read_transaction(self.engine) as connection:
                now = self.clock()
                found = {
                    "rounds": overdue.rounds(connection, settings, now),
                    "delivery": overdue.messages(connection, now),
                    "workers": overdue.workers(connection, settings, self._age()),
                }
                if self._former is None:
                    self._former = self._take_over(connection, settings)
                    self._taken_over_at = began
            late = self.lateness.late(found, began)
        except DATABASE_ERRORS as error:
            unread = [f"the database cannot be read: {describe(error)}"]
            late = {"rounds": unread, "delivery": unread}
        self.late, self.checked_at = late, self.seconds()
        for part in PARTS:
            if late.get(part) or not self._may_last(part, found.get(part, []), began):
                self._tell(part, late.get(part))

    def _take_over(self, connection: Connection, settings: Settings) -> set[Part]:
        """Return the parts with an open incident, which the daemon before has reported."""
        for part in PARTS if settings.workers.queue else PARTS[:2]:
            incident = open_incidents.find_open(connection, f"late {part}")
            if incident is not None:
                self._alerted[part] = incident.since
                self._logged.add(part)
        return set(self._alerted)

    def _may_last(self, part: Part, waiting: Sequence[PendingWork], now: float) -> bool:
        """Return True if an incident of the daemon before may last: its work may still wait.

        Work that has begun to wait since shows progress.
        """
        if not self._former or part not in self._former:
            return False
        knows_workers = now - self._taken_over_at >= overdue.WORKERS.total_seconds()
        is_known = knows_workers and self.lateness.since(part, waiting) != self._taken_over_at
        if is_known:
            self._former.remove(part)
        return not is_known

    def _age(self) -> float:
        """Return the seconds since the first check."""
        self._first_at = self.seconds() if self._first_at is None else self._first_at
        return self.seconds() - self._first_at

    def _tell(self, part: Part, reasons: list[str] | None) -> None:
        """Log and alert once an incident. Retry a message that could not be stored."""
        if reasons:
            if part not in self._logged:
                log.error("work_delayed", part=part, reasons=reasons)
            self._logged.add(part)
            lines = (*reasons[:10], "Run `rolewatch doctor` for details.")
            now = self.clock()
            if part not in self._alerted and self._try(
                OperatorMessage("late", _NAMES[part], lines, incident=_key(part, now))
            ):
                self._alerted[part] = now
        elif part in self._logged:
            log.info("work_recovered", part=part)
            self._logged.discard(part)
            since = self._alerted.get(part)
            if since is not None and self._try(self._end(part, since)):
                del self._alerted[part]

    def _end(self, part: Part, since: datetime) -> OperatorMessage:
        now = self.clock()
        return OperatorMessage(
            "in time",
            _OVER[part],
            incident=_key(part, since),
            past=f"{_NAMES[part]} from {instant(since)} to {instant(now)}",
        )

    def _try(self, message: OperatorMessage) -> bool:
        try:
            self.write_operator_alert(message)
        except DATABASE_ERRORS as error:
            # retried at the next check
            log.error("operator_alert_not_stored", reason=describe(error))  # noqa: TRY400
            return False
        return True

    def reasons(self, patience: float) -> list[str]:
        """Return the current problems. A check older than `patience` seconds is a problem too."""
        if self.checked_at is None:
            return []
        age = self.seconds() - self.checked_at
        stuck = (
            [f"the watchdog's last check is {age:.0f} s old: the database does not answer"]
            if age > patience
            else []
        )
        return stuck + [
            f"{part} late: {describe}" for part in PARTS for describe in self.late.get(part, [])
        ]


def _key(part: Part, since: datetime) -> str:
    """Return the incident's key. All its messages share it, and a thread in Slack."""
    return f"late {part} {iso(since)}"
