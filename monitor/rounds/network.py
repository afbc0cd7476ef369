"""Detect a network outage: if no host answers any board, log and report it once, not per board."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from crawler.items import Failure, Result

log = structlog.get_logger()
_SIGN = re.compile(r"(?:no such host: |cannot connect to )([^:\s]*)")


def is_unreached(result: Result) -> bool:
    """Return True if the check failed before any host answered."""
    return isinstance(result, Failure) and says_unreached(result.status, result.reason)


def says_unreached(status: int | None, reason: str | None) -> bool:
    """Return True for the status and reason of a failure that came before any host answered."""
    return status is None and _SIGN.search(reason or "") is not None


@dataclass(slots=True)
class Tally:
    """Counts of how one round reached the network."""

    reached: bool = False  # some host answered
    # what the log says of each board that no host answered
    unreached: list[Mapping[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class Network:
    """The state of the network, by the last rounds."""

    away: bool = False  # no host answers
    # boards that no host answered since one answered last, with the reason
    silent: dict[str, str] = field(default_factory=dict)
    reached_at: datetime | None = None  # when a round ended in which a host answered
    incident: datetime | None = None  # since when, of the operator's incident that lasts
    asked: bool = False  # the database was asked for that incident

    def end_round(self, tally: Tally, watched: int, now: datetime) -> None:
        """Evaluate a finished round with so many watched boards. Log each finding once.

        The network is away when no host answers several boards: all that are watched, or boards of
        several hosts. What one board's host does is that board's own failure.
        """
        if tally.reached:
            if self.away:
                log.info("network_recovered")
            self.away, self.silent, self.reached_at = False, {}, now
            _each(tally.unreached)
        elif tally.unreached:
            new = [
                facts
                for facts in tally.unreached
                if self.silent.get(str(facts["board"])) != facts["reason"]
            ]
            self.silent |= {str(facts["board"]): str(facts["reason"]) for facts in tally.unreached}
            if self.away:
                return
            self.away = self._is_away(watched)
            if self.away:
                log.warning(
                    "network_lost",
                    boards=len(self.silent),
                    reason=tally.unreached[0]["reason"],
                )
            else:
                _each(new)

    def _is_away(self, watched: int) -> bool:
        hosts = {sign[1] for sign in map(_SIGN.search, self.silent.values()) if sign}
        return len(self.silent) > 1 and (len(self.silent) >= watched or len(hosts) > 1)


def _each(failed: Sequence[Mapping[str, object]]) -> None:
    for facts in failed:
        log.warning("board_failed", **facts)
