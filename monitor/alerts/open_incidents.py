"""Find the open incident of a subject in the operator alerts.

The messages of one incident share a key: the subject and the time it began, such as
"refused slack:#roles 2026-11-29T02:00:00Z". Incidents live in the alert rows, so a restarted daemon
ends the incidents of the one before. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, or_, select, update

from monitor.database.columns import iso
from monitor.database.json_values import one_of
from monitor.database.tables import Alert
from monitor.messages import OperatorMessage, dump, load

_ENDS: Final = frozenset(
    {"recovered", "moved", "drained", "unwatched", "works", "in order", "in time", "network back"}
)


class OpenIncident(NamedTuple):
    """An incident that has not ended."""

    key: str  # "" of a message that was stored before incidents had keys
    since: datetime
    channels: tuple[str, ...]  # of its newest message


def key(subject: str, since: datetime) -> str:
    """Return the key of an incident."""
    return f"{subject} {iso(since)}"


def find_open(
    connection: Connection, subject: str, old_headlines: Collection[str] = ()
) -> OpenIncident | None:
    """Return the open incident of a subject, or None.

    `old_headlines` are the stored `why` of messages from before incidents had keys.
    """
    operator = (Alert.kind == "operator", or_(_begins(subject), one_of(Alert.why, old_headlines)))
    columns = select(Alert.channel, Alert.message, Alert.created_at).where(*operator)
    for row in connection.execute(columns.order_by(Alert.id.desc())):
        message = load(row.message)
        if not isinstance(message, OperatorMessage):
            continue
        about, _, since = message.incident.rpartition(" ")
        if message.incident and about != subject:  # SQLite's LIKE ignores case
            continue
        if message.event in _ENDS:
            return None
        began = datetime.fromisoformat(since) if since else row.created_at
        same = columns.where(Alert.created_at == row.created_at).order_by(Alert.id)
        channels = dict.fromkeys(each.channel for each in connection.execute(same))
        return OpenIncident(message.incident, began, tuple(channels))
    return None


def has_messages(connection: Connection, incident: str, *conditions: ColumnElement[bool]) -> bool:
    """Return whether an operator alert about the incident was written."""
    about = Alert.message.contains(f'"incident":{_json(incident)}', autoescape=True)
    query = select(Alert.id).where(*conditions, Alert.kind == "operator", about)
    return connection.scalar(query.limit(1)) is not None


def rewrite_unsent(connection: Connection, message: OperatorMessage, round_id: int) -> None:
    """Replace the message of this incident's alerts in a round that has not ended.

    None of them is sent yet.
    """
    rows = connection.execute(
        select(Alert.id, Alert.message).where(Alert.round_id == round_id, Alert.kind == "operator")
    ).all()
    same = [
        row.id for row in rows if getattr(load(row.message), "incident", None) == message.incident
    ]
    connection.execute(update(Alert).where(one_of(Alert.id, same)).values(message=dump(message)))


def _begins(subject: str) -> ColumnElement[bool]:
    """Return the condition that a message's incident key begins with the subject."""
    return Alert.message.contains(f'"incident":{_json(subject)[:-1]} ', autoescape=True)


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()
