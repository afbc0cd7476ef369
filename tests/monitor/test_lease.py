from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from monitor import lease, models
from monitor.db import AnyRow
from monitor.lease import Held, take

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def held_by(engine: Engine, **columns: object) -> None:
    """The database as another process left it."""
    row = {"name": "worker", "holder": "another", "command": "run", "pid": 4_000_000, "host": "elsewhere", "taken_at": NOW}
    with engine.begin() as connection:
        connection.execute(insert(models.Lease).values(**(row | {"expires_at": NOW + lease.LIFE} | columns)))


def test_a_second_worker_is_refused_with_pid_and_host(engine: Engine) -> None:
    mine = take(engine, "run", lambda: NOW)
    with pytest.raises(Held, match=rf"`rolewatch run` already works .* pid {os.getpid()} on {socket.gethostname()}"):
        take(engine, "run", lambda: NOW)
    mine.release(NOW)


def test_a_lease_given_back_can_be_taken_at_once(engine: Engine) -> None:
    take(engine, "run", lambda: NOW).release(NOW)
    again = take(engine, "check", lambda: NOW)
    assert again.unclean is None
    again.release(NOW)


def test_a_holder_on_another_machine_keeps_it_for_a_minute(engine: Engine) -> None:
    held_by(engine)
    with pytest.raises(Held):
        take(engine, "run", lambda: NOW + timedelta(seconds=59))
    mine = take(engine, "run", lambda: NOW + timedelta(seconds=61))
    assert mine.unclean is not None
    mine.release(NOW)


def test_a_holder_that_died_on_this_machine_is_followed_at_once(engine: Engine) -> None:
    held_by(engine, host=socket.gethostname())
    mine = take(engine, "run", lambda: NOW)
    assert mine.unclean is not None
    assert mine.unclean.pid == 4_000_000
    mine.release(NOW)


def test_our_own_pid_given_again_after_a_restart_is_a_dead_holder(engine: Engine) -> None:
    held_by(engine, host=socket.gethostname(), pid=os.getpid())
    take(engine, "run", lambda: NOW).release(NOW)


def test_a_worker_that_slept_too_long_finds_that_it_lost_the_lease(engine: Engine) -> None:
    mine = take(engine, "run", lambda: NOW)
    assert mine.renew(NOW)
    with engine.begin() as connection:
        connection.execute(update(models.Lease).values(holder="another"))
    assert not mine.renew(NOW)
    mine.release(NOW)


def test_taking_the_lease_ends_the_rounds_of_a_dead_worker(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(models.CheckRound).values(started_at=NOW))
    take(engine, "run", lambda: NOW).release(NOW)
    with engine.begin() as connection:
        assert connection.execute(select(models.CheckRound.finished_at)).scalar_one() == NOW


def test_what_is_told_of_a_daemon_that_died_stands_with_the_lease_or_not_at_all(engine: Engine) -> None:
    held_by(engine, host=socket.gethostname())
    with engine.begin() as connection:
        connection.execute(insert(models.CheckRound).values(started_at=NOW))

    def tell(connection: Connection, died: AnyRow, cut_off: int) -> None:
        connection.execute(insert(models.CheckRound).values(started_at=NOW, finished_at=NOW + timedelta(days=died.pid % 7 + cut_off)))

    def die(connection: Connection, died: AnyRow, cut_off: int) -> None:
        tell(connection, died, cut_off)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(engine, "run", lambda: NOW, die)
    with engine.begin() as connection:
        assert connection.execute(select(models.CheckRound.finished_at)).scalars().all() == [None]
        assert connection.execute(select(models.Lease.pid)).scalar_one() == 4_000_000
    mine = take(engine, "run", lambda: NOW, tell)
    with engine.begin() as connection:
        told = connection.execute(select(models.CheckRound.finished_at).order_by(models.CheckRound.id)).scalars().all()
    assert told == [NOW, NOW + timedelta(days=4_000_000 % 7 + 1)]
    mine.release(NOW)
    take(engine, "run", lambda: NOW, die).release(NOW)  # it was given back: there is nothing to tell
