"""The messages of operator incidents: a failing board, a refused configuration file and others.

In a channel with threads an incident is one message that shows its current state, and its end is a
reply. Elsewhere each is a message. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from shlex import quote
from typing import Literal

from sqlalchemy import Connection

from crawler.links.directory import current_board, other_boards
from crawler.registry import is_readable, title
from monitor.alerts import open_incidents
from monitor.alerts.alerting import Alerting
from monitor.alerts.open_incidents import OpenIncident
from monitor.database.board_row import BoardRow
from monitor.database.lease_holder import LeaseRow
from monitor.messages import OperatorMessage
from monitor.notify.wording import count, format_instant, span

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
    alerting.write_operator_alert(connection, message, round_id=None, check_id=None, at=now)


def accepted_file(connection: Connection, alerting: Alerting, now: datetime) -> None:
    """Write to the operator that a configuration was accepted after a refused one."""
    incident = _open_configuration(connection)
    if incident is not None:
        message = OperatorMessage(
            "in order",
            _ACCEPTED,
            (f"Refused: {format_instant(incident.since)} to {format_instant(now)}",),
            incident=open_incidents.key("configuration", incident.since),
        )
        alerting.write_operator_alert(connection, message, round_id=None, check_id=None, at=now)


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


def failing(
    board: BoardRow, failures: int, since: datetime, reason: str, *, gone: bool
) -> OperatorMessage:
    """Return the message about a failing board, updated at each failure.

    `gone`: its ATS has not known the board for three checks.
    """
    facts = (
        *((moved_where(board.board, board.company, board.found_at),) if gone else ()),
        f"Last error: {reason}",
        f"Last good check: {format_instant(board.last_ok_at) if board.last_ok_at else 'none yet'}",
        f"Failing since: {format_instant(since)}",
        "No role was closed because of this; other boards are not affected.",
    )
    headline = f"{failures} checks in a row failed" + (
        ": the board no longer exists" if gone else ""
    )
    return _message("failing", board, since, headline, facts)


def moved_where(board: str, company: str, found_at: str | None) -> str:
    """Return where an employer's missing board is now, and the command that moves it.

    The directory comes first, then `found_at`, the board that the careers page links to.
    """
    places = other_boards(board)
    place = next(filter(is_readable, places), None)
    if place is not None:
        has = (
            f"is on {title(place.split(':')[0])} now"
            if current_board(board)
            else f"has the board {place} too"
        )
        return f"{company} {has}: `rolewatch boards move {board} {place}`"
    if places:
        ats = title(places[0].split(":")[0])
        return (
            f"{company} is on {ats} now ({places[0]}): rolewatch cannot read {ats} boards yet."
            f" {board} stays watched."
        )
    if not found_at:
        return (
            "The board no longer exists. Find another with"
            f" `rolewatch boards find {quote(company)}`,"
            f" then type `rolewatch boards move {board} NEW`. It stays watched."
        )
    return (
        f"The careers page of {company} leads to {found_at} now:"
        f" `rolewatch boards move {board} {found_at}`"
    )


def moved(board: BoardRow, since: datetime, place: str) -> OperatorMessage:
    """Return the end of a failing board's incident: it moved to another board."""
    facts = (
        f"Failing since: {format_instant(since)}",
        f"Error was: {board.reason}",
        f"Watched now: {place}",
    )
    return _message("moved", board, since, "moved to another board", facts)


def recovered(
    board: BoardRow, since: datetime, at: datetime, *, seen: int, opened: int, closed: int
) -> OperatorMessage:
    """Return the end of a failing board's incident: it can be read again."""
    facts = (
        f"Failing: {format_instant(since)} to {format_instant(at)}",
        f"Error was: {board.reason}",
        f"Caught up: {count(seen, 'posting')} listed, {opened} opened, {closed} closed",
    )
    return _message(
        "recovered",
        board,
        since,
        f"read again after {board.failures} failed checks ({span(at - since)})",
        facts,
    )


def collapsed(board: BoardRow, since: datetime, lost: str, closed: int) -> OperatorMessage:
    """Return the message about a board that lost many postings at once, updated at each check."""
    facts = (
        (
            f"Confirmed closed: {closed} so far. The others stay open until confirmed,"
            " or until three rounds agree."
        ),
        "Postings that it still lists are recorded as always.",
    )
    return _message("collapsed", board, since, lost, facts)


def drained(board: BoardRow, since: datetime, at: datetime, closed: int) -> OperatorMessage:
    """Return the end of a collapsed board's incident: every missing posting is decided."""
    facts = (
        f"Collapsed: {format_instant(since)} to {format_instant(at)}",
        f"Closed: {count(closed, 'posting')}; postings that came back stayed open.",
    )
    return _message(
        "drained",
        board,
        since,
        f"all missing postings are decided ({span(at - since)})",
        facts,
    )


def restarted(died: LeaseRow, cut_off: int, unconfirmed: int) -> OperatorMessage:
    """Return the message about a daemon that died, and what the next one repaired."""
    rounds, messages = count(cut_off, "round"), count(unconfirmed, "message")
    repaired = []
    if cut_off:
        repaired.append(f"{rounds} cut off, ended now; its changes are kept and alerts are sent")
    if unconfirmed:
        repaired.append(f"{messages} maybe sent, searched for before a retry")
    facts = (
        (
            f"Stopped: `rolewatch {died.command}` with pid {died.pid} on {died.host},"
            f" running since {format_instant(died.taken_at)}"
        ),
        f"Last sign of life: before {format_instant(died.expires_at)}",
        f"Repaired: {'; '.join(repaired) or 'there was nothing to repair'}",
        "No history and no alert was lost.",
    )
    return OperatorMessage("restarted", "rolewatch was stopped uncleanly and runs again", facts)


def offline(boards: int, since: datetime, reason: str) -> OperatorMessage:
    """Return the message that no host answers, updated with each round."""
    facts = (
        f"Last error: {reason}",
        f"Since: {format_instant(since)}",
        (
            "Is this machine online? No role is closed because of this."
            " rolewatch continues when a host answers."
        ),
    )
    return OperatorMessage(
        "network",
        f"The network is away: no host answers, {count(boards, 'board')} cannot be read",
        facts,
        incident=open_incidents.key("network", since),
    )


def online(since: datetime, at: datetime) -> OperatorMessage:
    """Return the end of the network's incident."""
    facts = (f"Away: {format_instant(since)} to {format_instant(at)}",)
    return OperatorMessage(
        "network back",
        f"The network is back after {span(at - since)}",
        facts,
        incident=open_incidents.key("network", since),
    )


def key(event: str, board: str, since: datetime) -> str:
    """Return the key of a board's incident."""
    return open_incidents.key(f"{_BEGINNINGS.get(event, event)} {board}", since)


_BEGINNINGS = {"recovered": "failing", "moved": "failing", "drained": "collapsed"}


def _message(
    event: Literal["failing", "recovered", "moved", "collapsed", "drained"],
    board: BoardRow,
    since: datetime,
    summary: str,
    facts: tuple[str, ...],
) -> OperatorMessage:
    about = key(event, board.board, since)
    return OperatorMessage(
        event,
        f"{board.company}: {summary}",
        facts,
        board=board.board,
        url=board.url,
        incident=about,
    )
