"""Compare the CPU of checks of an Ashby and a Greenhouse board: `make bench`.

Both have 140 postings with the same texts, and all of them change. The goal is an Ashby check of at
most 1.3 times the other. The boards' server is another process.
`.venv/bin/python -m tests.benchmarks.bench_ashby [ROUNDS]`
"""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any

import structlog
from pydantic import SecretStr

from monitor.config.model import AtsSettings, Rule, Settings, WatchedBoard
from monitor.daemon.memory import freeze_gc, use_one_malloc_arena
from monitor.database.opening import open_database
from monitor.rounds.round import run_round
from tests.benchmarks.board_farm import Farm, job

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdecimal() else 8
POSTINGS = 140
STYLED = '<p style="min-height:1.5em">'  # as Ashby writes every paragraph


def greenhouse(number: int, edition: int) -> dict[str, Any]:
    return JOBS[number] | {
        "content": JOBS[number]["content"].replace("Number", f"Edition {edition}, number")
    }


def ashby(number: int, edition: int) -> dict[str, Any]:
    """Return the same posting in Ashby's format, with pay and with its text twice."""
    same = greenhouse(number, edition)
    url = f"https://jobs.ashbyhq.com/farm/{number:08}-0000-4000-8000-000000000000"
    content = html.unescape(same["content"]).replace("<p>", STYLED)
    salary = {
        "id": "s",
        "summary": "$100K – $150K",
        "compensationType": "Salary",
        "interval": "1 YEAR",
        "currencyCode": "USD",
    }
    components = [salary | {"minValue": 100_000, "maxValue": 150_000}]
    tiers = [
        {
            "id": "t",
            "tierSummary": salary["summary"],
            "title": None,
            "additionalInformation": None,
            "components": components,
        }
    ]
    return {
        "id": url.rsplit("/", 1)[1],
        "title": same["title"],
        "department": "Research",
        "team": "Research",
        "employmentType": "FullTime",
        "location": same["location"]["name"],
        "shouldDisplayCompensationOnJobPostings": True,
        "secondaryLocations": [],
        "publishedAt": "2026-02-01T15:00:00.000+00:00",
        "isListed": True,
        "isRemote": False,
        "workplaceType": "Hybrid",
        "address": {
            "postalAddress": {
                "addressLocality": "London",
                "addressRegion": "England",
                "addressCountry": "United Kingdom",
            }
        },
        "jobUrl": url,
        "applyUrl": f"{url}/application",
        "descriptionHtml": content,
        "descriptionPlain": content,
        "compensation": {
            "compensationTierSummary": salary["summary"],
            "scrapeableCompensationSalarySummary": "$100K - $150K",
            "compensationTiers": tiers,
            "summaryComponents": components,
        },
    }


JOBS = {number: job(number) for number in range(1, POSTINGS + 1)}
SHAPES = {"greenhouse": greenhouse, "ashby": ashby}


class Boards(Farm):
    """One board of each ATS, which changes with every answer."""

    def __init__(self) -> None:
        super().__init__(0)
        self.lists = {
            ats: [_pack(shape, edition) for edition in range(ROUNDS + 1)]
            for ats, shape in SHAPES.items()
        }
        self.answers = dict.fromkeys(SHAPES, 0)

    def answer(self, head: bytes) -> bytes:
        ats = "ashby" if b"/posting-api/" in head else "greenhouse"
        body = self.lists[ats][self.answers[ats]]
        self.answers[ats] += 1
        start = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        )
        return start % len(body) + body


def _pack(shape: Any, edition: int) -> bytes:  # one of SHAPES
    jobs = [shape(number, edition) for number in JOBS]
    return gzip.compress(json.dumps({"jobs": jobs}).encode(), 6)


async def serve() -> None:
    server = await asyncio.start_server(Boards().converse, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)  # the caller reads it
    await server.serve_forever()


async def measure(ats: str, url: str, folder: Path) -> float:
    """Return the median CPU milliseconds of a check in which every posting changed.

    The first round is a baseline and does not count.
    """
    engine = open_database(f"sqlite:///{folder}/{ats}.db")
    settings = Settings(
        folder / "rolewatch.toml",
        SecretStr(""),
        boards=(WatchedBoard(f"{ats}:farm", "https://example.org"),),
        rules=(Rule("r", any=("research engineer",)),),
        ats={ats: AtsSettings(url, timedelta(0), 4)},
    )
    taken, now = [], datetime(2026, 3, 2, 9, tzinfo=UTC)
    for hour in range(ROUNDS + 1):
        began, at = time.process_time(), now + timedelta(hours=hour)
        await run_round(
            engine,
            settings,
            None,
            alerts=True,
            announce=False,
            clock=repeat(at).__next__,
            random=Random(1),
        )
        taken.append((time.process_time() - began) * 1e3)
    with engine.connect() as connection:
        [revised] = connection.exec_driver_sql("SELECT sum(revised) FROM board_check").one()
    assert revised == POSTINGS * ROUNDS, revised
    engine.dispose()
    return statistics.median(taken[1:])


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    use_one_malloc_arena()  # as `run` does
    # no other task runs yet
    farm = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "tests.benchmarks.bench_ashby", "serve"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = f"http://127.0.0.1:{(farm.stdout or sys.stdin).readline().strip()}"
        with tempfile.TemporaryDirectory() as folder:
            freeze_gc()
            cost = {ats: await measure(ats, url, Path(folder)) for ats in SHAPES}
        figures = ", ".join(f"{ats} {taken:.1f} ms" for ats, taken in cost.items())
        print(
            f"a check of {POSTINGS} changed postings: {figures}; "
            f"{cost['ashby'] / cost['greenhouse']:.2f} times (goal 1.3)"
        )
    finally:
        farm.terminate()


if __name__ == "__main__":
    asyncio.run(serve() if sys.argv[1:] == ["serve"] else main())
