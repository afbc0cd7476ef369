"""A daemon that takes over from one that died tells the operator once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from monitor.daemon.takeover import acquire_and_report
from monitor.database import tables
from monitor.database.lease import LIFE
from monitor.messages import OperatorMessage, load
from tests.support.history import settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("command", ["run", "check", "alerts retry"])
def test_the_first_command_after_a_daemon_that_died_tells_of_it(
    engine: Engine, command: str
) -> None:
    died = {
        "name": "worker",
        "holder": "another",
        "command": "run",
        "pid": 4_000_000,
        "host": "elsewhere",
    }
    with engine.begin() as connection:
        connection.execute(
            insert(tables.Lease).values(**died, taken_at=NOW - timedelta(hours=9), expires_at=NOW)
        )
    acquire_and_report(engine, command, settings(), lambda: NOW + LIFE).release(NOW + LIFE)
    acquire_and_report(engine, "run", settings(), lambda: NOW + LIFE).release(NOW + LIFE)
    with engine.connect() as connection:
        (message,) = map(load, connection.scalars(select(tables.Alert.message)))
    assert isinstance(message, OperatorMessage)
    assert any("pid 4000000 on elsewhere" in line for line in message.lines)
    # only the daemon itself is what runs again
    assert ("runs again" in message.headline) == (command == "run")
    assert any("`rolewatch run` starts it" in line for line in message.lines) == (command != "run")
