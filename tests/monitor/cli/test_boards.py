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


@pytest.mark.parametrize("given", ["https://job-boards.greenhouse.io/otherworks", "greenhouse:OtherWorks"])
def test_a_board_that_is_watched_already_is_said_to_be_and_left_unseen(watching: Program, server: BoardServer, given: str) -> None:
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
        ("Salesforce", "rolewatch cannot read Workday boards yet"),
        ("openia", "may mean ashby:openai (OpenAI): give the board that you mean"),
        ("lever:palantir", "rolewatch cannot read Lever boards yet; it reads Ashby"),
        ("https://acme.wd5.myworkdayjobs.com/External", "cannot read Workday boards yet"),
        ("nvidia", "cannot read Workday boards yet"),
        ("nope:x", "nope is no ats; allowed: ashby, google, greenhouse"),
        ("No Such Lab", "is no board that rolewatch knows"),
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


@pytest.mark.parametrize(
    ("name", "board"),
    [("Thinking Machines", "ashby:ThinkingMachines"), ("deepmind", "google:deepmind"), ("Isomorphic Labs", "greenhouse:isomorphiclabs")],
)
def test_a_board_is_added_by_its_employers_name(tmp_path: Path, name: str, board: str) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    ran = program("boards", "add", name, "--no-check")
    assert (ran.code, ran.err) == (0, "")
    assert _names(program) == [board]


def test_a_former_board_is_added_with_where_its_employer_is(tmp_path: Path) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    ran = program("boards", "add", "https://boards.greenhouse.io/deepmind/jobs/5938712", "--no-check")
    assert ran.code == 0
    assert "Google DeepMind, which is at google:deepmind now" in ran.err
    assert _names(program) == ["greenhouse:deepmind"]


def test_a_former_board_that_is_gone_is_refused_with_where_its_employer_is(watching: Program) -> None:
    ran = watching("boards", "add", "greenhouse:deepmind")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "google:deepmind" in ran.err


@pytest.mark.parametrize(("answer", "added"), [("2", ["greenhouse:optiverprivate"]), ("", []), ("7", [])])
def test_a_name_of_several_boards_is_asked_about_at_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, added: list[str]
) -> None:
    program = Program(str(tmp_path / "rolewatch.toml"))
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    ran = program("boards", "add", "Optiver", "--no-check", stdin=answer + "\n")
    assert "1  greenhouse:optiverus (Optiver)" in ran.out
    assert ran.code == (0 if added else 2)
    assert added == (_names(program) if added else [])


def test_a_short_link_is_followed_to_the_address_that_names_the_board(watching: Program, third: BoardServer) -> None:
    form = "https://boards.greenhouse.io/embed/job_app?for=thirdlab&token=1"
    third.troubles["/short"] = Trouble(status=302, headers={"Location": form})
    assert watching("boards", "add", f"{third.url}/short").code == 0
    assert _names(watching)[-1] == THIRD


BOARD_LINK = b'<a href="https://boards.greenhouse.io/thirdlab">'
FRONT = (
    b'<a href="/about">About</a><a href="/life">Join us</a><a href="https://elsewhere.example/jobs">Jobs elsewhere</a>'
    b'<a href="/open#all">Open positions</a><script src="/jobs.js"></script>'
    b'<a href="/careers/four">Four</a><a href="/careers/five">Five</a>'
)


@pytest.mark.parametrize(
    ("place", "read"), [("/life", ["/life"]), ("/open", ["/life", "/open"]), ("/careers/four", ["/life", "/open", "/careers/four"])]
)
def test_a_careers_page_that_names_no_board_is_read_three_links_further(
    watching: Program, third: BoardServer, place: str, read: list[str]
) -> None:
    third.troubles["/careers"] = Trouble(body=FRONT, status=200)
    third.troubles[place] = Trouble(body=BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert _names(watching)[-1] == THIRD
    assert [path for path in ("/about", "/life", "/open", "/careers/four", "/careers/five", "/jobs.js") if third.asked(path)] == read


def test_a_careers_page_is_read_no_further_than_three_links(watching: Program, third: BoardServer) -> None:
    third.troubles["/careers"] = Trouble(body=FRONT, status=200)
    third.troubles["/careers/five"] = Trouble(body=BOARD_LINK, status=200)
    ran = watching("boards", "add", f"{third.url}/careers")
    assert (ran.code, third.asked("/careers/five")) == (2, [])
    assert "no board that rolewatch knows is linked" in ran.err


def test_a_script_of_the_page_may_name_the_board(watching: Program, third: BoardServer) -> None:
    third.troubles["/careers"] = Trouble(body=b'<script src="/jobs.js"></script>', status=200)
    third.troubles["/jobs.js"] = Trouble(body=b'fetch("https://boards-api.greenhouse.io/v1/boards/thirdlab/jobs")', status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0


@pytest.mark.parametrize(
    ("robots", "said"),
    [
        (Trouble(body=b"User-agent: *\nDisallow: /careers", status=200), "closes /careers to programs"),
        (Trouble(body=b"User-agent: rolewatch\nDisallow: /", status=200), "closes /careers to programs"),
        (Trouble(body=b"", status=503), "answered HTTP 503, which closes the whole host"),
    ],
)
def test_a_careers_page_that_robots_close_is_not_read(watching: Program, third: BoardServer, robots: Trouble, said: str) -> None:
    third.troubles["/robots.txt"] = robots
    third.troubles["/careers"] = Trouble(body=BOARD_LINK, status=200)
    ran = watching("boards", "add", f"{third.url}/careers")
    assert (ran.code, third.asked("/careers"), len(ran.err.splitlines())) == (2, [], 1)
    assert said in ran.err


@pytest.mark.parametrize(
    "robots",
    [
        Trouble(body=b"User-agent: *\nDisallow: /careers\n\nUser-agent: rolewatch\nAllow: /", status=200),
        Trouble(status=302, headers={"Location": "/elsewhere.txt"}),
        Trouble(status=302, headers={"Location": "http://localhost/robots.txt"}),
    ],
)
def test_a_careers_page_that_robots_leave_open_is_read(watching: Program, third: BoardServer, robots: Trouble) -> None:
    third.troubles["/robots.txt"] = robots
    third.troubles["/careers"] = Trouble(body=BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0


def test_a_job_listing_beside_the_board_does_not_count(watching: Program, third: BoardServer) -> None:
    listing = b'<a href="https://www.welcometothejungle.com/en/companies/third">'
    third.troubles["/careers"] = Trouble(body=listing + BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert _names(watching)[-1] == THIRD


def test_a_board_of_another_case_is_the_same_board(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text() + '[[boards]]\nboard = "ashby:Acme"\nenabled = false\n')
    assert _names(watching)[-1] == "ashby:Acme"
    assert watching("boards", "remove", "ashby:ACME").out.startswith("removed ashby:Acme from ")


KEY = "138166347879064262"
GOOGLE = "https://www.google.com/about/careers/applications/jobs/results/"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (
            "deepmind",
            {
                "board": "google:deepmind",
                "posting": None,
                "company": "Google DeepMind",
                "url": f"{GOOGLE}?company=DeepMind",
                "readable": True,
            },
        ),
        (
            f"{GOOGLE}{KEY}-engineer-deepmind?hl=de",
            {
                "board": "google:deepmind",
                "posting": f"google:deepmind:{KEY}",
                "company": "Google DeepMind",
                "url": GOOGLE + KEY,
                "readable": True,
            },
        ),
        (
            "https://jobs.lever.co/Acme",
            {"board": "lever:Acme", "posting": None, "company": None, "url": "https://jobs.lever.co/Acme", "readable": False},
        ),
        (
            "Sierra",
            {"board": "ashby:Sierra", "posting": None, "company": "Sierra", "url": "https://jobs.ashbyhq.com/Sierra", "readable": True},
        ),
    ],
)
def test_a_name_or_a_link_is_said_to_mean_a_board_without_a_configuration(tmp_path: Path, text: str, row: dict[str, object]) -> None:
    assert Program(str(tmp_path / "none.toml")).ask("boards", "find", text)[0] == row


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no such lab", "No employer in the directory matches “no such lab”"),
        ("https://acme.example/jobs?gh_jid=1", "a job of Greenhouse on the employer's own site"),
        ("https://grnh.se/3d8f6c4b2us", "short link"),
        ("nope:x", "nope is no ats"),
    ],
)
def test_what_means_no_board_is_said_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    program = Program(str(tmp_path / "none.toml"))
    ran = program("boards", "find", text, "--format", "json")
    assert (ran.code, ran.json, len(ran.err.splitlines())) == (1, [], 1)
    assert said in ran.err
    assert program("boards", "find", text).code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [("greenhouse:deepmind", "which is at google:deepmind now"), ("nvidia", "rolewatch cannot read Workday boards yet"), ("openai", "")],
)
def test_what_a_person_should_know_of_a_found_board_is_said_beside_it(tmp_path: Path, text: str, said: str) -> None:
    ran = Program(str(tmp_path / "none.toml"))("boards", "find", text)
    assert ran.code == 0
    assert said in ran.err
    assert bool(said) == bool(ran.err)
