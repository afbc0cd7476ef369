"""`db check`: each promise broken in a real history, in a transaction that is taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, text

from crawler.items import Failure
from monitor.queries.consistency import findings
from monitor.queries.invariants import INVARIANTS, VIEWS
from tests.support.boards import BOARD, postings, snapshot
from tests.support.history import History
from tests.support.story import STORY, tell

BYTES = {
    "sqlite": "CAST('what is this' AS BLOB)",
    "postgresql": "convert_to('what is this', 'UTF8')",
}
DELIVERY = """INSERT INTO delivery (delivery_id, channel, message, state, created_at, attempts,
    sent_at)
    SELECT 'd-1', {channel}, message, '{state}', created_at, 0, {sent} FROM alert WHERE id = 1"""


@pytest.fixture(scope="module")
def engine_with_alerts(shared_engine: Engine) -> Engine:
    """Return a history with every kind of event."""
    tell(shared_engine)
    return shared_engine


def found(connection: Connection, *damage: str) -> list[str]:
    """Return what is found wrong after the damage, which is then undone."""
    try:
        for statement in damage:
            done = connection.execute(
                text(statement.replace("{bytes}", BYTES[connection.dialect.name]))
            )
            assert done.rowcount > 0 or statement.startswith(("DROP", "CREATE"))
        return list(findings(connection))
    finally:
        connection.rollback()


def test_a_sound_history_has_no_findings(engine_with_alerts: Engine) -> None:
    with engine_with_alerts.connect() as connection:
        assert found(connection) == []


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE posting_version SET number = 9 WHERE number = 4",
            f"{STORY}: versions are not numbered 1, 2, 3 …",
        ),
        (
            "UPDATE posting SET version = 3 WHERE key = '11'",
            f"{STORY}: its newest version differs from its row",
        ),
        (
            (
                "UPDATE posting_version SET valid_to = valid_from WHERE number = 1 AND title LIKE "
                "'%Gemini'"
            ),
            f"{STORY}: a version ends before it begins",
        ),
        (
            "UPDATE posting_version SET valid_to = NULL WHERE number = 2",
            f"{STORY}: two versions overlap",
        ),
        (
            "UPDATE posting SET state = 'open' WHERE key = '13'",
            f"{BOARD}:13: it is open without a current version",
        ),
        (
            "UPDATE posting SET state = 'closed' WHERE key = '11'",
            f"{STORY}: it is closed and its last version does not end at that time",
        ),
        (
            "UPDATE posting_change SET version = 7 WHERE field = 'pay'",
            f"{STORY}: a change names a missing version",
        ),
        (
            "UPDATE posting_change SET at = not_before WHERE kind = 'reopened'",
            f"{STORY}: a change does not have the time of its check",
        ),
        (
            "UPDATE description SET text = text || '!' WHERE text LIKE 'We write%'",
            "its text has changed since it was stored",
        ),
        (
            "UPDATE posting SET first_seen_at = '2099-01-01' WHERE key = '11'",
            f"{STORY}: a version begins before the posting was first seen",
        ),
        (
            "UPDATE posting SET closed_at = first_seen_at WHERE key = '11'",
            f"{STORY}: it is open and has a closing time",
        ),
        (
            "UPDATE posting SET state = 'shut' WHERE key = '11'",
            f"{STORY}: its state is unknown",
        ),
        (
            "UPDATE posting SET missing_looks = 1 WHERE key = '11'",
            f"{STORY}: it is missing, without a time since when or a time it was last seen",
        ),
        (
            "UPDATE posting_change SET not_before = '2099-01-01' WHERE kind = 'closed'",
            f"{STORY}: a change happened before the last check that saw the old state",
        ),
        (
            "DELETE FROM posting_change WHERE kind = 'reopened'",
            f"{STORY}: its last change contradicts its state",
        ),
        (
            "DELETE FROM posting_change WHERE kind = 'closed'",
            f"{BOARD}:13: it is closed without a change that says so",
        ),
        (
            "UPDATE posting_version SET valid_from = '2000-01-01' WHERE number = 4",
            f"{STORY}: a version does not begin with the change that created it",
        ),
        (
            "UPDATE posting_version SET valid_to = '2099-01-01' WHERE number = 3",
            f"{STORY}: a version does not end when its posting closed",
        ),
        (
            "DELETE FROM posting_change WHERE field = 'description'",
            f"{STORY}: a version has no change that created it",
        ),
        (
            "UPDATE posting_change SET field = NULL WHERE field = 'pay'",
            f"{STORY}: a revision names no field, or something else does",
        ),
        (
            "UPDATE board SET last_check_at = '2000-01-01'",
            f"{BOARD}:board: its last check is not its newest check",
        ),
        (
            "UPDATE board SET last_ok_at = '2000-01-01'",
            f"{BOARD}:board: its last good check is not the newest check that read it",
        ),
        (
            "UPDATE board SET failures = 7",
            f"{BOARD}:board: its failures in a row are not those of its checks",
        ),
        (
            "UPDATE board_check SET merged_until = '2099-01-01', merged_instants = {bytes}",
            "a check stands for others that are not older than its next one",
        ),
        (
            "UPDATE board_check SET merged_until = finished_at",
            "a check stands for others that are not older than its next one",
        ),
        (
            "UPDATE board_check SET closed = 0 WHERE closed > 0",
            "a check counts other changes than are stored",
        ),
        (
            "UPDATE board_check SET opened = 9 WHERE opened > 0",
            "a check counts other changes than are stored",
        ),
        (
            "UPDATE posting_version SET title = 'Chef' WHERE number = 2",
            f"{STORY}: the content of version 2 has changed since it was stored",
        ),
        (
            "UPDATE posting_version SET raw = {bytes} WHERE number = 2",
            f"{STORY}: the raw job of version 2 cannot be unpacked",
        ),
        ("UPDATE alert SET message = '{}' WHERE id = 1", "alert:1: its message cannot be read"),
        (
            "DROP VIEW posting_changes",
            (
                "the view posting_changes is missing: "
                "`rolewatch db upgrade` of a copy, or a backup, has it"
            ),
        ),
    ],
)
def test_each_broken_promise_is_found(
    engine_with_alerts: Engine, damage: str, finding: str
) -> None:
    with engine_with_alerts.connect() as connection:
        lines = found(connection, damage)
    assert any(line.endswith(finding) for line in lines), lines


@pytest.mark.parametrize(
    ("state", "sent", "channel", "finding"),
    [
        ("lost", "NULL", "channel", ["delivery:d-1: its state is unknown"]),
        (
            "sent",
            "NULL",
            "channel",
            ["delivery:d-1: it is sent without a time, or has a time and is not sent"],
        ),
        (
            "pending",
            "created_at",
            "channel",
            ["delivery:d-1: it is sent without a time, or has a time and is not sent"],
        ),
        (
            "sending",
            "NULL",
            "channel",
            ["delivery:d-1: it is being sent without a starting time"],
        ),
        (
            "sent",
            "created_at",
            "'slack:#elsewhere'",
            ["alert:1: it goes to another channel than its alert"],
        ),
        ("sent", "created_at", "channel", []),
    ],
)
def test_each_broken_promise_of_the_outbox_is_found(
    engine_with_alerts: Engine, state: str, sent: str, channel: str, *, finding: list[str]
) -> None:
    link = "UPDATE alert SET delivery_id = 'd-1' WHERE id = 1"
    with engine_with_alerts.connect() as connection:
        assert (
            found(connection, DELIVERY.format(state=state, sent=sent, channel=channel), link)
            == finding
        )


def test_a_message_without_an_alert_is_found(engine_with_alerts: Engine) -> None:
    with engine_with_alerts.connect() as connection:
        lines = found(
            connection, DELIVERY.format(state="sent", sent="created_at", channel="channel")
        )
    assert lines == ["delivery:d-1: no alert belongs to this delivery"]


def test_an_alert_of_another_board_than_its_check_is_found(engine_with_alerts: Engine) -> None:
    other = (
        "(SELECT c.id FROM board_check c JOIN board b ON b.id = c.board_id WHERE b.board = "
        "'greenhouse:otherworks' LIMIT 1)"
    )
    with engine_with_alerts.connect() as connection:
        lines = found(
            connection, f"UPDATE alert SET check_id = {other} WHERE posting_id IS NOT NULL"
        )
    assert any(
        line.endswith(": it is of another posting's board than its check") for line in lines
    ), lines


def test_a_board_that_failed_before_it_was_removed_and_put_back_is_sound(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot(postings(2)))
    history.check(Failure(BOARD, "HTTP 503", 503))
    watched = history.settings
    history.settings = replace(watched, boards=())
    history.check()
    history.settings = watched
    history.check()
    history.check(Failure(BOARD, "HTTP 503", 503))
    assert history.ask("SELECT failures FROM boards") == [(1,)]
    with engine.connect() as connection:
        assert list(findings(connection)) == []


def test_a_view_that_hides_a_row_is_found(engine_with_alerts: Engine) -> None:
    narrow = "CREATE VIEW alerts AS SELECT * FROM alert WHERE id > 1"
    with engine_with_alerts.connect() as connection:
        [line] = found(connection, "DROP VIEW alerts", narrow)
    assert line.startswith("the view alerts shows ")


def test_no_promise_is_there_twice_and_every_view_is_counted(engine_with_alerts: Engine) -> None:
    with engine_with_alerts.connect() as connection:
        assert set(VIEWS) <= set(engine_with_alerts.dialect.get_view_names(connection))
    assert len({question for some in INVARIANTS for question in some.values()}) == sum(
        map(len, INVARIANTS)
    )
