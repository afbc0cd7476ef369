"""The daemon notices that another process has written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import OperationalError

from monitor.daemon import wake
from monitor.daemon.wake import OpenConnection, Watch
from monitor.database.engine import make_engine
from monitor.database.lease import Lease, acquire
from monitor.database.tables import CheckRound
from monitor.database.trouble import OutageLog
from tests.support.running import until


def _write(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(CheckRound).values(started_at=datetime.now(UTC)))


def _notices_once(watched: OpenConnection) -> bool:
    """Return whether the next poll reports a write, and the one after it none."""
    first, second = ((watched.was_written(), watched.has_changed()) for _ in range(2))
    return first == (True, True) and second == (False, False)


def test_a_write_of_another_process_is_noticed_once(sqlite_engine: Engine) -> None:
    watched, other = OpenConnection(sqlite_engine), make_engine(str(sqlite_engine.url))
    _write(other)
    watched.was_written()
    watched.has_changed()
    assert not watched.was_written()
    _write(other)
    assert _notices_once(watched)
    watched.close()
    other.dispose()


def test_a_file_that_nobody_wrote_is_not_asked(sqlite_engine: Engine) -> None:
    _write(sqlite_engine)
    watched = OpenConnection(sqlite_engine)
    assert watched.was_written()  # before the first poll anything may have happened
    assert not any(watched.was_written() for _ in range(5))
    watched.close()


def test_a_renewed_lease_is_no_write_of_another_process(sqlite_engine: Engine) -> None:
    lease = acquire(sqlite_engine, "run", lambda: datetime.now(UTC))
    watched, other = OpenConnection(sqlite_engine), make_engine(str(sqlite_engine.url))
    watched.was_written()
    watched.has_changed()
    assert watched.renew(lease)
    assert not watched.was_written()
    _write(other)
    assert watched.renew(lease)
    assert watched.was_written()
    assert watched.has_changed()
    assert not watched.was_written()
    watched.close()
    other.dispose()


def test_a_write_while_the_connection_was_lost_is_noticed(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = acquire(sqlite_engine, "run", lambda: datetime.now(UTC))
    watched, other = OpenConnection(sqlite_engine), make_engine(str(sqlite_engine.url))
    watched.was_written()
    watched.has_changed()
    with monkeypatch.context() as busy:
        busy.setattr(Lease, "renew", _refuse)
        with pytest.raises(OperationalError):
            watched.renew(lease)
    sqlite_engine.dispose()  # as a pool that opens another connection
    _write(other)
    assert watched.renew(lease)
    assert _notices_once(watched)
    watched.close()
    other.dispose()


def _refuse(*_: object) -> bool:
    raise OperationalError("UPDATE", {}, Exception("database is locked"))


@dataclass
class Polled:
    """The calls that a watch made, and its clock, which can be set."""

    noticed: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def _watch(engine: Engine, found: Polled) -> Watch:
    noticed = found.noticed
    return Watch(
        acquire(engine, "run", lambda: datetime.now(UTC)),
        found.now,
        asyncio.Event(),
        OutageLog(),
        lambda: noticed.append("write"),
        lambda: "configuration" in noticed and noticed[-1] != "run soon",
        lambda: noticed.append("run soon"),
    )


@asynccontextmanager
async def polled(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Polled]:
    """Poll the database until the end of the block."""
    monkeypatch.setattr(wake, "POLL_EVERY", 0.01)
    found = Polled()
    watch = _watch(engine, found)
    task = asyncio.create_task(watch.poll())
    await until(
        lambda: found.noticed == ["write"]
    )  # before the first poll anything may have happened
    try:
        yield found
    finally:
        watch.stop.set()
        await task


async def test_a_poll_notices_each_change_once(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_engine(str(sqlite_engine.url))
    async with polled(sqlite_engine, monkeypatch) as found:
        noticed = found.noticed
        await asyncio.sleep(0.2)
        assert noticed == ["write"]
        for number in range(2, 5):
            await asyncio.to_thread(_write, other)
            await until(lambda: len(noticed) == number)  # noqa: B023
            await asyncio.sleep(0.1)
        assert noticed == ["write"] * 4
        noticed.append("configuration")
        await until(lambda: noticed[-1] == "run soon")
        await asyncio.sleep(0.1)
        assert noticed.count("run soon") == 1
        for set_by in (timedelta(hours=1), timedelta(0)):  # ahead, then back
            found.ahead, before = set_by, noticed.count("write")
            await until(lambda: noticed.count("write") == before + 1)  # noqa: B023
            await asyncio.sleep(0.1)
            assert noticed.count("write") == before + 1
    other.dispose()


async def test_a_second_tick_before_the_poll_forgets_no_write(sqlite_engine: Engine) -> None:
    other = make_engine(str(sqlite_engine.url))
    watch = _watch(sqlite_engine, Polled())
    await watch._poll_once()
    await watch._poll_once()
    await asyncio.to_thread(_write, other)
    assert [watch._is_quiet() for _ in range(2)] == [False, False]
    await watch._poll_once()
    assert watch._is_quiet()
    watch.connection.close()
    other.dispose()
