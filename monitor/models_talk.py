"""The tables of what people ask for in Slack: see `models.py`, whose part this is. A `user_id` is Slack's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.base import Base


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
    channel_id: Mapped[str | None]  # where it was announced, and in which message, whose button goes when it is undone
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
