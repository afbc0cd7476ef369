"""Operator incidents of unreachable boards: one while the network is away, else one per board.

The end of a round shows which it is. The state is in the stored alerts, so a restarted daemon ends
an incident that its predecessor began. Nothing here commits: every function is a step of its
caller's transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, select

from monitor.alerts import cards, incidents, open_incidents
from monitor.alerts.alerting import Alerting
from monitor.database.engine import AnyRow
from monitor.database.tables import Alert, Board, BoardCheck
from monitor.history.schedule import FAILURES_TO_FAIL
from monitor.rounds.network import Network, Tally, says_unreached

_UNREACHED = select(Board.__table__, BoardCheck.id.label("check_id")).join(
    BoardCheck, BoardCheck.board_id == Board.id
)
_UNREACHED = _UNREACHED.where(
    BoardCheck.round_id == bindparam("round"),
    BoardCheck.result == "failure",
    Board.failures >= FAILURES_TO_FAIL,
)


def is_reported(connection: Connection, board: AnyRow) -> bool:
    """Return True if the operator was alerted of the board's failure, as of its row."""
    if board.failures < FAILURES_TO_FAIL or board.failing_since is None:
        return False
    incident = incidents.key("failing", board.board, board.failing_since)
    return open_incidents.has_messages(
        connection, incident, _written_since(connection, board.failing_since)
    )


def update_incidents(
    connection: Connection,
    alerting: Alerting,
    network: Network,
    tally: Tally,
    *,
    round_id: int,
    now: datetime,
) -> datetime | None:
    """Write the alerts of a finished round. Return since when the incident lasts."""
    since = network.incident if network.asked else _lasting(connection)
    if tally.reached and since is not None:
        alerting.write_operator_alert(
            connection, incidents.online(since, now), round_id=round_id, check_id=None, at=now
        )
        since = None
    failing = _unreported(connection, round_id) if tally.unreached else []
    if (
        tally.reached
        or len(network.silent) == 1
        or any(_others_answered(network, row) for row in failing)
    ):
        for row in failing:
            message = incidents.failing(
                row, row.failures, row.failing_since, row.reason, gone=False
            )
            alerting.write_operator_alert(
                connection, message, round_id=round_id, check_id=row.check_id, at=now
            )
        return since
    if not failing:
        return since
    began = since or min(row.failing_since for row in failing)
    message = incidents.offline(len(network.silent), began, failing[0].reason)
    if since is None:
        alerting.write_operator_alert(connection, message, round_id=round_id, check_id=None, at=now)
    else:
        cards.update_incident(connection, message)
    return began


def _unreported(connection: Connection, round_id: int) -> list[AnyRow]:
    """Return the round's unreachable boards, three failures or more, without an alert yet."""
    rows = connection.execute(_UNREACHED, {"round": round_id}).all()
    return [
        row for row in rows if says_unreached(None, row.reason) and not is_reported(connection, row)
    ]


def _others_answered(network: Network, board: AnyRow) -> bool:
    """Return True if any host answered since this board began to fail, half an interval after."""
    outage_began: datetime = board.failing_since + timedelta(seconds=board.every) / 2
    return network.reached_at is not None and network.reached_at > outage_began


def _lasting(connection: Connection) -> datetime | None:
    """Return when the open incident began, or None. Another process may have begun it."""
    incident = open_incidents.find_open(connection, "network")
    return incident.since if incident else None


def _written_since(connection: Connection, moment: datetime) -> ColumnElement[bool]:
    """Return a condition for alerts from that moment on. Their time has no index."""
    before = select(Alert.id).where(Alert.created_at < moment).order_by(Alert.id.desc()).limit(1)
    return Alert.id > (connection.scalar(before) or 0)
