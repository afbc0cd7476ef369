"""A worker whose database cannot be written."""

from __future__ import annotations

import asyncio
from random import Random

from sqlalchemy import text
from structlog.testing import capture_logs

from monitor.daemon.worker import WorkerProcess
from monitor.database.opening import engine_as_is
from monitor.database.schema import upgrade
from tests.support.running import until
from tests.support.worker_process import QUICK


async def test_a_database_that_refuses_writes_is_one_trouble_until_it_takes_them(
    postgres_url: str,
) -> None:
    with engine_as_is(postgres_url) as engine:
        upgrade(engine)
        with engine.begin() as connection:
            name = connection.scalar(text("SELECT current_database()"))
            setting = "default_transaction_read_only = on"
            connection.execute(text(f'ALTER DATABASE "{name}" SET {setting}'))
    worker = WorkerProcess(postgres_url, 1, QUICK, Random(1))
    with capture_logs() as log:
        working = asyncio.create_task(worker.work())
        await until(lambda: len(log) > 1)
        await asyncio.sleep(4 * QUICK.pause)
        worker.stop.set()
        await asyncio.wait_for(working, 30)
    assert [(line["event"], line.get("reason", "")) for line in log] == [
        ("worker_started", ""),
        (
            "worker_not_connected",
            "ReadOnlySqlTransaction: cannot execute INSERT in a read-only transaction",
        ),
        ("worker_stopped", ""),
    ]
