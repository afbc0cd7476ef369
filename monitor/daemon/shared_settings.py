"""The configuration that the daemon shares with its workers, and the lock for changing it.

A worker stores a result by the rules and watches that it has read. While the daemon changes them
no worker stores, and each one stores its next result by the new ones: every write of a worker
takes the lock for its transaction and compares the state of both (`stamp`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, text

from monitor.config import shared
from monitor.config.model import Settings
from monitor.database.columns import AnyRow
from monitor.database.tables import WorkerConfiguration

LOCK: Final = 0x726F6C66  # "rolf": PostgreSQL's advisory lock of what results are stored by
_NAME: Final = "worker"
_STORED = select(WorkerConfiguration.number, WorkerConfiguration.content).where(
    WorkerConfiguration.name == _NAME
)
_STAMP: Final = text("""
SELECT (SELECT number FROM worker_configuration), (SELECT count(*) FROM watch),
    (SELECT max(at) FROM watch), (SELECT max(ended_at) FROM watch),
    (SELECT count(*) FROM slack_channel)""")


class NoConfiguration(Exception):  # a state  # noqa: N818
    """No daemon has shared its configuration yet."""


class Stored(NamedTuple):
    """The shared configuration as it is stored."""

    number: int
    content: str


def store(connection: Connection, settings: Settings) -> None:
    """Store the configuration for workers, if it changed."""
    before = load(connection)
    content = shared.dump(settings)
    if before is not None and before.content == content:
        return
    connection.execute(delete(WorkerConfiguration))
    row = {"name": _NAME, "number": before.number + 1 if before else 1, "content": content}
    connection.execute(insert(WorkerConfiguration).values(written_at=text("now()"), **row))


def load(connection: Connection) -> Stored | None:
    """Return the stored configuration; None before a daemon has shared one."""
    row = connection.execute(_STORED).first()
    return None if row is None else Stored(*row)


def stamp(connection: Connection) -> AnyRow:
    """Return what differs once the configuration or the watches have changed."""
    return connection.execute(_STAMP).one()


@asynccontextmanager
async def without_workers(engine: Engine) -> AsyncIterator[None]:
    """Change what results are stored by while no worker stores one."""
    connection = await asyncio.to_thread(_locked, engine)
    try:
        yield
    finally:
        await asyncio.to_thread(connection.close)  # its end frees the lock


def _locked(engine: Engine) -> Connection:
    connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    try:
        connection.execute(text("SET lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    except BaseException:
        connection.invalidate()
        connection.close()
        raise
    connection.detach()  # so that closing ends the session, not only the lending
    return connection
