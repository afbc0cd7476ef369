"""A channel that refuses us is an incident: told to the operator elsewhere when it begins, and there again when it works.

Nothing here commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from monitor.channels import kind
from monitor.database.engine import AnyRow, iso
from monitor.database.tables import Alert, Delivery
from monitor.delivery.queue import of_kind, waiting_for
from monitor.messages import OperatorMessage, dump, load
from monitor.notify.base import NotifyError
from monitor.notify.wording import count, format_instant


def open_incident(
    connection: Connection,
    channel: str,
    error: NotifyError,
    operators: Sequence[str],
    now: datetime,
) -> bool:
    """Writes an alert that a channel is refused to the operator's other channels, once an incident; False when it was told already.

    An incident ends with the next message that the channel takes. What the whole workspace refuses
    is told on the terminal too, and so is what no other channel of the operator can take.
    """
    subject = kind(channel) if error.affects_all_channels else channel
    if _open(connection, subject):
        return False
    elsewhere = [
        one
        for one in operators
        if (kind(one) != subject if error.affects_all_channels else one != channel)
    ]
    terminal = (
        ["console"]
        if channel != "console" and (error.affects_all_channels or not elsewhere)
        else []
    )
    lines = (
        f"Reason: {error.reason}",
        f"Waiting: {count(waiting_for(connection, subject), 'message')}; nothing is lost",
        "`rolewatch alerts retry` tries at once.",
    )
    message = OperatorMessage(
        "refused", f"{subject} refuses messages", lines, incident=f"refused {subject} {iso(now)}"
    )
    _write(connection, list(dict.fromkeys([*elsewhere, *terminal])), _began(subject), message, now)
    return True


def close_incident(connection: Connection, channel: str, now: datetime) -> None:
    """Writes that the channel works again, where it was told that it does not; to be called before the message that it took is settled."""
    for subject in dict.fromkeys((channel, kind(channel))):
        told = _open(connection, subject)
        if told:
            began = load(told[0].message)
            lines = (f"Refused: {format_instant(told[0].created_at)} to {format_instant(now)}",)
            key = began.incident if isinstance(began, OperatorMessage) else ""
            message = OperatorMessage(
                "works", f"{subject} takes messages again", lines, incident=key
            )
            _write(connection, [row.channel for row in told], _ended(subject), message, now)


def _write(
    connection: Connection,
    channels: Sequence[str],
    why: str,
    message: OperatorMessage,
    now: datetime,
) -> None:
    row = {"kind": "operator", "why": why, "message": dump(message), "created_at": now}
    if channels:
        connection.execute(insert(Alert), [row | {"channel": channel} for channel in channels])


def _began(subject: str) -> str:
    return f"{subject} refused"


def _ended(subject: str) -> str:
    return f"{subject} works again"


def _open(connection: Connection, subject: str) -> Sequence[AnyRow]:
    """The alerts of the incident that lasts; none when the subject was never refused, or has taken a message since."""
    mine = (Alert.kind == "operator", Alert.why == _began(subject))
    last = connection.scalar(select(func.max(Alert.created_at)).where(*mine))
    if last is None:
        return ()
    ended = connection.scalar(
        select(func.max(Alert.created_at)).where(
            Alert.kind == "operator", Alert.why == _ended(subject)
        )
    )
    worked = connection.scalar(select(func.max(Delivery.sent_at)).where(of_kind(subject)))
    if any(moment is not None and moment >= last for moment in (ended, worked)):
        return ()
    return connection.execute(
        select(Alert.channel, Alert.message, Alert.created_at).where(
            *mine, Alert.created_at == last
        )
    ).all()
