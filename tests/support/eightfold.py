"""Eightfold's two interfaces and its job sitemap, written by hand, and a server that lies."""

from __future__ import annotations

import html
import json
from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

HOST = "examplelabs"
BOARD = f"eightfold:{HOST}"
DOMAIN = "example.org"
PAGE = 10
_REFUSED = {"pcsx": "PCSX is not enabled for this user.", "v2": "Not authorized for PCSX"}


def row(number: int = 1, name: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a position of the newer interface, with any field replaced."""
    plain = {
        "id": number,
        "displayJobId": f"D-{number}",
        "name": name,
        "locations": ["United Kingdom, Greater London, London"],
        "standardizedLocations": ["London, ENG, GB"],
        "postedTs": 1_795_000_000,
        "creationTs": 1_794_000_000,
        "solrScore": None,
        "stars": 0,
        "isHot": 0,
        "department": "Research",
        "workLocationOption": "hybrid",
        "locationFlexibility": None,
        "atsJobId": f"A-{number}",
        "positionUrl": f"/careers/job/{number}",
    }
    return plain | fields


def old_row(number: int = 1, name: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a position of the older interface, with any field replaced."""
    plain = {
        "id": number,
        "name": name,
        "posting_name": name,
        "location": "London, England, United Kingdom",
        "locations": ["London, England, United Kingdom"],
        "hot": 0,
        "department": "Research",
        "business_unit": "005",
        "t_update": 1_795_100_000,
        "t_create": 1_795_000_000,
        "ats_job_id": f"A-{number}",
        "display_job_id": f"D-{number}",
        "job_description": "",
        "work_location_option": "onsite",
        "canonicalPositionUrl": f"https://jobs.example.org/careers/job/{number}",
        "isPrivate": False,
    }
    return plain | fields


def posting(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return the JobPosting of a job's page, with any field replaced."""
    address = {"addressLocality": "London", "addressRegion": "ENG", "addressCountry": "GB"}
    plain = {
        "@context": "http://schema.org",
        "@type": "JobPosting",
        "title": f"Research Engineer {number}",
        "description": "<p>Build &amp; test models.</p>",
        "datePosted": "2026-11-20",
        "validThrough": "2027-11-20",
        "jobLocation": [{"@type": "Place", "address": address}],
        "hiringOrganization": {"@type": "Organization", "name": "Example Labs"},
    }
    return plain | fields


class EightfoldServer(AtsServer):
    """One tenant. `speaks` names the interface that answers; none: both refuse."""

    def __init__(self, rows: int = 0, speaks: str = "pcsx") -> None:
        super().__init__()
        self.speaks = speaks
        make = old_row if speaks == "v2" else row
        self.rows = [make(number) for number in range(1, rows + 1)]
        self.domain: str | None = DOMAIN
        self.count: int | None = None  # instead of the true one
        self.misses: list[set[int]] = []  # ids that each sweep shows as its first row instead
        self.details: dict[str, Any] = {}  # by id, instead of the plain ones; a status is one too
        self.sitemap = [f"https://{HOST}.eightfold.ai/careers/job/{n}-title" for n in range(1, 4)]
        self.etag: str | None = None  # of the sitemap
        self.moved: dict[str, str] = {}  # where a page redirects to
        self._sweep = -1

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # no body
        path = path.removeprefix(f"/{HOST}")
        if path in self.moved:
            return Reply(b"", 302, {"Location": self.moved[path]})
        if path == "/careers":
            return self._page()
        if path == "/careers/sitemap.xml":
            return self._sitemap()
        if path.startswith("/careers/job/"):
            number = int(path.removeprefix("/careers/job/").partition("-")[0])
            block = json.dumps(self.details.get(str(number)) or posting(number))
            return Reply(f'<script type="application/ld+json">{block}</script>'.encode())
        if query.get("domain") != self.domain:
            return Reply(b"<html>Careers</html>")
        lists = {"/api/pcsx/search": "pcsx", "/api/apply/v2/jobs": "v2"}
        return self._search(lists[path], query) if path in lists else self._detail(path, query)

    def starts(self) -> list[str]:
        """Return the offsets of the pages that were asked for, in turn."""
        asked = (seen for seen in self.paths() if "/search?" in seen or "/v2/jobs?" in seen)
        return [seen.partition("start=")[2].partition("&")[0] for seen in asked]

    def _page(self) -> Reply:
        if self.domain is None:
            return Reply(b"<html>Group ID not found</html>", 404)
        blob = html.escape(json.dumps({"navbar": "#fff", "domain": self.domain}))
        return Reply(f'<html><code id="pcsx-data" hidden>{blob}</code></html>'.encode())

    def _sitemap(self) -> Reply:
        entries = "".join(f"<url><loc>{url}</loc></url>" for url in self.sitemap)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        headers = {"ETag": self.etag} if self.etag else {}
        return Reply(f'<urlset xmlns="{space}">{entries}</urlset>'.encode(), headers=headers)

    def _search(self, name: str, query: dict[str, str]) -> Reply:
        if name != self.speaks:
            return Reply({"message": _REFUSED[name]}, 403 if name == "pcsx" else 200)
        start = int(query["start"])
        self._sweep += start == 0
        missed = self.misses[self._sweep] if self._sweep < len(self.misses) else set()
        rows = [self.rows[0] if one["id"] in missed else one for one in self.rows]
        found = {
            "positions": rows[start : start + PAGE],
            "count": len(self.rows) if self.count is None else self.count,
        }
        if name == "v2":
            return Reply({"domain": self.domain, **found})
        return Reply({"status": 200, "error": {"message": "", "body": ""}, "data": found})

    def _detail(self, path: str, query: dict[str, str]) -> Reply:
        is_pcsx = path == "/api/pcsx/position_details"
        key = query["position_id"] if is_pcsx else path.rpartition("/")[2]
        found = self.details.get(key, {"id": int(key)})
        if isinstance(found, int):
            return NOT_FOUND
        text = {"jobDescription" if is_pcsx else "job_description": "<p>Build models.</p>"}
        return Reply({"status": 200, "data": text | found} if is_pcsx else text | found)
