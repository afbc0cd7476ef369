"""`status`: before the first check, without a daemon, and beside one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from crawler.items import Failure
from monitor.alerts.mutes import mute
from monitor.database.lease import acquire
from tests.support.boards import BOARD
from tests.support.history import History
from tests.support.program import WIDE, Program
from tests.support.story import OTHER, story_settings


def test_before_the_first_check_the_boards_of_the_configuration_are_new_and_nothing_is_made(
    watching: Program,
) -> None:
    ran = watching("status")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:3] == [
        "2 boards, 2 not read yet; 0 open roles",
        "Nothing waits to be sent",
        "No daemon is running: `rolewatch run` starts it",
    ]
    assert [row["state"] for row in watching.ask("status")["boards"]] == ["new", "new"]
    assert watching("roles").code == 2  # there is still no database


def test_a_board_that_was_added_is_listed_before_its_first_check(watching: Program) -> None:
    watching("check")
    watching("boards", "add", "greenhouse:thirdlab", "--no-check")
    ran = watching("status")
    assert ran.out.splitlines()[0] == "3 boards, 1 not read yet; 12 open roles"
    rows = watching.ask("status")["boards"]
    assert [(row["board"], row["state"]) for row in rows] == [
        ("greenhouse:thirdlab", "new"),
        ("greenhouse:examplelabs", "ok"),
        ("greenhouse:otherworks", "ok"),
    ]


def test_the_boards_what_waits_and_the_next_check(recorded: Program, engine: Engine) -> None:
    taken = acquire(engine, "run", lambda: datetime.now(UTC))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE board SET next_check_at = :at"),
            {"at": _at(engine, datetime.now(UTC) + timedelta(minutes=13))},
        )
        connection.execute(
            text("UPDATE board SET next_check_at = :at WHERE board = :board"),
            {"at": None, "board": OTHER},
        )
    for environ in ({}, WIDE):
        ran = recorded("status", environ=environ)
        assert (ran.code, ran.err) == (0, "")
        lines = ran.out.splitlines()
        assert lines[0] == "2 boards, all well; 4 open roles"
        assert "runs; the next check is in 12 minutes" in lines[2]
    found = recorded.ask("status")
    assert [row["board"] for row in found["boards"]] == sorted(
        [BOARD, OTHER], key=lambda board: (board != OTHER, board)
    ) or found["boards"]
    assert {"boards", "waiting", "muted_roles", "daemon", "next_check_at"} == set(found)
    assert (
        recorded("status", "--format", "csv")
        .out.splitlines()[0]
        .startswith("board,company,state,open_postings")
    )
    taken.release(datetime.now(UTC))


def test_a_board_in_trouble_is_counted_and_comes_first(rolewatch: Program, engine: Engine) -> None:
    history = History(engine, story_settings(), now=datetime.now(UTC) - timedelta(hours=1))
    for _ in range(3):
        history.check(Failure(OTHER, "HTTP 500", 500))
    ran = rolewatch("status")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "2 boards, 1 in trouble, 1 not read yet; 0 open roles"
    assert rolewatch.ask("status")["boards"][0]["board"] == OTHER
    assert rolewatch.ask("status")["waiting"] == []


def test_a_role_that_is_muted_in_two_channels_is_one_muted_role(
    recorded: Program, engine: Engine
) -> None:
    with engine.begin() as connection:
        [(posting_id,)] = connection.execute(text("SELECT min(id) FROM posting"))
        for channel in ("slack:#roles", "slack:#other"):
            mute(
                connection,
                channel,
                posting_id=posting_id,
                rule=None,
                by="U0ALICE001",
                now=datetime.now(UTC),
            )
    assert recorded.ask("status")["muted_roles"] == 1
    assert "1 role muted" in recorded("status").out.splitlines()


def _at(engine: Engine, at: datetime) -> object:
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" if engine.dialect.name == "sqlite" else at
