"""`boards`: listing, and adding by name and URL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.program import Program
from tests.support.unreadable import UNREADABLE, UNREADABLE_TITLE, UNREADABLE_URL

THIRD = "greenhouse:thirdlab"


def test_a_board_without_a_check_is_new(watching: Program) -> None:
    rows = watching.ask("boards", "list")
    assert [(row["board"], row["company"], row["state"]) for row in rows] == [
        ("greenhouse:examplelabs", "Example Labs", "new"),
        ("greenhouse:otherworks", "Other Works", "new"),
    ]


def test_a_listing_without_a_board_says_how_to_add_one(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.touch()
    said = "No board is watched: add one with `rolewatch boards add NAME`\n"
    assert Program(str(file))("boards", "list").out == said
    status = Program(str(file))("status").out
    assert status.endswith(said)
    assert "all well" not in status


def test_a_listing_says_how_each_board_fares(watching: Program, server: BoardServer) -> None:
    server.troubles["otherworks"] = Trouble(status=500)
    for _ in range(3):
        watching("check")
    good, bad = watching.ask("boards", "list")
    assert (good["state"], good["open_postings"], good["failures"]) == ("ok", 9, 0)
    assert (bad["state"], bad["open_postings"], bad["failures"]) == ("failing", 0, 3)
    assert good["last_ok_at"] == good["last_check_at"]


def test_a_new_board_has_the_columns_of_one_that_was_read(watching: Program) -> None:
    watching("check", "greenhouse:examplelabs")
    read, new = watching.ask("boards", "list")
    assert list(read) == list(new)


@pytest.mark.parametrize(
    "given",
    [
        THIRD,
        "https://job-boards.greenhouse.io/thirdlab",
        "https://boards.greenhouse.io/embed/job_board?for=thirdlab",
    ],
)
def test_a_board_is_added_by_any_address_and_checked_first(
    watching: Program, third: BoardServer, given: str
) -> None:
    ran = watching("boards", "add", given)
    assert ran.code == 0
    assert "added greenhouse:thirdlab (Example Labs, 3 postings)" in ran.out
    assert third.asked("thirdlab")
    assert watching.watched()[-1] == THIRD


def test_a_board_that_does_not_exist_is_refused(watching: Program) -> None:
    ran = watching("boards", "add", "greenhouse:nobody")
    assert ran.code == 2
    assert "no board 'nobody'" in ran.err
    assert len(watching.watched()) == 2


def test_a_board_that_cannot_be_read_now_is_added_with_a_warning(
    watching: Program, third: BoardServer
) -> None:
    third.troubles["thirdlab"] = Trouble(status=503)
    ran = watching("boards", "add", THIRD)
    assert ran.code == 0
    assert "503" in ran.err
    assert watching.watched()[-1] == THIRD


def test_a_board_may_be_added_unseen(watching: Program, third: BoardServer) -> None:
    assert (
        watching(
            "boards", "add", THIRD, "--no-check", "--company", "Third Lab", "--every", "1h"
        ).code
        == 0
    )
    assert not third.requests
    assert 'company = "Third Lab"\nevery = "1h"\n' in Path(watching.config).read_text()


@pytest.mark.parametrize(
    "given", ["https://job-boards.greenhouse.io/otherworks", "greenhouse:OtherWorks"]
)
def test_a_board_that_is_watched_already_is_said_to_be_and_left_unseen(
    watching: Program, server: BoardServer, given: str
) -> None:
    before = Path(watching.config).read_text()
    ran = watching("boards", "add", given)
    assert (ran.code, ran.err) == (0, "")
    assert "greenhouse:otherworks is watched already" in ran.out
    assert not server.requests
    assert Path(watching.config).read_text() == before


def test_a_board_that_is_switched_off_is_not_added_again(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text().replace('company = "Other Works"', "enabled = false"))
    ran = watching("boards", "add", "greenhouse:otherworks")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "enabled = false" in ran.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("labs", "may mean ashby:adaption (Adaption Labs), "),
        ("openia", "may mean ashby:openai (OpenAI): give the board that you mean"),
        (
            UNREADABLE,
            f"rolewatch cannot read {UNREADABLE_TITLE} boards yet; it reads Amazon Jobs, Ashby",
        ),
        (UNREADABLE_URL, f"cannot read {UNREADABLE_TITLE} boards yet"),
        ("nope:x", "nope is not supported; allowed: amazon, ashby, "),
        ("No Such Lab", "No employer in the directory is called “No Such Lab”: give the address"),
        ("boards.greenhouse.io", "is an address of Greenhouse that names no board"),
        ("", "ats:token"),
        ("http://[/careers", "is not an address"),
        ("http://nowhere.invalid/careers", "could not be read (no such host: nowhere.invalid)"),
        ("http://127.0.0.1:1/careers", "could not be read (cannot connect to 127.0.0.1: "),
    ],
)
def test_what_is_no_board_of_ours_is_refused_with_what_would_be(
    watching: Program, given: str, said: str
) -> None:
    ran = watching("boards", "add", given)
    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("empty", [True, False])
def test_the_first_board_may_go_into_an_empty_file_or_none(tmp_path: Path, empty: bool) -> None:
    file = tmp_path / "rolewatch.toml"
    if empty:
        file.touch()
    program = Program(str(file))
    assert program("boards", "add", THIRD, "--no-check").code == 0
    assert program.watched() == [THIRD]


def test_nothing_added_leaves_no_file_behind(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    assert Program(str(file))("boards", "add", UNREADABLE).code == 2
    assert not file.exists()


@pytest.mark.parametrize(
    ("name", "board"),
    [
        ("Thinking Machines", "ashby:ThinkingMachines"),
        ("deepmind", "google:deepmind"),
        ("Isomorphic Labs", "greenhouse:isomorphiclabs"),
    ],
)
def test_a_board_is_added_by_its_employers_name(tmp_path: Path, name: str, board: str) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    ran = program("boards", "add", name, "--no-check")
    assert (ran.code, ran.err) == (0, "")
    assert program.watched() == [board]


def test_a_former_board_is_added_with_where_its_employer_is(tmp_path: Path) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    ran = program(
        "boards", "add", "https://boards.greenhouse.io/deepmind/jobs/5938712", "--no-check"
    )
    assert ran.code == 0
    assert "Google DeepMind, which is at google:deepmind now" in ran.err
    assert program.watched() == ["greenhouse:deepmind"]


def test_a_former_board_is_refused_with_where_its_employer_is(
    watching: Program,
) -> None:
    ran = watching("boards", "add", "greenhouse:deepmind")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "google:deepmind" in ran.err


@pytest.mark.parametrize(
    ("answer", "added"), [("2", ["greenhouse:optiverprivate"]), ("", []), ("7", [])]
)
def test_a_name_of_several_boards_is_asked_about_at_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, added: list[str]
) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    ran = program("boards", "add", "Optiver", "--no-check", stdin=answer + "\n")
    assert "1  greenhouse:optiverus (Optiver)" in ran.out
    assert ran.code == (0 if added else 2)
    assert added == (program.watched() if added else [])


def test_a_list_of_candidates_says_how_many_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    ran = program("boards", "add", "labs", "--no-check", stdin="\n")
    assert ran.code == 2
    assert re.search(r"^\d+ more are not listed: ", ran.out, re.MULTILINE)


def test_a_person_who_leaves_the_choice_is_told_that_nothing_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    ran = program("boards", "add", "Optiver", "--no-check", stdin="")
    assert (ran.code, ran.err) == (2, "no board was chosen: nothing was changed\n")
    assert not (tmp_path / "rolewatch.toml").exists()
