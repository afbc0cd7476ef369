"""Workday's career sites, read through the JSON that their own pages ask for (CXS).

    POST /wday/cxs/TENANT/SITE/jobs        → 20 rows; the total is true on the first page only
    GET  /wday/cxs/TENANT/SITE{path}       → one posting with its text

A posting's own call proves nothing: tenants answer 404 for postings whose page is open. Large
boards say that they have 2,000 postings, and show page 1 again behind them: see workday_slices.py.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Posting, Snapshot
from crawler.read.fields import line, parse_instant
from crawler.read.place import workplace
from crawler.responses import BadResponse, decode
from crawler.spiders.base import Call
from crawler.spiders.details import DetailSpider
from crawler.spiders.listing import JobList, Pages, Params, RawHeader
from crawler.spiders.postings import joined, posting_from_html, stated_day
from crawler.spiders.site import Site
from crawler.spiders.workday_slices import SlicedList

PAGE = 20
_SEVERAL = re.compile(r"\d+ Locations|.* and \d+ more", re.IGNORECASE)  # the detail names them
_Fields = dict[str, Any]


class _List(JobList):
    jobs: list[Raw] = msgspec.field(name="jobPostings")
    count: int | None = msgspec.field(name="total", default=None)

    @property
    def total(self) -> int | None:
        return self.count or None  # later pages say 0


class _Header(RawHeader):
    id: str = msgspec.field(name="externalPath")

    def key(self) -> str:
        return key_of(self.id)

    def row(self) -> str:
        return self.id


class _Detail(msgspec.Struct):
    info: dict[str, Raw] = msgspec.field(name="jobPostingInfo")


_list, _detail = Decoder(_List), Decoder(_Detail)


def key_of(path: str) -> str:
    """Return the key in a posting's path: what follows the first "_" of its last step."""
    step = path.rstrip("/").rpartition("/")[2]
    return step.partition("_")[2] or step


class WorkdaySpider(DetailSpider):
    name = "workday"
    list_form = _list
    job_form = Decoder(_Header)
    paging = Pages(PAGE, until="total")
    unknown_board = frozenset({404, 410, 422})
    unknown_hint = "the employer may have moved to another wdN host"
    row_fields = frozenset({"title", "externalPath", "locationsText", "remoteType", "timeType"})
    detail_fields = frozenset(
        {
            *("title", "jobDescription", "location", "additionalLocations", "startDate"),
            *("endDate", "timeType", "remoteType", "jobReqId", "jobPostingId"),
            *("jobPostingSiteId", "externalUrl"),
        }
    )
    from_detail = DetailSpider.from_detail | {"location", "employment_type"}

    def list_call(self, site: Site, page: Params) -> Call:
        body = {"appliedFacets": {}, "limit": PAGE, "offset": 0, "searchText": ""} | dict(page)
        return Call(f"{self._root(site)}/jobs", msgspec.json.encode(body))

    def detail_call(self, site: Site, key: str, row: bytes) -> str:  # noqa: ARG002  # the path has it
        return f"{self._root(site)}{msgspec.json.decode(row)['externalPath']}"

    def _root(self, site: Site) -> str:
        host, name = site.steps
        return f"/wday/cxs/{host.partition('.')[0]}/{name}"

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        if site.request.glance:
            return await self.read_pages(site, answer)

        async def ask(page: Params) -> Answer:
            call = self.list_call(site, page)
            return await site.get_further(call.path, body=call.body)

        async def read(first: Answer, page: Params) -> Snapshot:
            return await self.read_pages(site, first, page)

        return await SlicedList(ask, read).snapshot(answer)

    def read_detail(self, answer: Answer, key: str) -> bytes:
        fields = decode(answer.body, _detail).info
        if key_of(msgspec.json.decode(fields.get("jobPostingId", b'""'))) != key:
            raise BadResponse("it is the answer of another posting")
        return self.stored_detail(fields)

    @staticmethod
    def read_parts(page: str, row: _Fields, detail: _Fields) -> Posting:
        shown = line(row.get("locationsText") or "")
        places = [detail.get("location"), *(detail.get("additionalLocations") or [])]
        location = joined(*places) or ("" if _SEVERAL.fullmatch(shown) else shown)
        return posting_from_html(
            (detail["jobDescription"] or "") if detail else "",
            key=key_of(row["externalPath"]),
            title=row["title"],
            url=page + row["externalPath"],
            location=location,
            employment_type=detail.get("timeType") or row.get("timeType") or "",
            stated_workplace=workplace(detail.get("remoteType") or row.get("remoteType") or ""),
            stated_deadline=stated_day(detail.get("endDate"), location),
            requisition=line(detail.get("jobReqId") or "") or None,
            published=parse_instant(detail.get("startDate")),
        )
