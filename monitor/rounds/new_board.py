"""The board that an employer has now, where its ats does not know the former one any more.

    the directory names another live board of the employer   nothing is asked
    it knows none, but a domain of the employer              https://DOMAIN/careers is read, once an incident, outside any transaction
    the page leads to one board that can be read             `board.found_at` has it, and the operator's message proposes it

Nothing is moved by itself. A page that cannot be read is as good as one that leads nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress

import structlog
from sqlalchemy import Connection, Engine, select, update

from crawler.links.directory import domain, employer, other_boards
from crawler.registry import is_readable, same_board
from monitor.alerts import cards, incidents, open_incidents
from monitor.config.model import Settings
from monitor.database.engine import AnyRow, read_transaction
from monitor.database.json_values import one_of
from monitor.database.tables import Board
from monitor.database.trouble import DATABASE_ERRORS, describe, is_outage

log = structlog.get_logger()
# seconds for a careers page with its further pages: the alerts of the round wait for it
_PATIENCE = 20.0
_MOST = 5  # pages a round; the other boards have their turn with their next check


def careers_page(board: str) -> str | None:
    """Return the address of the employer's careers page; None where the directory has another board, or no domain of it."""
    host = None if other_boards(board) else domain(board)
    return f"https://{host}/careers" if host else None


async def on_careers_page(board: str, settings: Settings) -> str:
    """Return the one readable board that the employer's careers page leads to, but for this one; "" without one."""
    url = careers_page(board)
    if url is None:
        return ""
    # only a board that is gone needs it
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
    """May the other board be of the same employer, as far as the directory knows?"""
    return employer(other) in {None, employer(board)}


async def seek(engine: Engine, settings: Settings, gone: Collection[str], round_id: int) -> None:
    """Read the careers pages of these boards where that was not done yet, and let the operator's message say what they lead to."""
    boards: Sequence[str] = ()
    with suppress(*DATABASE_ERRORS):  # with their next check, then
        boards = (
            await asyncio.to_thread(_unsought, engine, gone) if any(map(careers_page, gone)) else ()
        )
    if boards:
        await asyncio.gather(
            *(_seek(engine, settings, board, round_id) for board in boards[:_MOST])
        )


def _unsought(engine: Engine, gone: Collection[str]) -> Sequence[str]:
    with read_transaction(engine) as connection:
        names = connection.scalars(
            select(Board.board)
            .where(one_of(Board.board, gone), Board.found_at.is_(None))
            .order_by(Board.id)
        )
        return [name for name in names if careers_page(name)]


async def _seek(engine: Engine, settings: Settings, board: str, round_id: int) -> None:
    """The job around one board: whatever goes wrong here must not keep the round from its end."""
    try:
        place = await on_careers_page(board, settings)
        await asyncio.to_thread(_store, engine, board, place, round_id)
    except Exception as error:  # as above
        log.warning(
            "careers_page_unread",
            board=board,
            reason=describe(error),
            exc_info=None if is_outage(error) else error,
        )
    else:
        log.info("careers_page_read", board=board, found=place)


def _store(engine: Engine, board: str, place: str, round_id: int) -> None:
    with engine.begin() as connection:
        mine = update(Board).where(Board.board == board, Board.failing_since.is_not(None))
        row = connection.execute(
            mine.values(found_at=place).returning(Board.__table__)
        ).one_or_none()
        if row is not None and place:
            _tell(connection, row, round_id)


def _tell(connection: Connection, row: AnyRow, round_id: int) -> None:
    """Let the incident's messages carry the place, the one of this round too: it is not sent before the round has ended."""
    message = incidents.failing(row, row.failures, row.failing_since, row.reason, gone=True)
    open_incidents.rewrite_unsent(connection, message, round_id)
    cards.update_incident(connection, message)
