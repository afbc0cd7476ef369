"""Recruitee's API and page in the shape of their answers, written by hand, and a server of them."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

BOARD = "recruitee:examplelabs"
SITE = "https://examplelabs.recruitee.com"
LIST = "/examplelabs/api/offers"
PAGE = "/examplelabs/"
NO_PAY = {"min": None, "max": None, "period": None, "currency": None}
LONDON = {"id": 1, "name": "HQ", "city": "London", "state": "England", "country": "United Kingdom"}
TOKEN_WANTED = Reply({"error": "X-Careers-Sites-Token"}, 401)


def job(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return an offer of the API, with any field replaced."""
    plain = {
        "id": 2_600_000 + number,
        "slug": f"research-engineer-{number}",
        "status": "published",
        "title": title,
        "description": "<p>Build &amp; test models.</p>",
        "requirements": "<ul><li>Two years</li></ul>",
        "department": "Research",
        "location": "London, England, United Kingdom",
        "locations": [LONDON],
        "remote": False,
        "hybrid": True,
        "on_site": False,
        "salary": NO_PAY,
        "employment_type_code": "fulltime_permanent",
        "company_name": "Example Labs",
        "careers_url": f"{SITE}/o/research-engineer-{number}",
        "mailbox_email": f"job.{number}@examplelabs.example.org",
        "open_questions": [{"body": "Ann Example wants to know"}],
        "close_at": None,
        "created_at": "2026-11-01 10:10:39 UTC",
        "published_at": "2026-11-05 10:10:39 UTC",
        "updated_at": "2026-11-06 10:10:39 UTC",
    }
    return plain | fields


def page(jobs: list[dict[str, Any]], subdomain: str = "examplelabs") -> bytes:
    """Return the page of a board with these offers of the API."""
    config = {
        "offers": [_offer(each) for each in jobs],
        "locations": [_place(LONDON)],
        "departments": [{"id": 9, "translations": {"en": {"name": "Research"}}}],
        "site": {
            "host": f"{subdomain}.recruitee.com",
            "subdomain": subdomain,
            "name": "Example Labs",
        },
    }
    props = escape(json.dumps({"appConfig": config}))
    return f'<!DOCTYPE html><div data-component="PublicApp" data-props="{props}"></div>'.encode()


def _offer(job: dict[str, Any]) -> dict[str, Any]:
    texts = {
        "title": job["title"],
        "descriptionHtml": job["description"],
        "requirementsHtml": job["requirements"],
    }
    return {
        "id": job["id"] - 700_000,
        "externalId": job["id"],
        "slug": job["slug"],
        "status": job["status"],
        "primaryLangCode": "en",
        "translations": {"de": texts | {"title": "Forscher"}, "en": texts},
        "remote": job["remote"],
        "hybrid": job["hybrid"],
        "onSite": job["on_site"],
        "salary": job["salary"],
        "departmentId": 9,
        "locationIds": [1],
        "employmentType": job["employment_type_code"],
    }


def _place(place: dict[str, Any]) -> dict[str, Any]:
    return {"id": place["id"], "translations": {"en": {**place, "note": None}}}


class RecruiteeServer(AtsServer):
    """One board. `wants_token` is how its API answers from February 2027 on."""

    def __init__(self, jobs: int = 0) -> None:
        super().__init__()
        self.jobs = [job(number) for number in range(1, jobs + 1)]
        self.wants_token = False
        self.page: bytes | None = None  # instead of the plain one

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # neither
        if path == LIST:
            return TOKEN_WANTED if self.wants_token else Reply({"offers": self.jobs})
        if path == PAGE:
            return Reply(page(self.jobs) if self.page is None else self.page)
        return TOKEN_WANTED if self.wants_token and path.endswith("/api/offers") else NOT_FOUND
