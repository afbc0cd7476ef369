"""The models of postings: the rows, their versions with their texts, and their changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, false
from sqlalchemy.orm import Mapped, mapped_column

from monitor.database.columns import Base, partial_index


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


# how a posting is joined to its newest version
NEWEST_VERSION = and_(
    PostingVersion.posting_id == Posting.id, PostingVersion.number == Posting.version
)
# all columns of a version but the raw job, which is most of a row
CONTENT = tuple(column for column in PostingVersion.__table__.c if column.name != "raw")


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
