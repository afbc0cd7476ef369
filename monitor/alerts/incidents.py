"""Operator incidents: a failing or collapsed board, a refused configuration file. The messages of one incident share a key.

In a channel with threads an incident is one message that shows its current state, and its end is a
reply. Elsewhere each is a message. Open incidents are read from the alert rows, so that a restarted
daemon ends what the one before it began. Nothing here commits: every function is one step of its
caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from shlex import quote
from typing import Final, Literal

from sqlalchemy import Connection, func, select

from crawler.links.directory import other_boards, where_now
from crawler.registry import is_readable, title
from monitor.alerts.alerting import Alerting
from monitor.database.engine import AnyRow, iso
from monitor.database.tables import Alert
from monitor.messages import OperatorMessage
from monitor.notify.wording import count, format_instant, span

_REFUSED = "The changed configuration was refused"
_ACCEPTED = "The configuration is in order again"
_LINES = 20  # of mistakes


def refused_file(
    connection: Connection, alerting: Alerting, mistakes: Sequence[str], now: datetime
) -> None:
    """Writes to the operator what is wrong with the file."""
    lines = (*mistakes[:_LINES], "The old configuration stays in force.")
    message = OperatorMessage(
        "configuration", _REFUSED, lines, incident=_key(_since(connection) or now)
    )
    alerting.write_operator_alert(connection, message, round_id=None, check_id=None, at=now)


def accepted_file(connection: Connection, alerting: Alerting, now: datetime) -> None:
    """Writes that a configuration is taken up, where it was told that one was refused."""
    since = _since(connection)
    if since is not None:
        message = OperatorMessage(
            "in order",
            _ACCEPTED,
            (f"Refused: {format_instant(since)} to {format_instant(now)}",),
            incident=_key(since),
        )
        alerting.write_operator_alert(connection, message, round_id=None, check_id=None, at=now)


def _key(since: datetime) -> str:
    return f"configuration {iso(since)}"


def _since(connection: Connection) -> datetime | None:
    """When the incident that lasts began."""
    mine = Alert.kind == "operator"
    ended = (
        select(func.coalesce(func.max(Alert.id), 0))
        .where(mine, Alert.why == _ACCEPTED)
        .scalar_subquery()
    )
    return connection.scalar(
        select(func.min(Alert.created_at)).where(mine, Alert.why == _REFUSED, Alert.id > ended)
    )


NETWORK: Final = "The network is "  # how the headlines of that incident begin


def failing(
    board: AnyRow, failures: int, since: datetime, reason: str, *, gone: bool
) -> OperatorMessage:
    """A board that fails again and again; updated at each failure. `gone`: its ats has not known it for three checks."""
    facts = (
        *((moved_where(board.board, board.company, board.found_at),) if gone else ()),
        f"Last error: {reason}",
        f"Last good look: {format_instant(board.last_ok_at) if board.last_ok_at else 'none yet'}",
        f"Failing since: {format_instant(since)}",
        "No role was closed because of this; other boards are not affected.",
    )
    headline = f"{failures} checks in a row failed" + (
        ": the board is not there any more" if gone else ""
    )
    return _message("failing", board, since, headline, facts)


def moved_where(board: str, company: str, found_at: str | None) -> str:
    """Return where the employer of a board that is not there any more is now, and the command that follows it there.

    The directory's board comes first, then `found_at`, the one that its careers page leads to.
    """
    places = other_boards(board)
    place = next(filter(is_readable, places), None)
    if place is not None:
        has = (
            f"is on {title(place.split(':')[0])} now"
            if where_now(board)
            else f"has the board {place} too"
        )
        return f"{company} {has}: `rolewatch boards move {board} {place}`"
    if places:
        ats = title(places[0].split(":")[0])
        return f"{company} is on {ats} now ({places[0]}): rolewatch cannot read {ats} boards yet. {board} stays watched."
    if not found_at:
        find, move = (
            f"`rolewatch boards find {quote(company)}`",
            f"`rolewatch boards move {board} NEW`",
        )
        return f"The board is not there any more: look for another with {find}, then type {move}. It stays watched."
    return f"The careers page of {company} leads to {found_at} now: `rolewatch boards move {board} {found_at}`"


def moved(board: AnyRow, place: str) -> OperatorMessage:
    """The end of the same where the employer has another board."""
    facts = (
        f"Failing since: {format_instant(board.failing_since)}",
        f"Error was: {board.reason}",
        f"Watched now: {place}",
    )
    return _message("moved", board, board.failing_since, "moved to another board", facts)


def recovered(
    board: AnyRow, at: datetime, *, seen: int, opened: int, closed: int
) -> OperatorMessage:
    """The end of the same."""
    since = board.failing_since
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


def collapsed(board: AnyRow, since: datetime, lost: str, closed: int) -> OperatorMessage:
    """A board that lost too much at once to be believed; updated at each check."""
    facts = (
        f"Proved gone: {closed} so far, which are closed; the others stay open until they are, or until three rounds agree.",
        "What it still lists is recorded as always.",
    )
    return _message("collapsed", board, since, lost, facts)


def drained(board: AnyRow, at: datetime, closed: int) -> OperatorMessage:
    """The end of the same: what was missing is settled."""
    since = board.collapsed_since
    facts = (
        f"Collapsed: {format_instant(since)} to {format_instant(at)}",
        f"Closed: {count(closed, 'posting')}; what came back stayed open.",
    )
    return _message(
        "drained",
        board,
        since,
        f"everything that was missing is settled ({span(at - since)})",
        facts,
    )


def restarted(died: AnyRow, cut_off: int, half_sent: int) -> OperatorMessage:
    """A daemon that died, as its lease says, and what the next one found and put in order."""
    repaired = (
        [
            f"{count(cut_off, 'round')} cut off, ended now; what was read is kept and its alerts go out"
        ]
        if cut_off
        else []
    )
    repaired += (
        [f"{count(half_sent, 'message')} half sent, looked for before anything goes again"]
        if half_sent
        else []
    )
    facts = (
        f"Stopped: `rolewatch {died.command}` with pid {died.pid} on {died.host}, running since {format_instant(died.taken_at)}",
        f"Last sign of life: before {format_instant(died.expires_at)}",
        f"Repaired: {'; '.join(repaired) or 'there was nothing to repair'}",
        "No history and no alert was lost.",
    )
    return OperatorMessage("restarted", "rolewatch was stopped uncleanly and runs again", facts)


def offline(boards: int, since: datetime, reason: str) -> OperatorMessage:
    """No host answers any board; updated with each round."""
    facts = (
        f"Last error: {reason}",
        f"Since: {format_instant(since)}",
        "Is this machine online? No role is closed because of this, and rolewatch goes on when a host answers.",
    )
    return OperatorMessage(
        "network",
        f"{NETWORK}away: no host answers, {count(boards, 'board')} cannot be read",
        facts,
        incident=_outage(since),
    )


def online(since: datetime, at: datetime) -> OperatorMessage:
    """The end of the same."""
    facts = (f"Away: {format_instant(since)} to {format_instant(at)}",)
    return OperatorMessage(
        "network back", f"{NETWORK}back after {span(at - since)}", facts, incident=_outage(since)
    )


def _outage(since: datetime) -> str:
    return f"network {iso(since)}"


def key(event: str, board: str, since: datetime) -> str:
    """Return the key of a board's incident."""
    return f"{_BEGINNINGS.get(event, event)} {board} {iso(since)}"


_BEGINNINGS = {"recovered": "failing", "moved": "failing", "drained": "collapsed"}


def _message(
    event: Literal["failing", "recovered", "moved", "collapsed", "drained"],
    board: AnyRow,
    since: datetime,
    said: str,
    facts: tuple[str, ...],
) -> OperatorMessage:
    about = key(event, board.board, since)
    return OperatorMessage(
        event, f"{board.company}: {said}", facts, board=board.board, url=board.url, incident=about
    )
