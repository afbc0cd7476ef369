"""Checks of a Google board: crawled from a local server and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from crawler.crawl import crawl
from crawler.items import BoardRequest, Failure, Politeness, Result, Snapshot
from monitor.history import boards, due
from tests.support.google_server import GoogleServer
from tests.support.history import History, settings

BOARD = "google:deepmind"


async def crawled(
    server: GoogleServer, request: BoardRequest | str = BOARD, **own: float
) -> Result:
    """Return the result of one check."""
    wanted = BoardRequest(request) if isinstance(request, str) else request
    # any of the manners
    manners = Politeness(**({"api_url": server.url, "delay": 0, "timeout": 5} | own))  # type: ignore[arg-type]
    [result] = [result async for result in crawl("google", [wanted], manners)]
    return result


async def snapshot(server: GoogleServer, request: BoardRequest | str = BOARD) -> Snapshot:
    """Return the snapshot of one check."""
    result = await crawled(server, request)
    assert isinstance(result, Snapshot), result
    return result


@dataclass
class Watch:
    """A board that is checked once an hour."""

    server: GoogleServer
    history: History
    board: str = BOARD

    @classmethod
    def of(cls, server: GoogleServer, engine: Engine, board: str = BOARD) -> Watch:
        return cls(server, History(engine, settings(boards=(board,))), board)

    async def check(self, *, hours: float = 1) -> Result:
        """One check so much later, its result recorded."""
        server, history = self.server, self.history
        at = history.now + timedelta(hours=hours)
        with history.engine.begin() as connection:
            boards.sync_boards(connection, history.settings)
            [request] = due.board_requests(connection, {self.board}, at)
        server.asked.clear()
        result = await crawled(server, request)
        history.check(result, minutes=hours * 60)
        return result

    def happened(self) -> list[tuple[str, str]]:
        """Return all changes: the number of the role, and the kind."""
        return [
            (str(int(change[0]) - 133023244499190000), change[1])
            for change in self.history.changes()
        ]

    def open(self) -> set[int]:
        """Return the numbers of the open roles."""
        return {
            int(key) - 133023244499190000
            for key, state in self.history.states().items()
            if state == "open"
        }

    def reason(self) -> str | None:
        """Return the reason of the newest check."""
        [(reason,)] = self.history.ask("SELECT reason FROM checks ORDER BY check_id DESC LIMIT 1")
        return None if reason is None else str(reason)


def is_failure(result: Result, *words: str) -> bool:
    """Return whether the result is a failure that says these words."""
    return isinstance(result, Failure) and all(word in result.reason for word in words)
