"""The daemon notices that another process has written."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import OperationalError

from monitor.daemon import poller
from monitor.daemon.kept_connection import KeptConnection
from monitor.daemon.poller import Poller
from monitor.database.engine import make_engine
from monitor.database.lease import Lease, acquire
from monitor.database.tables import CheckRound
from monitor.database.trouble import OutageLog
from tests.support.running import until


def _write(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(CheckRound).values(started_at=datetime.now(UTC)))


def _notices_once(kept: KeptConnection) -> bool:
    """Return whether the next poll reports a write, and the one after it none."""
    first, second = ((kept.was_written(), kept.has_changed()) for _ in range(2))
    return first == (True, True) and second == (False, False)


def test_a_write_of_another_process_is_noticed_once(sqlite_engine: Engine) -> None:
    kept, other = KeptConnection(sqlite_engine), make_engine(str(sqlite_engine.url))
    _write(other)
    kept.was_written()
    kept.has_changed()
    assert not kept.was_written()
    _write(other)
    assert _notices_once(kept)
    kept.close()
    other.dispose()


def test_a_write_to_a_file_behind_a_link_is_noticed_once(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(_file(sqlite_engine))
    own = make_engine(f"sqlite:///{link}")
    kept = KeptConnection(own)
    kept.was_written()
    kept.has_changed()
    _write(sqlite_engine)
    assert _notices_once(kept)
    kept.close()
    own.dispose()


def test_a_file_that_nobody_wrote_is_not_asked(sqlite_engine: Engine) -> None:
    _write(sqlite_engine)
    kept = KeptConnection(sqlite_engine)
    assert kept.was_written()  # before the first poll anything may have happened
    assert not any(kept.was_written() for _ in range(5))
    kept.close()


def test_a_renewed_lease_is_no_write_of_another_process(sqlite_engine: Engine) -> None:
    lease = acquire(sqlite_engine, "run", lambda: datetime.now(UTC))
    kept, other = KeptConnection(sqlite_engine), make_engine(str(sqlite_engine.url))
    kept.was_written()
    kept.has_changed()
    assert kept.renew(lease)
    assert not kept.was_written()
    _write(other)
    assert kept.renew(lease)
    assert kept.was_written()
    assert kept.has_changed()
    assert not kept.was_written()
    kept.close()
    other.dispose()


def test_a_write_while_the_connection_was_lost_is_noticed(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = acquire(sqlite_engine, "run", lambda: datetime.now(UTC))
    kept, other = KeptConnection(sqlite_engine), make_engine(str(sqlite_engine.url))
    kept.was_written()
    kept.has_changed()
    with monkeypatch.context() as busy:
        busy.setattr(Lease, "renew", _refuse)
        with pytest.raises(OperationalError):
            kept.renew(lease)
    sqlite_engine.dispose()  # as a pool that opens another connection
    _write(other)
    assert kept.renew(lease)
    assert _notices_once(kept)
    kept.close()
    other.dispose()


def _refuse(*_: object) -> bool:
    raise OperationalError("UPDATE", {}, Exception("database is locked"))


@dataclass
class Polled:
    """The calls that a poller made, and its clock, which can be set."""

    noticed: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def _poller(engine: Engine, found: Polled) -> Poller:
    noticed = found.noticed
    return Poller(
        acquire(engine, "run", lambda: datetime.now(UTC)),
        found.now,
        asyncio.Event(),
        OutageLog(),
        lambda: noticed.append("write"),
        lambda: "configuration" in noticed and noticed[-1] != "run soon",
        lambda: noticed.append("run soon"),
        lambda: noticed.append("replaced"),
    )


@asynccontextmanager
async def polled(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Polled]:
    """Poll the database until the end of the block."""
    monkeypatch.setattr(poller, "POLL_EVERY", 0.01)
    found = Polled()
    polling = _poller(engine, found)
    task = asyncio.create_task(polling.poll())
    await until(
        lambda: found.noticed == ["write"]
    )  # before the first poll anything may have happened
    try:
        yield found
    finally:
        polling.stop.set()
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
    polling = _poller(sqlite_engine, Polled())
    await polling._poll_once()
    await polling._poll_once()
    await asyncio.to_thread(_write, other)
    assert [polling._is_quiet() for _ in range(2)] == [False, False]
    await polling._poll_once()
    assert polling._is_quiet()
    polling.connection.close()
    other.dispose()


def _file(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def _copy_in_its_place(file: Path, moved: Sequence[str] = ("", "-wal", "-shm")) -> None:
    """Put a backup in the place of the database, as a person does who forgot the daemon."""
    with (
        closing(sqlite3.connect(file)) as source,
        closing(sqlite3.connect(f"{file}.copy")) as target,
    ):
        source.backup(target)
    for ending in moved:
        Path(f"{file}{ending}").rename(f"{file}.moved{ending}")
    Path(f"{file}.copy").rename(file)


def _copy_before_its_log(file: Path) -> None:
    _copy_in_its_place(file, moved=())


def _other_database_in_its_place(file: Path) -> None:
    file.unlink()
    file.write_text("another file")


@pytest.mark.parametrize(
    "replace",
    [_copy_in_its_place, _copy_before_its_log, _other_database_in_its_place, Path.unlink],
)
async def test_a_replaced_file_is_noticed(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, replace: Callable[[Path], None]
) -> None:
    async with polled(sqlite_engine, monkeypatch) as found:
        await asyncio.to_thread(replace, _file(sqlite_engine))
        await until(lambda: "replaced" in found.noticed)


def test_a_renumbered_file_is_not_taken_for_another(sqlite_engine: Engine) -> None:
    lease = acquire(sqlite_engine, "run", lambda: datetime.now(UTC))
    watched = KeptConnection(sqlite_engine)
    watched.was_written()
    watched._opened._number = -1  # what it was before, on a network file system
    assert watched.may_be_replaced()
    assert not watched.is_replaced(lease)
    assert not watched.may_be_replaced()
    watched.close()
