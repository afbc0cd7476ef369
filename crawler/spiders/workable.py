"""Workable's widget: all postings of an account in one answer, with texts.

    GET /api/v1/widget/accounts/SLUG?details=true → a row for each place of a posting

No call proves a posting closed. All accounts share one budget of requests for each address.
"""

from __future__ import annotations

import msgspec

from crawler.items import Posting
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import Fields, keyed_by, names
from crawler.spiders.listing import ListForm
from crawler.spiders.postings import joined, place_in, posting_from_html


class WorkableSpider(BoardSpider):
    name = "workable"
    api_url = "https://apply.workable.com"
    list_path = "/api/v1/widget/accounts/{token}?details=true"
    list_form = ListForm(company="name")
    job_form = keyed_by("shortcode")
    place_fields = names("locations city state country")
    stored_fields = place_fields | names(
        "rows title shortcode code employment_type telecommuting department url published_on"
        " description"
    )

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        """Return a raw job as it may be stored: without the places that the board hides."""
        job: Fields = msgspec.json.decode(super().keep(raw))
        rows = {"rows": list(map(_shown, job["rows"]))} if "rows" in job else {}
        return msgspec.json.encode(_shown(job) | rows)

    @staticmethod
    def read_job(job: Fields) -> Posting:
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
            requisition=job.get("code"),
            published=job["published_on"],
            unsent=frozenset({"description"} - job.keys()),
        )


def _places(row: Fields) -> list[str]:
    """Return the places of a row that the board shows. They may all be hidden."""
    return [
        place_in(place, "city", "region", "country")
        for place in row["locations"]
        if not place.get("hidden")
    ] or ([] if row["locations"] else [place_in(row, "city", "state", "country")])


def _shown(row: Fields) -> Fields:
    """Return a row without its hidden places; of those only the mark is left."""
    places = row.get("locations") or []
    if not any(place.get("hidden") for place in places):
        return row
    shown = [{"hidden": True} if place.get("hidden") else place for place in places]
    # its own place is read only where it has no others, and may be the hidden one
    return row | {"locations": shown, "city": "", "state": "", "country": ""}
