"""The tables of alerts: alerts, the messages that deliver them, the cards that show postings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from monitor.database.columns import Base, partial_index


class Card(Base):
    """A message that is edited to show the current state of a posting or of an incident."""

    __tablename__ = "card"
    __table_args__ = (
        UniqueConstraint("channel", "subject"),
        partial_index("ix_card_stale", "channel", "id", only="wanted <> shown"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]  # "slack:#roles"
    subject: Mapped[str]  # "greenhouse:deepmind:5938712", or an incident's key
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True)
    # JSON of messages.py: what it should show; for a posting, only what its rows do not hold
    message: Mapped[str]
    # JSON of messages.py: what the channel shows
    shown_message: Mapped[str | None] = mapped_column("shows")
    channel_id: Mapped[str | None]
    ts: Mapped[str | None]  # null: not posted yet, or a person deleted it
    # rises with each change that it should show
    revision: Mapped[int] = mapped_column("wanted", default=1)
    # the revision that the channel shows
    shown_revision: Mapped[int] = mapped_column("shown", default=1)
    next_try_at: Mapped[datetime | None]  # of an edit; null: now
    # Slack's Retry-After for the last refused edit
    not_before: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # of the edit that is due
    reason: Mapped[str | None]


class Delivery(Base):
    """One message to one channel, for one alert or many.

    With a card it is that card's first message if the card is not posted yet, and later a reply in
    its thread. `channel_id`, `ts` and `thread_ts` are Slack's for the sent message.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        partial_index("ix_delivery_open", "channel", "id", only="state <> 'sent'"),
        partial_index("ix_delivery_card", "card_id", only="state <> 'sent'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]  # "slack:#roles"
    card_id: Mapped[int | None] = mapped_column(ForeignKey("card.id"))
    message: Mapped[str]  # JSON of messages.py
    state: Mapped[str]  # pending sending sent held failed expired discarded
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]  # null: now; if `failed`: only on `alerts retry`
    # the channel's Retry-After for a `pending` message that it refused last
    not_before: Mapped[datetime | None]
    sending_at: Mapped[datetime | None]  # the first call that may have reached the channel
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]
    channel_id: Mapped[str | None]
    ts: Mapped[str | None]
    thread_ts: Mapped[str | None]  # of a reply
    message_url: Mapped[str | None]


class Alert(Base):
    """One change for one rule and channel. Its state is its delivery's, or `pending`."""

    __tablename__ = "alert"
    __table_args__ = (partial_index("ix_alert_unpacked", "round_id", only="delivery_id IS NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[str | None] = mapped_column(ForeignKey("delivery.delivery_id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("check_round.id"), index=True)
    check_id: Mapped[int | None] = mapped_column(ForeignKey("board_check.id"), index=True)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True)
    rule: Mapped[str | None]
    kind: Mapped[str]  # opened revised closed reopened reminder summary digest operator
    channel: Mapped[str]
    why: Mapped[str | None]
    message: Mapped[str]  # JSON of messages.py, for this alert alone
    # only in the channel's next digest
    for_digest: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


class Introduction(Base):
    """A channel has had the summary of a board for a rule. Without a row it gets one."""

    __tablename__ = "introduction"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class SlackChannel(Base):
    """A Slack channel as the workspace last listed it under this name."""

    __tablename__ = "slack_channel"

    name: Mapped[str] = mapped_column(primary_key=True)  # "#roles"
    channel_id: Mapped[str] = mapped_column(index=True)
    private: Mapped[bool]
    seen_at: Mapped[datetime]
