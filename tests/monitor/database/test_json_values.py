"""A board's postings as one JSON text: the same values as its rows, on both databases."""

from __future__ import annotations

from datetime import UTC, timedelta

from sqlalchemy import Engine, select, text, update

from monitor.database import tables
from monitor.history import due
from monitor.history.load import load_postings, load_unlisted
from monitor.history.values import PostingState
from tests.support.boards import BOARD, START, postings, snapshot
from tests.support.history import History


def test_a_posting_is_the_same_as_in_its_row(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot(postings(3)))
    history.check(snapshot(postings(2)), minutes=0.5)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TIME ZONE 'Asia/Kolkata'"))
        found = load_postings(connection, 1)
        rows = {row.key: row for row in connection.execute(select(tables.Posting.__table__))}
    for key, one in found.items():
        row = rows[key]
        there = (
            row.id,
            row.version,
            row.baseline,
            row.raw_digest,
            row.first_seen_at,
            row.last_seen_at,
            row.missing_since,
        )
        assert (
            one.id,
            one.version,
            one.baseline,
            one.raw_digest,
            one.first_seen_at,
            one.last_seen_at,
            one.missing_since,
        ) == there
        assert one.first_seen_at.tzinfo is UTC
    assert {key: (one.open, one.unlisted, one.missed_checks) for key, one in found.items()} == {
        "1": (True, False, 0),
        "2": (True, False, 0),
        "3": (True, True, 1),
    }


def test_a_board_without_postings_has_none(engine: Engine) -> None:
    History(engine).check(snapshot([]))
    with engine.connect() as connection:
        assert load_postings(connection, 1, ["7"]) == {}
        assert load_unlisted(connection, 1) == ([], 0)


def test_the_oldest_probe_comes_first(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot(postings(3)))
    with engine.begin() as connection:
        for key, minutes in {"1": 7, "2": 5}.items():
            asked = update(tables.Posting).where(tables.Posting.key == key)
            connection.execute(
                asked.values(
                    probed_at=START + timedelta(minutes=minutes),
                    last_seen_at=START if key == "2" else None,
                )
            )
        [request] = due.board_requests(connection, [BOARD], history.now)
    assert request.known() == ("3", "2", "1")
    assert request.missing == {"2"}


def test_a_closed_posting_that_is_listed_again_is_known(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot(postings(3)))
    for _ in range(2):
        history.check(snapshot(postings(2)))
    with engine.connect() as connection:
        assert set(load_postings(connection, 1)) == {"1", "2"}
        back: PostingState = load_postings(connection, 1, ["1", "3", "4"])["3"]
    assert (back.open, back.unlisted, back.repeats) == (False, False, False)
