"""SmartRecruiters' posting API in the shape of its answers, by hand, and a server that lies."""

from __future__ import annotations

from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

BOARD = "smartrecruiters:ExampleLabs"
LIST = "/v1/companies/ExampleLabs/postings"
_SECTIONS = {
    "companyDescription": {"title": "Company Description", "text": "<p>We study models.</p>"},
    "jobDescription": {"title": "Job Description", "text": "<p>Build &amp; test models.</p>"},
    "qualifications": {"title": "Qualifications", "text": ""},
    "videos": {"urls": []},
    "benefits": {"title": "Benefits & more", "text": "<p>Lunch.</p>"},
}
_PLACE = {"city": "Austin", "region": "TX", "country": "us", "remote": False, "hybrid": False}


def key(number: int = 1) -> str:
    """Return the key of a posting."""
    return f"{744000000000000 + number}"


def place(**fields: Any) -> dict[str, Any]:
    """Return a location, with any field replaced."""
    return _PLACE | {"fullLocation": "Austin, TX, United States"} | fields


def row(number: int = 1, name: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a row of the list, with any field replaced."""
    plain = {
        "id": key(number),
        "name": name,
        "uuid": f"00000000-0000-4000-8000-{number:012}",
        "jobAdId": f"00000000-0000-4000-9000-{number:012}",
        "defaultJobAd": True,
        "refNumber": f"REF{number}A",
        "company": {"identifier": "ExampleLabs", "name": "Example Labs"},
        "releasedDate": "2026-11-20T10:00:00.000Z",
        "location": place(),
        "department": {"id": "7", "label": "Research"},
        "function": {"id": "engineering", "label": "Engineering"},
        "typeOfEmployment": {"id": "permanent", "label": "Full-time"},
        "customField": [{"fieldLabel": "Recruiter", "valueLabel": "Ann Example"}],
        "visibility": "PUBLIC",
        "creator": {"name": "Ann Example", "avatarUrl": ""},
        "language": {"code": "en", "label": "English"},
    }
    return plain | fields


def detail(number: int = 1, name: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return the answer to a posting's own call, with any field replaced."""
    plain = row(number, name) | {
        "jobId": "00000000-0000-4000-a000-000000000000",
        "postingUrl": f"https://jobs.smartrecruiters.com/ExampleLabs/{key(number)}-engineer",
        "jobAd": {"sections": _SECTIONS},
        "active": True,
    }
    return plain | fields


class SmartRecruitersServer(AtsServer):
    """One company. `served` is the size of a page, whatever is asked for."""

    def __init__(self, rows: int = 0) -> None:
        super().__init__()
        self.rows = [row(number) for number in range(1, rows + 1)]
        self.details: dict[str, Any] = {}  # by key, instead of the plain ones; None: 404
        self.served = 100
        self.total: int | None = None  # said instead of the true one
        self.fails_at: int | None = None  # the offset of a page that is answered by HTTP 404
        self.opens_at: int | None = None  # a posting opens when the page of this offset is asked

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # a GET
        if path.startswith(f"{LIST}/"):
            return self._detail(path.rpartition("/")[2])
        offset, limit = int(query["offset"]), int(query["limit"])
        if offset == self.fails_at:
            return NOT_FOUND
        if offset == self.opens_at:
            self.rows.insert(0, row(9999))
        rows = self.rows if path.casefold() == LIST.casefold() else []
        total = len(rows) if self.total is None else self.total
        page = rows[offset : offset + min(limit, self.served)]
        return Reply({"offset": offset, "limit": limit, "totalFound": total, "content": page})

    def details_asked(self) -> list[str]:
        """Return the keys of the details that were asked for, in turn."""
        return [path.rpartition("/")[2] for path in self.paths() if path.startswith(f"{LIST}/")]

    def _detail(self, asked: str) -> Reply:
        found = self.details.get(asked, detail(int(asked[-6:])))
        return NOT_FOUND if found is None else Reply(found)
