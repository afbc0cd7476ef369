"""A database and its recorded checks, one after the other, as rounds do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, insert, text, update

from crawler.items import Result
from monitor.alerts.alerting import Alerting
from monitor.config.model import Rule, Settings, WatchedBoard
from monitor.database import tables
from monitor.history.boards import sync_boards
from monitor.rounds.board_incidents import end_unwatched
from monitor.rounds.check_recorder import CheckRecorder
from tests.support.boards import BOARD, START
from tests.support.written_alerts import write_first_summaries

ENGINEER = Rule("research-engineer", any=("research engineer",))


# any of the settings
def settings(*rules: Rule, boards: Sequence[str] = (BOARD,), **more: Any) -> Settings:
    """Return settings for these boards and rules."""
    watched = tuple(
        WatchedBoard(board, f"https://job-boards.greenhouse.io/{board.split(':')[1]}")
        for board in boards
    )
    return Settings(
        Path("rolewatch.toml"),
        SecretStr("sqlite://"),
        boards=watched,
        rules=rules or (ENGINEER,),
        **more,
    )


@dataclass
class History:
    """Checks recorded a quarter of an hour apart."""

    engine: Engine
    settings: Settings = field(default_factory=settings)
    now: datetime = START
    alerts: bool = True
    announce: bool = False

    def check(self, *results: Result, minutes: float = 15) -> datetime:
        """Record the results as one round. Return its instant."""
        self.now += timedelta(minutes=minutes)
        alerting = Alerting.of(self.settings, enabled=self.alerts, announce=self.announce)
        with self.engine.begin() as connection:
            end_unwatched(connection, sync_boards(connection, self.settings))
            started = (
                insert(tables.CheckRound)
                .values(started_at=self.now)
                .returning(tables.CheckRound.id)
            )
            round_id = connection.execute(started).scalar_one()
        for result in results:
            with self.engine.begin() as connection:
                CheckRecorder(round_id, alerting, Random(1), lambda: self.now).record(
                    connection, result
                )
        with self.engine.begin() as connection:
            write_first_summaries(connection, alerting, round_id, self.now)
            connection.execute(
                update(tables.CheckRound)
                .where(tables.CheckRound.id == round_id)
                .values(finished_at=self.now)
            )
        return self.now

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def stored(self, instant: datetime) -> str:
        """Return the instant of a check as the database has it."""
        return str(
            self.ask(
                "SELECT finished_at FROM checks"
                f" WHERE started_at = '{instant:%Y-%m-%dT%H:%M:%S.%f}Z'"
            )[0][0]
        )

    def changes(self) -> list[tuple[Any, ...]]:
        """Return all changes: (key, kind, field, old, new), oldest first."""
        rows = self.ask(
            "SELECT posting, kind, field, old, new FROM posting_changes ORDER BY change_id"
        )
        return [(row[0].split(":")[-1], *row[1:]) for row in rows]

    def states(self) -> dict[str, str]:
        """Return the state of every posting, by key."""
        # the type checker does not know the row as a pair
        return {key: state for key, state in self.ask("SELECT key, state FROM postings")}  # noqa: C416

    def alerted(self, what: str = "kind") -> list[Any]:
        """Return a column of every alert, oldest first."""
        return [row[0] for row in self.ask(f"SELECT {what} FROM alerts ORDER BY alert_id")]
