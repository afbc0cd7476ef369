"""Boards over days, written by hand and real: the history equals a comparison of the files."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings, Settings
from monitor.database.opening import open_database
from monitor.demo.board_server import BoardServer
from tests.support.history import ENGINEER, settings
from tests.support.places import ROOT
from tests.support.program import Program
from tests.support.rounds import Event, events_of_round
from tests.support.server_threads import serving

pytestmark = pytest.mark.slow  # whole programs, most of the time waiting

OURS = (ROOT / "tests") / "recordings" / "series"
SERIES = ROOT.parent / "shared" / "recordings" / "timeseries"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def days(folder: Path) -> list[dict[str, dict[str, Any]]]:
    """Each file's jobs by key."""
    files = sorted(folder.glob("*.json"))
    return [{str(job["id"]): job for job in json.loads(file.read_text())["jobs"]} for file in files]


def by_hand(series: list[dict[str, dict[str, Any]]]) -> list[set[Event]]:
    """Return the changes of each file against the one before, in the fields that boards send."""
    ever: set[str] = set(series[0])
    last: dict[str, dict[str, Any]] = dict(series[0])
    events: list[set[Event]] = []
    for before, after in pairwise(series):
        day: set[Event] = {(key, "closed", None) for key in before.keys() - after.keys()}
        for key, job in after.items():
            if key not in before:
                day.add((key, "reopened" if key in ever else "opened", None))
            if key in last:
                day |= {(key, "revised", field) for field in _edits(last[key], job)}
        events.append(day)
        ever |= after.keys()
        last |= after
    return events


def _edits(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    def squeezed(value: str) -> str:
        return " ".join(value.split())

    if squeezed(before["title"]) != squeezed(after["title"]):
        yield "title"
    if sorted(map(squeezed, before["location"]["name"].split(";"))) != sorted(
        map(squeezed, after["location"]["name"].split(";"))
    ):
        yield "location"
    if before["absolute_url"] != after["absolute_url"]:
        yield "url"
    if [each["name"] for each in before.get("departments", [])] != [
        each["name"] for each in after.get("departments", [])
    ]:
        yield "department"
    if _read(before.get("content", "")) != _read(after.get("content", "")):
        yield "description"


def _read(content: str) -> list[str]:
    """Return the words of a content without tags: a simpler reading, independent of ours."""
    words = html.unescape(re.sub(r"<[^>]*>", " ", html.unescape(content)))
    return words.replace("\u200b", "").split()


async def crawl_days(
    engine: Engine, board: str, series: list[dict[str, dict[str, Any]]]
) -> list[set[Event]]:
    """Check each file twice. The second check must change nothing."""
    events: list[set[Event]] = []
    async with BoardServer() as server:
        served = server.board(board.split(":")[1])
        wanted = _wanted(board, server.url)
        for day, jobs in enumerate(series):
            served.jobs = list(jobs.values())
            first = await events_of_round(engine, wanted, START + timedelta(days=day))
            assert (
                await events_of_round(engine, wanted, START + timedelta(days=day, hours=1)) == set()
            )
            events.append(first)
    return events


def _wanted(board: str, url: str) -> Settings:
    return settings(
        ENGINEER, boards=(board,), ats={"greenhouse": AtsSettings(url, timedelta(0), 4)}
    )


NEEDS = pytest.mark.needs(SERIES)
SMALL = (OURS / "greenhouse-examplelabs", "greenhouse:examplelabs")
DEEPMIND = (SERIES / "greenhouse-deepmind_daily", "greenhouse:deepmind")
LUNO = (SERIES / "greenhouse-luno_content", "greenhouse:luno")


def test_our_own_series_has_every_kind_of_change() -> None:
    events = [(kind, field) for day in by_hand(days(SMALL[0])) for _, kind, field in day]
    assert {kind for kind, _ in events} == {"opened", "revised", "closed", "reopened"}
    assert {field for _, field in events if field} == {
        "title",
        "location",
        "url",
        "department",
        "description",
    }
    assert len(events) == 13


@pytest.mark.parametrize(
    ("folder", "board"),
    [SMALL, pytest.param(*DEEPMIND, marks=NEEDS), pytest.param(*LUNO, marks=NEEDS)],
)
async def test_a_series_leaves_what_comparing_by_hand_gives(
    sqlite_url: str, folder: Path, board: str
) -> None:
    engine = open_database(sqlite_url)
    series = days(folder)
    found = await crawl_days(engine, board, series)
    assert found[0] == set()
    for day, (stored, expected) in enumerate(zip(found[1:], by_hand(series), strict=True), 1):
        assert stored == expected, f"day {day}"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM posting_changes")).scalar() == sum(
            map(len, by_hand(series))
        )
        assert (
            connection.execute(text("SELECT count(*) FROM alerts WHERE kind = 'summary'")).scalar()
            == 1
        )
    engine.dispose()


CONFIG = """
[ats.greenhouse]
api_url = "{api_url}"
delay = "0ms"
[[boards]]
board = "{board}"
[[rules]]
name = "research-engineer"
any = ["research engineer"]
"""
NEWER = "SELECT posting, kind, field FROM posting_changes ORDER BY change_id LIMIT -1 OFFSET :n"


@pytest.mark.parametrize(
    ("folder", "board"),
    [
        SMALL,
        pytest.param(*DEEPMIND, marks=[NEEDS, pytest.mark.slow]),
        pytest.param(*LUNO, marks=NEEDS),
    ],
)
def test_the_command_run_once_a_day_file_leaves_what_comparing_by_hand_gives(
    tmp_path: Path, folder: Path, board: str
) -> None:
    series = days(folder)
    with serving() as server:
        file = tmp_path / "rolewatch.toml"
        file.write_text(CONFIG.format(api_url=server.url, board=board))
        rolewatch, served = Program(str(file)), server.board(board.split(":")[1])
        expected, stored = [set[Event](), *by_hand(series)], 0
        for jobs, events in zip(series, expected, strict=True):
            served.jobs = list(jobs.values())
            assert rolewatch("check").code == 0
            changes = rolewatch.ask("sql", NEWER, f"--param=n={stored}")
            assert {
                (row["posting"].split(":")[-1], row["kind"], row["field"]) for row in changes
            } == events
            stored += len(changes)
            alerts = _count(rolewatch, "alerts")
            assert rolewatch("check").code == 0
            assert (_count(rolewatch, "posting_changes"), _count(rolewatch, "alerts")) == (
                stored,
                alerts,
            )
    assert stored == sum(map(len, expected))


def _count(rolewatch: Program, view: str) -> int:
    [row] = rolewatch.ask("sql", f"SELECT count(*) AS n FROM {view}")
    count: int = row["n"]
    return count
