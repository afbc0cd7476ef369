"""Find the employer's new board, when its ats no longer knows the former one.

    the directory names another live board of the employer   nothing is requested
    it knows none, but a domain of the employer              https://DOMAIN/careers is read once
                                                             per incident, without a transaction
    the page leads to one readable board                     it is stored in `board.found_at`,
                                                             and the operator's message proposes it

Nothing is moved automatically. A page that cannot be read counts as one that leads nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress

import structlog
from sqlalchemy import Connection, Engine, select, update

from crawler.links.directory import employer, employer_domain, other_boards
from crawler.links.forms import same_board
from crawler.registry import is_readable
from monitor.alerts import incidents, open_incidents, stale_cards
from monitor.config.model import Settings, WatchedBoard
from monitor.database.board_row import BOARD_COLUMNS, BoardRow
from monitor.database.engine import read_transaction
from monitor.database.json_values import one_of
from monitor.database.tables import Board
from monitor.database.trouble import DATABASE_ERRORS, describe, is_outage
from monitor.history import moves

log = structlog.get_logger()
# seconds for a careers page and its further pages: the round's alerts wait for it
_PATIENCE = 20.0
_MOST = 5  # careers pages per round; the other boards wait for their next check


def careers_page(board: str) -> str | None:
    """Return the employer's careers page. None if the directory has another board or no domain."""
    host = None if other_boards(board) else employer_domain(board)
    return f"https://{host}/careers" if host else None


async def on_careers_page(board: str, settings: Settings) -> str:
    """Return the one other readable board that the careers page leads to, "" without one."""
    url = careers_page(board)
    if url is None:
        return ""
    # loaded only when needed
    from crawler.links.careers_page import PageUnreadable, boards_on  # noqa: PLC0415

    try:
        async with asyncio.timeout(_PATIENCE):
            found = await boards_on(url, settings.crawl.contact)
    except (PageUnreadable, TimeoutError):
        return ""
    places = [
        one
        for one in found.boards
        if is_readable(one) and not same_board(one, board) and _is_of(board, one)
    ]
    return places[0] if found.is_sure and len(places) == 1 else ""


def _is_of(board: str, other: str) -> bool:
    """Return True if the directory does not exclude that both boards are of one employer."""
    return employer(other) in {None, employer(board)}


async def seek(engine: Engine, settings: Settings, missing: Collection[str], round_id: int) -> None:
    """Read the careers pages of missing boards, once per incident, and update the messages."""
    boards: Sequence[str] = ()
    with suppress(*DATABASE_ERRORS):  # retried at their next check
        boards = (
            await asyncio.to_thread(_unsought, engine, missing)
            if any(map(careers_page, missing))
            else ()
        )
    if boards:
        await asyncio.gather(
            *(_seek_one(engine, settings, board, round_id) for board in boards[:_MOST])
        )


def _unsought(engine: Engine, missing: Collection[str]) -> Sequence[str]:
    with read_transaction(engine) as connection:
        names = connection.scalars(
            select(Board.board)
            .where(one_of(Board.board, missing), Board.found_at.is_(None))
            .order_by(Board.id)
        )
        return [name for name in names if careers_page(name)]


async def _seek_one(engine: Engine, settings: Settings, board: str, round_id: int) -> None:
    """Handle one board. Its errors are logged, so that the round still reaches its end."""
    try:
        place = await on_careers_page(board, settings)
        await asyncio.to_thread(_store, engine, board, place, round_id)
    except Exception as error:  # as above
        log.warning(
            "careers_page_not_read",
            board=board,
            reason=describe(error),
            exc_info=None if is_outage(error) else error,
        )
    else:
        log.info("careers_page_read", board=board, found=place)


def _store(engine: Engine, board: str, place: str, round_id: int) -> None:
    with engine.begin() as connection:
        failing = update(Board).where(Board.board == board, Board.failing_since.is_not(None))
        row = connection.execute(
            failing.values(found_at=place).returning(*BOARD_COLUMNS)
        ).one_or_none()
        if row is not None and place:
            _update_messages(connection, BoardRow._make(row), round_id)


def _update_messages(connection: Connection, board: BoardRow, round_id: int) -> None:
    """Add the new board to the incident's messages, including one of this round not yet sent."""
    if board.failing_since is None:
        return
    message = incidents.failing(
        connection, board, board.failures, board.failing_since, board.reason or "", unknown=True
    )
    open_incidents.rewrite_unsent(connection, message, round_id)
    stale_cards.update_incident(connection, message)


def begin_move(connection: Connection, old: str, new: WatchedBoard) -> None:
    """Record the move to the new board. The incidents of failing former boards show their end."""
    for board in moves.begin(connection, old, new):
        if board.failing_since is not None:
            message = incidents.moved(board, board.failing_since, new.board)
            stale_cards.update_incident(connection, message)
