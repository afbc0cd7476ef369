"""Work that is overdue is found, and work that waits on purpose is not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, update

from monitor.database.engine import read_and_roll_back
from monitor.database.tables import Alert
from monitor.queries import overdue
from tests.support.alerts import AT, AlertWriter, opened


def test_an_alert_that_waits_for_a_digest_is_not_reported_as_not_packed(engine: Engine) -> None:
    writer = AlertWriter(engine)
    [for_digest, unpacked] = writer.tell(opened("1"), opened("2"))
    with engine.begin() as connection:
        connection.execute(update(Alert).where(Alert.id == for_digest).values(for_digest=True))
    with read_and_roll_back(engine) as connection:
        found = overdue.messages(connection, AT + timedelta(minutes=5))
    assert [work.what for work in found] == [f"alert {unpacked}"]
