"""Finding the open incident of a subject, also in messages of older versions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, insert

from monitor.alerts.open_incidents import find_open, key
from monitor.database.tables import Alert
from monitor.messages import OperatorMessage, dump
from tests.support.alerts import AT

Event = Literal["refused", "works", "configuration", "in order"]


def write(
    engine: Engine,
    event: Event,
    incident: str,
    *,
    at: datetime = AT,
    why: str = "any headline",
    channel: str = "console",
) -> None:
    message = OperatorMessage(event, "any headline", incident=incident)
    row = {"kind": "operator", "why": why, "channel": channel, "created_at": at}
    with engine.begin() as connection:
        connection.execute(insert(Alert).values(**row, message=dump(message)))


def open_since(engine: Engine, subject: str, *old_headlines: str) -> datetime | None:
    with engine.begin() as connection:
        incident = find_open(connection, subject, old_headlines)
    return incident.since if incident else None


def test_an_incident_is_open_until_its_end_whatever_its_headline(engine: Engine) -> None:
    assert open_since(engine, "configuration") is None
    write(engine, "configuration", key("configuration", AT), why="a reworded headline")
    write(engine, "configuration", key("configuration", AT), at=AT + timedelta(hours=1))
    assert open_since(engine, "configuration") == AT
    write(engine, "in order", key("configuration", AT))
    assert open_since(engine, "configuration") is None


def test_subjects_differ_by_case_and_wildcards(engine: Engine) -> None:
    write(engine, "refused", key("refused slack:#a_b", AT))
    assert open_since(engine, "refused slack:#a_b") == AT
    for other in ("refused slack:#A_B", "refused slack:#axb", "refused slack", "refused slack:#a"):
        assert open_since(engine, other) is None


def test_an_incident_names_the_channels_of_its_newest_message(engine: Engine) -> None:
    for channel in ("console", "slack:#ops"):
        write(engine, "refused", key("refused webhook", AT), channel=channel)
    with engine.begin() as connection:
        incident = find_open(connection, "refused webhook")
    assert incident is not None
    assert incident.channels == ("console", "slack:#ops")


def test_messages_without_a_key_are_found_by_their_old_headline(engine: Engine) -> None:
    headlines = ("webhook refused", "webhook works again")
    write(engine, "refused", "", why="webhook refused")
    assert open_since(engine, "refused webhook", *headlines) == AT
    write(engine, "works", "", why="webhook works again")
    assert open_since(engine, "refused webhook", *headlines) is None
