"""`/boards`, `/boards/BOARD` and their twins: health in words, coverage, the last checks."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Engine, text

from crawler.items import Failure, Snapshot
from tests.support.boards import BOARD, posting, postings, snapshot
from tests.support.history import History, settings
from tests.support.moves import listing, move, there
from tests.support.web import Serve, WebSite, words

FAILING = "workday:nvidia.wd5/NVIDIAExternalCareerSite"
COLLAPSED = "greenhouse:shrunken"
NEW = "ashby:Merge%20Labs"
UNWATCHED = "lever:Former"
HOSTILE = "<script>alert(1)</script>"
BOARDS = (BOARD, COLLAPSED, FAILING, NEW, UNWATCHED)


def of(board: str, seen: Snapshot, company: str = "") -> Snapshot:
    return replace(seen, board=board, company=company or board.partition(":")[2])


@pytest.fixture
def history(engine: Engine) -> History:
    """Return a history with a board in each state."""
    made = History(engine, settings(boards=BOARDS))
    fails = Failure(FAILING, f"HTTP 503: {HOSTILE}", 503)
    many = of(COLLAPSED, snapshot(postings(12)), f"{HOSTILE} & Sons")
    first = [of(one, snapshot(postings(2))) for one in (FAILING, UNWATCHED)]
    made.check(snapshot(postings(3)), many, *first)
    made.check(snapshot(postings(4)), many, fails)
    made.check(snapshot(postings(4)), replace(many, sightings=()), fails)
    made.settings = settings(boards=BOARDS[:-1])
    made.check(snapshot(postings(4)), fails, Failure(NEW, "Ashby knows no board Merge Labs", 404))
    return made


def test_boards_in_trouble_come_first_and_unwatched_ones_last(site: WebSite) -> None:
    assert [(row["board"], row["state"]) for row in site.json("/boards.json")] == [
        (FAILING, "failing"),
        (COLLAPSED, "collapsed"),
        (NEW, "new"),
        (BOARD, "ok"),
        (UNWATCHED, "unwatched"),
    ]
    page = words(site.html("/boards"))
    assert "4 boards 2 in trouble, 1 not read yet; 18 open roles." in page
    assert page.index("Not watched any more") < page.index(UNWATCHED)


def test_the_twin_has_the_rows_of_the_view(site: WebSite, history: History) -> None:
    with history.engine.connect() as connection:
        columns = list(connection.execute(text("SELECT * FROM boards")).keys())
    row = site.json("/boards.json")[3]
    assert list(row) == columns
    assert row["open_postings"] == 4
    assert row["last_check_at"] == "2026-03-02T10:00:00.000000Z"
    assert row["failures"] == 0


@pytest.mark.parametrize("page", ["/boards", f"/boards/{FAILING}"])
def test_a_failing_board_says_why(site: WebSite, page: str) -> None:
    found = words(site.html(page))
    assert f"3 checks in a row failed, the last one: HTTP 503: {HOSTILE}." in found
    assert "Its 2 open roles stay as they are. Failing since Mar 2, " in found


@pytest.mark.parametrize(
    ("board", "expected"),
    [
        (COLLAPSED, "Its list is empty or much shorter, and is not believed yet. Its 12 open"),
        (NEW, "Not read yet. The last check failed: Ashby knows no board Merge Labs."),
        (UNWATCHED, "Not watched any more. Its history stays."),
    ],
)
def test_each_state_is_a_sentence(site: WebSite, board: str, expected: str) -> None:
    assert expected in words(site.html(f"/boards/{board.replace('%', '%25')}"))


def test_a_failing_board_that_is_not_watched_any_more_is_not_failing_now(
    history: History, serve: Serve
) -> None:
    history.settings = settings(boards=(BOARD,))
    history.check(snapshot(postings(4)))
    page = words(serve(history).html(f"/boards/{FAILING}"))
    assert "unwatched Not watched any more. Its history stays. Open roles" in page


def test_the_roles_of_a_board_that_moved_are_not_linked_where_none_is_listed(
    engine: Engine, serve: Serve
) -> None:
    made = History(engine)
    made.check(snapshot(postings(3)))
    link = ">3</a>"
    assert link in serve(made).html(f"/boards/{BOARD}")
    move(made)
    made.check(listing([there(one) for one in postings(3)]))
    site = serve(made)
    assert link not in site.html(f"/boards/{BOARD}")
    assert "Open roles 3 Last read" in words(site.html(f"/boards/{BOARD}"))
    assert site.json(f"/index.json?board={BOARD}") == []


def test_one_failure_is_said_without_alarm(history: History, serve: Serve) -> None:
    history.check(Failure(BOARD, "timeout after 30 s"))
    page = words(serve(history).html(f"/boards/{BOARD}"))
    assert "ok The last check failed: timeout after 30 s." in page
    assert "stay as" not in page


def test_texts_of_boards_are_escaped(site: WebSite) -> None:
    for page in ("/boards", f"/boards/{COLLAPSED}", f"/boards/{FAILING}"):
        assert "<script" not in site.html(page)


def test_a_board_is_found_as_the_program_compares_names(site: WebSite) -> None:
    exact = site.json(f"/boards/{FAILING}.json")
    assert exact["board"] == FAILING
    assert site.json(f"/boards/{FAILING.casefold()}.json") == exact
    assert site.json("/boards/ashby%3Amerge%2520labs.json")["board"] == NEW
    assert site.client.get("/boards/lever:bygone").status_code == 404  # Lever compares with case


@pytest.mark.parametrize("name", ["greenhouse:nobody", "x", "%00", "a/b/c", "%3Cscript%3E"])
def test_an_unknown_board_is_a_sentence(site: WebSite, name: str) -> None:
    for address in (f"/boards/{name}.json", f"/charts/boards/{name}.svg"):
        assert site.client.get(address).status_code == 404
    answer = site.client.get(f"/boards/{name}")
    assert answer.status_code == 404
    assert "There is no board “" in answer.text
    assert "<script" not in answer.text


def test_a_board_whose_name_ends_like_a_twin_has_both(engine: Engine, serve: Serve) -> None:
    board = "jsonld:example.com/jobs.json"
    made = History(engine, settings(boards=(board,)))
    made.check(of(board, snapshot(postings(1))))
    site = serve(made)
    assert "<h1>" in site.html(f"/boards/{board}")
    assert site.json(f"/boards/{board}.json")["board"] == board


def test_the_twin_of_a_board_is_its_row_with_its_coverage(site: WebSite) -> None:
    found = site.json(f"/boards/{FAILING}.json")
    coverage = found.pop("coverage")
    assert found == site.json("/boards.json")[0]
    assert coverage == [
        {
            "board": FAILING,
            "company": found["company"],
            "from_at": "2026-03-02T09:15:00.000000Z",
            "to_at": None,
            "known": coverage[0]["known"],
        }
    ]
    assert not coverage[0]["known"]


def test_the_coverage_has_thirty_days(history: History, serve: Serve) -> None:
    history.check(snapshot(postings(4)), minutes=60 * 24 * 40)
    history.check(snapshot(postings(4)))
    site = serve(history)
    rows = site.json(f"/boards/{BOARD}.json")["coverage"]
    assert [bool(row["known"]) for row in rows[:2]] == [False, True]
    assert rows[0]["from_at"] == "2026-03-02T10:00:00.000000Z"
    page = site.html(f"/boards/{BOARD}")
    assert page.count('<i class="unknown"') == 29 + 1  # with the one of the key
    assert 'role="img" aria-label="Coverage of the last 30 days: Known 1% of the last' in page


def test_the_strips_of_all_boards_are_those_of_each(site: WebSite) -> None:
    strips = re.findall(r'<span class="strip".*?</span>', site.html("/boards"))
    assert len(strips) == 4
    own = re.findall(r'<span class="strip".*?</span>', site.html(f"/boards/{FAILING}"))
    assert own == strips[:1]


def test_the_last_checks_say_what_they_brought(history: History, serve: Serve) -> None:
    revised = [posting("1", title="Engineer"), *postings(3)[1:]]
    history.check(snapshot([*revised, posting("9")]))
    history.check(Failure(BOARD, "robots.txt closes the list"))
    page = words(serve(history).html(f"/boards/{BOARD}"))
    latest = page.partition("What it brought")[2]
    assert "failed robots.txt closes the list." in latest
    assert "1 opened, 1 revised" in latest
    assert latest.index("robots.txt") < latest.index("1 opened, 1 revised")


def test_a_check_follows_on_the_page_at_once(history: History, serve: Serve) -> None:
    site = serve(history)
    assert site.json("/boards.json")[3]["open_postings"] == 4
    history.check(snapshot(postings(7)))
    assert site.json("/boards.json")[3]["open_postings"] == 7


def test_the_next_check_is_said(history: History, serve: Serve) -> None:
    with history.engine.begin() as connection:
        connection.execute(text("UPDATE board SET next_check_at = NULL"))
    site = serve(history)
    assert "Next check due now" in words(site.html(f"/boards/{BOARD}"))
    history.check(snapshot(postings(4)))
    later = serve(history)
    later.now += timedelta(seconds=1)
    assert re.search(r"Next check in \d+ minutes", words(later.html(f"/boards/{BOARD}")))


def test_an_empty_history_says_so(engine: Engine, serve: Serve) -> None:
    site = serve(History(engine))
    assert site.json("/boards.json") == []
    assert "0 boards No board is watched yet" in words(site.html("/boards"))


def test_the_open_roles_of_a_board_are_a_chart(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    for day in range(4):
        for _ in range(97 if day < 3 else 2):
            made.check(snapshot(postings(3 + day)))
    site = serve(made)
    site.client.get(f"/charts/boards/{BOARD}.svg")  # waits for what the page shows
    page = site.html(f"/boards/{BOARD}")
    assert "Example Labs’ openings grew from 3 to 5 in 2 days." in unescape(page)
    assert f'<img src="/charts/boards/{BOARD}.svg"' in page
    for query in ("", "?theme=dark", "?size=narrow", "?size=narrow&theme=dark"):
        answer = site.client.get(f"/charts/boards/{BOARD}.svg{query}")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "Example Labs 5" in answer.text
        assert "style" not in answer.text


def test_a_chart_that_needs_more_days_says_so(site: WebSite) -> None:
    answer = site.client.get(f"/charts/boards/{BOARD}.svg")
    assert answer.status_code == 404
    assert "it needs two days with regular checks" in answer.text
    page = words(site.html(f"/boards/{BOARD}"))
    assert "Nothing to draw yet: this needs two days with regular checks." in page
