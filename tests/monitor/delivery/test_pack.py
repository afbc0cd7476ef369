"""Alerts are packed into messages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import Engine

from monitor.database.lease import end_rounds
from monitor.delivery.grouping import OutgoingMessage, PendingAlert, group_alerts
from monitor.delivery.pack import WAIT, due, pack, round_packed_at
from monitor.message_parts import FieldChange
from monitor.messages import FirstCheckSummary, GroupMessage, Message, RoleMessage
from tests.support.alerts import AT, AlertWriter, notice, opened, revised, role, summary

ROLES, OTHER = "slack:#roles", "slack:#other"


def waiting(
    *messages: Message, channel: str = ROLES, round_id: int | None = 1, first: int = 1
) -> list[PendingAlert]:
    return [
        PendingAlert(
            number,
            round_id,
            channel,
            message.why[0].rule if isinstance(message, RoleMessage) else None,
            message,
        )
        for number, message in enumerate(messages, first)
    ]


def sizes(packages: list[OutgoingMessage]) -> list[int]:
    return [
        len(package.message.items) if isinstance(package.message, GroupMessage) else 1
        for package in packages
    ]


def several(number: int, rule: str = "engineers", start: int = 0) -> list[RoleMessage]:
    return [opened(str(key), rule) for key in range(start, start + number)]


def test_a_posting_is_one_message_with_every_fitting_rule() -> None:
    one = opened("1", "engineers", mention=("U1",))
    two = opened("1", "london", mention=("U1", "S2"))
    (package,) = group_alerts(waiting(one, two))
    assert isinstance(package.message, RoleMessage)
    assert [why.rule for why in package.message.why] == ["engineers", "london"]
    assert package.message.mention == ("U1", "S2")
    assert package.alerts == (1, 2)


def test_every_field_of_a_revision_is_in_the_one_message() -> None:
    pay, place = FieldChange("pay", "", "1-2 GBP/year"), FieldChange("location", "London", "Paris")
    (package,) = group_alerts(
        waiting(revised("1", pay, rule="a"), revised("1", pay, place, rule="b"))
    )
    assert isinstance(package.message, RoleMessage)
    assert package.message.changes == (pay, place)


@pytest.mark.parametrize(("number", "expected"), [(10, [1] * 10), (11, [11])])
def test_more_than_ten_of_a_rule_are_one_message(number: int, expected: list[int]) -> None:
    assert sizes(group_alerts(waiting(*several(number)))) == expected


def test_a_rule_with_few_keeps_its_own_messages_beside_a_group() -> None:
    packages = group_alerts(waiting(*several(11, "many"), *several(2, "few", start=50)))
    assert sizes(packages) == [11, 1, 1]


def test_a_posting_of_a_grouped_rule_is_only_in_the_group() -> None:
    (package,) = group_alerts(waiting(*several(11, "many"), opened("3", "few")))
    assert isinstance(package.message, GroupMessage)
    assert [why.rule for why in package.message.items[3].why] == ["many", "few"]
    assert len(package.alerts) == 12


def test_two_grouped_rules_without_a_common_posting_are_two_messages() -> None:
    assert sizes(group_alerts(waiting(*several(11, "a"), *several(12, "b", start=50)))) == [11, 12]


def test_grouped_rules_that_share_a_posting_are_one_message() -> None:
    chain = [*several(11, "a"), *several(11, "b", start=10), *several(11, "c", start=20)]
    (package,) = group_alerts(waiting(*chain))
    assert isinstance(package.message, GroupMessage)
    assert len(package.message.items) == 31
    assert package.alerts == tuple(range(1, 34))


def test_rounds_and_channels_are_grouped_apart() -> None:
    here, there = waiting(*several(6)), waiting(*several(6), channel=OTHER, first=20)
    later = waiting(*several(6), round_id=2, first=40)
    assert sizes(group_alerts([*here, *there, *later])) == [1] * 18


def test_a_summary_is_one_message_whatever_the_number_of_boards_and_rules() -> None:
    one = summary("engineers", [role("1")])
    two = summary("engineers", [role("2")], board="greenhouse:other", open_=3)
    three = summary("managers", [])
    (package,) = group_alerts(waiting(one, two, three))
    assert isinstance(package.message, FirstCheckSummary)
    assert [board.board for board in package.message.boards] == [
        "greenhouse:examplelabs",
        "greenhouse:other",
    ]
    assert [(rule.rule, len(rule.roles)) for rule in package.message.rules] == [
        ("engineers", 2),
        ("managers", 0),
    ]


def test_operators_get_a_message_each() -> None:
    assert sizes(group_alerts(waiting(*[notice()] * 12))) == [1] * 12


def test_a_group_beyond_one_message_is_cut_into_numbered_parts() -> None:
    many = [opened(str(key), title=f"Research Engineer, {'World ' * 9}{key}") for key in range(400)]
    packages = group_alerts(waiting(*many))
    assert [
        (package.message.part, package.message.parts)
        for package in packages
        if isinstance(package.message, GroupMessage)
    ] == [
        (1, 3),
        (2, 3),
        (3, 3),
    ]
    assert sorted(alert for package in packages for alert in package.alerts) == list(
        range(1, len(many) + 1)
    )


def test_messages_keep_the_order_of_their_alerts() -> None:
    packages = group_alerts(waiting(opened("1"), summary(), notice(), revised("2")))
    assert [package.alerts for package in packages] == [(1,), (2,), (3,), (4,)]


def test_every_alert_is_in_exactly_one_message() -> None:
    mixed: list[Message] = [
        *several(15, "a"),
        *several(8, "b", start=12),
        *several(30, "c", start=100),
        notice(),
        summary(),
        summary("b"),
    ]
    packages = group_alerts(waiting(*mixed))
    assert sorted(alert for package in packages for alert in package.alerts) == list(
        range(1, len(mixed) + 1)
    )


@pytest.fixture
def writer(engine: Engine) -> AlertWriter:
    return AlertWriter(engine)


@pytest.fixture
def ids() -> Iterator[str]:
    return (f"id{number}" for number in count())


def test_alerts_link_to_their_message(writer: AlertWriter, ids: Iterator[str]) -> None:
    round_id = writer.begin_round()
    writer.tell(opened("1", "a"), opened("1", "b"), opened("2", "a"), round_id=round_id)
    with writer.engine.begin() as connection:
        assert due(connection, AT)
        assert pack(connection, AT, lambda: next(ids)) == 2
        assert not due(connection, AT)
    assert [alert.delivery_id for alert in writer.alerts()] == ["id0", "id0", "id1"]
    assert [
        (delivery.delivery_id, delivery.state, delivery.channel) for delivery in writer.deliveries()
    ] == [
        ("id0", "pending", ROLES),
        ("id1", "pending", ROLES),
    ]


def test_a_round_that_still_runs_is_not_packed(writer: AlertWriter) -> None:
    running = writer.begin_round(ended=False)
    writer.tell(opened(), round_id=running)
    writer.tell(notice())
    with writer.engine.begin() as connection:
        assert pack(connection, AT) == 1
        assert pack(connection, AT) == 0
    writer.end_round(running)
    with writer.engine.begin() as connection:
        assert pack(connection, AT) == 1


def test_alerts_of_a_long_round_are_packed_before_its_end(writer: AlertWriter) -> None:
    running = writer.begin_round(ended=False)
    writer.tell(opened("1"), round_id=running)
    writer.tell(opened("2"), round_id=running, at=AT + WAIT / 2)
    writer.tell(summary(), notice(), round_id=running)
    with writer.engine.begin() as connection:
        assert not due(connection, AT + WAIT / 2)
        assert round_packed_at(connection) == AT + WAIT
        assert pack(connection, AT + WAIT) == 2
        assert round_packed_at(connection) is None
        assert not due(connection, AT + 9 * WAIT)
    writer.end_round(running)
    with writer.engine.begin() as connection:
        assert pack(connection, AT + WAIT) == 2


def test_a_long_round_sends_more_than_ten_of_a_rule_in_one_message(writer: AlertWriter) -> None:
    running, later = writer.begin_round(ended=False), AT + WAIT
    writer.tell(*(opened(str(key)) for key in range(6)), round_id=running)
    with writer.engine.begin() as connection:
        assert pack(connection, later) == 6
    writer.tell(*(opened(str(key)) for key in range(6, 12)), round_id=running)
    with writer.engine.begin() as connection:
        assert pack(connection, later) == 1


def test_a_round_that_died_is_packed_when_the_next_has_begun(writer: AlertWriter) -> None:
    writer.tell(opened(), round_id=writer.begin_round(ended=False))
    with writer.engine.begin() as connection:
        assert end_rounds(connection, AT) == 1
        assert pack(connection, AT) == 1


def test_a_running_round_is_not_ended_by_the_next(writer: AlertWriter) -> None:
    running = writer.begin_round(ended=False)
    writer.tell(opened(), round_id=running)
    with writer.engine.begin() as connection:
        assert end_rounds(connection, AT, {running}) == 0
        assert pack(connection, AT) == 0


def test_a_thousand_alerts_of_one_posting_are_linked(writer: AlertWriter) -> None:
    writer.tell(*[opened("1", f"rule{number}") for number in range(1000)])
    with writer.engine.begin() as connection:
        assert pack(connection, AT) == 1
    assert len({alert.delivery_id for alert in writer.alerts()}) == 1
