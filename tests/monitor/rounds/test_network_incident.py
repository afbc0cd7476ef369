"""The operator's messages while no host answers, and when one does again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, text

from crawler.items import BoardRequest, Failure, Result, Unchanged
from monitor.config.model import Settings
from monitor.rounds.round import Round, run_round
from monitor.rounds.shared_state import SharedState
from tests.support.boards import BOARD, START
from tests.support.history import settings

OTHER = "google:deepmind"
SILENT = {
    BOARD: "cannot connect to boards-api.greenhouse.io: Network is unreachable",
    OTHER: "no such host: www.google.com",
}


@dataclass
class Machine:
    """Rounds over two boards of two hosts. `away` lists the failures of unreachable ones."""

    engine: Engine
    settings: Settings = field(default_factory=lambda: settings(boards=(BOARD, OTHER)))
    away: Mapping[str, str] = field(default_factory=dict)
    now: datetime = START
    shared: SharedState = field(init=False)

    def __post_init__(self) -> None:
        self.shared = SharedState(self.engine, lambda: self.settings, lambda: self.now, Random(1))

    async def crawl(
        self, _ats: str, requests: Sequence[BoardRequest], *_: object
    ) -> AsyncGenerator[Sequence[Result], None]:
        for request in requests:
            reason = self.away.get(request.board)
            yield [Unchanged(request.board) if reason is None else Failure(request.board, reason)]

    async def rounds(self, number: int, away: Mapping[str, str], *, restarts: bool = False) -> None:
        """So many rounds, an hour apart; `restarts`: each in a process of its own."""
        self.away = away
        for _ in range(number):
            self.now += timedelta(hours=1)
            if restarts:
                await run_round(
                    self.engine,
                    self.settings,
                    None,
                    alerts=True,
                    announce=False,
                    clock=lambda: self.now,
                    random=Random(1),
                )
            else:
                await (await Round.begin(self.shared, None, alerts=True, announce=False)).run()

    def alerts(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(
                connection.scalars(
                    text("SELECT why FROM alert WHERE kind = 'operator' ORDER BY id")
                )
            )


@pytest.fixture
def machine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(engine)
    monkeypatch.setattr("monitor.rounds.round.crawl_batches", machine.crawl)
    return machine


AWAY = "The network is away: no host answers, 2 boards cannot be read"


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_network_that_is_away_is_one_incident_from_its_beginning_to_its_end(
    machine: Machine, *, restarts: bool
) -> None:
    await machine.rounds(1, {}, restarts=restarts)
    await machine.rounds(2, SILENT, restarts=restarts)
    assert machine.alerts() == []
    await machine.rounds(4, SILENT, restarts=restarts)
    assert machine.alerts() == [AWAY]
    await machine.rounds(2, {}, restarts=restarts)
    assert machine.alerts() == [AWAY, "The network is back after 6 hours"]


async def test_a_board_that_still_fails_when_a_host_answers_again_is_reported_then(
    machine: Machine,
) -> None:
    await machine.rounds(3, SILENT)
    await machine.rounds(2, {BOARD: "HTTP 500"})
    assert sorted(machine.alerts()) == [
        AWAY,
        "The network is back after 3 hours",
        "examplelabs’s board cannot be read: 4 checks in a row failed",
    ]


async def test_a_host_that_cannot_be_reached_while_others_answer_is_its_boards_own_failure(
    machine: Machine,
) -> None:
    await machine.rounds(5, {OTHER: SILENT[OTHER]})
    await machine.rounds(1, {})
    assert [why.partition(": ")[2] for why in machine.alerts()] == [
        "3 checks in a row failed",
        "0 opened, 0 closed",
    ]


async def test_a_board_that_is_watched_alone_is_reported_as_that_board(machine: Machine) -> None:
    machine.settings = settings(boards=(BOARD,))
    await machine.rounds(5, SILENT)
    assert [why.partition(": ")[2] for why in machine.alerts()] == ["3 checks in a row failed"]
