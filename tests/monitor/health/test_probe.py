"""The health check of a container."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from monitor.database import tables
from monitor.database.engine import make_engine
from monitor.database.lease import acquire
from monitor.database.work_tables import Worker
from monitor.health.probe import check, check_address, main
from monitor.health.server import HealthServer
from tests.support.databases import DatabasePool
from tests.support.sockets import free_port

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def no_metrics() -> None:
    """Return nothing, as without the library."""


@pytest.fixture
def environ(tmp_path: Path, made: DatabasePool) -> dict[str, str]:
    """Return the variables of a container whose daemon does not listen."""
    made.copy(tmp_path / "rolewatch.db")
    config = tmp_path / "rolewatch.toml"
    config.write_text('[[boards]]\nboard = "greenhouse:examplelabs"\n')
    return {"ROLEWATCH_CONFIG": str(config)}


def insert_worker(engine: Engine, host: str) -> None:
    """Store a worker that has just reported."""
    now = datetime.now(UTC)
    row = {"host": host, "pid": 7, "version": "0.2.0", "started_at": now, "last_seen_at": now}
    row |= {"id": host, "lost_at": now + timedelta(seconds=45), "done": 0}
    with engine.begin() as connection:
        connection.execute(insert(Worker), row)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  # for a second
async def test_a_server_is_asked_on_the_loopback_interface(host: str) -> None:
    reasons: list[str] = []
    listen = f"{host}:{free_port()}"
    server = HealthServer(listen, lambda: reasons, no_metrics)
    await server.start()
    assert await asyncio.to_thread(check_address, listen) is None
    reasons += ["rounds late: one", "delivery late: two"]
    said = await asyncio.to_thread(check_address, listen)
    assert said == "HTTP 503: rounds late: one; delivery late: two"
    await server.stop()
    assert "does not answer" in (await asyncio.to_thread(check_address, listen) or "")


def test_a_daemon_that_holds_its_lease_is_healthy(environ: dict[str, str], tmp_path: Path) -> None:
    assert check("daemon", environ) == "no daemon holds the lease of the database"
    engine = make_engine(f"sqlite:///{tmp_path / 'rolewatch.db'}")
    lease = acquire(engine, "run", lambda: NOW)
    assert check("daemon", environ) is None
    with engine.begin() as connection:
        connection.execute(update(tables.Lease).values(machine="another", host="another"))
    assert "held by another daemon" in (check("daemon", environ) or "")
    lease.release(NOW)
    engine.dispose()
    assert check("daemon", environ) == "no daemon holds the lease of the database"


def test_a_check_by_hand_is_no_daemon(environ: dict[str, str], tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'rolewatch.db'}")
    acquire(engine, "check", lambda: NOW)
    engine.dispose()
    assert check("daemon", environ) == "no daemon holds the lease of the database"


def test_a_fault_is_one_line_and_exit_code_1(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Docker keeps exit code 2 for itself."""
    assert main(["daemon"], {"ROLEWATCH_CONFIG": "no-such.toml"}) == 1
    assert "there is no configuration at no-such.toml" in capsys.readouterr().err
    Path(environ["ROLEWATCH_CONFIG"]).with_name("rolewatch.db").write_bytes(b"no database" * 100)
    assert main(["daemon"], environ) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "rolewatch.db" in line or "database" in line


def test_a_worker_that_has_reported_is_healthy(postgres_engine: Engine) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)
    environ = {"ROLEWATCH_DATABASE_URL": url}
    assert check("worker", environ) == "no worker on this host has reported lately"
    insert_worker(postgres_engine, host="another")
    assert check("worker", environ) == "no worker on this host has reported lately"
    insert_worker(postgres_engine, host=socket.gethostname())
    assert check("worker", environ) is None


def test_a_worker_without_a_database_is_unhealthy(tmp_path: Path) -> None:
    assert check("worker", {}) == "$ROLEWATCH_DATABASE_URL is not set"
    missing = check("worker", {"ROLEWATCH_DATABASE_URL_FILE": str(tmp_path / "none")})
    assert "cannot be read" in (missing or "")
