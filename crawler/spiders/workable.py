"""Workable's widget: all postings of an account in one answer, with texts.

    GET /api/v1/widget/accounts/SLUG?details=true → a row for each place of a posting

No call proves a posting closed. All accounts share one budget of requests for each address.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.json import Decoder

from crawler.items import Posting
from crawler.read.fields import line, parse_instant
from crawler.read.place import place_of
from crawler.spiders.base import BoardSpider
from crawler.spiders.listing import JobList, RawHeader
from crawler.spiders.postings import joined, posting_from_html


class _List(JobList):
    name: str | None = None

    @property
    def employer(self) -> str | None:
        return self.name


class _Header(RawHeader):
    id: str = msgspec.field(name="shortcode")


class WorkableSpider(BoardSpider):
    name = "workable"
    api_url = "https://apply.workable.com"
    list_path = "/api/v1/widget/accounts/{token}?details=true"
    list_form = Decoder(_List)
    job_form = Decoder(_Header)
    place_fields = frozenset({"locations", "city", "state", "country"})
    stored_fields = place_fields | {
        *("rows", "title", "shortcode", "code", "employment_type", "telecommuting"),
        *("department", "url", "published_on", "description"),
    }

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        """Return a raw job as it may be stored: without the places that the board hides."""
        job: dict[str, Any] = msgspec.json.decode(super().keep(raw))
        rows = {"rows": list(map(_shown, job["rows"]))} if "rows" in job else {}
        return msgspec.json.encode(_shown(job) | rows)

    @staticmethod
    def read_job(raw: bytes) -> Posting:
        job: dict[str, Any] = msgspec.json.decode(raw)
        places = [place for row in job.get("rows") or [job] for place in _places(row)]
        return posting_from_html(
            job.get("description") or "",
            key=job["shortcode"],
            title=job["title"],
            url=job["url"],
            location=joined(*places),
            department=job.get("department") or "",
            employment_type=job.get("employment_type") or "",
            stated_workplace="remote" if job["telecommuting"] else None,
            requisition=line(job.get("code") or "") or None,
            published=parse_instant(job["published_on"]),
            unsent=frozenset({"description"} - job.keys()),
        )


def _places(row: dict[str, Any]) -> list[str]:
    """Return the places of a row that the board shows. They may all be hidden."""
    return [
        place_of(place.get("city"), place.get("region"), place.get("country"))
        for place in row["locations"]
        if not place.get("hidden")
    ] or ([] if row["locations"] else [place_of(row["city"], row.get("state"), row["country"])])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without its hidden places; of those only the mark is left."""
    places = row.get("locations") or []
    if not any(place.get("hidden") for place in places):
        return row
    shown = [{"hidden": True} if place.get("hidden") else place for place in places]
    # its own place is read only where it has no others, and may be the hidden one
    return row | {"locations": shown, "city": "", "state": "", "country": ""}
