"""iCIMS' two products in the shape of their answers, written by hand, and a server that lies."""

from __future__ import annotations

import json
from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

SITE = "icims:careers.example.org"  # with JSON
PORTAL = "icims:careers-example"
PAGE = 20  # cards of a portal's page


def job(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a row of a career site, with any field replaced."""
    plain = {
        "slug": str(number),
        "language": "en-us",
        "req_id": str(number),
        "title": title,
        "description": "<p>Build &amp; test models.</p>",
        "responsibilities": "<p>Train them.</p>",
        "city": "London",
        "state": "England",
        "country": "United Kingdom",
        "full_location": "London, England",
        "multipleLocations": False,
        "additional_locations": None,
        "location_type": "ANY",
        "categories": [{"name": "Research"}],
        "category": [" Research"],
        "hiring_organization": "Example Labs Ltd.",
        "employment_type": "FULL_TIME",
        "salary_min_value": None,
        "salary_max_value": None,
        "salary_currency": None,
        "posted_date": "2026-11-20T19:39:00+0000",
        "create_date": "2026-11-22T19:39:48+0000",
        "update_date": "2026-11-25T16:34:03+0000",
        "recruiter_name": "Ann Example",
        "meta_data": {"canonical_url": f"https://careers.example.org/jobs/{number}?lang=en-us"},
    }
    return plain | fields


def card(number: int, place: str = "UK-London-London", *, shape: str = "li") -> str:
    """Return a card of a portal, in one of its two shapes."""
    fields = "".join(
        f'<div class="iCIMS_JobHeaderTag"><dt class="iCIMS_JobHeaderField">{label}</dt>\n'
        f'<dd class="iCIMS_JobHeaderData"><span>\n{value}</span></dd></div>'
        for label, value in (
            ("Requisition ID", f"2026-{number}"),
            ("Position Type", "Full-time"),
            ("Work Arrangement", "On Site"),
            ("Hiring Manager", "Bo Example"),
        )
    )
    inner = f"""<div class="row">
<div class="col-xs-6 header left"><span class="sr-only field-label">Job Locations</span>
<span>{place}</span></div>
<div class="col-xs-6 header right"><span class="sr-only field-label">Posted Date</span>
<span title="11/23/2026 7:11 PM">3 hours ago</span></div>
<div class="col-xs-12 title"><a class="iCIMS_Anchor"
 href="https://careers-example.icims.com/jobs/{number}/engineer-%28london%29/job?in_iframe=1">
<span class="sr-only field-label">Title</span>
<h3>
Research Engineer {number}</h3></a></div>
<div class="additionalFields"><dl class="iCIMS_JobHeaderGroup">{fields}</dl></div>
</div>"""
    return f'<li class="iCIMS_JobCardItem">{inner}</li>' if shape == "li" else inner


def posting(number: int = 1, **fields: Any) -> bytes:
    """Return the page of a portal's job, with any field of its JobPosting replaced."""
    address = {
        "addressCountry": "GB",
        "streetAddress": "UNAVAILABLE",
        "addressLocality": "London",
        "addressRegion": "UNAVAILABLE",
    }
    plain = {
        "@context": "http://schema.org",
        "@type": "JobPosting",
        "title": f"Research Engineer {number}",
        "description": "<h2>Overview</h2><p>Build &amp; test models.</p>",
        "datePosted": "2026-11-20T04:00:00.000Z",
        "validThrough": "2027-11-20T04:00:00.000Z",
        "employmentType": "OTHER",
        "occupationalCategory": "Research",
        "jobLocation": [{"@type": "Place", "address": address}],
        "url": f"https://careers-example.icims.com/jobs/{number}/engineer/job",
    }
    block = json.dumps(plain | fields)
    return f'<html><script type="application/ld+json">{block}</script></html>'.encode()


class IcimsServer(AtsServer):
    """One career site with JSON, and one portal."""

    def __init__(self, jobs: int = 0, cards: int = 0) -> None:
        super().__init__()
        self.jobs = [job(number) for number in range(1, jobs + 1)]
        self.total: int | None = None  # instead of the true one
        self.has_json = True
        self.cards = list(range(1, cards + 1))
        self.shape = "li"
        self.names_pages = True  # "Page X of Y"
        self.past_the_end_is_last = False
        self.empty_page: int | None = None
        self.details: dict[int, bytes | int] = {}  # by id, instead of the plain ones; or a status
        self.sessions: list[bool] = []  # for each page of the portal, whether its cookie came

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # no body
        path = path.removeprefix("/careers.example.org").removeprefix("/careers-example")
        if path == "/api/jobs" and self.has_json:
            return self._list(int(query["page"]))
        if path == "/jobs/search":
            return self._search(int(query["pr"]))
        if path.endswith("/job"):
            return self._posting(int(path.split("/")[2]))
        return NOT_FOUND

    def _list(self, number: int) -> Reply:
        rows = [{"data": one} for one in self.jobs[(number - 1) * 100 : number * 100]]
        total = len(self.jobs) if self.total is None else self.total
        return Reply({"jobs": rows, "totalCount": total, "count": len(rows)})

    def _search(self, number: int) -> Reply:
        self.sessions.append("JSESSIONID=one" in self.requests[-1].headers.get("cookie", ""))
        last = max(0, (len(self.cards) - 1) // PAGE)
        if self.past_the_end_is_last:
            number = min(number, last)
        shown = self.cards[number * PAGE : (number + 1) * PAGE]
        if number == self.empty_page:
            shown = []
        cards = "".join(card(each, shape=self.shape) for each in shown)
        paging = f"Page <span>{number + 1}</span> of <span>{last + 1}</span>"
        body = f"""<html><body><h2 class="iCIMS_SubHeader">{paging * self.names_pages}</h2>
<div class="iCIMS_JobsTable">{cards}</div></body></html>"""
        headers = {"Set-Cookie": "JSESSIONID=one; Path=/; HttpOnly"} if not number else {}
        return Reply(body.encode(), headers=headers)

    def _posting(self, number: int) -> Reply:
        found = self.details.get(number, posting(number))
        return Reply(b"", found) if isinstance(found, int) else Reply(found)
