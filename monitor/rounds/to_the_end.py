"""Let a step that stores results end, although its round or job is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def to_the_end(work: Awaitable[None], on_late_error: Callable[[BaseException], None]) -> None:
    """Await the work. If this is cancelled meanwhile, let the work end first.

    Its error then goes to `on_late_error`: whoever cancels this does not wait for it.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()):
            on_late_error(error)
        raise
