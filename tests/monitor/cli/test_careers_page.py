"""`boards add` of a careers page."""

from __future__ import annotations

import pytest

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.program import Program

THIRD = "greenhouse:thirdlab"
EMPTY = Trouble(body=b"[]", status=200)  # a Lever board without postings


def test_a_board_is_found_on_a_careers_page(watching: Program, third: BoardServer) -> None:
    page = b'<html><a href="https://example.com/about">About</a><a href="https://job-boards.greenhouse.io/thirdlab/jobs/4100101">Jobs</a></html>'
    third.troubles["/careers"] = Trouble(body=page, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert watching.watched()[-1] == THIRD


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"<html>We hire!</html>", "no board"),
        (
            b'<a href="/jobs/1?a=1&amp;gh_jid=1">',
            "jobs of Greenhouse and does not name their board",
        ),
        (
            b"https://jobs.lever.co/one https://job-boards.greenhouse.io/otherworks",
            "may mean lever:one (0 postings), greenhouse:otherworks (otherworks): give",
        ),
        (b"https://one.breezy.hr", "Breezy HR"),
    ],
)
def test_a_careers_page_that_does_not_name_one_board_we_read_is_refused(
    watching: Program, server: BoardServer, page: bytes, said: str
) -> None:
    server.troubles["/careers"] = Trouble(body=page, status=200)
    server.troubles["/v0/postings/one"] = EMPTY
    ran = watching("boards", "add", f"{server.url}/careers")
    assert ran.code == 2
    assert said in ran.err
    assert len(watching.watched()) == 2


def test_a_careers_page_that_cannot_be_read_is_refused(
    watching: Program, server: BoardServer
) -> None:
    server.troubles["/careers"] = Trouble(status=403, body=b"")
    ran = watching("boards", "add", f"{server.url}/careers")
    assert ran.code == 2
    assert "HTTP 403" in ran.err


def test_a_careers_page_that_moved_is_followed(watching: Program, third: BoardServer) -> None:
    third.troubles["/jobs"] = Trouble(status=301, headers={"Location": "/careers"})
    third.troubles["/careers"] = Trouble(
        body=b'<a href="https://boards.greenhouse.io/thirdlab">', status=200
    )
    assert watching("boards", "add", f"{third.url}/jobs").code == 0


@pytest.mark.parametrize(
    "inside",
    [
        "http://localhost:{port}/inner",
        "http://127.0.0.2:{port}/inner",
        "file:///etc/passwd",
        "http://[::1]/",
    ],
)
def test_a_careers_page_that_leads_inside_is_not_followed(
    watching: Program, third: BoardServer, inside: str
) -> None:
    third.troubles["/jobs"] = Trouble(
        status=302, headers={"Location": inside.format(port=third.url.rsplit(":", 1)[1])}
    )
    ran = watching("boards", "add", f"{third.url}/jobs")
    assert ran.code == 2
    assert "redirects to a private or invalid address" in ran.err
    assert third.asked("/inner") == []


def test_a_careers_page_that_leads_to_itself_is_left(watching: Program, third: BoardServer) -> None:
    third.troubles["/jobs"] = Trouble(status=302, headers={"Location": "/jobs"})
    ran = watching("boards", "add", f"{third.url}/jobs")
    assert (ran.code, len(third.asked("/jobs"))) == (2, 6)


def test_a_short_link_is_followed_to_the_address_that_names_the_board(
    watching: Program, third: BoardServer
) -> None:
    form = "https://boards.greenhouse.io/embed/job_app?for=thirdlab&token=1"
    third.troubles["/short"] = Trouble(status=302, headers={"Location": form})
    assert watching("boards", "add", f"{third.url}/short").code == 0
    assert watching.watched()[-1] == THIRD


BOARD_LINK = b'<a href="https://boards.greenhouse.io/thirdlab">'
FRONT = (
    b"<title>Careers at Third Lab</title>"
    b'<a href="/about">About</a><a href="/life">Join us</a><a href="https://elsewhere.example/jobs">Jobs elsewhere</a>'  # noqa: E501  # one line of a page or a program
    b'<a href="/open#all">Open positions</a><script src="/jobs.js"></script>'
    b'<a href="/careers/four">Four</a><a href="/careers/five">Five</a>'
)


@pytest.mark.parametrize(
    ("place", "read"),
    [
        ("/life", ["/life"]),
        ("/open", ["/life", "/open"]),
        ("/careers/four", ["/life", "/open", "/careers/four"]),
    ],
)
def test_a_careers_page_that_names_no_board_is_read_three_links_further(
    watching: Program, third: BoardServer, place: str, read: list[str]
) -> None:
    third.troubles["/careers"] = Trouble(body=FRONT, status=200)
    third.troubles[place] = Trouble(body=BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert watching.watched()[-1] == THIRD
    assert [
        path
        for path in ("/about", "/life", "/open", "/careers/four", "/careers/five", "/jobs.js")
        if third.asked(path)
    ] == read


def test_a_page_that_sends_browsers_on_is_followed(watching: Program, third: BoardServer) -> None:
    page = b'<title>Third Lab</title><meta http-equiv="Refresh" content="0; URL=\'/new\'">' + FRONT
    third.troubles["/careers"] = Trouble(body=page, status=200)
    third.troubles["/new"] = Trouble(body=BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert (watching.watched()[-1], third.asked("/life")) == (THIRD, [])


def test_a_page_may_be_given_without_its_scheme(
    watching: Program, third: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", third.url)
    ran = watching("boards", "add", "acme.example/careers")
    assert ran.code == 2
    assert "https://acme.example/careers answered HTTP 404" in ran.err
    found = watching("boards", "find", "acme.example/careers")
    assert "acme.example/careers is a web page: `rolewatch boards add" in found.err


def test_a_page_in_an_unknown_charset_is_read(watching: Program, third: BoardServer) -> None:
    kind = {"Content-Type": "text/html; charset=nonsense"}
    third.troubles["/careers"] = Trouble(body=BOARD_LINK, status=200, headers=kind)
    assert watching("boards", "add", f"{third.url}/careers").code == 0


ARTICLE = b'<title>Acme: news</title><a href="https://boards.greenhouse.io/thirdlab/jobs/1">'


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (ARTICLE, 2),
        (ARTICLE.replace(b"Acme", b"Third Lab"), 0),
        (ARTICLE + BOARD_LINK, 0),
        (b'<script src="https://boards.greenhouse.io/embed/job_board/js?for=thirdlab">', 0),
    ],
)
def test_a_board_that_one_link_of_another_site_names_is_asked_about(
    watching: Program,
    third: BoardServer,
    monkeypatch: pytest.MonkeyPatch,
    page: bytes,
    code: int,
) -> None:
    monkeypatch.setenv("http_proxy", third.url)
    third.troubles["/news"] = Trouble(body=page, status=200)
    ran = watching("boards", "add", "http://acme.example/news")
    assert (ran.code, THIRD in watching.watched()) == (code, code == 0)
    assert ("may mean greenhouse:thirdlab (Example Labs, 3 postings): give" in ran.err) == bool(
        code
    )


def test_a_link_to_a_host_that_is_no_name_is_passed_over(
    watching: Program, third: BoardServer
) -> None:
    link = f'<a href="http://{"a" * 70}.{third.url.removeprefix("http://")}/jobs">Jobs</a>'
    page = b"<title>Third Lab</title>" + link.encode() + b'<a href="/open">Open positions</a>'
    third.troubles["/careers"] = Trouble(body=page, status=200)
    third.troubles["/open"] = Trouble(body=BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0


@pytest.mark.parametrize("attributes", ['src="/ashby.js"', 'id="greenhouse-board" src="/frame"'])
def test_a_frame_that_names_an_ats_is_read_first(
    watching: Program, third: BoardServer, attributes: str
) -> None:
    frame = f"<iframe {attributes}></iframe>"
    place = "/" + attributes.rpartition("/")[2].strip('"')
    third.troubles["/careers"] = Trouble(body=FRONT + frame.encode(), status=200)
    third.troubles[place] = Trouble(body=BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert (len(third.asked(place)), third.asked("/life")) == (1, [])


SEVERAL = b'<a href="https://jobs.lever.co/one"><a href="https://boards.greenhouse.io/thirdlab"><a href="https://boards.greenhouse.io/ThirdLab">'


@pytest.mark.parametrize(("answer", "code"), [("2", 0), ("", 2)])
def test_a_careers_page_of_several_boards_is_asked_about_at_a_terminal(
    watching: Program, third: BoardServer, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    third.troubles |= {
        "/careers": Trouble(body=SEVERAL, status=200),
        "/v0/postings/one": EMPTY,
    }
    ran = watching("boards", "add", f"{third.url}/careers", stdin=answer + "\n")
    assert ran.code == code
    assert (
        "1  lever:one (0 postings)\n2  greenhouse:thirdlab (Example Labs, 3 postings)\nWhich board"
        in ran.out
    )
    assert (THIRD in watching.watched()) == (code == 0)
    assert len(third.asked("thirdlab")) == 1


def test_a_careers_page_of_several_boards_is_asked_about_before_a_move(
    watching: Program, third: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    third.troubles |= {
        "/careers": Trouble(body=SEVERAL, status=200),
        "/v0/postings/one": EMPTY,
    }
    assert (
        watching(
            "boards", "move", "greenhouse:otherworks", f"{third.url}/careers", stdin="2\n"
        ).code
        == 0
    )
    assert watching.watched() == ["greenhouse:examplelabs", THIRD]


@pytest.mark.parametrize(("answer", "code"), [("1", 0), ("", 2)])
def test_a_board_of_another_name_on_a_further_page_is_asked_about(
    watching: Program, third: BoardServer, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    third.troubles["/careers"] = Trouble(
        body=b'<title>Acme</title><a href="/jobs">Jobs</a>', status=200
    )
    third.troubles["/jobs"] = Trouble(body=BOARD_LINK, status=200)
    refused = watching("boards", "add", f"{third.url}/careers")
    assert (refused.code, "may mean greenhouse:thirdlab" in refused.err) == (2, True)
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    assert watching("boards", "add", f"{third.url}/careers", stdin=answer + "\n").code == code


def test_a_careers_page_is_read_no_further_than_three_links(
    watching: Program, third: BoardServer
) -> None:
    third.troubles["/careers"] = Trouble(body=FRONT, status=200)
    third.troubles["/careers/five"] = Trouble(body=BOARD_LINK, status=200)
    ran = watching("boards", "add", f"{third.url}/careers")
    assert (ran.code, third.asked("/careers/five")) == (2, [])
    assert "links to no board that rolewatch knows" in ran.err


def test_a_script_of_the_page_may_name_the_board(watching: Program, third: BoardServer) -> None:
    third.troubles["/careers"] = Trouble(
        body=b'<title>Thirdlab: jobs</title><script src="/jobs.js"></script>', status=200
    )
    third.troubles["/jobs.js"] = Trouble(
        body=b'fetch("https://boards-api.greenhouse.io/v1/boards/thirdlab/jobs")', status=200
    )
    assert watching("boards", "add", f"{third.url}/careers").code == 0


@pytest.mark.parametrize(
    ("robots", "said"),
    [
        (
            Trouble(body=b"User-agent: *\nDisallow: /careers", status=200),
            "closes /careers to programs",
        ),
        (
            Trouble(body=b"User-agent: rolewatch\nDisallow: /", status=200),
            "closes /careers to programs",
        ),
        (Trouble(body=b"", status=503), "answered HTTP 503, which closes the whole host: "),
        (Trouble(body=b"", status=429), "answered HTTP 429: too many requests"),
    ],
)
def test_a_careers_page_that_robots_close_is_not_read(
    watching: Program, third: BoardServer, robots: Trouble, said: str
) -> None:
    third.troubles["/robots.txt"] = robots
    third.troubles["/careers"] = Trouble(body=BOARD_LINK, status=200)
    ran = watching("boards", "add", f"{third.url}/careers")
    assert (ran.code, third.asked("/careers"), len(ran.err.splitlines())) == (2, [], 1)
    assert said in ran.err


@pytest.mark.parametrize(
    "robots",
    [
        Trouble(
            body=b"User-agent: *\nDisallow: /careers\n\nUser-agent: rolewatch\nAllow: /", status=200
        ),
        Trouble(status=302, headers={"Location": "/elsewhere.txt"}),
        Trouble(status=302, headers={"Location": "http://localhost/robots.txt"}),
    ],
)
def test_a_careers_page_that_robots_leave_open_is_read(
    watching: Program, third: BoardServer, robots: Trouble
) -> None:
    third.troubles["/robots.txt"] = robots
    third.troubles["/careers"] = Trouble(body=BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0


def test_a_job_listing_beside_the_board_does_not_count(
    watching: Program, third: BoardServer
) -> None:
    listing = b'<a href="https://www.welcometothejungle.com/en/companies/third">'
    third.troubles["/careers"] = Trouble(body=listing + BOARD_LINK, status=200)
    assert watching("boards", "add", f"{third.url}/careers").code == 0
    assert watching.watched()[-1] == THIRD


def test_a_board_that_its_ats_does_not_know_is_left_out(
    watching: Program, third: BoardServer
) -> None:
    third.troubles["/careers"] = Trouble(body=SEVERAL, status=200)
    ran = watching("boards", "add", f"{third.url}/careers")
    assert ran.code == 0
    assert watching.watched()[-1] == THIRD
    assert "left out: Lever knows no board lever:one" in ran.err


def test_a_careers_page_whose_boards_are_all_unknown_is_refused(
    watching: Program, server: BoardServer
) -> None:
    server.troubles["/careers"] = Trouble(body=SEVERAL, status=200)
    ran = watching("boards", "add", f"{server.url}/careers")
    assert (ran.code, len(ran.err.splitlines()), len(watching.watched())) == (2, 1, 2)
    assert "lever:one" in ran.err
    assert THIRD in ran.err


def test_a_former_board_on_a_careers_page_is_said_to_be_one(
    watching: Program, server: BoardServer
) -> None:
    page = b'<a href="https://boards.greenhouse.io/deepmind">'
    server.troubles["/careers"] = Trouble(body=page, status=200)
    ran = watching("boards", "add", f"{server.url}/careers")
    assert ran.code == 2
    assert "google:deepmind" in ran.err


@pytest.mark.parametrize("options", [[], ["--no-check"]])
def test_a_board_of_a_careers_page_is_not_added_unchecked_unless_the_person_says_so(
    watching: Program, third: BoardServer, options: list[str]
) -> None:
    third.troubles |= {
        "/careers": Trouble(body=BOARD_LINK, status=200),
        "thirdlab": Trouble(status=503),
    }
    ran = watching("boards", "add", f"{third.url}/careers", *options)
    assert (ran.code, THIRD in watching.watched()) == ((0, True) if options else (2, False))
    assert bool(third.asked("thirdlab")) != bool(options)
    assert ("503" in ran.err) != bool(options)


def test_a_board_in_trouble_is_listed_as_such(
    watching: Program, third: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)
    third.troubles |= {
        "/careers": Trouble(body=SEVERAL, status=200),
        "/v0/postings/one": Trouble(status=500),
    }
    ran = watching("boards", "add", f"{third.url}/careers", stdin="2\n")
    assert "1  lever:one (not readable now: HTTP 500)\n" in ran.out
    assert watching.watched()[-1] == THIRD


def test_boards_that_are_watched_or_off_are_not_asked(
    watching: Program, server: BoardServer
) -> None:
    page = (
        b"https://boards.greenhouse.io/otherworks https://careers.smartrecruiters.com/Acme "
        b"https://acme.breezy.hr"
    )
    server.troubles["/careers"] = Trouble(body=page, status=200)
    ran = watching("boards", "add", f"{server.url}/careers")
    assert ran.code == 2
    assert {seen.path for seen in server.requests} == {"/careers", "/robots.txt"}
    for board in ("greenhouse:otherworks", "smartrecruiters:Acme", "breezy:acme"):
        assert board in ran.err


def test_no_more_boards_are_asked_than_a_person_is_shown(
    watching: Program, server: BoardServer
) -> None:
    boards = "".join(f" https://boards.greenhouse.io/lab{number}" for number in range(30))
    for number in range(30):
        server.board(f"lab{number}")
    server.troubles["/careers"] = Trouble(body=boards.encode(), status=200)
    ran = watching("boards", "add", f"{server.url}/careers")
    assert ran.code == 2
    assert "and 21 more" in ran.err
    assert len([seen for seen in server.requests if seen.path.startswith("lab")]) == 9


def test_the_board_behind_many_unknown_ones_is_checked_too(
    watching: Program, server: BoardServer
) -> None:
    boards = "".join(f" https://boards.greenhouse.io/lab{number}" for number in range(10))
    server.troubles |= {
        "/careers": Trouble(body=boards.encode(), status=200),
        "lab9": Trouble(status=503),
    }
    ran = watching("boards", "add", f"{server.url}/careers")
    assert (ran.code, len(server.asked("lab9")), len(watching.watched())) == (2, 1, 2)
