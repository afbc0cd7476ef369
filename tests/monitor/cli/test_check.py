"""`check`: against a board server, with and without trouble."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import sending
from monitor.config.file import remove_board
from monitor.database.lease import Lease
from monitor.demo.board_server import BoardServer, Trouble
from monitor.history.boards import unwatch
from tests.support.program import Program

BOARD = "greenhouse:examplelabs"
OTHER = "greenhouse:otherworks"


def _rows(program: Program, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = program.ask("sql", query)
    return rows


def test_a_first_check_prints_a_line_a_board_and_a_summary(watching: Program) -> None:
    ran = watching("check")
    assert ran.code == 0
    assert re.search(
        r"^greenhouse:examplelabs  9 seen · 0 opened · 0 revised · 0 closed  \d\.\d s$",
        ran.out,
        re.MULTILINE,
    )
    assert re.search(r"^greenhouse:otherworks   3 seen ", ran.out, re.MULTILINE)
    assert "ow watching" in ran.out
    assert _rows(watching, "SELECT DISTINCT kind, state FROM alerts") == [
        {"kind": "summary", "state": "sent"}
    ]


def test_a_second_check_of_the_same_board_is_unchanged_and_tells_nothing(watching: Program) -> None:
    watching("check")
    ran = watching("check")
    assert re.search(r"^greenhouse:examplelabs  unchanged  \d\.\d s$", ran.out, re.MULTILINE)
    assert len(ran.out.splitlines()) == 2


def test_a_board_that_is_removed_before_the_check_begins_is_not_watched_again(
    watching: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching("check")
    file = Path(watching.config)

    async def remove(lease: Lease, _settings: object) -> None:
        remove_board(file, OTHER)
        with lease.engine.begin() as connection:
            unwatch(connection, [OTHER])

    monkeypatch.setattr(sending, "settle_channel_names", remove)
    ran = watching("check")
    assert (ran.code, "changed before the check began" in ran.err) == (2, True)
    monkeypatch.undo()
    assert watching("check").code == 0
    assert _rows(watching, "SELECT state FROM boards ORDER BY board") == [
        {"state": "ok"},
        {"state": "unwatched"},
    ]
    assert _rows(watching, "SELECT count(*) AS told FROM alerts") == [{"told": 1}]


def test_changes_stand_below_the_boards_and_are_alerted(
    watching: Program, server: BoardServer
) -> None:
    hero, *others = server.boards["examplelabs"].jobs
    server.board("examplelabs", *others)
    watching("check")
    server.board(
        "examplelabs", hero, {**others[0], "title": "Research Scientist, Judging"}, *others[1:]
    )
    ran = watching("check")
    assert "9 seen · 1 opened · 1 revised · 0 closed" in ran.out
    assert (
        "\n  opened    Research Engineer, Reasoning  https://careers.example.org/jobs/4100101\n"
        in ran.out
    )
    assert (
        "  revised   Research Scientist, Judging  title: Research Scientist, Evaluation → "
        "Research Scientist, Judging\n" in ran.out
    )
    assert "research-engineer" in ran.out


def test_a_moved_deadline_is_read_to_the_minute_and_exact_in_json(
    watching: Program, server: BoardServer
) -> None:
    hero, *others = server.boards["examplelabs"].jobs
    server.board("examplelabs", {**hero, "application_deadline": "2031-12-01T07:59:59Z"}, *others)
    watching("check")
    server.board("examplelabs", {**hero, "application_deadline": "2031-12-03T07:59:59Z"}, *others)
    assert "  deadline: 2031-12-01 07:59Z → 2031-12-03 07:59Z\n" in watching("check").out
    server.board("examplelabs", {**hero, "application_deadline": "2031-12-04T07:59:59Z"}, *others)
    (change,) = watching("check", "--format", "json").json[0]["changes"]
    assert (change["old"], change["new"]) == (
        "2031-12-03T07:59:59.000000Z",
        "2031-12-04T07:59:59.000000Z",
    )


def test_the_reports_as_json_are_alone_on_standard_output(
    watching: Program, server: BoardServer
) -> None:
    watching("check")
    server.board("otherworks", *server.boards["otherworks"].jobs[1:])
    ran = watching("check", "--format", "json")
    assert [report["board"] for report in ran.json] == [BOARD, OTHER]
    (closed,) = ran.json[1]["changes"]
    assert (closed["kind"], closed["posting"], closed["field"]) == (
        "closed",
        f"{OTHER}:4100101",
        None,
    )
    assert "closed this role" in ran.err


def test_a_failed_board_is_named_with_its_reason_and_closes_nothing(
    watching: Program, server: BoardServer
) -> None:
    watching("check")
    server.troubles["otherworks"] = Trouble(status=500)
    ran = watching("check")
    assert ran.code == 1
    assert re.search(r"^greenhouse:otherworks   FAILED .*500", ran.out, re.MULTILINE)
    assert "greenhouse:examplelabs  unchanged" in ran.out
    assert _rows(watching, "SELECT count(*) AS open FROM postings WHERE state = 'open'") == [
        {"open": 12}
    ]


def test_quiet_names_only_what_failed(watching: Program, server: BoardServer) -> None:
    watching("check")
    assert not watching("check", "-q").out
    server.troubles["otherworks"] = Trouble(status=500)
    ran = watching("check", "-q")
    assert ran.code == 1
    assert ran.out.startswith("greenhouse:otherworks  FAILED")
    assert len(ran.out.splitlines()) == 1


def test_a_collapsed_board_was_read_so_the_check_is_well(
    watching: Program, server: BoardServer
) -> None:
    watching("check")
    server.boards["examplelabs"].unlisted = server.boards["examplelabs"].jobs
    server.boards["examplelabs"].jobs = []
    ran = watching("check", BOARD)
    assert ran.code == 0
    assert "collapsed: 9 of 9 open postings are not listed" in ran.out
    assert _rows(watching, "SELECT count(*) AS open FROM postings WHERE state = 'open'") == [
        {"open": 12}
    ]


@pytest.mark.parametrize(
    "named",
    [
        OTHER,
        "https://job-boards.greenhouse.io/otherworks",
        "https://boards.greenhouse.io/otherworks/jobs/4100101",
    ],
)
def test_a_board_may_be_named_by_its_name_or_any_url_of_it(
    watching: Program, server: BoardServer, named: str
) -> None:
    ran = watching("check", named)
    assert ran.code == 0
    assert OTHER in ran.out
    assert not server.asked("examplelabs")


def test_a_board_that_is_not_watched_is_refused_with_those_that_are(
    watching: Program, server: BoardServer
) -> None:
    ran = watching("check", "greenhouse:nope")
    assert ran.code == 2
    assert f"{BOARD}, {OTHER}" in ran.err
    assert not server.requests


@pytest.mark.parametrize("name", [OTHER, OTHER.partition(":")[2]])
def test_a_board_that_is_switched_off_is_refused_with_what_switches_it_on(
    watching: Program, server: BoardServer, name: str
) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text().replace('company = "Other Works"', "enabled = false"))
    ran = watching("check", name)
    assert ran.code == 2
    assert (
        ran.err
        == f"{OTHER} is not watched: take its `enabled = false` out of {file}; the watched boards "
        f"are: {BOARD}\n"
    )
    assert not server.requests


def test_without_a_board_there_is_nothing_to_check(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text("")
    ran = Program(str(file))("check")
    assert ran.code == 2
    assert "boards add" in ran.err


def test_without_alerts_none_is_written_ever(watching: Program, server: BoardServer) -> None:
    watching("check", "--no-alerts")
    server.board("otherworks")
    ran = watching("check", "--no-alerts")
    assert ran.code == 0
    watching("check")
    assert _rows(watching, "SELECT * FROM alerts") == []


def test_an_announced_first_check_alerts_each_role_that_fits(watching: Program) -> None:
    ran = watching("check", "--announce", OTHER)
    assert ran.code == 0
    assert _rows(watching, "SELECT kind, title FROM alerts") == [
        {"kind": "opened", "title": "Research Engineer, Reasoning"}
    ]


def test_an_alert_that_cannot_be_delivered_is_exit_1(
    watching: Program, server: BoardServer
) -> None:
    file = Path(watching.config)
    file.write_text(
        file.read_text().replace(
            'any = ["research engineer"]', 'any = ["research engineer"]\nnotify = ["webhook"]'
        )
    )
    ran = watching(
        "check", environ={"SLACK_WEBHOOK_URL": f"{server.url}/services/T000/B000/secret"}
    )
    assert ran.code == 1
    assert "1 message could not be delivered" in ran.err
    assert "alerts retry" in ran.err
    assert "secret" not in ran.out + ran.err


def test_a_result_that_cannot_be_stored_at_all_is_no_success_and_loses_nothing(
    tmp_path: Path, watching: Program
) -> None:
    refuse = (
        "CREATE TRIGGER refuse BEFORE INSERT ON board_check WHEN NEW.board_id = 1 BEGIN "
        "SELECT RAISE(FAIL, 'no space for it'); END"
    )
    assert watching("check").code == 0
    for statement, code, checks in ((refuse, 1, 3), ("DROP TRIGGER refuse", 0, 5)):
        with closing(sqlite3.connect(tmp_path / "rolewatch.db")) as connection:
            connection.execute(statement)
        ran = watching("check")
        assert (ran.code, watching.ask("sql", "SELECT count(*) AS n FROM checks")) == (
            code,
            [{"n": checks}],
        )
        assert ran.err == ("the database cannot be used: no space for it\n" if code else "")


def test_a_network_that_is_away_is_one_line_with_the_number_of_boards(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    boards = "".join(
        f'[[boards]]\nboard = "greenhouse:{token}"\n' for token in ("one", "two", "three")
    )
    file.write_text(f'[ats.greenhouse]\napi_url = "http://nowhere.invalid"\ndelay = "0s"\n{boards}')
    program = Program(str(file))
    for _ in range(2):
        ran = program("check")
        assert (ran.code, len(ran.out.splitlines())) == (1, 1)
        assert ran.out.startswith(
            "network  FAILED none of 3 boards can be reached: no such host: nowhere.invalid"
        )
    assert "The network is away: no host answers, 3 boards cannot be read" in program("check").out
    assert _rows(program, "SELECT kind, why FROM alerts") == [
        {"kind": "operator", "why": "The network is away: no host answers, 3 boards cannot be read"}
    ]
    assert len(program("check", "--format", "json").json) == 3
