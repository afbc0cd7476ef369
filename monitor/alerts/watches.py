"""Begin and end personal watches.

The answer to `watch` lists the roles that fit by then. So a watch has no first summary of the
boards that were read before it began. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update

from monitor.database.columns import table
from monitor.database.engine import insert_or_ignore
from monitor.database.tables import Board, Introduction, Watch, WatchBoard
from monitor.rules.watches import WatchRule, current_watches, find_watch

MOST: Final = 10  # watches of one person


def begin(
    connection: Connection,
    user: str,
    phrases: Sequence[str],
    *,
    employer: tuple[str, Sequence[int]] | None,
    place: str,
    now: datetime,
) -> WatchRule:
    """Begin a watch. `employer` is its name and the ids of its boards."""
    row = {"user_id": user, "phrases": list(phrases), "place": place or None, "at": now}
    row["employer"] = employer[0] if employer else None
    watch_id = connection.execute(insert(Watch).values(**row).returning(Watch.id)).scalar_one()
    if employer:
        boards = [{"watch_id": watch_id, "board_id": board} for board in employer[1]]
        connection.execute(insert(WatchBoard), boards)
    return _introduced(connection, watch_id, now)


def begin_again(connection: Connection, watch: WatchRule, now: datetime) -> WatchRule:
    """Begin a watch that has ended. One that has not ended stays as it is."""
    ended = update(Watch).where(Watch.id == watch.watch, Watch.ended_at.is_not(None))
    connection.execute(ended.values(ended_at=None, at=now))
    return _introduced(connection, watch.watch, now)


def end(connection: Connection, watch: WatchRule, now: datetime) -> bool:
    """End a watch. Return False when it had ended before."""
    going_on = update(Watch).where(Watch.id == watch.watch, Watch.ended_at.is_(None))
    return connection.execute(going_on.values(ended_at=now)).rowcount == 1


def same_watch(connection: Connection, watch: WatchRule) -> WatchRule | None:
    """Return the person's current watch for the same roles, or None."""
    return next(
        (one for one in current_watches(connection, watch.user) if _key(one) == _key(watch)), None
    )


def _key(watch: WatchRule) -> object:
    phrases, places = (frozenset(map(str.casefold, one)) for one in (watch.all, watch.locations))
    return phrases, places, watch.employer.casefold()


def _introduced(connection: Connection, watch_id: int, now: datetime) -> WatchRule:
    """Return the watch, after noting that its person knows the boards that were read."""
    watch = find_watch(connection, watch_id)
    assert watch is not None  # it was just written  # noqa: S101
    known = connection.scalars(select(Board.id).where(Board.last_ok_at.is_not(None)))
    rows = [
        {"board_id": board, "rule": watch.name, "channel": watch.notify[0], "at": now}
        for board in known
    ]
    if rows:
        connection.execute(insert_or_ignore(connection, table(Introduction)), rows)
    return watch
