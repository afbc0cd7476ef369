"""Personal watches as rules. `/rolewatch watch` makes them in Slack, and the database stores them.

A watch is a rule like those of the file, with one channel: its person's direct message. Its name in
the tables is `watch:9`, which no rule of the file may have. People read its label.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, select

from monitor.channels import Channel
from monitor.config.model import Rule, Settings
from monitor.database.engine import read_transaction
from monitor.database.slack_channels import directory
from monitor.database.tables import Board, Watch, WatchBoard
from monitor.message_parts import watch_name


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRule(Rule):
    """A personal watch as a rule."""

    watch_id: int
    user: str  # "U0ALICE001"
    begun: datetime
    employer: str = ""

    @property
    def label(self) -> str:
        """The watch as its person wrote it: `“applied scientist” at Wayve in London`."""
        return label(self.all, self.employer, *self.locations)

    @property
    def watch(self) -> int:
        """The id of the watch."""
        return self.watch_id

    @property
    def begun_at(self) -> datetime:
        """The beginning of the watch, the last one if it began again."""
        return self.begun


def label(phrases: Iterable[str], employer: str = "", place: str = "") -> str:
    """Return `“applied scientist” at Wayve in London`."""
    at = [f"at {employer}"] if employer else []
    return " ".join([words_of(phrases), *at, *([f"in {place}"] if place else [])])


def words_of(phrases: Iterable[str]) -> str:
    """Return the words as they were typed. A single one has no quotation marks."""
    return " ".join(f"“{phrase}”" if " " in phrase else phrase for phrase in phrases)


def current_watches(connection: Connection, user: str | None = None) -> list[WatchRule]:
    """Return the watches that have not ended, oldest first: all of them, or one person's."""
    mine = [] if user is None else [Watch.user_id == user]
    return _read(connection, Watch.ended_at.is_(None), *mine)


def find_watch(connection: Connection, watch_id: int) -> WatchRule | None:
    """Return a watch, ended or not."""
    return next(iter(_read(connection, Watch.id == watch_id)), None)


def _read(connection: Connection, *conditions: ColumnElement[bool]) -> list[WatchRule]:
    rows = connection.execute(select(Watch.__table__).where(*conditions).order_by(Watch.id)).all()
    boards = _boards(connection) if any(row.employer for row in rows) else {}
    return [
        WatchRule(
            name=watch_name(row.id),
            all=tuple(row.phrases),
            locations=(row.place,) if row.place else (),
            boards=tuple(boards.get(row.id, ())),
            notify=(str(Channel.slack(row.user_id)),),
            watch_id=row.id,
            user=row.user_id,
            begun=row.at,
            employer=row.employer or "",
        )
        for row in rows
    ]


def _boards(connection: Connection) -> Mapping[int, Sequence[str]]:
    """Return the boards of each watch that names an employer, and those it has moved to."""
    moved = select(Board.moved_from, Board.board).where(Board.moved_from.is_not(None))
    successors: dict[str | None, list[str]] = defaultdict(list)  # an employer may split a board
    for former, board in connection.execute(moved.order_by(Board.id)):
        successors[former].append(board)
    found: dict[int, list[str]] = defaultdict(list)
    named = select(WatchBoard.watch_id, Board.board).join(Board, Board.id == WatchBoard.board_id)
    for watch_id, board in connection.execute(named.order_by(WatchBoard.board_id)):
        found[watch_id].append(board)
    for boards in found.values():
        for board in boards:  # it grows
            boards += [one for one in successors[board] if one not in boards]
    return found


def with_watches(connection: Connection, settings: Settings) -> Settings:
    """Return the settings with the rules of the file and the watches as they are stored now."""
    of_file = (rule for rule in settings.rules if rule.watch is None)
    return replace(settings, rules=(*of_file, *current_watches(connection)))


def with_stored(engine: Engine, settings: Settings) -> Settings:
    """Return the settings with what the database adds: watches, and one name for each channel."""
    with read_transaction(engine) as connection:
        return directory(connection).applied(with_watches(connection, settings))
