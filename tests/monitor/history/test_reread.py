"""A newer reader reads what is stored again: in place, noted, and without an alert."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from crawler.items import Deadline, Pay, Posting, Unreadable
from crawler.readers import reread
from crawler.registry import reader_version
from monitor.alerts import reminders
from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.database.engine import make_engine, read_transaction
from monitor.history.contents import Reader, load_contents
from monitor.history.load import load_postings
from monitor.history.reread import count_older, reread_older
from monitor.queries.consistency import list_readings, readings_summary
from tests.support.boards import BOARD, posting, postings, snapshot
from tests.support.greenhouse import job
from tests.support.history import History, settings
from tests.support.program import Program
from tests.support.server_threads import serving

READER_VERSION = reader_version("greenhouse")
NEWER = READER_VERSION + 1
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
PAY = Pay(133000.0, 240000.0, "USD", "year", "$133,000 - $240,000")
DEADLINE = Deadline(datetime(2026, 5, 19, tzinfo=UTC), "19 May")
RICH = settings(Rule("rich", any=("research engineer",), min_pay=MinPay(500000, "USD")))


def newer(
    *known: Posting, edit: Callable[[Posting], Posting] = lambda one: replace(one, pay=PAY)
) -> Reader:
    """Return a reader of the next version, which reads more from these raw jobs."""
    raws = {repr(one).encode(): one for one in known}
    return Reader(lambda _ats: NEWER, lambda _ats, raw: edit(raws[raw]))


def again(history: History, reader: Reader, seconds: float = 60) -> bool:
    return reread_older(history.engine, history.settings, NOW, seconds, reader=reader)


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine, RICH)


def test_versions_are_reread_in_place_without_an_alert(history: History) -> None:
    old, new = posting("1"), posting("1", title="Research Engineer, Revised")
    history.check(snapshot([old]))
    history.check(snapshot([new]))
    before = history.ask("SELECT * FROM posting_changes"), history.ask("SELECT * FROM alerts")
    reader = newer(
        old, new, edit=lambda one: replace(one, pay=PAY, deadline=DEADLINE, workplace="remote")
    )
    assert again(history, reader) is False
    columns = "pay_min, pay_max, pay_currency, pay_period, pay_text, deadline_text, workplace"
    assert (
        history.ask(f"SELECT {columns} FROM posting_versions")
        == [(133000, 240000, "USD", "year", PAY.text, "19 May", "remote")] * 2
    )
    assert history.ask("SELECT pay_max FROM postings") == [(240000,)]
    assert (
        history.ask("SELECT * FROM posting_changes"),
        history.ask("SELECT * FROM alerts"),
    ) == before
    assert history.ask("SELECT DISTINCT reader_version FROM posting_version") == [(NEWER,)]


def test_the_labels_follow_the_newest_version_when_it_is_reread(history: History) -> None:
    old, new = posting("1"), posting("1", title="Research Engineer, Revised")
    history.check(snapshot([old]))
    history.check(snapshot([new]))

    def read_better(one: Posting) -> Posting:
        return replace(one, title=f"Senior {one.title}", locations=("Paris",), location="Paris")

    again(history, newer(old, new, edit=lambda one: read_better(one) if one is new else one))
    assert history.ask("SELECT country, seniority FROM postings") == [("FR", "senior")]
    again(history, newer(old, new, edit=lambda one: replace(one, title="Intern")))
    assert history.ask("SELECT country, seniority FROM postings") == [("FR", "senior")]


def test_reminders_follow_a_deadline_whose_words_are_read_otherwise(history: History) -> None:
    early = DEADLINE.at - timedelta(days=9) if DEADLINE.at else None
    stored = posting("1", deadline=Deadline(early, DEADLINE.text))
    history.check(snapshot([stored]))
    again(history, newer(stored, edit=lambda one: replace(one, deadline=DEADLINE)))
    assert history.ask("SELECT count(*) FROM reading_change") == [(0,)]
    with read_transaction(history.engine) as connection:
        due = reminders.next_due(connection, history.settings, NOW)
    assert due is not None
    assert due + max(history.settings.rules[0].remind) == DEADLINE.at


def test_rules_fit_pay_that_only_a_newer_reader_takes_from_the_job(history: History) -> None:
    stored = posting("1", pay=None, unsent=frozenset({"pay"}))
    history.check(snapshot([stored]))
    high = replace(PAY, maximum=900000.0)
    read = replace(stored, pay=high, stated=frozenset({"pay"}), unsent=frozenset())
    again(history, newer(stored, edit=lambda _: read))
    assert history.ask("SELECT count(*) FROM reading_change") == [(0,)]
    words = "title has “research engineer”; pay reaches 500000 USD"
    assert history.ask("SELECT words FROM rule_matches") == [(words,)]


def test_what_was_read_otherwise_is_noted_once_and_can_be_asked(history: History) -> None:
    history.check(snapshot([posting("1")]))
    again(history, newer(posting("1")))
    again(history, newer(posting("1")))
    with read_transaction(history.engine) as connection:
        [row] = list_readings(connection)
        said = list(readings_summary(connection, newer()))
    words = ("posting", "version", "field", "old", "new", "from_reader", "to_reader", "at")
    assert [row[name] for name in words] == [
        f"{BOARD}:1",
        1,
        "pay",
        None,
        "133000-240000 USD/year",
        READER_VERSION,
        NEWER,
        NOW,
    ]
    reread = f"versions that reader {NEWER} read otherwise: pay 1"
    assert said == [f"{reread}; `rolewatch db check --readings` lists them"]


def test_what_is_still_to_be_read_is_counted_and_bounded_by_time(history: History) -> None:
    history.check(snapshot(postings(120)))
    assert again(history, newer(*postings(120)), seconds=0) is True
    with read_transaction(history.engine) as connection:
        assert count_older(connection, newer()) == 20
        assert next(readings_summary(connection, newer())).startswith("20 versions to read again")
    assert again(history, newer(*postings(120)), seconds=60) is False


def test_the_rules_fit_what_is_read_now(history: History) -> None:
    history.check(snapshot([posting("1")]))
    assert history.ask("SELECT rule FROM rule_matches") == [("rich",)]
    again(history, newer(posting("1")))
    assert history.ask("SELECT rule FROM rule_matches") == []


def test_a_job_that_the_newer_reader_cannot_read_stays_as_it_is_and_is_not_tried_again(
    history: History,
) -> None:
    def refuse(_ats: str, _raw: bytes) -> Posting:
        raise Unreadable("no title")

    history.check(snapshot([posting("1", pay=PAY)]))
    assert again(history, Reader(lambda _ats: NEWER, refuse)) is False
    assert history.ask("SELECT pay_max FROM postings") == [(240000,)]
    assert history.ask("SELECT reader_version FROM posting_version") == [(NEWER,)]


def test_what_a_raw_job_did_not_send_is_kept(history: History) -> None:
    whole = posting("1", description="We pay well.")
    bare = replace(
        whole, title="Research Engineer, Revised", description="", unsent=frozenset({"description"})
    )
    history.check(snapshot([whole]))
    history.check(snapshot([bare]))
    again(history, newer(whole, bare, edit=lambda one: one))
    assert history.ask("SELECT description FROM posting_versions") == [("We pay well.",)] * 2


@pytest.mark.parametrize(
    ("field", "in_part", "whole"),
    [
        ("pay", replace(PAY, period=None), PAY),
        ("workplace", "onsite", "hybrid"),
        ("employment_type", "", "Full-time"),
    ],
)
def test_what_an_older_job_lacks_is_no_edit_when_the_next_one_states_it(
    history: History, field: str, in_part: object, whole: object
) -> None:
    old = posting("1", **{field: in_part}, stated=frozenset({field} if in_part else ()))
    history.check(snapshot([old]))
    again(history, newer(old, edit=lambda one: replace(one, unsent=frozenset({field}))))
    history.check(snapshot([posting("1", **{field: whole}, stated=frozenset({field}))]))
    assert history.ask("SELECT field FROM posting_changes") == []
    assert history.ask("SELECT number FROM posting_version") == [(1,)]


def test_a_field_that_a_newer_job_sends_empty_is_edited_when_it_is_filled(
    history: History,
) -> None:
    history.check(snapshot([posting("1", unsent=frozenset({"pay"}))]))
    history.check(snapshot([posting("1")]))
    history.check(snapshot([posting("1", pay=PAY, stated=frozenset({"pay"}))]))
    assert history.ask("SELECT field FROM posting_changes") == [("pay",)]


def test_a_check_reads_an_older_version_as_it_will_be_reread(history: History) -> None:
    history.check(snapshot(postings(3)))
    reader = newer(*postings(3))

    def contents() -> dict[int, Posting]:
        with read_transaction(history.engine) as connection:
            stored = load_postings(
                connection, connection.execute(text("SELECT id FROM board")).scalar_one()
            )
            return load_contents(connection, BOARD, list(stored.values()), reader)

    before = contents()
    assert all(one.pay == PAY for one in before.values())
    again(history, reader)
    assert contents() == before


@pytest.fixture
def watched(tmp_path: Path, database_url: str) -> tuple[Program, Engine]:
    """Return a database with a posting whose pay an older reader missed."""
    config = tmp_path / "rolewatch.toml"
    with serving() as server:
        board = (
            f'[ats.greenhouse]\napi_url = "{server.url}"\ndelay = "0s"\n'
            '[[boards]]\nboard = "greenhouse:examplelabs"\n'
        )
        config.write_text(f'[database]\nurl = "{database_url}"\n{board}')
        server.board(
            "examplelabs",
            job(1, content="&lt;p&gt;The salary is $133,000 - $240,000 a year.&lt;/p&gt;"),
        )
        program = Program(str(config))
        assert program("db", "upgrade").code == 0
        assert program("check").code == 0
    engine = make_engine(database_url)
    with engine.begin() as connection:
        forget = (
            "pay_min = NULL, pay_max = NULL, pay_currency = NULL, pay_period = NULL, "
            "pay_text = NULL"
        )
        connection.execute(text(f"UPDATE posting_version SET reader_version = 0, {forget}"))
    return program, engine


def test_db_check_says_what_is_of_an_older_reader_and_db_upgrade_reads_it(
    watched: tuple[Program, Engine],
) -> None:
    program, engine = watched
    checked = program("db", "check")
    assert (checked.code, checked.out.splitlines()[0]) == (0, "ok")
    assert "1 version to read again" in checked.out
    upgraded = program("db", "upgrade")
    assert (
        upgraded.code,
        "1 version read again: `rolewatch db check --readings`" in upgraded.out,
    ) == (0, True)
    assert program("show", "1", "--format", "json").json["pay_max"] == 240000
    assert (
        f"versions that reader {READER_VERSION} read otherwise: pay 1" in program("db", "check").out
    )
    [row] = program("db", "check", "--readings", "--format", "json").json
    assert (row["posting"], row["field"], row["new"]) == (
        "greenhouse:examplelabs:1",
        "pay",
        "133000-240000 USD/year",
    )
    engine.dispose()


def test_a_newer_reader_of_one_ats_leaves_the_postings_of_another_alone(history: History) -> None:
    history.check(snapshot([posting()]))
    refused = Reader(lambda ats: NEWER if ats == "ashby" else reader_version(ats), reread)
    assert again(history, refused) is False
    assert history.ask("SELECT DISTINCT reader_version FROM posting_version") == [(READER_VERSION,)]
    with read_transaction(history.engine) as connection:
        assert list(readings_summary(connection, refused)) == []
