"""The messages of incidents that concern the whole daemon: its configuration, its end, the network.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerts import open_incidents
from monitor.alerts.alerting import Alerting
from monitor.alerts.incident_words import from_to, short_reason
from monitor.alerts.open_incidents import OpenIncident
from monitor.database.lease_holder import LeaseRow
from monitor.messages import OperatorMessage, instant
from monitor.notify.wording import count, span

_REFUSED = "The changed configuration was refused"
_ACCEPTED = "The configuration is in order again"
_SHOWN_MISTAKES = 20


def refused_file(
    connection: Connection, alerting: Alerting, mistakes: Sequence[str], now: datetime
) -> None:
    """Write to the operator which mistakes the configuration file has."""
    incident = _open_configuration(connection)
    message = OperatorMessage(
        "configuration",
        _REFUSED,
        (*mistakes[:_SHOWN_MISTAKES], "The old configuration stays in force."),
        incident=open_incidents.key("configuration", incident.since if incident else now),
    )
    alerting.write_operator_alert(connection, message, at=now)


def accepted_file(connection: Connection, alerting: Alerting, now: datetime) -> None:
    """Write to the operator that a configuration was accepted after a refused one."""
    incident = _open_configuration(connection)
    if incident is not None:
        message = OperatorMessage(
            "in order",
            f"{_ACCEPTED} after {span(now - incident.since)}",
            incident=open_incidents.key("configuration", incident.since),
            past=f"{_REFUSED}{from_to(incident.since, now)}",
        )
        alerting.write_operator_alert(connection, message, at=now)


def _open_configuration(connection: Connection) -> OpenIncident | None:
    # the old headlines are stored, so they stay as they are when the messages change
    return open_incidents.find_open(
        connection,
        "configuration",
        old_headlines=(
            "The changed configuration was refused",
            "The configuration is in order again",
        ),
    )


def restarted(died: LeaseRow, command: str, cut_off: int, unconfirmed: int) -> OperatorMessage:
    """Return the message about a daemon that died, and what the next `command` repaired."""
    repaired = []
    if cut_off:
        repaired.append(f"{count(cut_off, 'round')} had been cut off.")
    if unconfirmed:
        repaired.append(
            f"{count(unconfirmed, 'message')} may have been sent: rolewatch searches first."
        )
    stopped = (
        f"`rolewatch {died.command}` (pid {died.pid} on {died.host}) had run since"
        f" {instant(died.taken_at)} and died before {instant(died.expires_at)}."
    )
    repaired.append("No history and no alert was lost.")
    headline = "rolewatch was killed"
    if command == "run":
        headline += " and runs again"
    else:
        repaired.append("`rolewatch run` starts it again.")
    return OperatorMessage("restarted", headline, (stopped, " ".join(repaired)))


def offline(boards: int, since: datetime, reason: str) -> OperatorMessage:
    """Return the message that no host answers, updated with each round."""
    facts = (
        f"{short_reason(reason)} since {instant(since)}. Is this machine online?",
        "No role is closed because of this. rolewatch keeps trying.",
    )
    return OperatorMessage(
        "network",
        f"The network is away: no host answers, {count(boards, 'board')} cannot be read",
        facts,
        incident=open_incidents.key("network", since),
    )


def online(since: datetime, at: datetime) -> OperatorMessage:
    """Return the end of the network's incident."""
    return OperatorMessage(
        "network back",
        f"The network is back after {span(at - since)}",
        incident=open_incidents.key("network", since),
        past=f"The network was away{from_to(since, at)}",
    )
