"""The tables of who works on the database and what is asked of him: see `models.py`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from monitor.base import Base


class Lease(Base):
    """Who works on this database: the daemon, or a `check` without one."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]  # a random word of the process that holds it
    machine: Mapped[str] = mapped_column(server_default="")  # its boot id; empty: unknown
    namespace: Mapped[str] = mapped_column(server_default="")  # of its pid; empty: unknown
    fence: Mapped[int] = mapped_column(BigInteger, server_default="0")  # rises with every holder; see `lease.py`
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

    host: Mapped[str] = mapped_column(primary_key=True)  # with its port: "boards-api.greenhouse.io:443"
    saved_at: Mapped[datetime]
    until: Mapped[datetime]
    status: Mapped[int]
    repeats: Mapped[int]  # answers in a row that did not say how long
