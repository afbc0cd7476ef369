"""The boards of the configuration in the database: what is watched, what is due, and what to ask of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from crawler.address import directory
from crawler.items import BoardRequest, Manners
from monitor import matching, models, plan
from monitor.db import AnyRow
from monitor.settings import AtsSettings, Settings, WatchedBoard

_AT_ONCE = 500  # boards in one IN (…)


def sync(connection: Connection, settings: Settings) -> None:
    """The board table as the configuration has it, and the rules whose matches are to be kept.

    A board that is gone from the configuration keeps its history and is unwatched.
    """
    stored = {row.board: row for row in connection.execute(select(models.Board.__table__))}
    wanted = {board.board: board for board in settings.boards if board.enabled}
    for name, board in wanted.items():
        if name not in stored:
            connection.execute(insert(models.Board).values(_new(board)))
        elif changed := _changed(stored[name], board):
            connection.execute(update(models.Board).where(models.Board.id == stored[name].id).values(**changed))
            if "put_back" in changed:
                _forget(connection, stored[name])
    matching.notice(connection, settings)
    gone = [row.id for name, row in stored.items() if row.watched and name not in wanted]
    if gone:
        connection.execute(update(models.Board).where(models.Board.id.in_(gone)).values(watched=False, next_check_at=None))


def _new(board: WatchedBoard) -> dict[str, object]:
    ats, token = board.board.split(":", 1)
    company = board.company or directory().get(board.board) or token
    configured = {"company": company, "url": board.url, "every": board.every.total_seconds(), "watched": True}
    return configured | {"board": board.board, "ats": ats, "token": token, "failures": 0, "put_back": False}


def _changed(row: AnyRow, board: WatchedBoard) -> dict[str, object]:
    wanted: dict[str, object] = {"url": board.url, "every": board.every.total_seconds()}
    if board.company:
        wanted["company"] = board.company
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if "every" in changed:
        changed["next_check_at"] = None
    if not row.watched:  # what moved while nobody looked is told in a summary, and its list is read whole
        changed |= {"watched": True, "put_back": row.last_ok_at is not None, "etag": None, "last_modified": None, "next_check_at": None}
    return changed


def _forget(connection: Connection, row: AnyRow) -> None:
    """A board put back is introduced again, and looks from before its absence prove nothing about a missing posting."""
    connection.execute(delete(models.Introduction).where(models.Introduction.board_id == row.id))
    posting = models.Posting
    connection.execute(update(posting).where(posting.board_id == row.id, posting.state == "open").values(missing_looks=0))


def due(connection: Connection, settings: Settings, now: datetime) -> list[str]:
    """The watched boards whose time has come, or so far off that the clock must have been set back since it was reckoned."""
    board = models.Board
    longest = max((each.every for each in settings.boards), default=settings.crawl.every)
    far = now + longest + plan.LONGEST_PATIENCE
    in_time = or_(board.next_check_at.is_(None), board.next_check_at <= now, board.next_check_at > far)
    return list(connection.execute(select(board.board).where(board.watched, in_time).order_by(board.next_check_at)).scalars())


def requests(connection: Connection, names: Collection[str], now: datetime) -> dict[str, list[BoardRequest]]:
    """What to ask of each named board, by ats; the postings that were probed longest ago come first."""
    board, posting = models.Board, models.Posting
    rows = [row for row in connection.execute(select(board.__table__).where(board.watched).order_by(board.id)) if row.board in names]
    known: dict[int, list[str]] = defaultdict(list)
    unlisted: dict[int, set[str]] = defaultdict(set)
    query = select(posting.board_id, posting.key, posting.last_seen_at.is_not(None)).where(posting.state == "open")
    for start in range(0, len(rows), _AT_ONCE):
        some = query.where(posting.board_id.in_([row.id for row in rows[start : start + _AT_ONCE]]))
        for board_id, key, is_unlisted in connection.execute(some.order_by(posting.probed_at.nulls_first(), posting.id)):
            known[board_id].append(key)
            if is_unlisted:
                unlisted[board_id].add(key)
    by_ats: dict[str, list[BoardRequest]] = defaultdict(list)
    for row in rows:
        by_ats[row.ats].append(_request(row, tuple(known[row.id]), frozenset(unlisted[row.id]), now))
    return by_ats


def _request(row: AnyRow, known: tuple[str, ...], unlisted: frozenset[str], now: datetime) -> BoardRequest:
    if plan.validators_hold(row.read_at, now):
        return BoardRequest(row.board, row.etag, row.last_modified, known, unlisted)
    return BoardRequest(row.board, known=known, missing=unlisted)


def manners(settings: Settings, ats: str) -> Manners:
    """How to behave towards the hosts of an ats, as the configuration says."""
    own = settings.ats.get(ats, AtsSettings())
    return Manners(
        contact=settings.crawl.contact,
        timeout=settings.crawl.timeout.total_seconds(),
        api_url=own.api_url,
        delay=own.delay.total_seconds(),
        concurrency=own.concurrency,
    )
