"""The boards that are due, and the requests with which they are crawled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, case, func, literal_column, select, update

from crawler.items import BoardRequest
from monitor.database import tables
from monitor.database.board_row import BoardRow, load_boards
from monitor.database.columns import AnyRow
from monitor.database.json_values import in_json_list, json_list, json_rows, one_of
from monitor.history import schedule


class DueBoards(NamedTuple):
    """The boards to check now, the longest waiting first. If none: when the next one is due."""

    boards: list[str]
    next_at: datetime | None  # None: nothing is watched


def due_boards(
    connection: Connection,
    now: datetime,
    busy: Collection[str] = (),
    handed_out: Collection[str] = (),
) -> DueBoards:
    """Return the boards that are due, without those of busy ats and those that workers have.

    A board that is nearly due joins the crawl, unless it fails or its host asked to wait.
    """
    board = tables.Board
    setbacks = (board.failures + case((board.held_round.is_not(None), 1), else_=0)).label(
        "setbacks"
    )
    free = (board.watched, ~one_of(board.ats, busy))
    rows = connection.execute(
        select(board.board, board.next_check_at, board.every, setbacks).where(*free)
    ).all()
    planned = [
        (schedule.due_at(row.next_check_at, timedelta(seconds=row.every), row.setbacks, now), row)
        for row in rows
        if row.board not in handed_out
    ]
    first = min((at for at, _ in planned), default=None)
    if first is None or first > now:
        return DueBoards([], first)
    due = [(at, row.board) for at, row in planned if at <= now + _early(row)]
    return DueBoards([name for _, name in sorted(due)], None)


def _early(row: AnyRow) -> timedelta:
    """Return how much earlier a board may be checked: not at all after a setback."""
    if row.setbacks:
        return timedelta(0)
    return schedule.nearly_due(timedelta(seconds=row.every))


def ats_that_wait(connection: Connection, now: datetime) -> set[str]:
    """Return the ats whose host asked to wait, by the latest checks. All their boards wait."""
    board = tables.Board
    not_asked = select(board.ats).where(
        board.watched, board.held_round.is_not(None), board.next_check_at > now
    )
    columns = (board.ats, board.next_check_at, board.last_check_at, board.every, board.failures)
    rows = connection.execute(select(*columns).where(board.watched, board.failures > 0)).all()
    asked = [
        row
        for row in rows
        if schedule.host_waits(
            row.next_check_at, row.last_check_at, timedelta(seconds=row.every), row.failures, now
        )
    ]
    return {*connection.scalars(not_asked), *(row.ats for row in asked)}


def make_all_due(connection: Connection, now: datetime) -> None:
    """Make every watched board due now, except those whose host asked to wait."""
    board = tables.Board
    free = (
        board.watched,
        board.next_check_at > now,
        ~one_of(board.ats, ats_that_wait(connection, now)),
    )
    connection.execute(update(board).where(*free).values(next_check_at=now))


_posting = tables.Posting
_IS_OPEN = _posting.state == literal_column("'open'")
_KEYS = (
    select(
        _posting.board_id,
        json_rows(_posting.key),
        func.count(_posting.probed_at),
        func.count(_posting.last_seen_at),
    )
    .where(_IS_OPEN, in_json_list(_posting.board_id, "boards"))
    .group_by(_posting.board_id)
)
_IN_PROBE_ORDER = (
    select(_posting.key, _posting.last_seen_at.is_not(None))
    .where(_IS_OPEN, _posting.board_id == bindparam("board"))
    .order_by(_posting.probed_at.nulls_first(), _posting.id)
)
_keys_decoder = msgspec.json.Decoder(tuple[str, ...])


class OpenKeys(NamedTuple):
    """The keys of a board's open postings, and those that its last good check did not list."""

    keys: Callable[[], Sequence[str]] = tuple  # those to probe first in front
    unlisted: frozenset[str] = frozenset()


def board_requests(
    connection: Connection, names: Collection[str], now: datetime
) -> list[BoardRequest]:
    """Return the requests for these boards. Postings probed longest ago come first."""
    rows = load_boards(connection, tables.Board.watched, one_of(tables.Board.board, names))
    opened = _open_keys(connection, [row.id for row in rows])
    return [_request(row, opened.get(row.id, OpenKeys()), now) for row in rows]


def _open_keys(connection: Connection, boards: Sequence[int]) -> dict[int, OpenKeys]:
    """Return the keys of each board by its id.

    Most boards have nothing to probe. Their keys stay one JSON text, which is decoded when a list
    has come.
    """
    found: dict[int, OpenKeys] = {}
    rows = connection.execute(_KEYS, {"boards": json_list(boards)}).all()
    for board_id, keys, probed, unlisted in rows:
        if probed or unlisted:
            found[board_id] = _in_probe_order(connection, board_id)
        else:
            found[board_id] = OpenKeys(partial(_keys_decoder.decode, keys))
    return found


def _in_probe_order(connection: Connection, board_id: int) -> OpenKeys:
    rows = connection.execute(_IN_PROBE_ORDER, {"board": board_id}).all()
    return OpenKeys(
        partial(tuple, [key for key, _ in rows]),
        frozenset(key for key, is_unlisted in rows if is_unlisted),
    )


def _request(row: BoardRow, opened: OpenKeys, now: datetime) -> BoardRequest:
    may_be_unchanged = schedule.validators_usable(row.read_at, now)
    return BoardRequest(
        row.board,
        etag=row.etag if may_be_unchanged else None,
        last_modified=row.last_modified if may_be_unchanged else None,
        known=opened.keys,
        missing=opened.unlisted,
        notes=row.notes,
        at=now,
    )
