"""The table of what newer readers read otherwise: see `models.py`, whose part this is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from monitor.base import Base


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
