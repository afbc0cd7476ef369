"""The daemon's rounds: each is a task, so a hanging board delays no other work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from monitor.daemon.memory import MemoryRelease
from monitor.daemon.stopping import sleep_until_stop
from monitor.database.lease import LeaseLost
from monitor.database.trouble import OutageLog
from monitor.rounds import requests
from monitor.rounds.round import Round
from monitor.rounds.shared_state import SharedState

# seconds after a round that failed as a whole, as with a full disk; doubled each time
PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 60.0  # seconds
ROUND_FAILED: Final = "round_failed"


@dataclass
class Rounds:
    """Begins rounds and runs them.

    A round that a `check` requested begins at once. Its boards wait until their ats is free.
    """

    shared: SharedState
    announce: bool
    stop: asyncio.Event
    troubles: OutageLog
    ended: Callable[[int | None], None]  # called with the round, or None after one that failed
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    answering: set[int] = field(default_factory=set)  # requests whose rounds are under way
    # when boards of an ats could be checked again, by the loop's time
    ats_free_at: float | None = None
    pause: float = PAUSE  # seconds after the next round that fails as a whole
    memory: MemoryRelease = field(default_factory=MemoryRelease)

    @property
    def in_trouble(self) -> bool:
        """Return whether the last round failed, or one is running that will show it."""
        return self.pause > PAUSE or bool(self.tasks)

    @property
    def busy(self) -> frozenset[str]:
        """The ats that are crawled now, or that a round waits for."""
        return frozenset(ats for ats, count in self.shared.busy.items() if count > 0)

    async def begin(self, names: Collection[str]) -> None:
        """Begin a round of boards that are due."""
        self._run(await Round.begin(self.shared, names, alerts=True, announce=self.announce), None)

    async def begin_requested(self, request: requests.OpenRequest) -> None:
        """Begin the round that a `check` requested."""
        announce = request.announce or self.announce
        one = await Round.begin(
            self.shared,
            request.boards or None,
            alerts=request.alerts,
            announce=announce,
            requested=True,
        )
        self.answering.add(request.id)
        self._run(one, request.id)

    def note_ats_free(self) -> None:
        """Note that boards of an ats can be checked again."""
        self.ats_free_at = asyncio.get_running_loop().time()

    def _run(self, one: Round, request_id: int | None) -> None:
        task = asyncio.create_task(self._run_and_complete(one, request_id))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run_and_complete(self, one: Round, request_id: int | None) -> None:
        """Run a round, and complete its request. Pause after an error.

        Catches everything: delivery, reminders and the watchdog must go on, and a restart would
        meet the same error.
        """
        ended = None
        try:
            await one.run()
            await asyncio.to_thread(self.memory.run)
            if request_id is not None:
                await asyncio.to_thread(
                    requests.complete_request,
                    self.shared.engine,
                    request_id,
                    one.id,
                    self.shared.clock(),
                )
        except LeaseLost:
            return
        # the log has it, and its traceback where the fault is ours
        except Exception as error:  # noqa: BLE001
            self.troubles.report(ROUND_FAILED, error)
            pause, self.pause = self.pause, min(2 * self.pause, LONGEST_PAUSE)
            await sleep_until_stop(self.stop, pause)
        else:
            ended = one.id
            self.troubles.over(ROUND_FAILED)
            self.pause = PAUSE
        finally:
            one.free()
            self.answering.discard(request_id or 0)
        self.note_ats_free()
        self.ended(ended)
