"""A card's edit and its reply that end at the same time in two transactions."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

from sqlalchemy import Engine, insert, select, update

from monitor.alerts import cards
from monitor.database.tables import Card, Delivery
from monitor.messages import OperatorMessage, dump

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MESSAGE = dump(OperatorMessage("failing", "A board fails", incident="failing examplelabs"))


def test_a_deleted_card_is_reposted_once_when_edit_and_reply_race(
    postgres_engine: Engine,
) -> None:
    card = {
        "channel": "slack:#ops",
        "subject": "failing examplelabs",
        "message": MESSAGE,
        "channel_id": "C1",
        "ts": "1",
    }
    sent = {
        "delivery_id": "a",
        "channel": "slack:#ops",
        "message": MESSAGE,
        "state": "sending",
        "created_at": NOW,
        "attempts": 1,
    }
    with postgres_engine.begin() as connection:
        card_id = connection.execute(
            insert(Card)
            .values(**card, attempts=0)
            .values({Card.revision: 1, Card.shown_revision: 1})
            .returning(Card.id)
        ).scalar_one()
        connection.execute(insert(Delivery).values(**sent, card_id=card_id))
    with postgres_engine.begin() as reply:
        reply.execute(update(Delivery).values(state="sent"))
        ending = Thread(target=cards.repost, args=(reply, card_id, NOW))
        with postgres_engine.begin() as edit:
            cards.mark_missing(edit, card_id, "1")
            cards.repost(edit, card_id, NOW)
            ending.start()
            ending.join(0.5)
        ending.join()
    with postgres_engine.begin() as connection:
        assert sorted(connection.scalars(select(Delivery.state))) == ["pending", "sent"]
