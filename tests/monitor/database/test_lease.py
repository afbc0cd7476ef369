from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import OperationalError

from monitor.database import lease, lease_holder, tables
from monitor.database.clock import in_seconds
from monitor.database.engine import read_transaction
from monitor.database.lease import AlreadyRunning, LeaseLost, acquire
from monitor.database.lease_holder import LeaseRow, here

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


# whatever the table has
def held_by(engine: Engine, seconds: float = 60, **columns: Any) -> None:
    """Store the lease of another process that expires in that many seconds."""
    row = {
        "name": "worker",
        "holder": "another",
        "command": "run",
        "pid": 4_000_000,
        "host": "elsewhere",
        "taken_at": NOW,
        "fence": 7,
    }
    with engine.begin() as connection:
        connection.execute(
            insert(tables.Lease).values(**(row | {"expires_at": in_seconds(seconds)} | columns))
        )


def this_machine() -> dict[str, Any]:
    """Return the lease's columns for a process that ran here."""
    me = here()
    return {"host": me.host, "machine": me.machine, "namespace": me.namespace}


def ended_at(engine: Engine) -> float:
    """Return the seconds until the lease ends, by the database's clock."""
    with engine.begin() as connection:
        row = lease.holder(connection)
    assert row is not None
    return float(row.seconds_left)


def test_a_second_worker_is_refused_with_pid_and_host(engine: Engine) -> None:
    mine = acquire(engine, "run", lambda: NOW)
    with pytest.raises(
        AlreadyRunning,
        match=rf"`rolewatch run` already works .* pid {os.getpid()} on {socket.gethostname()}",
    ):
        acquire(engine, "run", lambda: NOW)
    mine.release(NOW)


def test_a_released_lease_can_be_taken_at_once(engine: Engine) -> None:
    acquire(engine, "run", lambda: NOW).release(NOW)
    again = acquire(engine, "check", lambda: NOW)
    assert again.died_before is None
    again.release(NOW)


def test_a_holder_on_another_machine_keeps_it_for_a_minute(engine: Engine) -> None:
    held_by(engine, 1)
    with pytest.raises(AlreadyRunning):
        acquire(engine, "run", lambda: NOW)
    sleep(1.1)
    mine = acquire(engine, "run", lambda: NOW)
    assert mine.died_before is not None
    assert 59 < ended_at(engine) < 60.1
    mine.release(NOW)


def test_a_dead_local_holder_is_replaced_at_once(engine: Engine) -> None:
    held_by(engine, **this_machine())
    mine = acquire(engine, "run", lambda: NOW)
    assert mine.died_before is not None
    assert mine.died_before.pid == 4_000_000
    mine.release(NOW)


def test_a_dead_holder_died_before_now(engine: Engine) -> None:
    held_by(engine, 40, **this_machine())
    now = datetime.now(UTC)
    mine = acquire(engine, "run", lambda: now)
    assert mine.died_before is not None
    assert mine.died_before.expires_at == now  # not when its lease would have ended
    mine.release(now)


def test_our_own_reused_pid_is_a_dead_holder(engine: Engine) -> None:
    held_by(engine, **this_machine(), pid=os.getpid())
    acquire(engine, "run", lambda: NOW).release(NOW)


def test_a_worker_that_slept_too_long_loses_the_lease(engine: Engine) -> None:
    mine = acquire(engine, "run", lambda: NOW)
    assert mine.renew()
    with engine.begin() as connection:
        connection.execute(update(tables.Lease).values(holder="another"))
    assert not mine.renew()
    mine.release(NOW)


def test_taking_the_lease_ends_the_rounds_of_a_dead_worker(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(tables.CheckRound).values(started_at=NOW))
    acquire(engine, "run", lambda: NOW).release(NOW)
    with engine.begin() as connection:
        assert connection.execute(select(tables.CheckRound.finished_at)).scalar_one() == NOW


def test_the_takeover_message_commits_with_the_lease(
    engine: Engine,
) -> None:
    held_by(engine, **this_machine())
    with engine.begin() as connection:
        connection.execute(insert(tables.CheckRound).values(started_at=NOW))

    def tell(connection: Connection, died: LeaseRow, cut_off: int) -> None:
        connection.execute(
            insert(tables.CheckRound).values(
                started_at=NOW, finished_at=NOW + timedelta(days=died.pid % 7 + cut_off)
            )
        )

    def die(connection: Connection, died: LeaseRow, cut_off: int) -> None:
        tell(connection, died, cut_off)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acquire(engine, "run", lambda: NOW, die)
    with engine.begin() as connection:
        assert connection.execute(select(tables.CheckRound.finished_at)).scalars().all() == [None]
        assert connection.execute(select(tables.Lease.pid)).scalar_one() == 4_000_000
    mine = acquire(engine, "run", lambda: NOW, tell)
    with engine.begin() as connection:
        times = (
            connection.execute(select(tables.CheckRound.finished_at).order_by(tables.CheckRound.id))
            .scalars()
            .all()
        )
    assert times == [NOW, NOW + timedelta(days=4_000_000 % 7 + 1)]
    mine.release(NOW)
    # it was released: no message
    acquire(engine, "run", lambda: NOW, die).release(NOW)


@pytest.mark.parametrize("other", ["machine", "namespace"])
@pytest.mark.parametrize("pid", [1, None, 4_000_000], ids=["first", "ours", "none"])
def test_host_name_and_pid_do_not_prove_a_holder_dead(
    engine: Engine, other: str, pid: int | None
) -> None:
    held_by(engine, **(this_machine() | {other: "of another container"}), pid=pid or os.getpid())
    with pytest.raises(AlreadyRunning):
        acquire(engine, "run", lambda: NOW)


def test_a_holder_on_an_unknown_machine_must_expire(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = here()._replace(machine="", namespace="")
    monkeypatch.setattr(lease_holder, "here", lambda: unknown)
    held_by(engine, host=unknown.host, machine="", namespace="")
    with pytest.raises(AlreadyRunning):
        acquire(engine, "run", lambda: NOW)


def test_a_clock_set_back_does_not_extend_a_lease(engine: Engine) -> None:
    held_by(engine, 3 * 3600)
    with pytest.raises(AlreadyRunning):
        acquire(engine, "run", lambda: NOW)
    assert 58 < ended_at(engine) < 60.1


def test_the_fence_only_rises(engine: Engine) -> None:
    held_by(engine, -1)
    for number in (8, 9):
        mine = acquire(engine, "check", lambda: NOW)
        assert mine.fence == number
        mine.release(NOW)


def test_a_former_holder_cannot_write(engine: Engine) -> None:
    lost: list[bool] = []
    mine = acquire(engine, "run", lambda: NOW)
    mine.on_lost = lambda: lost.append(True)
    with mine.engine.begin() as connection:
        connection.execute(insert(tables.CheckRound).values(started_at=NOW))
    with engine.begin() as connection:
        connection.execute(update(tables.Lease).values(expires_at=in_seconds(-1), pid=4_000_000))
    other = acquire(engine, "run", lambda: NOW)
    for _ in range(2):
        with pytest.raises(LeaseLost), mine.engine.begin() as connection:
            connection.execute(text("DELETE FROM check_round"))
    with pytest.raises(LeaseLost):
        mine.ensure()
    assert lost == [True]
    with read_transaction(mine.engine) as connection:  # it may still read
        assert connection.scalar(text("SELECT count(*) FROM check_round")) == 1
    mine.release(NOW)
    with other.engine.begin() as connection:
        connection.execute(text("DELETE FROM check_round"))
    other.release(NOW)


def test_the_lease_outlasts_a_call(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = acquire(engine, "run", lambda: NOW)
    with engine.begin() as connection:
        connection.execute(update(tables.Lease).values(expires_at=in_seconds(20)))
    mine.ensure()
    assert ended_at(engine) < 21  # it was taken just now, and nothing says otherwise
    later = lease.elapsed() + 40
    monkeypatch.setattr(lease, "elapsed", lambda: later)
    mine.ensure()
    assert ended_at(engine) > 50
    mine.release(NOW)


def test_postgresql_blocks_a_takeover_during_a_transaction(
    postgres_engine: Engine,
) -> None:
    mine = acquire(postgres_engine, "run", lambda: NOW)
    with mine.engine.begin(), postgres_engine.connect() as other:
        other.execute(text("SET lock_timeout = '300ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            other.execute(update(tables.Lease).values(fence=99))
    mine.release(NOW)
