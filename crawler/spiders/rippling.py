"""Rippling's job boards, read through the JSON that they give their own pages.

    GET /platform/api/ats/v1/board/SLUG/jobs      → a bare array with a row for each place
    GET /platform/api/ats/v1/board/SLUG/jobs/UUID → one posting with its text and pay

A documented v2 gives the same in pages, but allows 100 requests in ten minutes only. No answer is
known that proves a posting closed, or tells an unknown board from an empty one for certain.
"""

from __future__ import annotations

from crawler.items import Pay, Posting
from crawler.read.fields import texts
from crawler.spiders.details import DetailSpider
from crawler.spiders.jobs import Fields, keyed_by, names
from crawler.spiders.listing import BARE_ARRAY
from crawler.spiders.pay_fields import PlaceRange, pay_at_first_place, stated_range
from crawler.spiders.postings import joined, posting_from_html, text_in


class RipplingSpider(DetailSpider):
    name = "rippling"
    api_url = "https://api.rippling.com"
    list_path = "/platform/api/ats/v1/board/{token}/jobs"
    list_form = BARE_ARRAY
    job_form = keyed_by("uuid")
    place_fields = names("workLocation")
    empty_may_be_unknown = True
    detail_path = list_path + "/{key}"
    detail_key = "uuid"
    row_fields = names("uuid name department url workLocation rows")
    # without "board": the signed address of its logo differs in each answer
    detail_fields = names("uuid description workLocations employmentType createdOn payRangeDetails")
    from_detail = DetailSpider.from_detail | {"location", "employment_type"}

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:  # noqa: ARG004  # the row has its page
        places = [one["workLocation"]["label"] for one in row.get("rows") or [row]]
        places = (texts(detail["workLocations"]) if detail else []) or places
        parts = detail["description"] if detail else {"company": "", "role": ""}
        return posting_from_html(
            *(parts[part] or "" for part in ("company", "role")),
            key=row["uuid"],
            title=row["name"],
            url=row["url"],
            location=joined(*places),
            department=text_in(row["department"], "label"),
            employment_type=_employment(detail.get("employmentType") or {}),
            stated_pay=_pay(detail.get("payRangeDetails") or [], places),
            published=detail.get("createdOn"),
        )


def _employment(stated: Fields) -> str:
    """Return the words for the employment; else its code, which is the one in capitals."""
    written = [value for value in (stated.get("label"), stated.get("id")) if value]
    return next((value for value in written if not value.isupper()), "".join(written[:1]))


def _pay(ranges: list[Fields], places: list[str]) -> Pay | None:
    first = next(iter(places), "")
    found = [
        PlaceRange(pay, one.get("location") or "", len(places) == 1 or _is_of(one, first))
        for one in ranges
        if (pay := _range(one))
    ]
    return pay_at_first_place(found)


def _range(stated: Fields) -> Pay | None:
    frequency = stated.get("frequency")  # "ANNUAL", "Annual" or "YEAR"
    ends = (stated.get("rangeStart"), stated.get("rangeEnd"), stated.get("currency"))
    return stated_range(*ends, f"per {frequency}" if frequency else None)


def _is_of(stated: Fields, first: str) -> bool:
    """Return whether a range is of the first place, or of no place by name."""
    place = stated.get("location")
    remote = f"Remote ({place})" if stated.get("isRemote") else place
    return not place or first in {place, remote}
