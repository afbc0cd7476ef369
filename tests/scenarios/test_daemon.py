"""The daemon as people run it: a process, real servers, signals."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from random import Random

import pytest

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.greenhouse import job
from tests.support.running import Place, stopped, until
from tests.support.slack_server import OPS, SlackServer


@pytest.fixture
async def boards() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board(
            "examplelabs",
            *(job(key, title=f"Research Engineer, Team {key}") for key in range(1, 4)),
        )
        yield server


def read_once(place: Place) -> bool:
    return bool(place.ask("SELECT 1 FROM board_check"))


async def test_it_watches_tells_and_stops_cleanly(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    daemon = await place.start("run")
    await until(slack.texts)
    boards.boards["examplelabs"].jobs.append(job(9, title="Research Engineer, New"))
    await until(lambda: len(slack.texts()) == 2)
    assert await stopped(daemon) < 10
    assert daemon.returncode == 0
    assert "3 open roles" in slack.texts()[0]
    assert "Research Engineer, New" in slack.texts()[1]
    assert place.ask("SELECT stopped_at IS NOT NULL FROM lease") == [(1,)]


async def test_it_stops_in_the_middle_of_a_round(place: Place, boards: BoardServer) -> None:
    boards.troubles["examplelabs"] = Trouble(hang=60)
    daemon = await place.start("run")
    await until(lambda: boards.requests)
    assert await stopped(daemon, signal.SIGINT) < 10
    assert daemon.returncode == 0


async def test_after_a_stop_signal_it_begins_no_other_round(
    place: Place, boards: BoardServer
) -> None:
    hung = [f"hung{number}" for number in range(6)]
    for token in hung:
        boards.board(token, job(100))
        boards.troubles[token] = Trouble(hang=60)
    place.watched = ("examplelabs", *hung)
    place.configure()
    place.config.write_text(place.config.read_text().replace('timeout = "30s"', 'timeout = "1s"'))
    daemon = await place.start("run")
    await until(lambda: place.ask("SELECT 1 FROM check_round WHERE finished_at IS NOT NULL"))
    await asyncio.sleep(0.1)
    asked = len(boards.requests)
    assert await stopped(daemon) < 3
    assert (daemon.returncode, len(boards.requests)) == (0, asked)


async def test_a_hangup_before_it_listens_does_not_end_it(
    place: Place, boards: BoardServer
) -> None:
    daemon = await place.start("run")
    assert daemon.stdout is not None
    await daemon.stdout.readline()  # it has read its configuration
    for _ in range(4):
        daemon.send_signal(signal.SIGHUP)
        await asyncio.sleep(0.1)
    await until(lambda: boards.requests)
    assert await stopped(daemon) < 10
    assert daemon.returncode == 0


async def test_a_daemon_whose_database_was_replaced_stops_and_says_so(place: Place) -> None:
    daemon = await place.start("run")
    await until(lambda: read_once(place))
    for ending in ("", "-wal", "-shm"):
        (place.folder / f"rolewatch.db{ending}").rename(place.folder / f"moved.db{ending}")
    _, said = await daemon.communicate()
    assert daemon.returncode == 1
    assert b"database_replaced" in said
    assert b"Traceback" not in said
    assert not (place.folder / "rolewatch.db").exists()


async def test_a_second_one_is_refused_and_names_the_first(place: Place) -> None:
    daemon = await place.start("run")
    await until(lambda: read_once(place))
    code, _, err = await place.run("run")
    assert code == 2
    assert str(daemon.pid) in err
    await stopped(daemon)


async def test_a_check_beside_it_asks_it_for_the_round(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    place.every = "1h"
    place.configure()
    daemon = await place.start("run")
    await until(slack.texts)
    boards.boards["examplelabs"].jobs.append(job(9, title="Research Engineer, Asked For"))
    code, out, _ = await place.here("check")
    assert code == 0
    assert "Research Engineer, Asked For" in out
    assert len(slack.texts()) == 2
    assert await stopped(daemon) < 10


async def test_a_changed_configuration_is_taken_up_and_a_wrong_one_is_not(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    daemon = await place.start("run")
    await until(lambda: read_once(place))
    place.configure('[crawll]\nevery = "1s"\n')
    await until(lambda: any("refused" in text for text in slack.texts(OPS)))
    boards.board("second", job(1))
    place.watched = ("examplelabs", "second")
    place.configure()
    await until(
        lambda: place.ask("SELECT 1 FROM boards WHERE board = 'greenhouse:second' AND state = 'ok'")
    )
    await until(lambda: any("was refused from" in text for text in slack.texts(OPS)))
    assert await stopped(daemon) < 10


@pytest.mark.slow
async def test_a_board_that_is_moved_beside_it_is_one_message(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    daemon = await place.start("run")
    await until(slack.texts)
    boards.board(
        "elsewhere",
        *(job(key, title=f"Research Engineer, Team {key - 90}") for key in range(91, 94)),
    )
    assert (await place.here("boards", "move", "greenhouse:examplelabs", "greenhouse:elsewhere"))[
        0
    ] == 0
    await until(lambda: len(slack.texts()) == 2)
    boards.boards["elsewhere"].jobs.append(job(99, title="Research Engineer, New"))
    await until(lambda: len(slack.texts()) == 3)
    assert (
        "moved from greenhouse:examplelabs to greenhouse:elsewhere: 3 of 3 open roles came along"
        in slack.texts()[1]
    )
    assert "Research Engineer, New" in slack.texts()[2]
    assert place.ask("SELECT kind FROM alerts") == [("summary",), ("summary",), ("opened",)]
    assert await stopped(daemon) < 10


@pytest.mark.slow
async def test_the_last_board_is_not_checked_once_removed_and_checked_again_when_put_back(
    place: Place, boards: BoardServer
) -> None:
    daemon = await place.start("run")
    await until(lambda: read_once(place))
    place.watched = ()
    place.configure()
    await until(
        lambda: place.ask("SELECT state, next_check_at FROM boards") == [("unwatched", None)]
    )
    requests = len(boards.requests)
    await asyncio.sleep(1.5)
    assert len(boards.requests) == requests
    place.watched = ("examplelabs",)
    place.configure()
    await until(lambda: place.ask("SELECT state FROM boards") == [("ok",)])
    assert place.ask("SELECT 1 FROM alerts WHERE kind = 'operator'") == []
    assert await stopped(daemon) < 10


@pytest.mark.slow
async def test_a_board_removed_during_its_check_is_left_alone(
    place: Place, boards: BoardServer
) -> None:
    daemon = await place.start("run")
    await until(lambda: read_once(place))
    asked = len(boards.requests)
    boards.troubles["examplelabs"] = Trouble(hang=3)
    await until(lambda: len(boards.requests) > asked)
    assert (await place.here("boards", "remove", "greenhouse:examplelabs"))[0] == 0
    assert place.ask("SELECT state FROM boards") == [("unwatched",)]
    done = place.ask("SELECT count(*) FROM checks")
    await until(
        lambda: place.ask("SELECT count(*) FROM check_round WHERE finished_at IS NULL") == [(0,)]
    )
    assert place.ask("SELECT count(*) FROM checks") == done
    assert place.ask("SELECT state, next_check_at FROM boards") == [("unwatched", None)]
    assert await stopped(daemon) < 10


async def test_a_failing_board_does_not_disturb_the_others(
    place: Place, boards: BoardServer
) -> None:
    boards.board("broken")
    boards.troubles["broken"] = Trouble(status=500)
    place.watched = ("broken", "examplelabs")
    place.configure()
    daemon = await place.start("run")
    counts = (
        "SELECT count(*) FILTER (WHERE result <> 'failure'), "
        "count(*) FILTER (WHERE result = 'failure') FROM checks"
    )
    await until(lambda: any(well > 4 and well > broken + 1 for well, broken in place.ask(counts)))
    await stopped(daemon)


def _works(place: Place, pid: int) -> bool:
    """Return True if this process holds the database's lease."""
    return place.ask("SELECT pid FROM lease WHERE stopped_at IS NULL") == [(pid,)]


@pytest.mark.slow
async def test_killed_again_and_again_it_loses_nothing_and_tells_nothing_twice(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    chance = Random(7)
    slack.hang = 0.3
    listed = boards.boards["examplelabs"]
    await (await place.start("check")).communicate()
    expected = []
    for number in range(10, 14):
        title = f"Research Engineer, Number {number}"
        expected.append(title)
        listed.jobs.append(job(number, title=title))
        slack.break_next(
            chance.choice(["accept_then_timeout", "accept_then_reset", "timeout", "500"])
        )
        daemon = await place.start("run")
        await until(partial(_works, place, daemon.pid))
        await asyncio.sleep(0.2 + chance.random())
        daemon.kill()
        await daemon.communicate()
    daemon = await place.start("run")
    await until(lambda: all(any(title in text for text in slack.texts()) for title in expected))
    await until(
        lambda: place.ask("SELECT count(*) FROM alerts WHERE state NOT IN ('sent')") == [(0,)]
    )
    assert await stopped(daemon) < 10
    copies = Counter(title for title in expected for text in slack.texts() if title in text)
    assert copies == dict.fromkeys(expected, 1)
    assert place.ask("SELECT count(*) FROM posting_changes WHERE kind = 'opened'") == [(4,)]
    assert place.ask("PRAGMA integrity_check") == [("ok",)]
    assert any("was killed and runs again" in text for text in slack.texts(OPS))
