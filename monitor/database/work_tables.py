"""Tables beside the history: rule matches, readings that a newer reader changed, mutes and saved roles, the lease and requests.

A `user_id` is Slack's. A host hold is a host that asked to wait.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.database.engine import Base


class MatchedRule(Base):
    """A rule with which stored contents are matched; those of the ids in `[next_id, last_id]` still have to be."""

    __tablename__ = "matched_rule"

    rule: Mapped[str] = mapped_column(primary_key=True)
    definition: Mapped[str]  # digest of all that decides whether it fits
    next_id: Mapped[int]
    last_id: Mapped[int]


class RuleMatch(Base):
    """A rule fits a version."""

    __tablename__ = "rule_match"

    rule: Mapped[str] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True, index=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]  # which words fitted


class ReadingChange(Base):
    """A field of a stored version that a newer reader reads otherwise; nobody has edited it."""

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
    """A role that a person keeps for himself."""

    __tablename__ = "saved"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True)
    at: Mapped[datetime]


class Mute(Base):
    """A role or a rule of which a channel is told nothing: a role until somebody undoes it, a rule for a while."""

    __tablename__ = "mute"
    __table_args__ = (Index("ix_mute_channel", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]  # "slack:#roles", as in `alert`
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    rule: Mapped[str | None]  # one of the two is there
    user_id: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # undone by a person
    ended_by: Mapped[str | None]
    # where it was announced, and in which message, whose button goes when it is undone
    channel_id: Mapped[str | None]
    ts: Mapped[str | None]


class DiffFile(Base):
    """A full diff that a thread has, or that is being put there, so that two clicks bring one file."""

    __tablename__ = "diff_file"
    __table_args__ = (UniqueConstraint("channel_id", "thread_ts", "posting_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[str]
    thread_ts: Mapped[str]
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    done: Mapped[bool]  # false: begun at `at`, and given up after a while


class Lease(Base):
    """Who works on this database: the daemon, or a `check` without one."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]  # a random word of the process that holds it
    machine: Mapped[str] = mapped_column(server_default="")  # its boot id; empty: unknown
    namespace: Mapped[str] = mapped_column(server_default="")  # of its pid; empty: unknown
    # rises with every holder; see `lease.py`
    fence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    command: Mapped[str]  # run check
    pid: Mapped[int]
    host: Mapped[str]
    taken_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # by the database's clock
    stopped_at: Mapped[datetime | None]  # null while it is held, or when its holder died


class RoundRequest(Base):
    """A round that a `check` asks of the running daemon."""

    __tablename__ = "round_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    boards: Mapped[list[str]]  # empty: all
    alerts: Mapped[bool]
    announce: Mapped[bool]
    requested_at: Mapped[datetime]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("check_round.id"))
    finished_at: Mapped[datetime | None]
    refused: Mapped[str | None]  # why the daemon did not run it


class HostHold(Base):
    """A host that asked to wait, with 429 or 503: no process asks it before `until`."""

    __tablename__ = "host_hold"

    # with its port: "boards-api.greenhouse.io:443"
    host: Mapped[str] = mapped_column(primary_key=True)
    saved_at: Mapped[datetime]
    until: Mapped[datetime]
    status: Mapped[int]
    repeats: Mapped[int]  # answers in a row that did not say how long
