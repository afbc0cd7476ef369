"""`has_work` is true for all that the outbox would change, and for nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert

from monitor.database.columns import Base
from monitor.database.tables import Alert, Card, Delivery
from monitor.delivery.waiting import has_work
from tests.support.alerts import AT

_ALERT = {"kind": "opened", "channel": "console", "message": "{}", "created_at": AT}
_DELIVERY = {"delivery_id": "a", "channel": "console", "message": "{}", "created_at": AT}
_CARD = {"channel": "slack:#roles", "subject": "greenhouse:deepmind:1", "message": "{}"}
_STALE = _CARD | {"revision": 2}


def _stored(engine: Engine, table: type[Base], row: dict[str, object]) -> Engine:
    with engine.begin() as connection:
        connection.execute(insert(table).values(**row))
    return engine


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (Alert, _ALERT),
        *((Delivery, _DELIVERY | {"state": state}) for state in ("pending", "sending", "held")),
        (Delivery, _DELIVERY | {"state": "failed"}),
        (Card, _STALE | {"ts": "1.0"}),
        (Card, _STALE | {"next_try_at": AT}),
        (Delivery, _DELIVERY | {"state": "sent", "channel": "slack:#Roles"}),
        (Card, _CARD | {"channel": "slack:#ROLES"}),
    ],
)
def test_what_the_outbox_would_change_is_work(
    engine: Engine, table: type[Base], row: dict[str, object]
) -> None:
    assert not has_work(engine)
    assert has_work(_stored(engine, table, row))


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (Alert, _ALERT | {"for_digest": True}),
        *((Delivery, _DELIVERY | {"state": state}) for state in ("sent", "expired", "discarded")),
        (Card, _CARD | {"ts": "1.0"}),
        (Card, _STALE),  # not posted, and nothing was tried
        (Card, _CARD | {"channel": "slack:#rôles"}),
    ],
)
def test_what_is_finished_is_no_work(
    engine: Engine, table: type[Base], row: dict[str, object]
) -> None:
    assert not has_work(_stored(engine, table, row))
