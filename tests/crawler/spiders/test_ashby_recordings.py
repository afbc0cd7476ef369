"""Whole Ashby boards from the server to the postings, hand-written and, where they are, real."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Snapshot
from tests.support.ashby import AshbyBoard, AshbyServer
from tests.support.crawling import check_boards, plain, snapshot
from tests.support.places import ROOT

OURS = ROOT / "tests" / "recordings" / "ashby"
SHARED = ROOT.parent / "shared" / "recordings"
REAL = pytest.mark.needs(SHARED)
BOARD = "ashby:ExampleLabs"
PERIODS = {"1 YEAR": "year", "1 MONTH": "month", "1 HOUR": "hour"}
WORKPLACES = {"Remote": "remote", "Hybrid": "hybrid", "OnSite": "onsite"}


@pytest.fixture
async def server() -> AsyncIterator[AshbyServer]:
    async with AshbyServer() as server:
        yield server


async def expect(server: AshbyServer, expected: str) -> None:
    sightings = (await snapshot(server, BOARD)).sightings
    assert [plain(sighting.read()) for sighting in sightings] == json.loads(
        (OURS / expected).read_text()
    )
    for sighting in sightings:
        assert not any(name in sighting.keep() for name in (b"Ann", b"ann@", b"userRoles"))
        assert sighting.reader(sighting.keep()) == sighting.read()


async def test_a_recorded_board_gives_the_postings_expected_of_it(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(body=(OURS / "examplelabs.json").read_bytes())
    await expect(server, "examplelabs.expected.json")


async def test_a_recorded_page_gives_the_postings_expected_of_it(server: AshbyServer) -> None:
    server.ashby["ExampleLabs"] = AshbyBoard(
        None, page=(OURS / "examplelabs.page.html").read_bytes()
    )
    await expect(server, "examplelabs.page.expected.json")


def pay_by_hand(job: dict[str, Any]) -> tuple[Any, ...] | None:
    """Return the amounts of a job with one tier and one salary; None where there are none."""
    [tier] = job["compensation"]["compensationTiers"]
    salaries = [
        each
        for each in tier["components"]
        if each["compensationType"] == "Salary" and each.get("maxValue") is not None
    ]
    if not job["shouldDisplayCompensationOnJobPostings"] or not salaries:
        return None
    [salary] = salaries
    return (
        salary["minValue"],
        salary["maxValue"],
        salary["currencyCode"],
        PERIODS[salary["interval"]],
    )


def by_hand(job: dict[str, Any]) -> dict[str, Any]:
    """Return the expected posting of this job, in the fields that need no reading of texts."""
    remote = "remote" if job["isRemote"] else None
    places = [job["location"], *(each["location"] for each in job["secondaryLocations"])]
    return {
        "key": job["id"],
        "title": " ".join(job["title"].split()),
        "url": job["jobUrl"],
        "department": job["department"],
        "employment_type": {"FullTime": "Full-time"}.get(
            job["employmentType"], job["employmentType"]
        ),
        "locations": {" ".join(place.split()) for place in places},
        "workplace": WORKPLACES.get(job["workplaceType"], remote),
    }


@pytest.mark.parametrize(
    ("folder", "names", "right"),
    [
        (OURS, "examplelabs.json", (1, 3, 1)),
        pytest.param(SHARED / "ashby", "*.json", (18, 104, 30), marks=REAL),
    ],
    ids=["ours", "real"],
)
async def test_every_job_of_every_answer_is_read_and_none_besides(
    server: AshbyServer, folder: Path, names: str, right: tuple[int, int, int]
) -> None:
    answers = {
        file.stem.split("_")[0] + str(number): file.read_bytes()
        for number, file in enumerate(files_of(folder, names))
    }
    server.ashby = {name: AshbyBoard(body=body) for name, body in answers.items()}
    results = await check_boards(server, *(f"ashby:{name}" for name in answers), timeout=30)
    counted, tiers = 0, 0
    for name, body in answers.items():
        result = results[f"ashby:{name}"]
        jobs = [job for job in json.loads(body)["jobs"] if job["isListed"]]
        assert isinstance(result, Snapshot), result
        assert result.without_key == 0
        found = {sighting.key: sighting.read() for sighting in result.sightings}
        assert sorted(found) == sorted(job["id"] for job in jobs)
        for job in jobs:
            posting, expected = found[job["id"]], by_hand(job)
            assert {field: getattr(posting, field) for field in expected} | {
                "locations": set(posting.locations)
            } == expected
            assert posting.description
            counted += 1
            if len((job.get("compensation") or {}).get("compensationTiers") or []) == 1:
                pay = posting.pay
                assert (
                    pay and (pay.minimum, pay.maximum, pay.currency, pay.period)
                ) == pay_by_hand(job)
                tiers += 1
    assert (len(answers), counted, tiers) == right


@pytest.mark.parametrize(
    ("folder", "names", "right"),
    [
        (OURS, "*.page.html", [3]),
        pytest.param(SHARED / "html", "ashby_board_*_2026-08-22.html", [90, 10, 8, 4], marks=REAL),
    ],
    ids=["ours", "real"],
)
async def test_every_row_of_every_saved_page_is_read_and_none_besides(
    server: AshbyServer, folder: Path, names: str, right: list[int]
) -> None:
    files = {f"Board{number}": file for number, file in enumerate(files_of(folder, names))}
    pages = {name: page_data(file) for name, file in files.items()}
    slugs = {data["organization"]["hostedJobsPageSlug"]: name for name, data in pages.items()}
    server.ashby = {
        slug: AshbyBoard(None, page=files[name].read_bytes()) for slug, name in slugs.items()
    }
    results = await check_boards(server, *(f"ashby:{slug}" for slug in slugs))
    counted = []
    for slug, name in slugs.items():
        data, result = pages[name], results[f"ashby:{slug}"]
        rows = {row["id"]: row for row in data["jobBoard"]["jobPostings"] if row["isListed"]}
        assert isinstance(result, Snapshot), result
        found = {sighting.key: sighting.read() for sighting in result.sightings}
        assert (found.keys(), result.without_key, result.company) == (
            rows.keys(),
            0,
            data["organization"]["name"],
        )
        for key, row in rows.items():
            assert found[key].title == " ".join(row["title"].split())
            assert (
                found[key].department
                == (row["departmentExternalName"] or row["departmentName"]).strip()
            )
            assert found[key].url == f"https://jobs.ashbyhq.com/{slug}/{key}"
            assert found[key].location.startswith(
                (row["locationExternalName"] or row["locationName"]).strip()
            )
            assert (found[key].pay is None) == (row["compensationTierSummary"] is None)
        counted.append(len(rows))
    assert counted == right


def files_of(folder: Path, names: str) -> list[Path]:
    return sorted(folder.glob(names))


def page_data(file: Path) -> Any:  # whatever the page holds
    text = file.read_text()
    return json.loads(
        text[
            text.index("window.__appData = ") + 19 : text.index(
                ";\n", text.index("window.__appData")
            )
        ]
    )
