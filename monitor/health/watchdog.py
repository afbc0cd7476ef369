"""The watchdog: report once when rounds or delivery are late or stuck, and once when they recover.

It judges by what waits in the database. A hanging round, a stopped scheduler, a database that
refuses every write and a channel that takes no message all look the same. It cannot see its own
event loop hang: systemd does that, see `heartbeat.py`. Each pending item has an id that changes
when it makes progress; the same id for too long is late. The clock stands still while the machine
sleeps, so that a laptop that wakes up is not late with everything that became due overnight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import structlog
from sqlalchemy import Engine

from monitor.config.model import Settings
from monitor.database.engine import iso, read_transaction
from monitor.database.trouble import DATABASE_ERRORS, describe
from monitor.messages import OperatorMessage
from monitor.notify.wording import format_instant
from monitor.queries import overdue
from monitor.queries.overdue import PendingWork

Part = Literal["rounds", "delivery"]
PARTS: Final[tuple[Part, ...]] = ("rounds", "delivery")


@dataclass
class Lateness:
    """Remembers what waits, and since when."""

    _first: dict[tuple[Part, str], float] = field(default_factory=dict)

    def late(self, waiting: Mapping[Part, list[PendingWork]], now: float) -> dict[Part, list[str]]:
        """Why each part is late, in words; a part that is in time is not there. `now` is in seconds of a clock that never goes back."""
        seen = {(part, one.what): one for part, some in waiting.items() for one in some}
        self._first = {key: self._first.get(key, now) for key in seen}
        found: dict[Part, list[str]] = {}
        for (part, what), one in seen.items():
            if now - self._first[part, what] >= one.patience:
                found.setdefault(part, []).append(one.words)
        return found


log = structlog.get_logger()
_NAMES: Mapping[Part, str] = {"rounds": "Rounds are", "delivery": "Delivery is"}


@dataclass
class Watchdog:
    """Looks when it is told to; `notice` writes an operator's message, and `seconds` is a clock that never goes back."""

    engine: Engine
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    write_operator_alert: Callable[[OperatorMessage], None]
    lateness: Lateness = field(default_factory=Lateness)
    late: Mapping[Part, list[str]] = field(default_factory=dict)  # as of the last look
    looked: float | None = None  # when, by `seconds`
    _logged: set[Part] = field(default_factory=set)
    # since when, of what the operator knows
    _told: dict[Part, datetime] = field(default_factory=dict)

    def look(self, settings: Settings) -> None:
        """One look; raises nothing that the database may raise, since that is a finding."""
        try:
            with read_transaction(self.engine) as connection:
                now = self.clock()
                found = {
                    "rounds": overdue.rounds(connection, settings, now),
                    "delivery": overdue.messages(connection, now),
                }
            # the literal's keys are parts
            late = self.lateness.late(found, self.seconds())  # type: ignore[arg-type]
        except DATABASE_ERRORS as error:
            late = {part: [f"the database cannot be read: {describe(error)}"] for part in PARTS}
        self.late, self.looked = late, self.seconds()
        for part in PARTS:
            self._tell(part, late.get(part))

    def _tell(self, part: Part, reasons: list[str] | None) -> None:
        """Once an incident; a message that could not be written down is tried again with the next look."""
        if reasons:
            if part not in self._logged:
                log.error("late", part=part, reasons=reasons)
            self._logged.add(part)
            lines = (*reasons[:10], "`rolewatch doctor` looks closer.")
            now = self.clock()
            if part not in self._told and self._try(
                OperatorMessage("late", f"{_NAMES[part]} late", lines, incident=_key(part, now))
            ):
                self._told[part] = now
        elif part in self._logged:
            log.info("in time again", part=part)
            self._logged.discard(part)
            since = self._told.get(part)
            if since is not None and self._try(self._end(part, since)):
                del self._told[part]

    def _end(self, part: Part, since: datetime) -> OperatorMessage:
        lines = (f"Late: {format_instant(since)} to {format_instant(self.clock())}",)
        return OperatorMessage(
            "in time", f"{_NAMES[part]} in time again", lines, incident=_key(part, since)
        )

    def _try(self, message: OperatorMessage) -> bool:
        try:
            self.write_operator_alert(message)
        except DATABASE_ERRORS as error:
            # it is told again
            log.error("the operator's message could not be written", reason=describe(error))  # noqa: TRY400
            return False
        return True

    def reasons(self, patience: float) -> list[str]:
        """Why all is not well, in words; empty when it is. A look that is older than `patience` seconds is itself a reason."""
        if self.looked is None:
            return []
        age = self.seconds() - self.looked
        stuck = (
            [f"the watchdog's last look is {age:.0f} s old: the database does not answer"]
            if age > patience
            else []
        )
        return stuck + [
            f"{part} late: {describe}" for part in PARTS for describe in self.late.get(part, [])
        ]


def _key(part: Part, since: datetime) -> str:
    """Of the incident, whose messages are one and its thread where a channel has threads."""
    return f"late {part} {iso(since)}"
