"""The database's part of a round: its row when it begins and ends, and what its crawls need."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, insert, update

from crawler.items import BoardRequest
from monitor.alerts import expire, summaries
from monitor.alerts.alerting import Alerting
from monitor.config.model import Settings
from monitor.database import lease, tables
from monitor.database.engine import read_and_roll_back
from monitor.history.boards import sync_boards
from monitor.history.due import board_requests
from monitor.rounds import host_holds
from monitor.rounds.board_incidents import end_unwatched
from monitor.rounds.network_incident import NetworkIncident
from monitor.rounds.shared_state import SharedState
from monitor.rounds.storing import RoundNotes


class OutdatedSettingsError(Exception):
    """The configuration has changed, so the round has to begin with the new one."""


def open_round(shared: SharedState, settings: Settings, now: datetime) -> int:
    """Write the row of a round that begins. Return its id. Raises OutdatedSettingsError."""
    with shared.engine.begin() as connection:
        host_holds.restore(connection, shared.holds, now)
        # rounds that could not end, as with a full disk
        lease.end_rounds(connection, now, list(shared.live))
        end_unwatched(connection, sync_boards(connection, settings))
        # `boards remove` writes the file first. A board that it unwatched meanwhile is watched
        # again by now, which is rolled back.
        if not shared.is_current():
            raise OutdatedSettingsError
        started = connection.execute(
            insert(tables.CheckRound).values(started_at=now).returning(tables.CheckRound.id)
        )
        return started.scalar_one()


def read_requests(engine: Engine, names: Collection[str], now: datetime) -> list[BoardRequest]:
    """Return what the crawl of these boards needs."""
    with read_and_roll_back(engine) as connection:
        return board_requests(connection, names, now)


class RoundEnd(NamedTuple):
    """A round that ends."""

    id: int
    notes: RoundNotes
    alerting: Alerting
    boards_of_other_rounds: Collection[str]  # they write those boards' summaries


def close_round(shared: SharedState, end: RoundEnd, now: datetime) -> datetime | None:
    """Write the end of a round. Return since when the network is away, by its incident."""
    alerting, notes = end.alerting, end.notes
    enabled = sum(board.enabled for board in alerting.settings.boards)
    shared.network.end_round(notes.tally, enabled, now)
    with read_and_roll_back(shared.engine) as connection:
        found = summaries.find(connection, alerting, end.id, end.boards_of_other_rounds)
    with shared.engine.begin() as connection:
        summaries.write(connection, found, end.id, now)
        incident = NetworkIncident(connection, alerting, shared.network, end.id, now)
        since = incident.update(notes.tally)
        expire.expire(connection, now)
        ended = {"finished_at": now} | ({"held": notes.not_asked} if notes.not_asked else {})
        row = update(tables.CheckRound).where(tables.CheckRound.id == end.id)
        connection.execute(row.values(**ended))
        saved = host_holds.save(connection, shared.holds, now)
    shared.holds.mark_saved(saved)
    return since
