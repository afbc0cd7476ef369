"""A network that is away: every board fails at once, and that is one line instead of one a board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

import structlog

from crawler.items import Failure, Result

log = structlog.get_logger()
_SIGNS = ("no such host: ", "cannot connect to ")


def is_unreached(result: Result) -> bool:
    """True if the check failed before any host answered."""
    return (
        isinstance(result, Failure)
        and result.status is None
        and any(sign in result.reason for sign in _SIGNS)
    )


class Network:
    """Whether the network is away, as the checks of this process show it round by round."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._away = False
        self._reached = False
        self._unreached: list[Mapping[str, object]] = []

    def reached(self) -> None:
        """Some host answered in this round."""
        self._reached = True

    def unreached(self, facts: Mapping[str, object]) -> None:
        """A board failed in this round before any host answered; the facts are for the log."""
        with self._lock:
            self._unreached.append(facts)

    def end_round(self) -> None:
        """Log the boards that failed so: one by one while others answer, once when none does, and no more until one answers again."""
        with self._lock:
            failed, self._unreached = self._unreached, []
            reached, self._reached = self._reached, False
        if reached and self._away:
            log.info("network is back")
        if reached or (len(failed) == 1 and not self._away):
            self._away = False
            _each(failed)
        elif failed and not self._away:
            self._away = True
            log.warning(
                "network away, no board can be reached",
                boards=len(failed),
                reason=failed[0].get("reason"),
            )


def _each(failed: Sequence[Mapping[str, object]]) -> None:
    for facts in failed:
        log.warning("board failed", **facts)


NETWORK = Network()  # the machine has one
