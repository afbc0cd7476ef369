"""Ashby boards over days, in whole rounds: the history equals a comparison of rows by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from monitor.config.model import AtsSettings, Settings
from tests.support.ashby import AshbyBoard, AshbyServer, compensation, job, page, row, tier
from tests.support.history import ENGINEER, settings
from tests.support.places import ROOT
from tests.support.rounds import Event, events_of_round

OURS = (ROOT / "tests") / "recordings" / "series" / "ashby-examplelabs"
SERIES = ROOT.parent / "shared" / "recordings" / "timeseries" / "ashby-openai_appdata"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIELDS = {
    "locationName": "location",
    "departmentName": "department",
    "employmentType": "employment_type",
    "workplaceType": "workplace",
    "applicationDeadline": "deadline",
}
Rows = dict[str, dict[str, Any]]


def wanted(url: str, board: str) -> Settings:
    return settings(ENGINEER, boards=(board,), ats={"ashby": AtsSettings(url, timedelta(0), 4)})


def stated_pay(row: dict[str, Any]) -> list[str]:
    """Return the pay columns of a row."""
    return (
        re.findall(r"[\d.]+", row["compensationTierSummary"] or "")
        if row["shouldDisplayCompensationOnJobBoard"]
        else []
    )


def edits(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Return the fields in which a reader of the page sees other content."""
    if before["title"].split() != after["title"].split():
        yield "title"
    for name, field in FIELDS.items():
        if before[name] != after[name]:
            yield field
    if stated_pay(before) != stated_pay(after):
        yield "pay"


def by_hand(before: Rows, after: Rows, ever: set[str]) -> tuple[set[Event], set[Event]]:
    """Return the expected events of a day's first check and of its second one (closings)."""
    first: set[Event] = {
        (key, "reopened" if key in ever else "opened", None) for key in after.keys() - before.keys()
    }
    first |= {
        (key, "revised", field)
        for key in before.keys() & after.keys()
        for field in edits(before[key], after[key])
    }
    return first, {(key, "closed", None) for key in before.keys() - after.keys()}


def days_of(folder: Path) -> list[Rows]:
    """Each file's rows by key."""
    return [
        {row["id"]: row for row in json.loads(file.read_text())["jobPostings"]}
        for file in sorted(folder.glob("*.json"))
    ]


SMALL = {
    "opened": 1,
    "closed": 1,
    "reopened": 1,
    "title": 1,
    "pay": 1,
    "location": 1,
    "employment_type": 1,
}
LARGE = {"opened": 30, "closed": 15, "title": 8, "pay": 3}


@pytest.mark.parametrize(
    ("folder", "right"),
    [(OURS, SMALL), pytest.param(SERIES, LARGE, marks=pytest.mark.needs(SERIES))],
    ids=["ours", "real"],
)
async def test_a_series_of_pages_leaves_what_comparing_by_hand_gives(
    sqlite_engine: Engine, folder: Path, right: dict[str, int]
) -> None:
    days = days_of(folder)
    counted: dict[str, int] = {}
    async with AshbyServer() as server:
        watched = wanted(server.url, "ashby:openai")
        before: Rows = {}
        for day, rows in enumerate(days):
            server.ashby["openai"] = AshbyBoard(None, page=page(*rows.values(), slug="openai"))
            first, second = (
                by_hand(before, rows, set().union(*days[:day]))
                if day
                else (set[Event](), set[Event]())
            )
            assert (
                await events_of_round(sqlite_engine, watched, START + timedelta(days=day)) == first
            ), f"day {day}"
            assert (
                await events_of_round(sqlite_engine, watched, START + timedelta(days=day, hours=1))
                == second
            ), f"day {day}, second check"
            assert (
                await events_of_round(sqlite_engine, watched, START + timedelta(days=day, hours=2))
                == set()
            )
            for _, kind, field in first | second:
                counted[field or kind] = counted.get(field or kind, 0) + 1
            before = rows
    assert counted == right
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM posting_changes")).scalar() == sum(
            counted.values()
        )
        assert connection.execute(
            text("SELECT count(*) FROM checks WHERE reason LIKE '%public API is switched off%'")
        ).scalar() == 3 * len(days)


async def test_a_board_that_goes_from_api_to_page_and_back_leaves_no_change(engine: Engine) -> None:
    jobs = [
        job(
            1,
            compensation=compensation(
                tier(100_000, 120_000, "London"), tier(90_000, 95_000, "Leeds")
            ),
        ),
        job(
            2,
            workplaceType=None,
            isRemote=True,
            descriptionHtml="<p>Salary: $90,000 - $95,000 a year. Apply by 1 May 2026.</p>",
        ),
    ]
    rows = [
        row(1, compensationTierSummary="$90K \u2013 $120K \u2022 Multiple Ranges"),
        row(2, workplaceType=None, applicationDeadline="2026-04-30T22:59:00.000Z"),
    ]
    kinds = [
        AshbyBoard(jobs),
        AshbyBoard(None, page=page(*rows)),
        AshbyBoard(jobs),
        AshbyBoard(None, page=page(*rows)),
    ]
    async with AshbyServer() as server:
        watched = wanted(server.url, "ashby:ExampleLabs")
        for hour, served in enumerate([*kinds, *kinds[1:]]):
            server.ashby["ExampleLabs"] = served
            assert await events_of_round(engine, watched, START + timedelta(hours=hour)) == set()
        server.ashby["ExampleLabs"] = AshbyBoard([jobs[0] | {"title": "Other"}, jobs[1]])
        assert {
            event[1:]
            for event in await events_of_round(engine, watched, START + timedelta(hours=9))
        } == {("revised", "title")}
    with engine.connect() as connection:
        query = (
            "SELECT title, pay_min, pay_max, description FROM posting_versions "
            "WHERE is_current ORDER BY posting"
        )
        stored = [tuple(found) for found in connection.execute(text(query))]
        states = connection.execute(text("SELECT DISTINCT state FROM postings")).scalars().all()
    assert stored[0] == ("Other", 100_000, 120_000, "Build & test models.")
    assert stored[1][1:3] == (90_000, 95_000)
    assert states == ["open"]


async def test_a_missing_posting_closes_at_the_second_check(sqlite_engine: Engine) -> None:
    async with AshbyServer() as server:
        watched = wanted(server.url, "ashby:ExampleLabs")
        server.lists("ExampleLabs", *(job(number) for number in range(1, 9)))
        await events_of_round(sqlite_engine, watched, START)
        server.lists("ExampleLabs", *(job(number) for number in range(1, 8)))
        assert await events_of_round(sqlite_engine, watched, START + timedelta(hours=1)) == set()
        closed = await events_of_round(sqlite_engine, watched, START + timedelta(hours=2))
    assert [event[1:] for event in closed] == [("closed", None)]
