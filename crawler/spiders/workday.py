"""Workday's career sites, read through the JSON that their own pages ask for (CXS).

    POST /wday/cxs/TENANT/SITE/jobs        → 20 rows; the total is true on the first page only
    GET  /wday/cxs/TENANT/SITE{path}       → one posting with its text

A posting's own call proves nothing: tenants answer 404 for postings whose page is open. Large
boards say that they have 2,000 postings, and show page 1 again behind them: see workday_slices.py.

A posting closes as its `endDate` begins. With 2026-10-22 its page said on the evening of 30
September that 21 days were left. An employer's own text names the day before: "Deadline 10/16/26"
beside 2026-10-17.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.items import Posting
from crawler.read.deferred import workplace
from crawler.read.fields import line, texts
from crawler.spiders.details import DetailSpider
from crawler.spiders.jobs import Fields, RawHeader, names
from crawler.spiders.listing import ListForm, Listing
from crawler.spiders.paging import Pages
from crawler.spiders.postings import joined, posting_from_html
from crawler.spiders.site import Site
from crawler.spiders.workday_slices import WorkdaySlices

PAGE = 20
_BODY = {"appliedFacets": {}, "limit": PAGE, "offset": 0, "searchText": ""}
_SEVERAL = re.compile(r"\d+ Locations|.* and \d+ more", re.IGNORECASE)  # the detail names them


class _Header(RawHeader):
    id: str = msgspec.field(name="externalPath")

    def key(self) -> str:
        return key_of(self.id)

    def row(self) -> str:
        return self.id


def key_of(path: str) -> str:
    """Return the key in a posting's path: what follows the first "_" of its last step."""
    step = path.rstrip("/").rpartition("/")[2]
    return step.partition("_")[2] or step


class WorkdaySpider(DetailSpider):
    name = "workday"
    list_form = ListForm("jobPostings", total="total", may_lack_total=True)
    job_form = Decoder(_Header)
    list_path = "/wday/cxs/{tenant}/{1}/jobs"
    list_body = _BODY
    paging = Pages(PAGE, until="total")
    slices = WorkdaySlices
    unknown_board = frozenset({404, 410, 422})
    unknown_hint = "the employer may have moved to another wdN host"
    detail_path = "/wday/cxs/{tenant}/{1}{row[externalPath]}"
    detail_within = "jobPostingInfo"
    row_fields = names("title externalPath locationsText remoteType timeType")
    detail_fields = names(
        "title jobDescription location additionalLocations startDate endDate timeType remoteType"
        " jobReqId jobPostingId jobPostingSiteId externalUrl"
    )
    from_detail = DetailSpider.from_detail | {"location", "employment_type"}

    def slice(self, body: bytes, site: Site) -> Listing:
        listing = super().slice(body, site)
        return listing._replace(total=listing.total or None)  # later pages say 0

    @classmethod
    def is_of(cls, detail: dict[str, Raw], key: str) -> bool:
        return key_of(msgspec.json.decode(detail.get("jobPostingId", b'""'))) == key

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:
        shown = line(row.get("locationsText") or "")
        places = [detail.get("location"), *texts(detail.get("additionalLocations"))]
        location = joined(*places) or ("" if _SEVERAL.fullmatch(shown) else shown)
        return posting_from_html(
            (detail["jobDescription"] or "") if detail else "",
            key=key_of(row["externalPath"]),
            title=row["title"],
            url=page + row["externalPath"],
            location=location,
            employment_type=detail.get("timeType") or row.get("timeType"),
            stated_workplace=workplace(detail.get("remoteType") or row.get("remoteType") or ""),
            stated_deadline=_last_day(detail.get("endDate")),
            requisition=detail.get("jobReqId"),
            published=detail.get("startDate"),
        )


def _last_day(end: object) -> object:
    """Return the day before an `endDate`; anything but a day as it is."""
    try:
        return (date.fromisoformat(str(end)) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return end
