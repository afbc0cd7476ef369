"""JSON-LD: real pages, read by us and counted by hand from the same JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from crawler.items import Posting
from crawler.spiders.jsonld_page import read_page
from crawler.spiders.jsonld_posting import key_of, read_posting, stored_job
from crawler.spiders.sitemap import read_sitemap
from tests.support.places import ROOT

SHARED = ROOT.parent / "shared" / "recordings"
PAGES = ("jsonld/*.html", "breezy/*_job.html", "icims/*_job.html", "join/*_job.html")
ADDRESS = "https://careers.example.org/jobs/some-job"
_SCRIPT = re.compile(r"<script[^>]*application/ld\+json[^>]*>(.*?)</script>", re.DOTALL)


def counted(html: str) -> list[dict[str, Any]]:
    """Return the JobPostings of a page, found without our readers."""
    found: list[dict[str, Any]] = []

    def hook(node: dict[str, Any]) -> dict[str, Any]:
        if node.get("@type") == "JobPosting":
            found.append(node)
        return node

    for block in _SCRIPT.findall(html):
        json.loads(block, strict=False, object_hook=hook)
    return found


@pytest.mark.needs(SHARED)
def test_every_recorded_page_is_read() -> None:
    jobs: list[dict[str, Any]] = []
    postings: list[Posting] = []
    without_key = 0
    files = [file for pattern in (*PAGES, "teamtailor/*_job.html") for file in SHARED.glob(pattern)]
    for file in files:
        page = read_page(file.read_bytes(), ADDRESS)
        assert page.broken == 0
        jobs += counted(file.read_text())
        for job in page.jobs:
            url = job.get("url") or (ADDRESS if len(page.jobs) == 1 else "")
            without_key += key_of(job, url) is None
            postings.append(read_posting(stored_job(job, url, is_deadline=False)))
    numbers = {
        "location": sum(bool(one.location) for one in postings),
        "deadline": sum(bool(one.deadline) for one in postings),
        "workplace": sum(bool(one.workplace) for one in postings),
        "department": sum(bool(one.department) for one in postings),
    }
    print(
        f"jsonld  files {len(files)}  postings {len(postings)}  without key {without_key}", numbers
    )
    assert [one.title for one in postings] == [
        job["title"].replace("&amp;", "&").strip() for job in jobs
    ]
    assert numbers["location"] == sum("jobLocation" in job for job in jobs)
    stated = [job["baseSalary"]["value"] for job in jobs if "baseSalary" in job]
    ranges = {(one.pay.minimum, one.pay.maximum) for one in postings if one.pay}
    # Remitly's 1 to 1,000,000 is a placeholder, and its text has the range
    assert {(v["minValue"], v["maxValue"]) for v in stated if v["minValue"] > 1} <= ranges
    assert all(one.pay.period == "year" for one in postings if one.pay)
    assert without_key == 9  # the list that has neither identifiers nor addresses


@pytest.mark.needs(SHARED)
def test_a_recorded_sitemap_is_read() -> None:
    body = (SHARED / "jsonld" / "renamed_2026-09_job_sitemap.xml").read_bytes()
    found = read_sitemap(body)
    assert (len(found.pages), found.children) == (body.count(b"<loc>"), ())
    assert set(found.pages.values()) == {"2026-09-13"}
