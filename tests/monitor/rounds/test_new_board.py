"""The board that an employer's careers page leads to, when the ats no longer knows its board."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from crawler.items import Failure, Result
from monitor.demo.board_server import BoardServer, Trouble
from monitor.messages import OperatorMessage, load
from monitor.rounds import new_board
from monitor.rounds.round import run_round
from tests.support.boards import BOARD, START, posting, snapshot
from tests.support.history import History

PAGE = "/careers"
ACME = b'<a href="https://jobs.ashbyhq.com/Acme">'


@pytest.fixture
async def site() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.troubles[PAGE] = Trouble(body=ACME, status=200)
        yield server


@pytest.fixture
def rounds(engine: Engine, site: BoardServer, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    monkeypatch.setattr(
        new_board, "careers_page", lambda board: f"{site.url}{PAGE}" if board == BOARD else None
    )
    return Rounds(History(engine), monkeypatch)


class Rounds:
    """Whole rounds over one board, with the results of the crawl given."""

    def __init__(self, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
        self.history, self.patch, self.number = history, monkeypatch, 0

    async def __call__(self, *results: Result) -> None:
        for result in results:
            self.number += 1

            async def crawled(
                *_: object, result: Result = result
            ) -> AsyncGenerator[Sequence[Result], None]:
                yield [result]

            self.patch.setattr("monitor.rounds.round.crawl_batches", crawled)
            await run_round(
                self.history.engine,
                self.history.settings,
                None,
                alerts=True,
                announce=False,
                clock=self.clock,
                random=Random(1),
            )

    def clock(self) -> datetime:
        return START + timedelta(minutes=15 * self.number)

    def found_at(self) -> str | None:
        [(found,)] = self.history.ask("SELECT found_at FROM board")
        return found  # type: ignore[no-any-return]

    def alerts(self) -> list[OperatorMessage]:
        messages = [
            load(text)
            for text in self.history.alerted("(SELECT message FROM alert WHERE id = alert_id)")
        ]
        return [one for one in messages if isinstance(one, OperatorMessage)]


NO_BOARD = Failure(BOARD, "HTTP 404: no such board", 404, unknown=True)
COMMAND = (
    "The careers page of examplelabs leads to ashby:Acme now: "
    f"`rolewatch boards move {BOARD} ashby:Acme`"
)


async def test_the_third_404_proposes_the_board_of_the_careers_page(
    rounds: Rounds, site: BoardServer
) -> None:
    await rounds(NO_BOARD, NO_BOARD)
    assert site.requests == []
    await rounds(NO_BOARD)
    assert rounds.found_at() == "ashby:Acme"
    assert [message.lines[1] for message in rounds.alerts()] == [COMMAND]
    [check] = rounds.history.ask("SELECT count(*) FROM check_round WHERE finished_at IS NULL")
    assert check == (0,)


async def test_the_careers_page_is_read_once_an_incident(rounds: Rounds, site: BoardServer) -> None:
    await rounds(NO_BOARD, NO_BOARD, NO_BOARD, NO_BOARD, NO_BOARD)
    assert len(site.asked(PAGE)) == 1
    await rounds(snapshot([posting("1")]))
    assert rounds.found_at() is None
    await rounds(NO_BOARD, NO_BOARD, NO_BOARD)
    assert (rounds.found_at(), len(site.asked(PAGE))) == ("ashby:Acme", 2)


@pytest.mark.parametrize(
    "page",
    [
        Trouble(status=404),
        Trouble(status=403),
        Trouble(reset=True),
        Trouble(body=b"We hire!", status=200),
        Trouble(body=ACME + b'<a href="https://job-boards.greenhouse.io/acme">', status=200),
        Trouble(body=b'<a href="https://acme.breezy.hr">', status=200),
        Trouble(body=b'<a href="https://job-boards.greenhouse.io/ExampleLabs">', status=200),
        Trouble(body=b'<a href="https://jobs.ashbyhq.com/openai">', status=200),
    ],
    ids=["404", "403", "reset", "none", "two", "unreadable", "the old one", "another employer's"],
)
async def test_a_page_that_leads_to_no_single_board_proposes_nothing(
    rounds: Rounds, site: BoardServer, page: Trouble
) -> None:
    site.troubles[PAGE] = page
    await rounds(NO_BOARD, NO_BOARD, NO_BOARD)
    asked = len(site.asked(PAGE))
    await rounds(NO_BOARD)
    assert (rounds.found_at(), len(site.asked(PAGE))) == ("", asked)
    assert "boards find examplelabs" in rounds.alerts()[0].lines[1]


async def test_beside_the_old_board_and_one_that_cannot_be_read_the_other_is_proposed(
    rounds: Rounds, site: BoardServer
) -> None:
    old = (
        b'<a href="https://job-boards.greenhouse.io/examplelabs"><a href="https://acme.breezy.hr">'
    )
    site.troubles[PAGE] = Trouble(body=old + ACME, status=200)
    await rounds(NO_BOARD, NO_BOARD, NO_BOARD)
    assert rounds.found_at() == "ashby:Acme"


async def test_a_page_that_robots_txt_closes_is_not_read(rounds: Rounds, site: BoardServer) -> None:
    site.troubles["/robots.txt"] = Trouble(body=b"User-agent: *\nDisallow: /", status=200)
    await rounds(NO_BOARD, NO_BOARD, NO_BOARD)
    assert (rounds.found_at(), site.asked(PAGE)) == ("", [])


async def test_a_fault_of_ours_keeps_no_round_from_its_end(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.links.careers_page.boards_on", None)
    await rounds(NO_BOARD, NO_BOARD, NO_BOARD)
    assert rounds.found_at() is None
    assert len(rounds.alerts()) == 1


async def test_only_a_domain_of_the_directory_leads_to_a_request(
    engine: Engine, site: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Rounds(History(engine), monkeypatch)(NO_BOARD, NO_BOARD, NO_BOARD)
    assert site.requests == []
    assert new_board.careers_page(BOARD) is None


def test_the_careers_page_is_asked_only_where_the_directory_knows_no_other_board(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(new_board, "employer_domain", "{}.example".format)
    monkeypatch.setattr(new_board, "other_boards", {"greenhouse:old": ("ashby:new",)}.get)
    assert new_board.careers_page("greenhouse:old") is None
    assert new_board.careers_page("greenhouse:acme") == "https://greenhouse:acme.example/careers"
