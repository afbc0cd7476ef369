"""The models of the tables: boards and checks here, the others in the modules beside it.

People query the views of `views/`, whose names are the plurals of these. A change to a model needs
a migration. The row of an unchanged posting is never written: when it was last seen follows from
its board's checks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, text
from sqlalchemy.orm import Mapped, mapped_column

from monitor.database.alert_tables import Alert, Card, Delivery, Introduction, SlackChannel
from monitor.database.columns import Base
from monitor.database.posting_tables import (
    CONTENT,
    NEWEST_VERSION,
    Description,
    Posting,
    PostingChange,
    PostingVersion,
    SearchText,
)
from monitor.database.work_tables import (
    CheckMerging,
    DiffFile,
    HomeVisitor,
    HostHold,
    Lease,
    MatchedRule,
    Mute,
    ReadingChange,
    RoundRequest,
    RuleMatch,
    Saved,
    Watch,
    WatchBoard,
    Worker,
    WorkerConfiguration,
)

__all__ = [
    "CONTENT",
    "NEWEST_VERSION",
    "Alert",
    "Board",
    "BoardCheck",
    "Card",
    "CheckMerging",
    "CheckRound",
    "Delivery",
    "Description",
    "DiffFile",
    "HomeVisitor",
    "HostHold",
    "Introduction",
    "Lease",
    "MatchedRule",
    "Mute",
    "Posting",
    "PostingChange",
    "PostingVersion",
    "ReadingChange",
    "RoundRequest",
    "RuleMatch",
    "Saved",
    "SearchText",
    "SlackChannel",
    "Watch",
    "WatchBoard",
    "Worker",
    "WorkerConfiguration",
    "complete_metadata",
]


_Packed = bytes  # a check has a column of that name


class Board(Base):
    """A board that is or was watched, with the state that its next check needs."""

    __tablename__ = "board"

    id: Mapped[int] = mapped_column(primary_key=True)
    board: Mapped[str] = mapped_column(unique=True)  # "greenhouse:deepmind"
    ats: Mapped[str]
    token: Mapped[str]
    company: Mapped[str]
    url: Mapped[str]
    watched: Mapped[bool]
    every: Mapped[float]  # seconds
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    read_at: Mapped[datetime | None]  # the last snapshot, not counting `unchanged`
    last_check_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]  # null: due now
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    failing_since: Mapped[datetime | None]
    reason: Mapped[str | None]  # of the last failure in a row
    collapsed_since: Mapped[datetime | None]
    # checks in a row with the ATS's answer that the board does not exist
    unknown: Mapped[int] = mapped_column(default=0, server_default="0")
    notes: Mapped[str | None]  # JSON that its spider keeps from one check to the next
    # watched again: the next snapshot is a summary
    put_back: Mapped[bool] = mapped_column(default=False)
    moved_from: Mapped[str | None]  # the board that the employer had before: "greenhouse:deepmind"
    # the board on its employer's careers page, since this one no longer exists; "" for none
    found_at: Mapped[str | None]
    # postings whose texts later checks will read; the first summary waits for them
    texts_waiting: Mapped[int] = mapped_column(default=0, server_default="0")
    # the last round, if it skipped this board because of a host hold
    held_round: Mapped[int | None]
    # the board's latest instant; the next one is later even if the machine's clock was set back
    clock: Mapped[datetime | None]


class CheckRound(Base):
    """One round over the boards that were due. Its alerts are grouped when it has ended."""

    __tablename__ = "check_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    # boards that were not asked, since their host asked to wait: the reason by name
    held: Mapped[dict[str, Any] | None]


class BoardCheck(Base):
    """One check of a board."""

    __tablename__ = "board_check"
    __table_args__ = (
        Index(
            "ix_board_check_board_finished",
            *("board_id", "finished_at"),
            *("result", "every", "merged_until"),  # all that the view `coverage` reads
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("check_round.id"), index=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]  # the instant of all changes that it found
    result: Mapped[str]  # snapshot unchanged failure
    status: Mapped[int | None]  # HTTP
    seen: Mapped[int | None]
    opened: Mapped[int] = mapped_column(default=0)
    revised: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    # the board's interval then, in seconds; null in checks older than this column
    every: Mapped[float | None]
    reason: Mapped[str | None]  # of a failure; "collapsed: …" if too many postings were missing
    # the last of the later `unchanged` checks that were merged into this one, which have no row
    merged_until: Mapped[datetime | None]
    merged_instants: Mapped[_Packed | None]  # of all of them, see `history/merged_checks.py`


def complete_metadata() -> MetaData:
    """Return the models' metadata with the conditions of partial indexes, as Alembic needs it.

    Named where an index is declared, PostgreSQL's condition would load its dialect at each start.
    """
    for index in {index for table in Base.metadata.tables.values() for index in table.indexes}:
        for dialect, only in index.info.items():
            index.dialect_kwargs[f"{dialect}_where"] = text(only)
    return Base.metadata
