"""Tables beside the history.

checks    how far old ones are merged
rules     rule matches, and readings that a newer reader changed
people    saved roles, mutes, full diffs; `user_id` is Slack's
workers   the lease, requests for rounds, hosts that asked to wait, processes that check boards
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.database.columns import Base


class CheckMerging(Base):
    """The instant up to which a board's old checks are merged."""

    __tablename__ = "check_merging"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    done_until: Mapped[datetime]  # the last check that was kept or merged


class MatchedRule(Base):
    """A rule whose matches are stored. Versions with ids in `[next_id, last_id]` are still open."""

    __tablename__ = "matched_rule"

    rule: Mapped[str] = mapped_column(primary_key=True)
    definition: Mapped[str]  # digest of every key that decides whether it fits
    next_id: Mapped[int]
    last_id: Mapped[int]


class RuleMatch(Base):
    """A rule and a version that it fits."""

    __tablename__ = "rule_match"

    rule: Mapped[str] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True, index=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]  # the words that fit


class ReadingChange(Base):
    """A field of a stored version that a newer reader reads differently. It is not a revision."""

    __tablename__ = "reading_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    version: Mapped[int]
    field: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    from_reader: Mapped[int]
    to_reader: Mapped[int]
    at: Mapped[datetime]


class Saved(Base):
    """A role that a person has saved."""

    __tablename__ = "saved_role"  # `saved` is its view

    user_id: Mapped[str] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True)
    at: Mapped[datetime]


class Mute(Base):
    """A role or a rule that is muted in a channel: a role until undone, a rule for a while."""

    __tablename__ = "mute"
    __table_args__ = (Index("ix_mute_channel", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]  # "slack:#roles", as in `alert`
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    rule: Mapped[str | None]  # either a posting or a rule
    user_id: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # undone by a person
    ended_by: Mapped[str | None]
    # the message that announced it; its button is removed when the mute is undone
    channel_id: Mapped[str | None]
    ts: Mapped[str | None]


class Watch(Base):
    """A personal rule, which one person made in Slack. Its alerts go to them alone."""

    __tablename__ = "watch"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(index=True)  # "U0ALICE001"
    phrases: Mapped[list[str]]  # the title has all of them
    employer: Mapped[str | None]  # its name; its boards are in `watch_board`
    place: Mapped[str | None]
    at: Mapped[datetime]  # begun, or begun again
    ended_at: Mapped[datetime | None]


class WatchBoard(Base):
    """A board of the employer that a watch names. The boards it moved to count too."""

    __tablename__ = "watch_board"

    watch_id: Mapped[int] = mapped_column(ForeignKey("watch.id"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)


class HomeVisitor(Base):
    """A person who has opened App Home. It is published again when one of its lists changes."""

    __tablename__ = "home_visitor"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]


class DiffFile(Base):
    """A full diff in a thread, or its upload in progress, so that two clicks make one file."""

    __tablename__ = "diff_file"
    __table_args__ = (UniqueConstraint("channel_id", "thread_ts", "posting_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[str]
    thread_ts: Mapped[str]
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    done: Mapped[bool]  # false: the upload began at `at`; another may begin after a while


class Lease(Base):
    """The process that works on this database: the daemon, or a `check` without one."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]  # the random id of its process
    machine: Mapped[str] = mapped_column(server_default="")  # the boot id; empty: unknown
    namespace: Mapped[str] = mapped_column(server_default="")  # of the pid; empty: unknown
    # rises with every holder: see `lease.py`
    fence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    command: Mapped[str]  # run check
    pid: Mapped[int]
    host: Mapped[str]
    taken_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # by the database's clock
    stopped_at: Mapped[datetime | None]  # null: it is held, or its holder died


class RoundRequest(Base):
    """A round that a `check` requests from the running daemon."""

    __tablename__ = "round_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    boards: Mapped[list[str]]  # empty: all
    alerts: Mapped[bool]
    announce: Mapped[bool]
    requested_at: Mapped[datetime]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("check_round.id"), index=True)
    finished_at: Mapped[datetime | None]
    refused: Mapped[str | None]  # not used any more


class HostHold(Base):
    """A host that answered 429 or 503: no process sends it a request before `until`."""

    __tablename__ = "host_hold"

    # with its port: "boards-api.greenhouse.io:443"
    host: Mapped[str] = mapped_column(primary_key=True)
    saved_at: Mapped[datetime]
    until: Mapped[datetime]
    status: Mapped[int]
    repeats: Mapped[int]  # such answers in a row without Retry-After


class Worker(Base):
    """A process that checks boards for the daemon. Its jobs are in Procrastinate's tables."""

    __tablename__ = "worker"  # `workers` is its view

    id: Mapped[str] = mapped_column(primary_key=True)  # random
    queue_id: Mapped[int | None] = mapped_column(BigInteger)  # of procrastinate_workers
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    # by the database's clock
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    lost_at: Mapped[datetime]  # unless it is seen before
    done: Mapped[int]  # checks


class WorkerConfiguration(Base):
    """The daemon's configuration for its workers, without secrets: see `config/shared.py`."""

    __tablename__ = "worker_configuration"

    name: Mapped[str] = mapped_column(primary_key=True)  # the lease's
    number: Mapped[int]  # rises with each change
    content: Mapped[str]
    written_at: Mapped[datetime]
