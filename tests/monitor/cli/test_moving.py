"""`boards move`, from a board that answers 404 to the history of a role on both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.program import Program
from tests.support.unreadable import UNREADABLE, UNREADABLE_TITLE

OLD, NEW = "greenhouse:otherworks", "greenhouse:thirdlab"
MOVE = ("boards", "move", OLD, NEW)
pytestmark = pytest.mark.usefixtures("third")


def _elsewhere(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the jobs under the keys of another board."""
    return [
        job | {"id": job["id"] + 9000, "absolute_url": f"https://jobs.example/{job['id'] + 9000}"}
        for job in jobs
    ]


@pytest.fixture
def third(server: BoardServer) -> BoardServer:
    """Return a third board, with two of the second's three jobs and another one."""
    mine, others = server.boards["otherworks"].jobs, server.boards["examplelabs"].jobs
    server.board("thirdlab", *_elsewhere([*mine[:2], others[5]]))
    return server


def _watched(program: Program) -> list[tuple[str, str]]:
    return [(row["board"], row["company"]) for row in program.ask("boards", "list")]


def test_a_board_is_moved_with_its_history_and_alerted_once(
    watching: Program, third: BoardServer
) -> None:
    watching("check")
    before = Path(watching.config).read_text()
    third.troubles["otherworks"] = Trouble(status=404)
    ran = watching(*MOVE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"moved {OLD} to {NEW} (Example Labs, 3 postings): ")
    assert Path(watching.config).read_text() == before.replace(OLD, NEW)
    assert watching.ask("sql", f"SELECT state FROM boards WHERE board = '{OLD}'") == [
        {"state": "unwatched"}
    ]
    checked = watching("check")
    assert checked.code == 0
    assert f"Other Works moved from {OLD} to {NEW}\n" in checked.out
    assert "2 of 3 open roles came along, 1 is new\n" in checked.out
    assert "Now watching" not in checked.out
    linked = watching.ask(
        "sql",
        f"SELECT repost_of FROM postings WHERE board = '{NEW}' AND repost_of IS NOT NULL ORDER BY "
        "repost_of",
    )
    assert [row["repost_of"].rpartition(":")[0] for row in linked] == [OLD, OLD]
    assert {row["board"] for row in watching.ask("roles")} == {NEW, "greenhouse:examplelabs"}
    assert "moved" not in watching("check").out


def test_a_second_move_says_that_it_is_done(watching: Program, third: BoardServer) -> None:
    watching("check")
    watching(*MOVE)
    asked = len(third.requests)
    again = watching(*MOVE)
    assert (again.code, again.out.split(":")[0]) == (0, "greenhouse")
    assert "already" in again.out
    assert len(third.requests) == asked
    watching("check")
    assert watching.ask("sql", "SELECT count(*) AS n FROM alerts WHERE why LIKE 'moved%'") == [
        {"n": 1}
    ]


def test_a_move_to_a_board_that_is_watched_takes_the_former_one_out(watching: Program) -> None:
    watching("boards", "add", NEW)
    watching("check")
    assert watching(*MOVE).code == 0
    assert [board for board, _ in _watched(watching)] == ["greenhouse:examplelabs", NEW]
    checked = watching("check", NEW)
    assert "2 of 3 open roles came along" in checked.out
    assert watching.ask("sql", "SELECT count(*) AS n FROM posting_changes") == [{"n": 0}]


def test_rules_that_name_the_former_board_name_the_new_one(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text() + f'boards = ["greenhouse:examplelabs", "{OLD}"]  # two\n')
    assert watching(*MOVE).code == 0
    assert f'boards = ["greenhouse:examplelabs", "{NEW}"]  # two\n' in file.read_text()


def test_without_a_database_the_file_alone_is_edited(watching: Program, tmp_path: Path) -> None:
    ran = watching(*MOVE)
    assert (ran.code, "no history" in ran.out) == (0, True)
    assert not (tmp_path / "rolewatch.db").exists()
    assert "Now watching" in watching("check").out


def test_a_board_that_was_removed_before_can_be_moved(watching: Program) -> None:
    watching("check")
    watching("boards", "remove", OLD)
    assert watching(*MOVE).code == 0
    assert "2 of 3 open roles came along" in watching("check", NEW).out


def test_a_move_that_was_cut_off_is_finished_by_the_same_command(watching: Program) -> None:
    watching("check")
    file = Path(watching.config)
    file.write_text(file.read_text().replace(OLD, NEW))
    assert watching(*MOVE).out.startswith(f"moved {OLD} to {NEW}")
    assert "2 of 3 open roles came along" in watching("check", NEW).out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("greenhouse:nobody", NEW, "greenhouse:nobody is not watched and has no history"),
        (OLD, OLD, "OLD and NEW are both"),
        (OLD, "greenhouse:OtherWorks", "OLD and NEW are both"),
        (OLD, "https://job-boards.greenhouse.io/OTHERWORKS", "OLD and NEW are both"),
        (OLD, "otherworks", "No employer in the directory is called “otherworks”"),
        (OLD, UNREADABLE, f"cannot read {UNREADABLE_TITLE} boards yet"),
        (OLD, "greenhouse:nobody", "knows no board 'nobody'"),
        ("", NEW, "ats:token"),
    ],
)
def test_what_cannot_be_moved_is_refused_in_a_line(
    watching: Program, old: str, new: str, said: str
) -> None:
    watching("check")
    before = Path(watching.config).read_text()
    ran = watching("boards", "move", old, new)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert said in ran.err
    assert Path(watching.config).read_text() == before


def test_a_board_that_is_switched_off_is_no_place_to_move_to(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(f'{file.read_text()}[[boards]]\nboard = "{NEW}"\nenabled = false\n')
    before = file.read_text()
    ran = watching(*MOVE)
    assert (ran.code, "with `enabled = false`: remove that to watch it" in ran.err) == (2, True)
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("board", "section", "why"),
    [
        ("", "[ats.ashby]\nenabled = false\n", "[ats.ashby] has enabled = false"),
        ("enabled = false\n", "", "it has `enabled = false` there, as the former board had"),
    ],
)
def test_a_move_to_a_board_that_is_not_checked_says_so(
    watching: Program, board: str, section: str, why: str
) -> None:
    watching("check")
    file = Path(watching.config)
    named = f'board = "{OLD}"\n'
    assert named in file.read_text()
    file.write_text(file.read_text().replace(named, named + board) + section)
    ran = watching("boards", "move", OLD, "ashby:OtherWorks", *(["--no-check"] if board else []))
    assert (ran.code, ran.err) == (0, f"it is not checked: {why}\n")
    assert "the next check" not in ran.out


def test_a_board_that_cannot_be_read_now_is_moved_to_with_a_warning(
    watching: Program, third: BoardServer
) -> None:
    third.troubles["thirdlab"] = Trouble(status=503)
    ran = watching(*MOVE)
    assert (ran.code, "503" in ran.err) == (0, True)
    assert watching("boards", "move", NEW, "greenhouse:nobody", "--no-check").code == 0


def test_a_file_that_cannot_be_written_leaves_the_database(
    watching: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    watching("check")
    monkeypatch.setattr("monitor.config.file.write_atomically", refuse)
    assert watching(*MOVE).code == 2
    assert watching.ask("sql", f"SELECT state FROM boards WHERE board = '{OLD}'") == [
        {"state": "ok"}
    ]


def test_a_file_that_must_be_edited_by_hand_leaves_the_database(watching: Program) -> None:
    watching("check")
    file = Path(watching.config)
    file.write_text(file.read_text().replace(f'"{OLD}"', f'"""{OLD}"""'))
    ran = watching(*MOVE)
    assert (ran.code, "by hand" in ran.err) == (2, True)
    assert watching.ask("sql", f"SELECT state FROM boards WHERE board = '{OLD}'") == [
        {"state": "ok"}
    ]
    assert watching.ask("sql", "SELECT count(*) AS n FROM boards") == [{"n": 2}]


def test_the_history_of_a_role_has_both_its_lives(watching: Program, third: BoardServer) -> None:
    watching("check")
    job = third.boards["otherworks"].jobs[0]
    third.boards["otherworks"].jobs[0] = job | {"title": f"{job['title']} II"}
    watching("check")
    third.boards["thirdlab"].jobs[0]["title"] = f"{job['title']} II"
    watching(*MOVE)
    watching("check")
    third.boards["thirdlab"].jobs[0] = third.boards["thirdlab"].jobs[0] | {
        "title": f"{job['title']} III"
    }
    watching("check")
    old, new = f"{OLD}:{job['id']}", f"{NEW}:{job['id'] + 9000}"
    assert [(row["posting"], row["kind"]) for row in watching.ask("history", new)] == [
        (old, "revised"),
        (new, "revised"),
    ]
    said = watching("history", new).out
    assert (
        said.index(old)
        < said.index("revised")
        < said.index(f"it continues as {new}")
        < said.index(f"(a repost of {old} (moved")
    )
    assert f"Its board has moved: it continues as {new}." in watching("history", old).out
    assert [row["posting"] for row in watching.ask("history", old)] == [old]
    assert f"{old} (moved from {OLD}: the same internal job" in " ".join(
        watching("show", new).out.split()
    )
    assert watching.ask("show", new)["repost_of"] == old
