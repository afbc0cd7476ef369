"""The tables. People ask the views of `views.py`, whose names are the plurals of these.

A change here, in `models_alerts.py`, in `models_talk.py` or in `models_work.py`, needs a migration.
What never moves is never touched: when it was last seen follows from its board's checks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from monitor.database.alert_tables import Alert, Card, Delivery, Introduction, SlackChannel
from monitor.database.engine import Base, partial_index
from monitor.database.work_tables import (
    DiffFile,
    HostHold,
    Lease,
    MatchedRule,
    Mute,
    ReadingChange,
    RoundRequest,
    RuleMatch,
    Saved,
)

__all__ = [
    "Alert",
    "Board",
    "BoardCheck",
    "Card",
    "CheckRound",
    "Delivery",
    "Description",
    "DiffFile",
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
]


class Board(Base):
    """A board that is or was watched, and what the next look at it needs."""

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
    read_at: Mapped[datetime | None]  # the last snapshot, as against `unchanged`
    last_check_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]  # null: due now
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    failing_since: Mapped[datetime | None]
    reason: Mapped[str | None]  # of the last failure in a row
    collapsed_since: Mapped[datetime | None]
    # checks in a row whose ats said that there is no such board
    unknown: Mapped[int] = mapped_column(default=0, server_default="0")
    notes: Mapped[str | None]  # what its source keeps from one check to the next: JSON
    put_back: Mapped[bool] = mapped_column(default=False)  # its next snapshot is told in a summary
    moved_from: Mapped[str | None]  # the board that the employer had before: "greenhouse:deepmind"
    # the board that its employer's careers page leads to, since this one is gone; "" for none
    found_at: Mapped[str | None]
    # the last round, when it did not ask this board since its host asked to wait
    held_round: Mapped[int | None]
    # the latest instant given to this board; the next one is later, whatever the machine's clock
    # says
    clock: Mapped[datetime | None]


class CheckRound(Base):
    """One round over the boards that were due; alerts of a round are put together when it has ended."""

    __tablename__ = "check_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    # boards that were not asked, since their host asked to wait: the reason by name
    held: Mapped[dict[str, Any] | None]


class BoardCheck(Base):
    """One look at a board."""

    __tablename__ = "board_check"
    __table_args__ = (Index("ix_board_check_board_finished", "board_id", "finished_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("check_round.id"), index=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]  # the look's instant: every change that it brought carries it
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
    # seconds: the board's interval then; null of looks older than this column
    every: Mapped[float | None]
    reason: Mapped[str | None]  # of a failure; "collapsed: …" of a board that lost too many at once


class Posting(Base):
    """One job on a board, followed over time."""

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("board_id", "key"),
        partial_index("ix_posting_open", "board_id", only="state = 'open'"),
        partial_index("ix_posting_company", "company", only="company IS NOT NULL"),
        Index("ix_posting_first_seen", "first_seen_at"),
        Index("ix_posting_closed", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    key: Mapped[str]  # the ats's own id
    # "greenhouse:deepmind:5938712": questions name it so
    name: Mapped[str] = mapped_column(index=True, unique=True)
    state: Mapped[str]  # open closed
    version: Mapped[int]  # number of the newest version; 0 while no reading of it succeeded
    raw_digest: Mapped[str | None]  # of the raw job when it was last read; null reads it again
    baseline: Mapped[bool]  # open at the board's first snapshot: nobody knows since when
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]  # null while the board's last good look lists it
    missing_since: Mapped[datetime | None]  # the first look in a row that missed it
    missing_looks: Mapped[int] = mapped_column(default=0)  # in a row, without an answer to a probe
    probed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    company: Mapped[str | None]  # where the posting says another than its board
    requisition: Mapped[str | None]
    internal_job: Mapped[str | None]
    ats_first_published: Mapped[datetime | None]
    ats_updated_at: Mapped[datetime | None]
    repost_of: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    repost_reason: Mapped[str | None]  # how we know


class Description(Base):
    """A description's text, stored once however many versions have it."""

    __tablename__ = "description"

    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of the text, hex
    text: Mapped[str]


class SearchText(Base):
    """A title with its description, indexed once however many versions have both: see `search.py`."""

    __tablename__ = "search_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    # of both: a title may be longer than what PostgreSQL takes into an index
    digest: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description_digest: Mapped[str] = mapped_column(ForeignKey("description.digest"))


class PostingVersion(Base):
    """One stored content of one posting, valid in `[valid_from, valid_to)`."""

    __tablename__ = "posting_version"
    __table_args__ = (
        UniqueConstraint("posting_id", "number"),
        Index("ix_posting_version_reader", "reader_version", "id"),
        # what a search asks for: the newest versions with a text, and of these the open ones
        Index(
            "ix_posting_version_newest",
            "description_digest",
            "valid_to",
            sqlite_where=text("superseded = 0"),
            postgresql_where=text("NOT superseded"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    number: Mapped[int]  # from 1
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    # a newer version is stored
    superseded: Mapped[bool] = mapped_column(default=False, server_default=false())
    digest: Mapped[str]  # of the visible content: "1:" and SHA-256, hex
    title: Mapped[str]
    location: Mapped[str]
    locations: Mapped[list[str]]
    department: Mapped[str]
    employment_type: Mapped[str]
    workplace: Mapped[str | None]
    pay_min: Mapped[float | None]
    pay_max: Mapped[float | None]
    pay_currency: Mapped[str | None]
    pay_period: Mapped[str | None]
    pay_text: Mapped[str | None]
    deadline_at: Mapped[datetime | None]
    deadline_text: Mapped[str | None]
    url: Mapped[str]
    description_digest: Mapped[str] = mapped_column(ForeignKey("description.digest"))
    stated: Mapped[list[str]]  # which of pay, deadline, workplace the ats gave in fields of its own
    unsent: Mapped[list[str]]  # fields whose key the raw job did not have
    reader_version: Mapped[int]
    raw: Mapped[bytes]  # the raw job without people's internal fields, zstd


class PostingChange(Base):
    """What a snapshot did to a posting; a `revised` has one row a field."""

    __tablename__ = "posting_change"
    __table_args__ = (Index("ix_posting_change_field_at", "field", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("board_check.id"), index=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    not_before: Mapped[datetime | None]
    # the first look that showed it: before `at` for a closing that was confirmed later
    not_after: Mapped[datetime]
    kind: Mapped[str]  # opened revised closed reopened
    field: Mapped[str | None]
    old: Mapped[str | None]
    new: Mapped[str | None]
    version: Mapped[int]
