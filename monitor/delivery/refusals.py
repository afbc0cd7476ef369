"""Open an operator incident when a channel refuses messages, and close it when it takes one.

A message that may have arrived in a channel that cannot be read opens one too: only a person may
send it again.

Nothing here commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Final

from sqlalchemy import Connection, func, select

from monitor.alerts import open_incidents
from monitor.alerts.open_incidents import OpenIncident
from monitor.alerts.rows import write_operator_message
from monitor.channels import kind
from monitor.database.slack_channels import directory
from monitor.database.tables import Delivery
from monitor.delivery import open_items
from monitor.delivery.open_items import of_kind
from monitor.messages import OperatorMessage, instant
from monitor.notify.base import NotifyError
from monitor.notify.slack.errors import plain_reason
from monitor.notify.wording import count, span

_PAST: Final = {"refused": "refused messages", "unconfirmed": "did not confirm messages"}


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
    names = directory(connection).all_names(channel)
    trouble = "unconfirmed" if error.may_have_arrived else "refused"
    if any(_find_open(connection, trouble, name) for name in ([subject] if everywhere else names)):
        return False
    others = [
        each for each in operators if (kind(each) != subject if everywhere else each not in names)
    ]
    terminal = ["console"] if channel != "console" and (everywhere or not others) else []
    incident = open_incidents.key(f"{trouble} {subject}", now)
    message = (
        _unconfirmed(subject, error, incident)
        if error.may_have_arrived
        else _refusal(connection, subject, error, now, incident)
    )
    write_operator_message(connection, [*others, *terminal], message, at=now)
    return True


def _refusal(
    connection: Connection, subject: str, error: NotifyError, now: datetime, incident: str
) -> OperatorMessage:
    """Return the message: what was refused and why, what waits, and what to do."""
    oldest = func.min(Delivery.created_at)
    waiting, since = connection.execute(
        select(func.count(), func.coalesce(oldest, now)).where(open_items.OPEN, of_kind(subject))
    ).one()
    what, _, remedy = error.reason.partition(": ")
    words = plain_reason(error.slack_error) or what
    waits = f"{count(waiting, 'message')} wait{'s' if waiting == 1 else ''}"
    lines = (
        f"{waits} since {instant(since)}. Nothing is lost.",
        _remedy(error.slack_error, remedy),
    )
    headline = f"{_who(subject)}: {words}"
    return OperatorMessage(
        "refused", headline, lines, incident=incident, sentence=f"{headline}. {waits}."
    )


def _unconfirmed(subject: str, error: NotifyError, incident: str) -> OperatorMessage:
    """Return the message about a message that may have arrived."""
    headline = f"{_name(subject)} did not confirm a message: {error.reason}"
    lines = (
        "It may have arrived, so it is not sent again by itself.",
        "If it did not arrive, run `rolewatch alerts retry`.",
    )
    return OperatorMessage("refused", headline, lines, incident=incident, sentence=f"{headline}.")


def _who(subject: str) -> str:
    """Return `Slack refused #roles`, `Slack refused messages`, or `apprise:phone refused …`."""
    service, _, name = subject.partition(":")
    if service == "slack":
        return f"Slack refused {name or 'messages'}"
    return f"{_name(subject)} refused messages"


def _name(subject: str) -> str:
    """Return a channel or a service for a person: `#roles`, `Slack`, `Webhook`, `apprise:phone`."""
    service, _, name = subject.partition(":")
    if not name:
        return subject.capitalize()
    return name if service == "slack" else subject


def _remedy(code: str, remedy: str) -> str:
    if code in {"not_in_channel", "channel_not_found"}:
        first = "Type `/invite @rolewatch` there"
    else:
        first = remedy[:1].upper() + remedy[1:]
    again = "run `rolewatch alerts retry` or wait for the next round."
    return f"{first}, then {again}" if first else f"To try at once, {again}"


def close_incident(
    connection: Connection, channel: str, operators: Sequence[str], now: datetime
) -> None:
    """Write that the channel works again, if an incident is open under any of its names.

    The message goes to the channels where the incident was reported and that are the operator's
    still, or else to those that the operator has now.
    Call this before the message that the channel took is settled.
    """
    names = directory(connection).all_names(channel)
    for subject, trouble in product(dict.fromkeys((*names, kind(channel))), _PAST):
        incident = _find_open(connection, trouble, subject)
        if incident is not None:
            name, began = _name(subject), instant(incident.since)
            message = OperatorMessage(
                "works",
                f"{name} takes messages again after {span(now - incident.since)}",
                incident=incident.key,
                past=f"{name} {_PAST[trouble]} from {began} to {instant(now)}",
            )
            still = [each for each in incident.channels if each in (*operators, "console")]
            channels = still or operators or incident.channels
            write_operator_message(connection, channels, message, at=now)


def _find_open(connection: Connection, trouble: str, subject: str) -> OpenIncident | None:
    """Return the open incident, or None. A message sent since it began has ended it too."""
    incident = open_incidents.find_open(
        connection,
        f"{trouble} {subject}",
        old_headlines=(f"{subject} {trouble}", f"{subject} works again"),
    )
    if incident is None:
        return None
    sent = connection.scalar(select(func.max(Delivery.sent_at)).where(of_kind(subject)))
    return None if sent is not None and sent >= incident.since else incident
