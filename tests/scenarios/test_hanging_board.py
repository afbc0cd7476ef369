"""A board that never answers, beside one that does: the daemon's other work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.running import Place, placed, stopped, until
from tests.support.slack_server import TOKEN, SlackServer

pytestmark = pytest.mark.slow  # whole programs, most of the time waiting

GOES_ON = "SELECT count(*) FROM check_round WHERE finished_at IS NULL"
HANGING = (
    '[ats.ashby]\napi_url = "http://127.0.0.1:{port}"\ndelay = "0s"\n'
    '[[boards]]\nboard = "ashby:Hung"\n'
)


@pytest.fixture
async def hanging() -> AsyncIterator[str]:
    """Return the configuration of a board whose server accepts connections and never answers."""
    waiting: set[asyncio.StreamWriter] = set()
    server = await asyncio.start_server(lambda _, writer: waiting.add(writer), "127.0.0.1", 0)
    yield HANGING.format(port=server.sockets[0].getsockname()[1])
    server.close()
    for writer in waiting:
        writer.close()


@pytest.fixture
async def place(
    tmp_path: Path, boards: BoardServer, slack: SlackServer, hanging: str
) -> AsyncIterator[Place]:
    async with placed(Place(tmp_path, boards.url, slack.api_url, TOKEN, every="1h")) as place:
        place.configure(hanging)
        yield place


async def test_alerts_go_out_and_a_check_is_answered_while_a_board_hangs(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    daemon = await place.start("run", "--announce")
    await until(lambda: place.ask("SELECT 1 FROM alerts"))
    await until(slack.texts, within=20)
    assert "Research Engineer, Team 1" in slack.texts()[0]
    boards.boards["examplelabs"].jobs.append(job(9, title="Research Engineer, Asked For"))
    code, out, _ = await place.run("check", "greenhouse:examplelabs")
    assert (code, len(slack.texts())) == (0, 2)
    assert "Research Engineer, Asked For" in out
    assert place.ask(GOES_ON) == [(1,)]
    assert place.ask("SELECT count(*) FROM checks WHERE board = 'ashby:Hung'") == [(0,)]
    assert await stopped(daemon) < 10
    assert daemon.returncode == 0


async def test_a_reminder_becomes_due_and_a_changed_configuration_is_taken_up_while_a_board_hangs(
    place: Place, boards: BoardServer, hanging: str
) -> None:
    near = datetime.now(UTC) + timedelta(hours=24, seconds=15)
    boards.board(
        "examplelabs",
        job(
            1,
            title="Research Engineer, Near",
            application_deadline=near.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ),
    )
    daemon = await place.start("run", "--announce")
    await until(
        lambda: place.ask("SELECT state FROM alerts WHERE kind = 'reminder'") == [("sent",)]
    )
    boards.board("second", job(2, title="Research Engineer, Second"))
    place.watched = ("examplelabs", "second")
    place.configure(
        f'{hanging}[[rules]]\nname = "more"\nany = ["second"]\nnotify = ["slack:#roles"]\n'
    )
    await until(
        lambda: (
            place.ask("SELECT DISTINCT rule FROM alerts WHERE posting = 'greenhouse:second:2'")
            != []
        )
    )
    assert place.ask(
        "SELECT DISTINCT rule FROM alerts WHERE posting = 'greenhouse:second:2' ORDER BY rule"
    ) == [
        ("more",),
        ("research-engineer",),
    ]
    assert place.ask("SELECT count(*) FROM checks WHERE board = 'ashby:Hung'") == [(0,)]
    assert await stopped(daemon) < 10
