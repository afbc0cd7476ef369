"""Messages that wait too long in a channel are merged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from monitor.delivery.merge_deliveries import BACKLOG_AGE, due, merge_backlog
from monitor.delivery.pack import pack
from monitor.messages import GroupMessage, load
from tests.support.alerts import AT, AlertWriter, notice, opened


@pytest.fixture
def writer(engine: Engine) -> AlertWriter:
    return AlertWriter(engine)


def pile_up(writer: AlertWriter, number: int) -> None:
    """Write rounds with one role each, and an operator message in the middle."""
    for key in range(number):
        writer.tell(opened(str(key)), round_id=writer.begin_round())
        if key == number // 2:
            writer.tell(notice())
    with writer.engine.begin() as connection:
        pack(connection, AT)


def test_a_backlog_is_one_message_in_place_of_the_oldest(writer: AlertWriter) -> None:
    pile_up(writer, 12)
    later = AT + BACKLOG_AGE + timedelta(seconds=1)
    with writer.engine.begin() as connection:
        assert due(connection, later)
        assert merge_backlog(connection, later) == 11
        assert merge_backlog(connection, later) == 0
    first, second = writer.deliveries()
    group = load(first.message)
    assert isinstance(group, GroupMessage)
    assert [item.role.posting.rpartition(":")[2] for item in group.items] == [
        str(key) for key in range(12)
    ]
    assert second.message.startswith('{"type":"operator"')
    assert [alert.delivery_id for alert in writer.alerts()].count(first.delivery_id) == 12


@pytest.mark.parametrize(("number", "waited"), [(10, 60), (12, 9)])
def test_few_messages_and_fresh_ones_stay_single(
    writer: AlertWriter, number: int, waited: int
) -> None:
    pile_up(writer, number)
    with writer.engine.begin() as connection:
        assert merge_backlog(connection, AT + timedelta(minutes=waited)) == 0
    assert len(writer.deliveries()) == number + 1


def test_a_message_that_was_tried_stays_as_it_is(writer: AlertWriter) -> None:
    pile_up(writer, 12)
    tried = writer.deliveries()[0]
    writer.set(tried.delivery_id, attempts=1)
    with writer.engine.begin() as connection:
        assert merge_backlog(connection, AT + timedelta(hours=1)) == 10
    assert writer.deliveries()[0].message == tried.message
