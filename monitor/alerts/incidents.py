"""The messages of incidents of a board: it fails, is back, moved, or lost many postings at once.

In a channel with threads an incident is one message that shows its current state, and its end is a
reply. Elsewhere each is a message. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from shlex import quote
from typing import Final

from sqlalchemy import Connection, func, select

from crawler.links.directory import current_board, other_boards
from crawler.registry import is_readable, title
from monitor.alerts import open_incidents
from monitor.alerts.incident_words import from_to, near, short_reason, without_instants
from monitor.database.board_row import BoardRow
from monitor.database.tables import Posting
from monitor.messages import BoardEvent, OperatorMessage, instant, unmarked
from monitor.notify.wording import count, sanitize, span

_NAME_LIMIT: Final = 60  # UTF-16 units of an employer's name


def failing(
    connection: Connection,
    board: BoardRow,
    failures: int,
    since: datetime,
    reason: str,
    *,
    unknown: bool,
) -> OperatorMessage:
    """Return the message about a failing board, updated at each failure.

    `unknown`: its ATS has not known the board for three checks.
    """
    roles = _open_roles(connection, board)
    stay = {0: "", 1: "Its role stays as it is."}.get(
        roles, f"Its {roles:,} roles stay as they are."
    )
    read = (
        "It has never been read."
        if board.last_ok_at is None
        else (f"Last read {near(board.last_ok_at, since)}.")
    )
    missing = "does not exist" if board.last_ok_at is None else "no longer exists"
    state = missing if unknown else "cannot be read"
    headline = f"{state}: {failures} checks in a row failed"
    where = moved_where(board.board, board.company, board.found_at) if unknown else ""
    return _message(
        "failing",
        board,
        since,
        headline,
        (
            f"{short_reason(reason)} since {instant(since)}. {read}",
            *((where,) if where else ()),
            " ".join(filter(None, [stay, "" if unknown else "rolewatch keeps trying."])),
        ),
        sentence=f"{headline} ({short_reason(reason)}). {stay}",
    )


def _open_roles(connection: Connection, board: BoardRow) -> int:
    query = select(func.count()).select_from(Posting)
    return (
        connection.scalar(query.where(Posting.board_id == board.id, Posting.state == "open")) or 0
    )


def moved_where(board: str, company: str, found_at: str | None) -> str:
    """Return where an employer's missing board is now, and the command that moves it.

    The directory comes first, then `found_at`, the board that the careers page links to.
    """
    company, places = unmarked(company), other_boards(board)
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
            f"{title(board.partition(':')[0])} knows no such board. Find another with"
            f" `rolewatch boards find {quote(company)}`,"
            f" then type `rolewatch boards move {board} NEW`. It stays watched."
        )
    return (
        f"The careers page of {company} leads to {found_at} now:"
        f" `rolewatch boards move {board} {found_at}`"
    )


def _name(company: str) -> str:
    return unmarked(sanitize(company, _NAME_LIMIT))


def moved(board: BoardRow, since: datetime, place: str) -> OperatorMessage:
    """Return the end of a failing board's incident: it moved to another board."""
    past = f" could not be read since {instant(since)}. {place} is watched instead."
    return _message("moved", board, since, f"moved: {place} is watched now", (), past=past)


def recovered(
    board: BoardRow, since: datetime, at: datetime, *, opened: int, closed: int
) -> OperatorMessage:
    """Return the end of a failing board's incident: it can be read again."""
    past = f" could not be read{from_to(since, at)} ({without_instants(board.reason or '')})"
    news = f"is back after {span(at - since)}: {opened} opened, {closed} closed"
    return _message("recovered", board, since, news, (), past=past)


def collapsed(
    board: BoardRow, since: datetime, *, lost: int, roles: int, closed: int
) -> OperatorMessage:
    """Return the message about a board that lost many postings at once, updated at each check.

    `closed` of the `lost` postings are closed by now; `roles` were open before.
    """
    headline = f"lost {lost:,} of {count(roles, 'role')} at once"
    news = (
        f"{closed:,} confirmed closed so far. The rest stay open until confirmed"
        if closed < lost
        else "All are confirmed closed"
    )
    how = " (404, or missing in 3 checks)" if closed < lost else ""
    return _message(
        "collapsed",
        board,
        since,
        headline,
        (f"{news}{how}.",),
        sentence=f"{headline}. {news}.",
    )


def drained(board: BoardRow, since: datetime, at: datetime, closed: int) -> OperatorMessage:
    """Return the end of a collapsed board's incident: every missing posting is decided."""
    news = f"is settled after {span(at - since)}: {closed} closed, the others came back"
    past = f" lost many roles at once at {instant(since)}. {count(closed, 'role')} closed."
    return _message("drained", board, since, news, (), past=past)


def unwatched(board: BoardRow) -> Iterator[OperatorMessage]:
    """Yield the end of each incident of a board that is no longer watched."""
    incidents = (
        ("failing", board.failing_since, "could not be read since"),
        ("collapsed", board.collapsed_since, "lost many roles at once at"),
    )
    for begins, since, what in incidents:
        if since is not None:
            news = "is no longer watched"
            past = f" {what} {instant(since)}. It {news}."
            yield _message("unwatched", board, since, news, (), past=past, begins=begins)


def key(event: str, board: str, since: datetime) -> str:
    """Return the key of a board's incident."""
    return open_incidents.key(f"{_BEGINNINGS.get(event, event)} {board}", since)


def _message(
    event: BoardEvent,
    board: BoardRow,
    since: datetime,
    headline: str,
    facts: tuple[str, ...],
    *,
    sentence: str = "",
    past: str = "",
    begins: str = "",
) -> OperatorMessage:
    subject = f"{_name(board.company)}’s board"
    return OperatorMessage(
        event,
        headline,
        tuple(filter(None, facts)),
        board=board.board,
        url=board.url,
        incident=key(begins or event, board.board, since),
        subject=subject,
        sentence=f"{subject} {sentence}".strip() if sentence else "",
        past=past,
    )


_BEGINNINGS = {"recovered": "failing", "moved": "failing", "drained": "collapsed"}
