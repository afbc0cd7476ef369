"""The models of the tables: the history here, the others in `alert_tables` and `work_tables`.

People query the views of `views/`, whose names are the plurals of these. A change to a model needs
a migration. The row of an unchanged posting is never written: when it was last seen follows from
its board's checks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from monitor.database.alert_tables import Alert, Card, Delivery, Introduction, SlackChannel
from monitor.database.engine import Base, partial_index
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


class Posting(Base):
    """One job on a board over time."""

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("board_id", "key"),
        # both columns: else SQLite would rather read `ix_posting_listed`, with all open roles
        partial_index("ix_posting_open", "board_id", "state", only="state = 'open'"),
        partial_index("ix_posting_company", "company", only="company IS NOT NULL"),
        partial_index("ix_posting_repost", "repost_of", only="repost_of IS NOT NULL"),
        Index("ix_posting_first_seen", "first_seen_at"),
        Index("ix_posting_closed", "closed_at"),
        # what lists of roles filter and sort by; not the place, which may be too long for an index
        Index(
            "ix_posting_listed",
            *("state", "first_seen_at", "board_id", "seniority", "workplace", "country"),
            *("pay_currency", "pay_year_max", "deadline_at", "company"),
        ),
        # PostgreSQL reads the rows quickly enough, and a place may be too long for its indexes
        Index("ix_posting_place", "state", "location").ddl_if(dialect="sqlite"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    key: Mapped[str]  # the id that the ATS gives it
    # "greenhouse:deepmind:5938712", as in the views
    name: Mapped[str] = mapped_column(index=True, unique=True)
    state: Mapped[str]  # open closed
    version: Mapped[int]  # number of the newest version; 0 before the first successful reading
    raw_digest: Mapped[str | None]  # of the raw job at the last reading; null: read it again
    baseline: Mapped[bool]  # open at the board's first snapshot: its opening is unknown
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]  # null while the board's last good check lists it
    missing_since: Mapped[datetime | None]  # the first check in a row without it
    # checks in a row without it and without an answer to a probe
    missing_looks: Mapped[int] = mapped_column(default=0)
    probed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    company: Mapped[str | None]  # if the posting names another than its board's
    requisition: Mapped[str | None]
    internal_job: Mapped[str | None]
    ats_first_published: Mapped[datetime | None]
    ats_updated_at: Mapped[datetime | None]
    # of the newest version, read by `crawler/labels.py`; "" for none, null: not read yet
    country: Mapped[str | None]  # ISO 3166 codes joined by "; "
    seniority: Mapped[str | None]
    # of the newest version too, for lists: a version's row is wide
    location: Mapped[str | None]
    workplace: Mapped[str | None]
    pay_currency: Mapped[str | None]
    pay_year_max: Mapped[float | None]  # a year's worth of `pay_max`
    deadline_at: Mapped[datetime | None]
    repost_of: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    repost_reason: Mapped[str | None]  # the evidence


class Description(Base):
    """A description's text, stored once for all versions that have it."""

    __tablename__ = "description"

    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of the text, hex
    text: Mapped[str]


class SearchText(Base):
    """A title with its description, indexed once for all versions: see `search.py`."""

    __tablename__ = "search_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    # of both: a title may be too long for an index of PostgreSQL
    digest: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description_digest: Mapped[str] = mapped_column(ForeignKey("description.digest"))


class PostingVersion(Base):
    """One stored content of one posting, valid in `[valid_from, valid_to)`."""

    __tablename__ = "posting_version"
    __table_args__ = (
        UniqueConstraint("posting_id", "number"),
        Index("ix_posting_version_reader", "reader_version", "id"),
        # for a search: the newest versions with a text, and the open ones among them
        partial_index(
            "ix_posting_version_newest",
            "description_digest",
            "valid_to",
            only="NOT superseded",
            sqlite="superseded = 0",
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
    stated: Mapped[list[str]]  # those of pay, deadline, workplace that have a field at the ATS
    unsent: Mapped[list[str]]  # fields that the raw job has no key for
    reader_version: Mapped[int]
    raw: Mapped[bytes]  # the raw job without fields about people, zstd


class PostingChange(Base):
    """A change to a posting; a revision has one row for each changed field."""

    __tablename__ = "posting_change"
    __table_args__ = (
        Index("ix_posting_change_field_at", "field", "at"),
        Index("ix_posting_change_at", "at", "kind"),
        # for lifetimes: where a spell ends, and where another begins
        partial_index("ix_posting_change_closed", "posting_id", "at", only="kind = 'closed'"),
        partial_index("ix_posting_change_reopened", "posting_id", "at", only="kind = 'reopened'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("board_check.id"), index=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    # the first check with the change: before `at` for a closing that was confirmed later
    not_after: Mapped[datetime]
    kind: Mapped[str]  # opened revised closed reopened
    field: Mapped[str | None]
    old: Mapped[str | None]
    new: Mapped[str | None]
    # of pay in one currency: a year's worth of the maximum
    pay_old_max: Mapped[float | None]
    pay_new_max: Mapped[float | None]
    version: Mapped[int]


def complete_metadata() -> MetaData:
    """Return the models' metadata with the conditions of partial indexes, as Alembic needs it.

    Named where an index is declared, PostgreSQL's condition would load its dialect at each start.
    """
    for index in {index for table in Base.metadata.tables.values() for index in table.indexes}:
        for dialect, only in index.info.items():
            index.dialect_kwargs[f"{dialect}_where"] = text(only)
    return Base.metadata
