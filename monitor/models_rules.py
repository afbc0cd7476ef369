"""The tables of what rules fit: see `models.py`, whose part this is."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from monitor.base import Base


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
