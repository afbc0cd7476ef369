"""A round begins with the boards of the configuration as it is then."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from monitor.config.file import move_board, remove_board
from monitor.daemon import daemon_loop
from monitor.database.tables import Board
from monitor.demo.board_server import BoardServer, ServedBoard
from monitor.history.boards import unwatch
from monitor.rounds.new_board import begin_move
from tests.support.greenhouse import job
from tests.support.living import Living, living
from tests.support.running import until

OLD, NEW = "greenhouse:examplelabs", "greenhouse:second"
MORE = '[[boards]]\nboard = "greenhouse:third"\n'


@pytest.mark.parametrize("command", ["remove", "move"])
async def test_a_board_that_is_edited_away_before_its_round_begins_is_not_watched_again(
    command: str,
    tmp_path: Path,
    sqlite_engine: Engine,
    boards: BoardServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boards.boards["second"] = boards.boards["third"] = ServedBoard([job(1)])
    async with living(tmp_path, sqlite_engine, boards.url, more=MORE) as daemon:
        await until(lambda: "Now watching" in daemon.console.getvalue())
        edited = asyncio.Event()

        async def edit_in_the_pause(_stop: asyncio.Event, _seconds: float) -> None:
            if not edited.is_set():
                edited.set()
                await asyncio.to_thread(_edit, command, daemon)

        monkeypatch.setattr(daemon_loop, "sleep_until_stop", edit_in_the_pause)
        with sqlite_engine.begin() as connection:
            connection.execute(update(Board).values(next_check_at=None))
        read = len(boards.requests)
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(edited.wait(), 10)
        await until(lambda: any(one.path == "third" for one in boards.requests[read:]))
        await asyncio.sleep(1)
        assert daemon.ask(f"SELECT watched, put_back FROM board WHERE board = '{OLD}'") == [(0, 0)]
        assert not [one for one in boards.requests[read:] if one.path == "examplelabs"]
        assert daemon.console.getvalue().count("Now watching") == 1


def _edit(command: str, daemon: Living) -> None:
    with daemon.engine.begin() as connection:
        if command == "remove":
            remove_board(daemon.config, OLD)
            unwatch(connection, [OLD])
        else:
            begin_move(connection, OLD, move_board(daemon.config, OLD, NEW))
