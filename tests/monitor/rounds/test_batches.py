"""A batch of any results has the effect of the same results one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, insert

from crawler.holds import Holds
from crawler.items import Deadline, Failure, Pay, Posting, Probe, Result, Sighting, Unchanged
from monitor.alerts.alerting import Alerting
from monitor.config.model import Rule, WatchedBoard
from monitor.database import tables
from monitor.database.opening import open_database
from monitor.history.boards import sync_boards
from monitor.history.schedule import OneChance
from monitor.rounds import storing
from monitor.rounds.check_recorder import CheckRecorder
from monitor.rounds.storing import BatchStore, RoundNotes
from tests.support.boards import posting, snapshot, unreadable
from tests.support.history import History, settings
from tests.support.written_alerts import write_first_summaries

# the first two are boards of one employer, and so are the sites of one tenant
COMPANIES = {
    "greenhouse:one": "Example Labs",
    "lever:one": "Example Labs",
    "workday:tenant.wd5/Careers": "Tenant",
    "workday:tenant.wd5/Students": "Tenant of students",
    "ashby:other": "Other",
}
TITLES = ("Research Engineer", "Research Scientist", "Engineer, Research", "Cook")
ROUNDS = 6
TABLES = {
    "checks": "board, result, started_at, finished_at, seen, opened, revised, closed, reopened,"
    " unreadable, reason",
    "boards": "board, company, state, open_postings, last_check_at, last_ok_at, failures",
    "postings": "posting, title, state, first_seen_at, last_seen_at, closed_at, requisition,"
    " repost_of, version, pay_max, deadline_at, country, seniority, description",
    "posting_versions": "posting, version, valid_from, valid_to, title, location, description",
    "posting_changes": "posting, at, not_before, kind, field, old, new, version",
    "rule_matches": "rule, posting, version, words",
    "alerts": "rule, why, channel, posting, kind, state, created_at",
}


def a_posting(random: Random, number: int) -> Posting:
    """Return a posting that differs a little from check to check."""
    year = datetime(2026, random.choice([5, 6]), 1, tzinfo=UTC)
    return posting(
        str(number),
        title=TITLES[number % len(TITLES)] + random.choice(["", "", "", ", Revised"]),
        requisition=f"R{number}" if number % 3 else None,
        description="We want an engineer." + random.choice(["", "", " Now."]) * (number % 2 + 1),
        pay=random.choice([None, Pay(1.0, 2.0, "USD", "hour", "$1 - $2")]) if number == 5 else None,
        deadline=Deadline(year, "the 1st") if number == 6 else None,
        company=None,
    )


def a_result(random: Random, board: str) -> Result:
    chance = random.random()
    if chance < 0.1:
        return Failure(board, "it hung up", random.choice([None, 404, 500]), seconds=0.5)
    probes = {str(number): random.choice(list(Probe)) for number in random.sample(range(1, 9), 2)}
    probes = probes if chance < 0.4 else {}
    if chance < 0.35:
        return Unchanged(board, probes, seconds=0.5)
    least = 0 if chance > 0.93 else 4
    listed = random.sample(range(1, 9), random.randrange(least, 9) if least else 0)
    found: list[Posting | Sighting] = [
        unreadable(str(number)) if random.random() < 0.05 else a_posting(random, number)
        for number in listed
    ]
    return replace(snapshot(found, probes), board=board, company=None, bytes=9)


def one_by_one(recorder: CheckRecorder, engine: Engine, results: list[Result]) -> None:
    for result in results:
        with engine.begin() as connection:
            recorder.record(connection, result)


def together(recorder: CheckRecorder, engine: Engine, results: list[Result]) -> None:
    notes = RoundNotes()
    BatchStore(engine, recorder, Holds(), notes).store(results)
    assert notes.storage_errors == []


def lived(engine: Engine, random: Random, *, is_batch: bool) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the views after some rounds."""
    watched = settings(
        Rule("engineer", any=("research engineer",)),
        Rule("late", any=("research",), on=("closed", "reopened")),
    )
    boards = tuple(
        WatchedBoard(board, f"https://jobs.example.com/{number}", company)
        for number, (board, company) in enumerate(COMPANIES.items())
    )
    history = History(engine, replace(watched, boards=boards))
    for _ in range(ROUNDS):
        history.now += timedelta(minutes=15)
        with engine.begin() as connection:
            sync_boards(connection, history.settings)
            started = insert(tables.CheckRound).values(started_at=history.now)
            round_id = connection.scalar(started.returning(tables.CheckRound.id))
        assert round_id is not None
        alerting = Alerting.of(history.settings)
        recorder = CheckRecorder(round_id, alerting, OneChance(0.5), lambda: history.now)
        results = [a_result(random, board) for board in random.sample(list(COMPANIES), 5)]
        (together if is_batch else one_by_one)(recorder, engine, results)
        with engine.begin() as connection:
            write_first_summaries(connection, alerting, round_id, history.now)
    found = {
        view: sorted(history.ask(f"SELECT {columns} FROM {view}"), key=repr)
        for view, columns in TABLES.items()
    }
    engine.dispose()
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_batch_of_results_is_stored_as_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(storing, "_LONGEST_TRANSACTION", 10.0)
    monkeypatch.setattr(storing, "_FEW_TEXTS", seed % 2 * 50)
    alone, batch = (open_database(f"sqlite:///{tmp_path}/{name}.db") for name in ("alone", "batch"))
    expected = lived(alone, Random(seed), is_batch=False)
    assert lived(batch, Random(seed), is_batch=True) == expected
