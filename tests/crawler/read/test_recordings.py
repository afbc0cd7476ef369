"""Run the readers on every posting of our recordings, and of real ones where present."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.read.deadline import read_deadline
from crawler.read.pay import read_pay
from crawler.read.place import places
from crawler.read.text import to_text
from tests.support.places import ROOT

OURS = (ROOT / "tests") / "recordings" / "greenhouse"
REAL = ROOT.parent / "shared" / "recordings" / "greenhouse"
EITHER = [OURS, pytest.param(REAL, marks=pytest.mark.needs(REAL))]


@pytest.fixture(params=EITHER, ids=["ours", "real"])
def jobs(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Return the jobs of every recorded list."""
    return list(_jobs(request.param))


def _jobs(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.json")):
        answer = json.loads(path.read_text(encoding="utf-8"))
        for job in answer.get("jobs") or [] if isinstance(answer, dict) else []:
            if "id" in job and "title" in job:
                yield job


def test_every_description_reads_as_text_without_markup(jobs: list[dict[str, Any]]) -> None:
    texts = [to_text(job["content"]) for job in jobs if job.get("content")]
    assert len(texts) >= 12
    assert all(
        text and "&nbsp;" not in text and "</p>" not in text and "\n\n\n" not in text
        for text in texts
    )


@pytest.mark.parametrize(
    ("folder", "key"), [(OURS, 5100001), pytest.param(REAL, 5938712, marks=pytest.mark.needs(REAL))]
)
def test_pay_and_deadline_of_a_posting_are_read(folder: Path, key: int) -> None:
    job = next(job for job in _jobs(folder) if job["id"] == key)
    text = to_text(job["content"])
    pay = read_pay(text)
    deadline = read_deadline(text, published=None, place=job["location"]["name"])
    assert pay is not None
    assert deadline is not None
    assert (pay.minimum, pay.maximum, pay.currency, pay.period) == (133_000, 240_000, "USD", "year")
    assert (deadline.text, deadline.at) == (
        "12pm PST Sunday 19th of May 2024",
        datetime(2024, 5, 19, 19, tzinfo=UTC),
    )


def test_pay_is_read_where_greenhouse_wrote_a_pay_block_and_is_plausible(
    jobs: list[dict[str, Any]],
) -> None:
    texts = [to_text(job["content"]) for job in jobs if job.get("content")]
    blocks = [to_text(job["content"]) for job in jobs if "pay-range" in (job.get("content") or "")]
    assert blocks
    assert all(read_pay(text) for text in blocks)
    found = [pay for pay in map(read_pay, texts) if pay]
    clear = [pay for pay in found if pay.currency]
    assert len(found) - len(clear) <= 1  # our own recording has one that is unclear
    for pay in clear:
        assert pay.minimum is not None
        assert pay.maximum is not None
        assert pay.period != "year" or pay.minimum >= 15_000


def test_every_location_has_its_places(jobs: list[dict[str, Any]]) -> None:
    locations = {job["location"]["name"] for job in jobs if (job.get("location") or {}).get("name")}
    assert len(locations) >= 10
    assert all(places(location) for location in locations)


@pytest.mark.needs(REAL)
def test_there_are_many_real_recordings() -> None:
    found = list(_jobs(REAL))
    assert (
        len({job["location"]["name"] for job in found if (job.get("location") or {}).get("name")})
        > 300
    )
    assert sum(bool(job.get("content")) for job in found) > 200


PAYS = {
    5100001: (133_000, 240_000, "USD", "year"),
    5100002: (34.5, 41.25, "USD", "hour"),
    5100003: (95_000, 128_000, "GBP", "year"),
    5100004: (118_000, 154_500, "CAD", "year"),
    5100007: (72_000, 85_000, "USD", "year"),
}


def test_pay_of_our_own_recording_is_read() -> None:
    jobs = json.loads((OURS / "otherworks.json").read_text(encoding="utf-8"))["jobs"]
    found = {job["id"]: pay for job in jobs if (pay := read_pay(to_text(job["content"])))}
    assert {
        key: (pay.minimum, pay.maximum, pay.currency, pay.period) for key, pay in found.items()
    } == PAYS
