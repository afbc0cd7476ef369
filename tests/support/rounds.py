"""One round against a local server, and what it brought."""

from __future__ import annotations

from datetime import datetime
from random import Random

from sqlalchemy import Engine

from monitor.config.model import Settings
from monitor.rounds.report import report
from monitor.rounds.round import run_round

Event = tuple[str, str, str | None]  # key, kind, field


async def events_of_round(engine: Engine, settings: Settings, now: datetime) -> set[Event]:
    """Run a round of one board. Return its events. Assert that the board was read whole."""
    round_id = await run_round(
        engine, settings, None, alerts=True, announce=False, clock=lambda: now, random=Random(1)
    )
    with engine.connect() as connection:
        [board] = report(connection, round_id)
    assert board.result != "failure", board.reason
    assert board.unreadable == 0
    return {(change.posting.split(":")[-1], change.kind, change.field) for change in board.changes}
