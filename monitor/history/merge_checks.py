"""Merge old `unchanged` checks: `[history] keep_checks`.

A board that is checked every 15 minutes has 35,000 checks a year, and nearly all found nothing. One
row can stand for a stretch of them (`merged_checks.py`), and all views but `checks` stay the same.
Never merged: a check with changes, one that an alert names, one of another result, and a board's
last. Rounds that have no check left are deleted too.

The daemon does this once a day, in short transactions. Each notes how far the board is done, so
that the work goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    ScalarSelect,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from monitor.database.columns import UtcDateTime, table
from monitor.database.engine import read_transaction
from monitor.database.json_values import in_json_list, json_list
from monitor.database.tables import (
    Alert,
    Board,
    BoardCheck,
    CheckMerging,
    CheckRound,
    PostingChange,
    RoundRequest,
)
from monitor.history.merged_checks import OldCheck, Stretch, pack, stretches

_AT_ONCE = 500  # checks in one transaction: writers wait for it
_EARLIER = table(BoardCheck).alias("earlier")
_CHECK, _DONE = table(BoardCheck), table(CheckMerging)


def merge_checks(
    engine: Engine,
    keep: timedelta,
    now: datetime,
    seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    at_once: int = _AT_ONCE,
) -> bool:
    """Merge checks older than `keep`. Return True if some are left when the time is over."""
    before, until = now - keep, clock() + seconds
    for board_id in _boards(engine, before):
        left = True
        while left:
            with engine.begin() as connection:
                left = _merge_some(connection, board_id, before, at_once)
            if clock() >= until:
                return True
    return False


def _boards(engine: Engine, before: datetime) -> Sequence[int]:
    """Return the ids of the boards that have checks to go through."""
    later = or_(_DONE.c.done_until.is_(None), _CHECK.c.finished_at > _DONE.c.done_until)
    old = exists().where(_CHECK.c.board_id == Board.id, *_is_old(before), later)
    query = (
        select(Board.id)
        .join(_DONE, _DONE.c.board_id == Board.id, isouter=True)
        .where(old)
        .order_by(Board.id)
    )
    with read_transaction(engine) as connection:
        return connection.scalars(query).all()


def _is_old(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a check and its board.

    The last check of a board stays: SQLite would use the highest id again.
    """
    return _CHECK.c.finished_at < before, _CHECK.c.finished_at < Board.last_check_at


def _merge_some(connection: Connection, board_id: int, before: datetime, at_once: int) -> bool:
    """Merge the next checks of a board. Return True if there may be more.

    It begins with the last kept check, whose stretch may go on.
    """
    done = connection.scalar(select(_DONE.c.done_until).where(_DONE.c.board_id == board_id))
    begin = () if done is None else (_CHECK.c.finished_at >= _kept(board_id, done),)
    old = _OLD.where(Board.id == board_id, *_is_old(before), *begin)
    rows = connection.execute(old.limit(at_once + 1))
    checks = [OldCheck._make(row) for row in rows]
    _write(connection, [stretch for stretch in stretches(checks) if stretch.merged])
    if checks:
        _note_done(connection, board_id, checks[-1].finished_at)
    return len(checks) > at_once


def _kept(board_id: int, done: datetime) -> ScalarSelect[datetime]:
    """Return a query for the last check that was kept."""
    checks = (_EARLIER.c.board_id == board_id, _EARLIER.c.finished_at <= done)
    return select(func.max(_EARLIER.c.finished_at)).where(*checks).scalar_subquery()


_no_change: tuple[ColumnElement[bool], ...] = tuple(
    _CHECK.c[kind] == 0 for kind in ("opened", "revised", "closed", "reopened")
)
_OLD = (
    select(
        *(_CHECK.c[name] for name in OldCheck._fields[:-1]),
        and_(
            *_no_change,
            ~exists().where(PostingChange.check_id == _CHECK.c.id),
            ~exists().where(Alert.check_id == _CHECK.c.id),
        ),
    )
    .join(Board, Board.id == _CHECK.c.board_id)
    .order_by(_CHECK.c.finished_at)
)
_KEEP = (
    update(_CHECK)
    .where(_CHECK.c.id == bindparam("kept"))
    .values(
        merged_until=bindparam("until", type_=UtcDateTime()),
        merged_instants=bindparam("instants", type_=LargeBinary()),
    )
)
_DROP = delete(_CHECK).where(in_json_list(_CHECK.c.id, "merged"))
_DROP_ROUNDS = delete(CheckRound).where(
    in_json_list(CheckRound.__table__.c.id, "rounds"),
    CheckRound.finished_at.is_not(None),
    CheckRound.held.is_(None),
    *(
        ~exists().where(pointer == CheckRound.id)
        for pointer in (BoardCheck.round_id, Alert.round_id, RoundRequest.round_id)
    ),
)


def _write(connection: Connection, longer: Sequence[Stretch]) -> None:
    """Store the stretches that have grown, and delete the checks that they took."""
    if not longer:
        return
    rows = [
        {
            "kept": stretch.kept.id,
            "until": stretch.until,
            "instants": pack(stretch.kept.finished_at, stretch.instants),
        }
        for stretch in longer
    ]
    connection.execute(_KEEP, rows)
    merged = [check for stretch in longer for check in stretch.merged]
    connection.execute(_DROP, {"merged": json_list([check.id for check in merged])})
    rounds = {check.round_id for check in merged}
    connection.execute(_DROP_ROUNDS, {"rounds": json_list(sorted(rounds))})


def _note_done(connection: Connection, board_id: int, until: datetime) -> None:
    row = {"board_id": board_id, "done_until": until}
    noted = connection.execute(update(_DONE).where(_DONE.c.board_id == board_id).values(row))
    if noted.rowcount == 0:
        connection.execute(insert(_DONE).values(row))
