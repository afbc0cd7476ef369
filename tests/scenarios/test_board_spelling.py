"""Another spelling of a board's token in the configuration loses no history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from monitor.config.load import ConfigError, parse_settings
from monitor.config.model import AtsSettings, Settings, WatchedBoard
from monitor.history.boards import sync_boards, unwatch
from monitor.queries.resolve import find_board, find_posting
from tests.support.boards import START, posting, snapshot
from tests.support.history import ENGINEER, History, settings
from tests.support.oracle import BOARD, OracleServer
from tests.support.rounds import events_of_round

KEY = "138166347879064262"
LINK = f"https://www.google.com/about/careers/applications/jobs/results/{KEY}"


def _understood(text: str) -> Settings:
    return parse_settings(text, Path("/nowhere/rolewatch.toml"), {})


def _boards(*names: str) -> str:
    return "".join(f'[[boards]]\nboard = "{name}"\n' for name in names)


def _history(engine: Engine, *boards: str) -> History:
    history = History(engine, settings(ENGINEER, boards=boards))
    history.check(*(replace(snapshot([posting(KEY)]), board=board) for board in boards))
    return history


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ashby:OpenAI", "ashby:openai"),
        ("ashby:Merge Labs", "ashby:merge%20labs"),
        ("greenhouse:Acme", "greenhouse:acme"),
    ],
)
def test_two_spellings_of_one_board_are_refused(one: str, other: str) -> None:
    with pytest.raises(ConfigError, match="is listed twice; remove one"):
        _understood(_boards(one, other))


def test_a_rule_names_a_board_in_any_case() -> None:
    text = (
        _boards("ashby:Acme", "google:deepmind")
        + '[[rules]]\nname = "r"\nany = ["x"]\nboards = ["ashby:ACME", "Google:DeepMind"]\n'
    )
    [rule] = _understood(text).rules
    assert rule.boards == ("ashby:Acme", "google:deepmind")


def test_a_board_of_the_settings_is_found_in_any_case() -> None:
    found = _understood(_boards("ashby:Acme"))
    assert found.board("ashby:ACME") == found.boards[0]
    assert found.board("ashby:Acme%20Two") is None


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("", timedelta(hours=1)),
        ('[crawl]\nevery = "30m"\n', timedelta(hours=1)),
        ('[crawl]\nevery = "6h"\n', timedelta(hours=6)),
    ],
)
def test_google_is_asked_once_an_hour_unless_configured_less_often(
    text: str, every: timedelta
) -> None:
    assert _understood(text + _boards("google:deepmind")).boards[0].every == every


def test_a_boards_own_interval_wins() -> None:
    text = (
        '[crawl]\nevery = "6h"\n'
        + _boards("google:deepmind")
        + 'every = "20m"\n'
        + _boards("greenhouse:acme")
    )
    assert [board.every for board in _understood(text).boards] == [
        timedelta(minutes=20),
        timedelta(hours=6),
    ]


def test_a_board_that_is_spelled_otherwise_keeps_its_history(engine: Engine) -> None:
    history = _history(engine, "ashby:acme")
    history.settings = settings(ENGINEER, boards=("ashby:Acme",))
    history.check(replace(snapshot([posting(KEY), posting("2")]), board="ashby:Acme"))
    assert history.ask("SELECT board, token, url, state FROM boards") == [
        ("ashby:Acme", "Acme", "https://job-boards.greenhouse.io/Acme", "ok")
    ]
    assert history.ask("SELECT posting FROM postings ORDER BY posting") == [
        (f"ashby:Acme:{KEY}",),
        ("ashby:Acme:2",),
    ]
    assert history.changes() == [("2", "opened", None, None, None)]


def test_cards_follow_a_board_that_is_spelled_otherwise(engine: Engine) -> None:
    history = _history(engine, "ashby:acme")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO card (channel, subject, posting_id, message, wanted, shown, attempts)"
            f" SELECT 'slack:#roles', 'ashby:acme:{KEY}', id, '{{}}', 1, 1, 0 FROM posting"
        )
        sync_boards(connection, settings(ENGINEER, boards=("ashby:Acme",)))
    assert history.ask("SELECT subject FROM card") == [(f"ashby:Acme:{KEY}",)]


def test_a_board_whose_case_counts_is_another_board(engine: Engine) -> None:
    history = _history(engine, "lever:acme")
    history.settings = settings(ENGINEER, boards=("lever:Acme",))
    history.check(replace(snapshot([posting(KEY)]), board="lever:Acme"))
    assert history.ask("SELECT board, state FROM boards ORDER BY state") == [
        ("lever:Acme", "ok"),
        ("lever:acme", "unwatched"),
    ]


def test_of_two_stored_spellings_the_configured_one_is_watched(engine: Engine) -> None:
    history = _history(engine, "ashby:acme", "ashby:ACME")
    with engine.begin() as connection:
        sync_boards(connection, settings(ENGINEER, boards=("ashby:acme",)))
    assert history.ask("SELECT board, state FROM boards ORDER BY state") == [
        ("ashby:acme", "ok"),
        ("ashby:ACME", "unwatched"),
    ]


def test_the_watch_of_a_board_ends_however_it_is_spelled(engine: Engine) -> None:
    history = _history(engine, "ashby:acme")
    with engine.begin() as connection:
        unwatch(connection, ["ashby:ACME"])
    assert history.ask("SELECT state FROM boards") == [("unwatched",)]


def test_a_stored_board_and_its_postings_are_named_in_any_case(engine: Engine) -> None:
    _history(engine, "ashby:Acme%20Two")
    with engine.connect() as connection:
        for name in ("ashby:acme two", "ashby:ACME%20TWO", "https://jobs.ashbyhq.com/Acme%20two"):
            assert find_board(connection, name) == "ashby:Acme%20Two"
        for name in (f"ashby:acme two:{KEY}", f"ashby:ACME%20TWO:{KEY}"):
            assert find_posting(connection, name).posting == f"ashby:Acme%20Two:{KEY}"


@pytest.mark.parametrize(
    ("stored", "link", "found"),
    [
        (("google:deepmind",), LINK, "google:deepmind"),
        (("google:all",), f"{LINK}-engineer-deepmind", "google:all"),
        (("google:deepmind",), f"{LINK}-engineer-deepmind", "google:deepmind"),
        (("google:all", "google:deepmind"), LINK, "google:deepmind"),
        (("google:all", "google:deepmind"), f"{LINK}-engineer-deepmind", "google:deepmind"),
        (("google:all", "google:youtube"), f"{LINK}?company=YouTube", "google:youtube"),
        (("google:all", "google:deepmind"), f"google:all:{KEY}", "google:all"),
    ],
)
def test_a_link_of_google_finds_the_posting_on_whichever_board_has_it(
    engine: Engine, stored: tuple[str, ...], link: str, found: str
) -> None:
    _history(engine, *stored)
    with engine.connect() as connection:
        assert find_posting(connection, link).posting == f"{found}:{KEY}"


def test_a_posting_of_a_token_with_steps_is_no_link(engine: Engine) -> None:
    _history(engine, "workday:acme.wd5/External")
    with engine.connect() as connection:
        assert (
            find_posting(connection, f"workday:acme.wd5/external:{KEY}").board
            == "workday:acme.wd5/External"
        )
        assert find_board(connection, "workday:ACME.wd5/External") == "workday:acme.wd5/External"


async def test_addresses_in_the_other_spelling_are_no_edit(engine: Engine) -> None:
    async with OracleServer(3) as server:
        ats = {"oracle": AtsSettings(api_url=server.url, delay=timedelta(0))}
        wanted = settings(ENGINEER, boards=(BOARD,), ats=ats)
        assert await events_of_round(engine, wanted, START) == set()
        wanted = replace(wanted, boards=(WatchedBoard(BOARD.lower(), ""),))
        shown, server.rows = server.rows, server.rows[1:]
        await events_of_round(engine, wanted, START + timedelta(hours=1))
        server.rows = shown  # the row that was hidden is read again
        assert await events_of_round(engine, wanted, START + timedelta(hours=2)) == set()
        with engine.connect() as connection:
            addresses = connection.scalars(text("SELECT url FROM postings")).all()
        assert sum("/sites/careers/" in address for address in addresses) == 1
