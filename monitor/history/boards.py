"""Boards of the configuration in the database: added, renamed, watched again or unwatched."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, literal, select, update

from crawler.links.directory import company_of
from crawler.links.forms import fold
from monitor.config.model import Settings, WatchedBoard
from monitor.database import tables
from monitor.database.board_row import BoardRow, load_boards
from monitor.database.json_values import in_json_list, json_list
from monitor.rules import matches


def sync_boards(connection: Connection, settings: Settings) -> list[BoardRow]:
    """Bring the board table and the stored rules in line with the configuration.

    Return the boards that are no longer watched, as they were.

    A board that was removed from the configuration keeps its history and is unwatched. One that is
    now spelled differently is renamed.
    """
    wanted = {board.board: board for board in settings.boards if board.enabled}
    stored = _respelled(connection, wanted)
    for name, board in wanted.items():
        if name not in stored:
            connection.execute(insert(tables.Board).values(new_row(board)))
        elif changed := _changed(stored[name], board):
            connection.execute(
                update(tables.Board).where(tables.Board.id == stored[name].id).values(**changed)
            )
            if "put_back" in changed:
                _reset_after_absence(connection, stored[name])
    matches.register_rules(connection, settings)
    removed = [
        row
        for name, row in stored.items()
        if name not in wanted and (row.watched or row.next_check_at is not None)
    ]
    if removed:
        _unwatch(connection, [row.board for row in removed])
    return removed


def _stored(connection: Connection) -> dict[str, BoardRow]:
    """Return the rows of the board table by name. Watched ones and newer ones come last."""
    order = (tables.Board.watched, tables.Board.id)
    return {row.board: row for row in load_boards(connection, order_by=order)}


def _respelled(connection: Connection, wanted: Collection[str]) -> dict[str, BoardRow]:
    """Return the stored boards, after renaming those that the configuration spells differently.

    No history is lost to a capital letter.
    """
    stored = _stored(connection)
    alike = {fold(name): row for name, row in stored.items()}
    changed = [
        (alike[fold(name)], name) for name in wanted if name not in stored and fold(name) in alike
    ]
    for row, name in changed:
        _rename(connection, row, name)
    return _stored(connection) if changed else stored


def _rename(connection: Connection, row: BoardRow, name: str) -> None:
    """Give a board and its postings another spelling of their names."""
    board, posting, card = tables.Board, tables.Posting, tables.Card
    connection.execute(
        update(board).where(board.id == row.id).values(board=name, token=name.partition(":")[2])
    )
    connection.execute(update(board).where(board.moved_from == row.board).values(moved_from=name))
    connection.execute(
        update(posting)
        .where(posting.board_id == row.id)
        .values(name=literal(f"{name}:") + posting.key)
    )
    named = select(posting.name).where(posting.id == card.posting_id).scalar_subquery()
    mine = card.posting_id.in_(select(posting.id).where(posting.board_id == row.id))
    connection.execute(
        update(card).where(mine).values(subject=named).execution_options(synchronize_session=False)
    )


def unwatch(connection: Connection, names: Collection[str]) -> list[BoardRow]:
    """Stop watching these boards, however they are spelled. Unknown ones are ignored.

    Return the boards as they were.
    """
    left = {fold(name) for name in names}
    removed = [row for row in load_boards(connection) if fold(row.board) in left]
    _unwatch(connection, [row.board for row in removed])
    return removed


def _unwatch(connection: Connection, names: Collection[str]) -> None:
    mine = update(tables.Board).where(in_json_list(tables.Board.board, "names"))
    connection.execute(mine.values(watched=False, next_check_at=None), {"names": json_list(names)})


def new_row(board: WatchedBoard) -> dict[str, object]:
    """Return the row of a new board."""
    ats, token = board.board.split(":", 1)
    return {
        "company": board.company or company_of(board.board),
        "url": board.url,
        "every": board.every.total_seconds(),
        "watched": True,
        "board": board.board,
        "ats": ats,
        "token": token,
        "failures": 0,
        "put_back": False,
    }


def _changed(row: BoardRow, board: WatchedBoard) -> dict[str, object]:
    wanted: dict[str, object] = {"url": board.url, "every": board.every.total_seconds()}
    if board.company:
        wanted["company"] = board.company
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if "every" in changed:
        changed["next_check_at"] = None
    # changes made while it was unwatched are sent as a summary, after a full read
    if not row.watched:
        changed |= {"watched": True, "put_back": row.last_ok_at is not None}
        changed |= dict.fromkeys(("etag", "last_modified", "next_check_at"))
        # its failures were before it was unwatched
        changed |= {"failures": 0, "unknown": 0}
        changed |= dict.fromkeys(("failing_since", "reason", "collapsed_since", "found_at"))
    return changed


def _reset_after_absence(connection: Connection, row: BoardRow) -> None:
    """Introduce a board again that was unwatched, and reset its counts of missed checks.

    Checks from before the gap prove nothing about a missing posting.
    """
    connection.execute(delete(tables.Introduction).where(tables.Introduction.board_id == row.id))
    posting = tables.Posting
    connection.execute(
        update(posting)
        .where(posting.board_id == row.id, posting.state == "open")
        .values(missing_looks=0)
    )
