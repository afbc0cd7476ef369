"""A daemon in this process, on a database of either kind."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, event, text

from monitor.config.load import load
from monitor.config.model import Settings
from monitor.daemon.queue_times import QueueTimes
from monitor.daemon.serve import serve
from monitor.database.engine import read_transaction
from monitor.delivery.outbox import Outbox
from monitor.notify.console import ConsoleNotifier

CONFIG = """
[database]
url = "{url}"
[crawl]
every = "{every}"
[ats.greenhouse]
api_url = "{boards}"
delay = "0s"
[[boards]]
board = "greenhouse:examplelabs"
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""


@dataclass
class Living:
    """A daemon that runs in this process, and its counts."""

    config: Path
    engine: Engine
    console: io.StringIO = field(default_factory=io.StringIO)
    transactions: int = 0

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query that is not counted as a transaction."""
        before = self.transactions
        with read_transaction(self.engine) as connection:
            rows = [tuple(row) for row in connection.execute(text(query))]
        self.transactions = before
        return rows

    def settings(self) -> Settings:
        return load(self.config, {})


@asynccontextmanager
async def living(
    folder: Path,
    engine: Engine,
    boards: str,
    *,
    every: str = "1h",
    more: str = "",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    config: str = CONFIG,
    queue_times: QueueTimes = QueueTimes(),  # noqa: B008  # frozen
) -> AsyncIterator[Living]:
    """Yield a daemon that watches one board. Stop it at the end."""
    file = folder / "rolewatch.toml"
    url = engine.url.render_as_string(hide_password=False)
    file.write_text(config.format(url=url, every=every, boards=boards) + more)
    one = Living(file, engine)

    def count(_: object) -> None:
        one.transactions += 1

    def make_outbox(settings: Settings) -> Outbox:
        return Outbox(
            engine, {"console": ConsoleNotifier(one.console)}, clock, hours=settings.alerts
        )

    event.listen(engine, "begin", count)
    serving = asyncio.create_task(
        serve(
            one.settings,
            engine,
            make_outbox,
            announce=False,
            clock=clock,
            random=Random(1),
            queue_times=queue_times,
        )
    )
    try:
        yield one
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(serving, 30) is False  # not forced
        event.remove(engine, "begin", count)
