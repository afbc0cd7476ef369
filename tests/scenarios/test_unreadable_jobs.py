"""Jobs of a list that nobody can read: known to be there, and nothing more."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import Engine

from crawler.items import Posting, Probe, Sighting, Unreadable
from tests.support.boards import posting, postings, sighting, snapshot, unreadable
from tests.support.history import History


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine)


def test_an_unreadable_posting_stays_as_last_read_and_is_counted(history: History) -> None:
    history.check(snapshot(postings(3)))
    for _ in range(3):
        history.check(snapshot([*postings(2), unreadable("3")]))
    assert history.states()["3"] == "open"
    assert history.ask("SELECT seen, unreadable FROM checks ORDER BY check_id DESC LIMIT 1") == [
        (3, 1)
    ]
    history.check(snapshot(postings(3)))
    assert history.changes() == []


def test_an_unreadable_new_posting_opens_when_it_can_be_read(history: History) -> None:
    history.check(snapshot(postings(2)))
    history.check(snapshot([*postings(2), unreadable("3")]))
    assert history.changes() == []
    history.check(snapshot(postings(3)))
    assert history.changes() == [("3", "opened", None, None, None)]


def test_a_posting_of_the_baseline_that_is_read_later_opens_nothing(history: History) -> None:
    history.check(snapshot([posting("1"), unreadable("2")]))
    history.check(snapshot([posting("1"), posting("2")]))
    assert history.changes() == []
    assert history.ask("SELECT opened FROM checks") == [(0,), (0,)]
    assert history.alerted() == ["summary"]


def test_a_job_without_a_key_may_be_the_missing_one(history: History) -> None:
    history.check(snapshot(postings(9)))
    for _ in range(4):
        history.check(snapshot(postings(8), without_key=1))
    assert history.states()["9"] == "open"
    history.check(snapshot(postings(8), {"9": Probe.GONE}, without_key=1))
    assert history.states()["9"] == "closed"


def test_a_list_that_hides_a_posting_is_asked_for_whole_the_next_time(history: History) -> None:
    history.check(snapshot(postings(9), etag="one"))
    history.check(snapshot(postings(8), without_key=1, etag="two"))
    assert history.ask("SELECT etag FROM board") == [(None,)]


def test_what_left_before_anybody_could_read_it_opens_when_it_is_back_and_can_be_read(
    history: History,
) -> None:
    history.check(snapshot([*postings(8), unreadable("9")]))
    history.check(snapshot(postings(8), {"9": Probe.GONE}))
    history.check(snapshot(postings(9)))
    assert history.changes() == [("9", "opened", None, None, None)]
    assert history.ask("SELECT state, closed_at, version FROM postings WHERE key = '9'") == [
        ("open", None, 1)
    ]
    history.check(snapshot(postings(8), {"9": Probe.GONE}))
    assert [change[1] for change in history.changes()] == ["opened", "closed"]


def test_a_list_that_may_hide_a_posting_does_not_count_as_seen(history: History) -> None:
    seen = history.check(snapshot(postings(9)))
    history.check(snapshot(postings(8), without_key=1))
    missed = history.check(snapshot(postings(8)))
    history.check(snapshot(postings(8)))
    [(not_before, not_after)] = history.ask("SELECT not_before, not_after FROM posting_change")
    assert (str(not_before), str(not_after)) == (history.stored(seen), history.stored(missed))


def read_if_whole(seen: Posting, *, whole: bool) -> Sighting:
    """Return the posting in a list, its raw job intact or not. The raw job alone decides."""

    def read(raw: bytes) -> Posting:
        if raw == b"{}":
            raise Unreadable("no title")
        return seen

    return msgspec.structs.replace(sighting(seen, None if whole else b"{}"), reader=read)


def test_a_closed_posting_that_is_listed_again_and_cannot_be_read_is_open_again_as_last_read(
    history: History,
) -> None:
    history.check(snapshot(postings(9)))
    history.check(snapshot(postings(8), {"9": Probe.GONE}))
    history.check(snapshot([*postings(8), read_if_whole(postings(9)[8], whole=False)]))
    assert [change[1] for change in history.changes()] == ["closed", "reopened"]
    assert history.ask("SELECT state, title FROM postings WHERE key = '9'") == [
        ("open", "Research Engineer, Team 9")
    ]
    assert history.ask(
        "SELECT seen, reopened, unreadable FROM checks ORDER BY check_id DESC LIMIT 1"
    ) == [(9, 1, 1)]
    history.check(snapshot([*postings(8), read_if_whole(postings(9)[8], whole=False)]))
    history.check(snapshot(postings(9)))
    assert [change[1] for change in history.changes()] == ["closed", "reopened"]
    history.check(snapshot([*postings(8), posting("9", title="Principal")]))
    assert [change[1:3] for change in history.changes()][2:] == [("revised", "title")]
