"""Write the rows of alerts: those of rules, those for the operator, and those that are never sent.

An alert that is muted or expired gets a delivery of its own in a final state, so that `alerts list`
can show the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, insert, select, update

from monitor.alerts import mutes
from monitor.database.columns import table
from monitor.database.tables import Alert, Delivery, Watch
from monitor.message_parts import WATCH_PREFIX, watch_name
from monitor.messages import OperatorMessage, dump

# Core tables, as in history/postings.py
_ADD_ALERTS, _ADD_DELIVERIES = insert(table(Alert)), insert(table(Delivery))
_State = Literal["discarded", "expired"]
WATCH_ENDED: Final = "the person no longer watches this"


def insert_alerts(connection: Connection, rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Insert alert rows, all with the same columns.

    A muted alert gets a discarded delivery of its own, so that `alerts list` can show the reason.
    So does one of a watch that ended after the rules were read.
    """
    rows = list(rows)
    if not rows:
        return
    muted = mutes.current(connection, now)
    over = _ended_watches(connection, rows)
    alerts, deliveries = [], []
    for row in rows:
        reason = muted.reason(row["channel"], row.get("rule"), row.get("posting_id"))
        if row.get("rule") in over:
            reason = WATCH_ENDED
        unsent = _unsent(row["channel"], row["message"], now, "discarded", reason) if reason else {}
        alerts.append({**row, "delivery_id": unsent.get("delivery_id")})
        deliveries += [unsent] if unsent else []
    if deliveries:
        connection.execute(_ADD_DELIVERIES, deliveries)
    connection.execute(_ADD_ALERTS, alerts)


def _ended_watches(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of watches in these rows that have ended."""
    named = {rule for row in rows if (rule := row.get("rule") or "").startswith(WATCH_PREFIX)}
    if not named:
        return set()
    going_on = connection.scalars(select(Watch.id).where(Watch.ended_at.is_(None)))
    return named - set(map(watch_name, going_on))


def write_operator_message(
    connection: Connection,
    channels: Iterable[str],
    message: OperatorMessage,
    *,
    at: datetime,
    round_id: int | None = None,
    check_id: int | None = None,
) -> None:
    """Insert an operator alert for each of the channels. Mutes do not apply."""
    row = {
        "round_id": round_id,
        "check_id": check_id,
        "created_at": at,
        "kind": "operator",
        "why": f"{message.subject} {message.headline}".strip(),
        "message": dump(message),
    }
    rows = [row | {"channel": channel} for channel in dict.fromkeys(channels)]
    if rows:
        connection.execute(_ADD_ALERTS, rows)


def write_unsent(
    connection: Connection,
    channel: str,
    message: str,
    at: datetime,
    *,
    state: _State,
    reason: str,
) -> str:
    """Insert a delivery in a final state. Return its delivery id."""
    row = _unsent(channel, message, at, state, reason)
    connection.execute(_ADD_DELIVERIES, row)
    return str(row["delivery_id"])


def _unsent(
    channel: str, message: str, at: datetime, state: _State, reason: str
) -> dict[str, object]:
    """Return the row of a delivery that is never sent."""
    row = {"delivery_id": uuid4().hex, "channel": channel, "message": message, "created_at": at}
    return row | {"state": state, "reason": reason, "attempts": 0}


def written_since(connection: Connection, moment: datetime | None) -> ColumnElement[bool]:
    """Return a condition for alerts from that moment on. Their time has no index."""
    before = select(Alert.id).where(Alert.created_at < moment).order_by(Alert.id.desc()).limit(1)
    return Alert.id > (connection.scalar(before) or 0)


def end_unsent(
    connection: Connection,
    alert_id: int,
    channel: str,
    message: str,
    at: datetime,
    *,
    state: _State,
    reason: str,
) -> None:
    """Give a waiting alert a delivery of its own in a final state."""
    own = write_unsent(connection, channel, message, at, state=state, reason=reason)
    connection.execute(update(Alert).where(Alert.id == alert_id).values(delivery_id=own))
