"""The readers on every posting of the real recordings that lie beside the repository, where they do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.read.deadline import read_deadline
from crawler.read.pay import read_pay
from crawler.read.place import places
from crawler.read.text import to_text
from tests.support.places import ROOT

RECORDINGS = ROOT.parent / "shared" / "recordings" / "greenhouse"
pytestmark = pytest.mark.needs(RECORDINGS)


def jobs() -> Iterator[dict[str, Any]]:
    for path in sorted(RECORDINGS.rglob("*.json")):
        answer = json.loads(path.read_text(encoding="utf-8"))
        for job in answer.get("jobs") or [] if isinstance(answer, dict) else []:
            if "id" in job and "title" in job:
                yield job


def test_every_description_reads_as_text_without_markup() -> None:
    texts = [to_text(job["content"]) for job in jobs() if job.get("content")]
    assert len(texts) > 200
    assert all(text and "&nbsp;" not in text and "</p>" not in text and "\n\n\n" not in text for text in texts)


def test_the_first_posting_has_its_pay_and_its_deadline() -> None:
    job = next(job for job in jobs() if job["id"] == 5938712)
    text = to_text(job["content"])
    pay, deadline = read_pay(text), read_deadline(text, published=None, place=job["location"]["name"])
    assert pay is not None
    assert deadline is not None
    assert (pay.minimum, pay.maximum, pay.currency, pay.period) == (133_000, 240_000, "USD", "year")
    assert (deadline.text, deadline.at) == ("12pm PST Sunday 19th of May 2024", datetime(2024, 5, 19, 19, tzinfo=UTC))


def test_pay_is_read_where_greenhouse_wrote_a_pay_block_and_is_plausible() -> None:
    texts = [to_text(job["content"]) for job in jobs() if job.get("content")]
    blocks = [to_text(job["content"]) for job in jobs() if "pay-range" in (job.get("content") or "")]
    assert blocks
    assert all(read_pay(text) for text in blocks)
    for pay in filter(None, map(read_pay, texts)):
        assert pay.minimum is not None
        assert pay.maximum is not None
        assert pay.currency
        assert pay.period != "year" or pay.minimum >= 15_000


def test_every_location_has_its_places() -> None:
    locations = {job["location"]["name"] for job in jobs() if (job.get("location") or {}).get("name")}
    assert len(locations) > 300
    assert all(places(location) for location in locations)
