"""A PostgreSQL server of one test's own, and a way to it that can be cut."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, make_url, text

from monitor.config.database_url import normal_url
from tests.support.databases import hurry


class Server:
    """A PostgreSQL server of one test's own."""

    def __init__(self, server: Any) -> None:  # the package ships no types
        self._server = server
        self.url: str = server.get_uri()

    def stop(self) -> None:
        """End as a machine that loses its power: no connection is closed."""
        # it makes its functions as it is loaded; as below
        from pgserver._commands import pg_ctl  # type: ignore[attr-defined]  # noqa: PLC0415

        pg_ctl(
            ["-w", "-m", "immediate", "stop"],
            pgdata=self._server.pgdata,
            user=self._server.system_user,
        )

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        engine = create_engine(normal_url(self.url))
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return rows


@contextmanager
def own_server(*, is_hurried: bool = False) -> Iterator[Server]:
    """Yield a server that runs. A hurried one prepares for no power cut."""
    with warnings.catch_warnings(action="ignore"):  # it grumbles where there is no session folder
        import pgserver  # as above  # noqa: PLC0415
    with TemporaryDirectory(prefix="rolewatch-postgres-") as folder:
        # it says so without __all__
        running = pgserver.get_server(folder)  # type: ignore[attr-defined]
        if is_hurried:
            hurry(running.get_uri())
        yield Server(running)
        running.cleanup()


class Cable:
    """Forwards connections on a loopback port to a server, until it is cut."""

    def __init__(self, url: str) -> None:
        target = make_url(normal_url(url))
        self._socket = f"{target.query['host']}/.s.PGSQL.5432"
        self._target = target
        self.is_cut = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The server's address by this cable."""
        port = self._server.sockets[0].getsockname()[1]
        by_port = self._target.set(host="127.0.0.1", port=port, query={})
        return by_port.render_as_string(hide_password=False)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", 0)

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
            with suppress(asyncio.CancelledError):  # asyncio's streams would log it
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass bytes on. What comes while the cable is cut is lost, as its connection is then."""
        lost = False
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                lost |= self.is_cut
                if not lost:
                    writer.write(data)
                    await writer.drain()
        if not lost:
            writer.close()


@asynccontextmanager
async def cable(url: str) -> AsyncIterator[Cable]:
    """Yield a cable to a server on this machine."""
    one = Cable(url)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()
