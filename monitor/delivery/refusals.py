"""Open an operator incident when a channel refuses messages, and close it when it takes one.

Nothing here commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.alerts import open_incidents
from monitor.alerts.open_incidents import OpenIncident
from monitor.alerts.rows import write_operator_message
from monitor.channels import kind
from monitor.database.tables import Delivery
from monitor.delivery import backlog
from monitor.delivery.backlog import of_kind
from monitor.messages import OperatorMessage
from monitor.notify.base import NotifyError
from monitor.notify.wording import count, format_instant


def open_incident(
    connection: Connection,
    channel: str,
    error: NotifyError,
    operators: Sequence[str],
    now: datetime,
) -> bool:
    """Write to the operator's other channels that a channel refuses messages.

    Return False when its incident is open already. The incident ends with the next message that
    the channel takes. The terminal gets the alert too if the whole workspace refuses, or if the
    operator has no other channel.
    """
    everywhere = error.affects_all_channels
    subject = kind(channel) if everywhere else channel
    if _find_open(connection, subject):
        return False
    others = [
        each for each in operators if (kind(each) != subject if everywhere else each != channel)
    ]
    terminal = ["console"] if channel != "console" and (everywhere or not others) else []
    waiting = backlog.count(connection, backlog.OPEN, of_kind(subject))
    lines = (
        f"Reason: {error.reason}",
        f"Waiting: {count(waiting, 'message')}; nothing is lost",
        "`rolewatch alerts retry` tries at once.",
    )
    message = OperatorMessage(
        "refused",
        f"{subject} refuses messages",
        lines,
        incident=open_incidents.key(f"refused {subject}", now),
    )
    write_operator_message(connection, [*others, *terminal], message, at=now)
    return True


def close_incident(connection: Connection, channel: str, now: datetime) -> None:
    """Write that the channel works again, if an incident is open.

    Call this before the message that the channel took is settled.
    """
    for subject in dict.fromkeys((channel, kind(channel))):
        incident = _find_open(connection, subject)
        if incident is not None:
            lines = (f"Refused: {format_instant(incident.since)} to {format_instant(now)}",)
            message = OperatorMessage(
                "works", f"{subject} takes messages again", lines, incident=incident.key
            )
            write_operator_message(connection, incident.channels, message, at=now)


def _find_open(connection: Connection, subject: str) -> OpenIncident | None:
    """Return the open incident, or None. A message sent since it began has ended it too."""
    incident = open_incidents.find_open(
        connection,
        f"refused {subject}",
        old_headlines=(f"{subject} refused", f"{subject} works again"),
    )
    if incident is None:
        return None
    sent = connection.scalar(select(func.max(Delivery.sent_at)).where(of_kind(subject)))
    return None if sent is not None and sent >= incident.since else incident
