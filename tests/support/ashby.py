"""Jobs of Ashby's posting API, rows of its pages, and a local server of both."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from monitor.demo.board_server import Answer, BoardServer, SeenRequest, packed

API, ROBOTS = "/posting-api/job-board/", "/robots.txt"


def key(number: int) -> str:
    """Return the id of a job."""
    return f"00000000-0000-4000-8000-{number:012}"


# any field of a job
def job(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a job as the API lists it."""
    url = f"https://jobs.ashbyhq.com/ExampleLabs/{key(number)}"
    plain = {
        "id": key(number),
        "title": title,
        "department": "Research",
        "team": "Models",
        "employmentType": "FullTime",
        "location": "London, UK",
        "shouldDisplayCompensationOnJobPostings": True,
        "secondaryLocations": [],
        "publishedAt": "2026-02-01T15:00:00.123+00:00",
        "isListed": True,
        "isRemote": True,
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
        "descriptionHtml": '<p style="min-height:1.5em">Build &amp; test models.</p>',
        "descriptionPlain": "Build & test models.",
        "compensation": compensation(),
    }
    return plain | fields


def second(*names: str) -> list[dict[str, Any]]:
    """Further places of a job."""
    return [{"location": name, "address": None} for name in names]


def tier(
    low: float | None, high: float | None, title: str | None = None, summary: str = "", **more: Any
) -> dict[str, Any]:
    """Return a tier of pay, with equity beside the salary."""
    salary = {
        "id": "s",
        "summary": summary,
        "compensationType": "Salary",
        "interval": "1 YEAR",
        "currencyCode": "USD",
    }
    equity = {
        "id": "e",
        "summary": "Offers Equity",
        "compensationType": "EquityCashValue",
        "interval": "1 YEAR",
        "currencyCode": "USD",
    }
    components = [
        equity | {"minValue": 5, "maxValue": 9},
        salary | {"minValue": low, "maxValue": high} | more,
    ]
    return {
        "id": "t",
        "tierSummary": summary or None,
        "title": title,
        "additionalInformation": None,
        "components": components,
    }


def compensation(*tiers: dict[str, Any], summary: str | None = None) -> dict[str, Any]:
    """Return a job's pay, without summary components, which only a job without tiers needs."""
    return {
        "compensationTierSummary": summary,
        "scrapeableCompensationSalarySummary": None,
        "compensationTiers": list(tiers),
        "summaryComponents": [],
    }


# any field of a row
def row(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return the posting of `job` as the page of its board lists it."""
    plain = {
        "id": key(number),
        "title": title,
        "updatedAt": "2026-02-03T10:00:00.000Z",
        "departmentId": "d",
        "departmentName": "Research",
        "departmentExternalName": None,
        "locationId": "l",
        "locationName": "London, UK",
        "locationExternalName": None,
        "workplaceType": "Hybrid",
        "employmentType": "FullTime",
        "isListed": True,
        "jobId": "j-1",
        "jobRequisitionId": "R-7",
        "teamId": "t",
        "teamName": "Models",
        "teamExternalName": None,
        "publishedDate": "2026-02-01",
        "applicationDeadline": None,
        "shouldDisplayCompensationOnJobBoard": True,
        "secondaryLocations": [],
        "compensationTierSummary": None,
        "userRoles": [
            {"role": "Recruiter", "user": {"name": "Ann Example", "email": "ann@example.org"}}
        ],
    }
    return plain | fields


# any row, any field of the page's data
def page(*rows: Any, slug: str | None = "ExampleLabs", **data: Any) -> bytes:
    """Return the page of a board; without a slug, of a board that does not exist."""
    known = {
        "organization": {"name": "Example Labs", "hostedJobsPageSlug": slug},
        "jobBoard": {"teams": [], "jobPostings": list(rows)},
    }
    written = {
        "environment": "production",
        **(known if slug else {"organization": None, "jobBoard": None}),
        "posting": None,
        **data,
    }
    script = f'\n window.__appData = {json.dumps(written)};\n fetch("x.json");'
    return f'<html><body><script nonce="x">{script}</script></body></html>'.encode()


@dataclass
class AshbyBoard:
    """A board. Without `jobs` its API is off; without `page` it has an unknown board's page."""

    jobs: list[Any] | None = field(default_factory=list)
    body: bytes | None = None  # the API's answer as it is
    page: bytes | None = None

    def listing(self) -> bytes | None:
        return self.body or (
            None
            if self.jobs is None
            else json.dumps({"apiVersion": "1", "jobs": self.jobs}).encode()
        )


class AshbyServer(BoardServer):
    """API, pages and robots.txt of Ashby on one host; `troubles` go by the path of the address."""

    def __init__(self) -> None:
        super().__init__()
        self.ashby: dict[str, AshbyBoard] = {}
        self.robots: bytes | None = (
            b"User-agent: *\nDisallow: /meeting/\nDisallow: /b/\nDisallow: /api/\n"
        )

    def lists(self, name: str, *jobs: Any) -> AshbyBoard:  # a job may be anything
        """Return the board of that name, whose API lists these jobs from now on."""
        self.ashby[name] = AshbyBoard(list(jobs))
        return self.ashby[name]

    def _answer(self, seen: SeenRequest) -> Answer:
        if seen.path == ROBOTS:
            return _plain(200 if self.robots else 404, "text/plain", self.robots or b"")
        board = {name.casefold(): board for name, board in self.ashby.items()}.get(
            unquote(seen.path).rsplit("/", 1)[-1].casefold()
        )
        if not seen.path.startswith(API):
            return _plain(
                200, "text/html; charset=utf-8", (board.page if board else None) or page(slug=None)
            )
        found = board.listing() if board else None
        if found is None:
            return _plain(404, "text/plain", b"Not Found")
        body, etag = packed(found, zipped=False)
        if seen.headers.get("if-none-match") == etag:
            return Answer(304, {"ETag": etag}, b"")
        return Answer(
            200,
            {"Content-Type": "application/json", "ETag": etag, "Content-Length": str(len(body))},
            body,
        )


def _plain(status: int, kind: str, body: bytes) -> Answer:
    return Answer(status, {"Content-Type": kind, "Content-Length": str(len(body))}, body)
