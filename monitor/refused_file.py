"""A changed configuration that is refused is an incident: told to the operator with each try that fails, and when one is taken up.

How it stands is in the alerts, so that a daemon which starts with the file put right ends what the one before it began. Nothing here
commits: every function is one step of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.alerting import Alerting
from monitor.db import iso
from monitor.messages import OperatorMessage
from monitor.models import Alert
from monitor.notify.words import instant

_BEGAN = "The changed configuration was refused"
_ENDED = "The configuration is in order again"
_LINES = 20  # of mistakes


def tell(connection: Connection, alerting: Alerting, mistakes: Sequence[str], now: datetime) -> None:
    """Writes to the operator what is wrong with the file."""
    lines = (*mistakes[:_LINES], "The old configuration stays in force.")
    message = OperatorMessage("configuration", _BEGAN, lines, incident=_key(_since(connection) or now))
    alerting.notice(connection, message, round_id=None, check_id=None, at=now)


def end(connection: Connection, alerting: Alerting, now: datetime) -> None:
    """Writes that a configuration is taken up, where it was told that one was refused."""
    since = _since(connection)
    if since is not None:
        message = OperatorMessage("in order", _ENDED, (f"Refused: {instant(since)} to {instant(now)}",), incident=_key(since))
        alerting.notice(connection, message, round_id=None, check_id=None, at=now)


def _key(since: datetime) -> str:
    return f"configuration {iso(since)}"


def _since(connection: Connection) -> datetime | None:
    """When the incident that lasts began."""
    mine = Alert.kind == "operator"
    ended = select(func.coalesce(func.max(Alert.id), 0)).where(mine, Alert.why == _ENDED).scalar_subquery()
    return connection.scalar(select(func.min(Alert.created_at)).where(mine, Alert.why == _BEGAN, Alert.id > ended))
