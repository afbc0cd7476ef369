"""The tasks that work on queues, at most one per queue."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterable

import structlog

log = structlog.get_logger()


class QueueTasks:
    """Start tasks, wait for one of them, and end them."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[bool]] = {}  # by queue

    def __contains__(self, queue: str) -> bool:
        return queue in self._tasks

    def start(self, queue: str, work: Coroutine[None, None, bool]) -> asyncio.Task[bool]:
        """Start the task of a queue that has none."""
        task = asyncio.create_task(work, name=queue)
        self._tasks[queue] = task
        task.add_done_callback(lambda _: self._tasks.pop(queue, None))
        return task

    async def wait(self, events: Iterable[asyncio.Event], seconds: float) -> None:
        """Wait that long, or until an event is set or a task ends."""
        waiters = [asyncio.ensure_future(event.wait()) for event in events]
        await asyncio.wait(
            [*waiters, *self._tasks.values()], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for waiter in waiters:
            waiter.cancel()

    async def end(self, in_flight: Collection[str], grace: float) -> None:
        """Cancel the tasks. Those of queues with a call in flight get `grace` seconds to end."""
        tasks = list(self._tasks.values())
        for queue, task in self._tasks.items():
            if queue not in in_flight:
                task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                log.warning("message_interrupted", queue=task.get_name())
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
