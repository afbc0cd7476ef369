"""Find whether the outbox may have work, without loading it: most checks bring no alert.

The conditions cover everything that the outbox changes: it also retries, holds, merges and edits.
"""

from __future__ import annotations

from sqlalchemy import Engine, or_, select, union, union_all

from monitor.channels import Channel
from monitor.database.engine import read_transaction
from monitor.database.tables import Alert, Card, Delivery, Introduction, Mute

CHANNELS = (Delivery.channel, Alert.channel, Card.channel, Mute.channel, Introduction.channel)
_WORK = union_all(
    select(Alert.id).where(Alert.delivery_id.is_(None), ~Alert.for_digest),
    # `state <> 'sent'` lets both databases use the index of what is open
    select(Delivery.id).where(
        Delivery.state != "sent", Delivery.state.in_(("pending", "sending", "failed", "held"))
    ),
    select(Card.id).where(
        Card.revision != Card.shown_revision,
        or_(Card.ts.is_not(None), Card.next_try_at.is_not(None)),
    ),
)
_SLACK_NAMES = union(
    *(select(column).where(column.startswith(str(Channel.slack("#")))) for column in CHANNELS)
)


def has_work(engine: Engine) -> bool:
    """Return False if the outbox would send, store and report nothing."""
    with read_transaction(engine) as connection:
        if connection.execute(_WORK.limit(1)).first() is not None:
            return True
        names = connection.scalars(_SLACK_NAMES).all()
    # an older configuration wrote channels with capitals, which the outbox merges
    return any(name != str(Channel.parse(name)) for name in names)
