"""The fields of recorded lists, counted as the spiders read them and once more in the JSON.

Here are the ATS whose recordings other tests read in another way. The others count beside their
spiders' tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawler.spiders.workday import WorkdaySpider
from tests.support.ats_recordings import SHARED, Read, read_detail, read_lists

Job = dict[str, Any]


def shown(*values: object) -> tuple[bool, ...]:
    return tuple(map(bool, values))


def greenhouse(job: Job) -> tuple[bool, ...]:
    """Return whether a job states a place, a deadline and a department."""
    offices = job.get("offices") or [] if (job["location"]["name"] or "") == "" else []
    names = [one.get("name") for one in job.get("departments") or []]
    return shown(job["location"]["name"] or offices, job.get("application_deadline"), any(names))


def lever(job: Job) -> tuple[bool, ...]:
    labels = job["categories"]
    return shown(labels.get("location"), False, labels.get("department") or labels.get("team"))


def ashby(job: Job) -> tuple[bool, ...]:
    return shown(job["location"].strip(), False, job.get("department"))


def jobs_of(file: Path) -> list[Job]:
    answer = json.loads(file.read_bytes())
    jobs: list[Job] = answer["jobs"] if isinstance(answer, dict) else answer
    return jobs


def is_list(file: Path) -> bool:
    try:
        answer = json.loads(file.read_bytes())
    except ValueError:
        return False
    jobs = answer.get("jobs") if isinstance(answer, dict) else answer
    return isinstance(jobs, list) and bool(jobs) and isinstance(jobs[0], dict)


@pytest.mark.needs(SHARED)
@pytest.mark.parametrize(
    ("board", "stated"),
    [("greenhouse:x", greenhouse), ("lever:x", lever), ("ashby:x", ashby)],
    ids=["greenhouse", "lever", "ashby"],
)
def test_no_stated_field_is_missing_and_none_is_made_up(
    board: str, stated: Callable[[Job], tuple[bool, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    ats = board.partition(":")[0]
    files = [file for file in sorted((SHARED / ats).glob("*.json")) if is_list(file)]
    found = read_lists(board, files)
    with capsys.disabled():
        print(f"\n{found.line(ats)}")
    assert (found.without_key, found.unreadable) == (0, 0)
    read = [shown(one.location, "deadline" in one.stated, one.department) for one in found.postings]
    listed = [job for file in files for job in jobs_of(file) if job.get("isListed") is not False]
    assert read == [stated(job) for job in listed]


def rows() -> Iterator[Job]:
    for file in sorted((SHARED / "workday").glob("*.json")):
        yield from json.loads(file.read_bytes()).get("jobPostings") or []


def is_several(place: str) -> bool:
    return place.endswith(" Locations")


@pytest.mark.needs(SHARED)
def test_workdays_rows_are_read_whole(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((SHARED / "workday").glob("*.json"))
    files = [file for file in files if json.loads(file.read_bytes()).get("jobPostings")]
    found = read_lists("workday:acme.wd5/Careers", files)
    with capsys.disabled():
        print(f"\n{found.line('workday')}")
    assert (found.without_key, found.unreadable) == (0, 0)
    places = [one.get("locationsText", "") for one in rows()]
    assert [one.location for one in found.postings] == [
        "" if is_several(place) else " ".join(place.split()) for place in places
    ]
    assert [one.title for one in found.postings] == [
        " ".join(one["title"].split()) for one in rows()
    ]


@pytest.mark.needs(SHARED)
def test_workdays_details_are_read_whole(capsys: pytest.CaptureFixture[str]) -> None:
    found, infos = Read(), []
    for file in sorted((SHARED / "workday").glob("*detail*.json")):
        fields = WorkdaySpider.detail_in(file.read_bytes())
        info = msgspec.json.decode(msgspec.json.encode(fields))
        row = {"title": info["title"], "externalPath": f"/job/X/{info.get('jobPostingId', 'X_1')}"}
        stored = WorkdaySpider.stored_detail(fields)
        read_detail("workday:acme.wd5/Careers", row, stored, found)
        infos.append(info)
    with capsys.disabled():
        print(f"\n{found.line('workday details')}")
    assert (len(found.postings), found.unreadable) == (len(infos), 0)
    for posting, info in zip(found.postings, infos, strict=True):
        places = [info.get("location"), *(info.get("additionalLocations") or [])]
        assert posting.location == "; ".join(filter(None, places))
        assert posting.employment_type == info.get("timeType", "")
        assert bool(posting.description) == bool(info["jobDescription"])
        assert posting.requisition == info.get("jobReqId")
        assert "jobDescription" in info
