"""After a command has ended, the database's file alone is the database."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.running import Place, stopped, until


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("rolewatch.db*"))


@pytest.mark.slow
async def test_a_copy_of_the_file_alone_is_the_whole_history_after_every_command(
    tmp_path: Path,
) -> None:
    async with BoardServer() as boards:
        boards.board("examplelabs", job(1, title="Research Engineer, Team 1"))
        place = Place(tmp_path, boards.url)
        for command in (
            ["check"],
            ["roles"],
            ["sql", "SELECT count(*) FROM postings"],
            ["alerts", "retry"],
            ["doctor"],
            ["status"],
            ["run"],
        ):
            if command == ["run"]:
                daemon, before = await place.start("run"), len(boards.requests)
                # it is an int
                await until(lambda before=before: len(boards.requests) > before)  # type: ignore[misc]
                assert await stopped(daemon) < 10
            else:
                await place.run(*command)
            assert files(tmp_path) == ["rolewatch.db"], command
            copy = shutil.copy(tmp_path / "rolewatch.db", tmp_path / "copied")
            with closing(sqlite3.connect(copy)) as connection:
                assert connection.execute("SELECT count(*) FROM postings").fetchone() == (1,)
