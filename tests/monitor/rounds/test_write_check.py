from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from crawler.items import Deadline, Failure, Pay, Probe, Unchanged
from tests.support.boards import BOARD, START, posting, postings, sighting, snapshot
from tests.support.history import History


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine)


def test_a_baseline_opens_nothing_and_keeps_everything(history: History) -> None:
    history.check(snapshot(postings(3)))
    assert history.changes() == []
    assert history.states() == {"1": "open", "2": "open", "3": "open"}
    assert history.ask("SELECT result, seen, opened FROM checks") == [("snapshot", 3, 0)]
    assert history.ask("SELECT version, valid_to FROM posting_versions") == [(1, None)] * 3


def test_a_second_check_at_the_same_list_stores_nothing(history: History) -> None:
    history.check(snapshot(postings(3)))
    history.check(snapshot(reversed(postings(3))))
    assert history.changes() == []
    assert len(history.ask("SELECT 1 FROM posting_versions")) == 3
    assert history.alerted() == ["summary"]


def test_a_new_posting_opens(history: History) -> None:
    before = history.check(snapshot(postings(2)))
    at = history.check(snapshot(postings(3)))
    assert history.changes() == [("3", "opened", None, None, None)]
    assert [str(row[0]) for row in history.ask("SELECT not_before FROM posting_changes")] == [
        history.stored(before)
    ]
    assert [
        str(row[0]) for row in history.ask("SELECT first_seen_at FROM postings WHERE key = '3'")
    ] == [history.stored(at)]


def test_an_edit_is_a_new_version_with_its_fields(history: History) -> None:
    history.check(snapshot([posting()]))
    pay = Pay(133000, 240000, "USD", "year", "$133,000 - $240,000")
    at = history.check(snapshot([posting(title="Principal Research Engineer", pay=pay)]))
    assert history.changes() == [
        ("1", "revised", "title", "Research Engineer", "Principal Research Engineer"),
        ("1", "revised", "pay", None, "133000-240000 USD/year"),
    ]
    assert history.ask("SELECT version, is_current FROM posting_versions ORDER BY version") == [
        (1, 0),
        (2, 1),
    ]
    assert {
        str(row[0])
        for row in history.ask("SELECT valid_to FROM posting_versions WHERE version = 1")
    } == {history.stored(at)}
    assert history.ask("SELECT revised FROM checks ORDER BY check_id") == [(0,), (1,)]


def test_a_revert_is_a_revision_too(history: History) -> None:
    for title in ("One", "Two", "One"):
        history.check(snapshot([posting(title=title)]))
    assert [change[3:] for change in history.changes()] == [("One", "Two"), ("Two", "One")]
    assert history.ask("SELECT count(*) FROM description") == [(1,)]


def test_a_touch_that_no_reader_sees_is_no_change(history: History) -> None:
    history.check(snapshot([posting()]))
    history.check(snapshot([sighting(posting(updated_at=START), raw=b"touched")]))
    history.check(snapshot([sighting(posting(updated_at=START), raw=b"touched")]))
    assert history.changes() == []
    assert history.ask("SELECT count(*) FROM posting_versions") == [(1,)]
    assert history.ask("SELECT ats_updated_at IS NOT NULL FROM postings") == [(1,)]


def test_a_deadline_that_a_touched_job_gives_another_year_is_stored_in_place(
    history: History,
) -> None:
    one = posting(deadline=Deadline(START, "1st August"))
    history.check(snapshot([one]))
    history.check(
        snapshot(
            [
                sighting(
                    replace(one, deadline=Deadline(START.replace(year=2027), "1st August")),
                    b"touched",
                )
            ]
        )
    )
    assert history.changes() == []
    [(version, deadline)] = history.ask("SELECT version, deadline_at FROM posting_versions")
    assert (version, str(deadline)[:4]) == (1, "2027")


def test_a_field_newly_sent_is_stored_in_place(history: History) -> None:
    history.check(snapshot([posting(unsent=frozenset({"deadline"}))]))
    sent = posting(deadline=Deadline(START, "2026-03-02"), stated=frozenset({"deadline"}))
    history.check(snapshot([sent]))
    assert history.changes() == []
    assert history.ask("SELECT deadline_text, version FROM postings") == [("2026-03-02", 1)]
    history.check(snapshot([replace(sent, deadline=None)]))
    assert [change[1:3] for change in history.changes()] == [("revised", "deadline")]


def test_a_failed_board_closes_nothing(history: History) -> None:
    history.check(snapshot(postings(3)))
    for _ in range(5):
        history.check(Failure(BOARD, "HTTP 503", status=503))
    assert set(history.states().values()) == {"open"}
    assert history.changes() == []
    assert history.ask("SELECT state, failures FROM boards") == [("failing", 5)]
    assert history.ask("SELECT result, status, reason FROM checks WHERE check_id = 2") == [
        ("failure", 503, "HTTP 503")
    ]


def test_a_probe_that_says_gone_closes_at_once(history: History) -> None:
    seen = history.check(snapshot(postings(9)))
    at = history.check(snapshot(postings(8), {"9": Probe.GONE}))
    assert history.changes() == [("9", "closed", None, None, None)]
    [(closed_at, last_seen_at, not_before)] = history.ask(
        "SELECT p.closed_at, p.last_seen_at, c.not_before "
        "FROM postings p JOIN posting_changes c ON c.posting = p.posting"
    )
    assert (str(closed_at), str(last_seen_at), str(not_before)) == (
        history.stored(at),
        *[history.stored(seen)] * 2,
    )
    assert history.ask("SELECT count(*) FROM posting_versions WHERE is_current") == [(8,)]


def test_a_probe_that_finds_it_keeps_it_open_however_long(history: History) -> None:
    history.check(snapshot(postings(9)))
    for _ in range(6):
        history.check(snapshot(postings(8), {"9": Probe.THERE}))
    assert history.states()["9"] == "open"
    history.check(snapshot(postings(9)))
    assert history.changes() == []
    assert history.ask(
        "SELECT last_seen_at IS NULL, missing_looks FROM posting WHERE key = '9'"
    ) == [(1, 0)]


def test_without_an_answer_the_second_check_closes_and_failures_between_do_not_count(
    history: History,
) -> None:
    seen = history.check(snapshot(postings(9)))
    missed = history.check(snapshot(postings(8)))
    history.check(Failure(BOARD, "HTTP 500", status=500))
    assert history.states()["9"] == "open"
    history.check(snapshot(postings(8)))
    assert history.states()["9"] == "closed"
    [(not_before, not_after)] = history.ask("SELECT not_before, not_after FROM posting_change")
    assert (str(not_before), str(not_after)) == (history.stored(seen), history.stored(missed))


def test_unchanged_is_the_second_check(history: History) -> None:
    history.check(snapshot(postings(9)))
    history.check(snapshot(postings(8)))
    history.check(Unchanged(BOARD))
    assert history.states()["9"] == "closed"
    assert history.ask("SELECT seen FROM checks ORDER BY check_id") == [(9,), (8,), (8,)]


def test_unchanged_alone_closes_nothing(history: History) -> None:
    history.check(snapshot(postings(9)))
    for _ in range(4):
        history.check(Unchanged(BOARD))
    assert history.changes() == []


def test_a_posting_that_is_listed_again_in_time_never_closed(history: History) -> None:
    history.check(snapshot(postings(9)))
    history.check(snapshot(postings(8)))
    history.check(snapshot(postings(9)))
    history.check(snapshot(postings(8)))
    assert history.states()["9"] == "open"
    assert history.changes() == []


def test_an_empty_list_closes_nothing_without_proof_until_three_rounds_agree(
    history: History,
) -> None:
    history.check(snapshot(postings(6)))
    for _ in range(2):
        history.check(snapshot([]))
        assert set(history.states().values()) == {"open"}
        assert history.ask("SELECT state FROM boards") == [("collapsed",)]
    history.check(snapshot([]))
    assert set(history.states().values()) == {"closed"}
    history.check(snapshot([]))
    assert history.ask("SELECT state, open_postings FROM boards") == [("ok", 0)]


def test_a_collapsed_board_closes_what_its_probes_prove_and_records_the_rest(
    history: History,
) -> None:
    history.check(snapshot(postings(20)))
    listed = [posting("1", title="Research Engineer, Renamed"), posting("21")]
    probes = {"2": Probe.GONE, "3": Probe.THERE}
    history.check(snapshot(listed, probes))
    assert [change[:2] for change in history.changes()] == [
        ("21", "opened"),
        ("1", "revised"),
        ("2", "closed"),
    ]
    assert history.ask("SELECT reason FROM checks WHERE check_id = 2") == [
        ("collapsed: 19 of 20 open postings are not listed",)
    ]


def test_a_posting_under_its_old_key_reopens_with_what_moved(history: History) -> None:
    history.check(snapshot(postings(9)))
    history.check(snapshot(postings(8), {"9": Probe.GONE}))
    history.check(snapshot([*postings(8), posting("9", title="Back")]))
    assert history.changes()[1] == ("9", "reopened", None, None, None)
    assert history.changes()[2] == ("9", "revised", "title", "Research Engineer, Team 9", "Back")
    assert history.ask("SELECT state, closed_at, version FROM postings WHERE key = '9'") == [
        ("open", None, 2)
    ]
    history.check(snapshot(postings(8), {"9": Probe.GONE}))
    history.check(snapshot([*postings(8), posting("9", title="Back")]))
    assert [change[1] for change in history.changes()[3:]] == ["closed", "reopened"]
    versions = history.ask(
        "SELECT version FROM posting_versions "
        "WHERE title IN ('Research Engineer, Team 9', 'Back') ORDER BY version"
    )
    assert versions == [(1,), (2,), (3,)]


def test_instants_of_a_board_increase_though_the_clock_is_set_back(history: History) -> None:
    history.check(snapshot([posting()]))
    history.check(snapshot([posting(title="Two")]), minutes=-600)
    history.check(snapshot([posting(title="Three")]), minutes=0)
    instants = [
        row[0] for row in history.ask("SELECT valid_from FROM posting_versions ORDER BY version")
    ]
    assert instants == sorted(set(instants))


def test_missing_postings_of_a_collapsed_board_need_three_checks_though_some_are_settled(
    history: History,
) -> None:
    history.check(snapshot(postings(60)))
    probes = {str(key): Probe.GONE for key in range(41, 46)} | {
        str(key): Probe.SILENT for key in range(46, 61)
    }
    history.check(snapshot(postings(40), probes))
    history.check(snapshot(postings(40)))
    assert sum(state == "open" for state in history.states().values()) == 55
    history.check(snapshot(postings(40)))
    assert sum(state == "open" for state in history.states().values()) == 40


def test_one_posting_that_takes_the_place_of_another_is_no_collapse(history: History) -> None:
    history.check(snapshot([posting("1")]))
    history.check(snapshot([posting("2")]))
    assert history.ask("SELECT state FROM boards") == [("ok",)]
