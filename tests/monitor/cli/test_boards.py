"""`boards`: listing, adding by name, URL and careers page, removing, finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Program

from monitor.demo.board_server import BoardServer, Trouble

THIRD = "greenhouse:thirdlab"


def _names(program: Program) -> list[str]:
    return [row["board"] for row in program.ask("boards", "list")]


@pytest.fixture
def third(server: BoardServer) -> BoardServer:
    """A third board, which is not watched yet."""
    server.board("thirdlab", *server.boards["otherworks"].jobs)
    return server


def test_a_board_that_nobody_looked_at_is_new(watching: Program) -> None:
    rows = watching.ask("boards", "list")
    assert [(row["board"], row["company"], row["state"]) for row in rows] == [
        ("greenhouse:examplelabs", "Example Labs", "new"),
        ("greenhouse:otherworks", "Other Works", "new"),
    ]


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
    "given", [THIRD, "https://job-boards.greenhouse.io/thirdlab", "https://boards.greenhouse.io/embed/job_board?for=thirdlab"]
)
def test_a_board_is_added_by_any_address_and_looked_at_first(watching: Program, third: BoardServer, given: str) -> None:
    ran = watching("boards", "add", given)
    assert ran.code == 0
    assert "added greenhouse:thirdlab (Example Labs, 3 postings)" in ran.out
    assert third.asked("thirdlab")
    assert _names(watching)[-1] == THIRD


def test_a_board_is_found_on_a_careers_page(watching: Program, third: BoardServer) -> None:
    page = b'<html><a href="https://example.com/about">About</a><a href="https://job-boards.greenhouse.io/thirdlab/jobs/4100101">Jobs</a></html>'
    third.troubles["/careers"] = Trouble(body=page, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert _names(watching)[-1] == THIRD


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"<html>We hire!</html>", "no board"),
        (b"https://jobs.lever.co/one https://job-boards.greenhouse.io/two", "lever:one, greenhouse:two"),
        (b"https://jobs.lever.co/one", "lever"),
    ],
)
def test_a_careers_page_that_does_not_name_one_board_we_read_is_refused(
    watching: Program, server: BoardServer, page: bytes, said: str
) -> None:
    server.troubles["/careers"] = Trouble(body=page, status=200)
    ran = watching("boards", "add", f"{server.url}/careers")
    assert ran.code == 2
    assert said in ran.err
    assert len(_names(watching)) == 2


def test_a_careers_page_that_cannot_be_read_is_refused(watching: Program, server: BoardServer) -> None:
    server.troubles["/careers"] = Trouble(status=403, body=b"")
    ran = watching("boards", "add", f"{server.url}/careers")
    assert ran.code == 2
    assert "HTTP 403" in ran.err


def test_a_careers_page_that_moved_is_followed(watching: Program, third: BoardServer) -> None:
    third.troubles["/jobs"] = Trouble(status=301, headers={"Location": "/careers"})
    third.troubles["/careers"] = Trouble(body=b'<a href="https://boards.greenhouse.io/thirdlab">', status=200)
    assert watching("boards", "add", f"{third.url}/jobs").code == 0


@pytest.mark.parametrize(
    "inside", ["http://localhost:{port}/inner", "http://127.0.0.2:{port}/inner", "file:///etc/passwd", "http://[::1]/"]
)
def test_a_careers_page_that_leads_inside_is_not_followed(watching: Program, third: BoardServer, inside: str) -> None:
    third.troubles["/jobs"] = Trouble(status=302, headers={"Location": inside.format(port=third.url.rsplit(":", 1)[1])})
    ran = watching("boards", "add", f"{third.url}/jobs")
    assert ran.code == 2
    assert "leads to an address that no careers page has" in ran.err
    assert third.asked("/inner") == []


def test_a_careers_page_that_leads_to_itself_is_left(watching: Program, third: BoardServer) -> None:
    third.troubles["/jobs"] = Trouble(status=302, headers={"Location": "/jobs"})
    ran = watching("boards", "add", f"{third.url}/jobs")
    assert (ran.code, len(third.asked("/jobs"))) == (2, 6)


def test_a_board_that_does_not_exist_is_refused(watching: Program) -> None:
    ran = watching("boards", "add", "greenhouse:nobody")
    assert ran.code == 2
    assert "no board 'nobody'" in ran.err
    assert len(_names(watching)) == 2


def test_a_board_that_cannot_be_read_now_is_added_with_a_warning(watching: Program, third: BoardServer) -> None:
    third.troubles["thirdlab"] = Trouble(status=503)
    ran = watching("boards", "add", THIRD)
    assert ran.code == 0
    assert "503" in ran.err
    assert _names(watching)[-1] == THIRD


def test_a_board_may_be_added_unseen(watching: Program, third: BoardServer) -> None:
    assert watching("boards", "add", THIRD, "--no-check", "--company", "Third Lab", "--every", "1h").code == 0
    assert not third.requests
    assert 'company = "Third Lab"\nevery = "1h"\n' in Path(watching.config).read_text()


def test_a_board_that_is_watched_already_is_refused_unseen(watching: Program, server: BoardServer) -> None:
    ran = watching("boards", "add", "https://job-boards.greenhouse.io/otherworks")
    assert ran.code == 2
    assert "already" in ran.err
    assert not server.requests


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("deepmind", "greenhouse:deepmind"),
        ("lever:palantir", "cannot read lever"),
        ("nope:x", "nope is no ats; allowed: ashby, google, greenhouse"),
        ("", "ats:token"),
        ("http://[/careers", "is no address"),
        ("http://nowhere.invalid/careers", "could not be read (no such host: nowhere.invalid)"),
        ("http://127.0.0.1:1/careers", "could not be read (cannot connect to 127.0.0.1: "),
    ],
)
def test_what_is_no_board_of_ours_is_refused_with_what_would_be(watching: Program, given: str, said: str) -> None:
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
    assert _names(program) == [THIRD]


def test_nothing_added_leaves_no_file_behind(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    assert Program(str(file))("boards", "add", "lever:palantir").code == 2
    assert not file.exists()


def test_a_board_that_is_switched_off_can_be_removed(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text().replace('company = "Other Works"', "enabled = false"))
    assert watching("boards", "remove", "greenhouse:otherworks").code == 0
    assert _names(watching) == ["greenhouse:examplelabs"]


def test_a_removed_board_keeps_its_history(watching: Program) -> None:
    watching("check")
    assert watching("boards", "remove", "greenhouse:otherworks").code == 0
    watching("check")
    assert _names(watching) == ["greenhouse:examplelabs"]
    assert watching.ask("sql", "SELECT state, open_postings FROM boards WHERE token = 'otherworks'") == [
        {"state": "unwatched", "open_postings": 3}
    ]


def test_a_removed_board_is_unwatched_at_once(watching: Program) -> None:
    watching("check")
    for board in ("greenhouse:otherworks", "greenhouse:examplelabs"):
        assert watching("boards", "remove", board).code == 0
    assert watching.ask("sql", "SELECT DISTINCT state, next_check_at FROM boards") == [{"state": "unwatched", "next_check_at": None}]
    assert watching.ask("sql", "SELECT count(*) AS n FROM coverage WHERE to_at IS NULL") == [{"n": 0}]


@pytest.mark.parametrize(
    ("found", "said"), [(None, ""), (b"no database at all, whoever made it", "has it as watched until the next round")]
)
def test_a_board_is_removed_whatever_becomes_of_the_database(watching: Program, tmp_path: Path, found: bytes | None, said: str) -> None:
    if found is not None:
        (tmp_path / "rolewatch.db").write_bytes(found)
    ran = watching("boards", "remove", "greenhouse:otherworks")
    assert (ran.code, len(ran.err.splitlines())) == (0, len(said.splitlines()))
    assert said in ran.err
    assert "otherworks" not in Path(watching.config).read_text()
    assert (tmp_path / "rolewatch.db").exists() == (found is not None)


@pytest.mark.parametrize("name", ["otherworks", "OTHERWORKS", "Other Works"])
def test_a_board_is_removed_and_looked_at_by_what_it_alone_is_called(watching: Program, name: str) -> None:
    assert [report["board"] for report in watching.ask("check", name)] == ["greenhouse:otherworks"]
    assert watching("boards", "remove", name).out.startswith("removed greenhouse:otherworks from ")
    gone = watching("boards", "remove", name)
    assert (gone.code, len(gone.err.splitlines())) == (2, 1)
    assert gone.err.endswith("watched are: greenhouse:examplelabs\n")


def test_a_name_of_several_boards_is_refused_with_all_of_them(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text().replace("Other Works", "Example Labs"))
    for command in (("check",), ("boards", "remove")):
        ran = watching(*command, "example labs")
        assert (ran.code, ran.err) == (2, "'example labs' is one of several boards: greenhouse:examplelabs, greenhouse:otherworks\n")


def test_a_board_that_is_not_watched_cannot_be_removed(watching: Program) -> None:
    ran = watching("boards", "remove", THIRD)
    assert ran.code == 2
    assert "greenhouse:examplelabs" in ran.err


def test_an_employer_is_found_in_the_directory_without_a_configuration(tmp_path: Path) -> None:
    rows = Program(str(tmp_path / "none.toml")).ask("boards", "find", "deepmind")
    assert {
        "board": "greenhouse:deepmind",
        "company": "Google DeepMind",
        "url": "https://job-boards.greenhouse.io/deepmind",
        "readable": True,
    } in rows
