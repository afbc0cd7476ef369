"""BambooHR's list of a board, as its own widget asks for it, and the detail of each posting.

A board that is not served is a redirect away from its careers page: to the marketing site, to a
login page of the same host, or elsewhere. Old and mistyped labels look alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import MOVED, Answer
from crawler.items import Posting, Probe, Workplace
from crawler.read.fields import parse_instant
from crawler.read.place import place_of
from crawler.responses import BadResponse, decode
from crawler.spiders.details import DetailSpider
from crawler.spiders.listing import JobList
from crawler.spiders.postings import posting_from_html, worded_pay
from crawler.spiders.site import OK, Site

_WORKPLACES: Final[dict[str, Workplace]] = {"0": "onsite", "1": "remote", "2": "hybrid"}
_LIST = "/careers/list"
_ANSWERS = OK | MOVED | {304}
_Fields = dict[str, Any]


class _Meta(msgspec.Struct):
    count: int = msgspec.field(name="totalCount")


class _List(JobList):
    jobs: list[Raw] = msgspec.field(name="result")
    meta: _Meta

    @property
    def total(self) -> int:
        return self.meta.count


class _Opening(msgspec.Struct):
    job: dict[str, Raw] = msgspec.field(name="jobOpening")


class _Status(msgspec.Struct):
    status: str = msgspec.field(name="jobOpeningStatus", default="")


class _Detail(msgspec.Struct):
    result: _Opening
    meta: _Status = msgspec.field(default_factory=_Status)


_detail = Decoder(_Detail)


class BambooSpider(DetailSpider):
    name = "bamboohr"
    list_path = _LIST
    list_form = Decoder(_List)
    detail_path = posting_path = "/careers/{key}/detail"
    unknown_board = MOVED | {404, 410}
    unknown_hint = "BambooHR serves no such board"
    row_fields = frozenset(
        {
            *("id", "jobOpeningName", "departmentLabel", "employmentStatusLabel"),
            *("location", "atsLocation", "locationType"),
        }
    )
    detail_fields = frozenset(
        {"location", "atsLocation", "description", "compensation", "datePosted"}
    )
    from_detail = frozenset({"description", "pay", "deadline", "location"})

    async def first_page(self, site: Site, headers: Mapping[str, str]) -> Answer:
        answer = await site.get(_LIST, headers, _ANSWERS if headers else OK | MOVED)
        if answer.status in MOVED:
            raise BadResponse("redirected away from its careers page", status=answer.status)
        return answer

    def read_detail(self, answer: Answer, key: str) -> bytes:
        job = decode(answer.body, _detail).result.job
        if not _is_of(job, key):
            raise BadResponse("it is the answer of another posting")
        return self.stored_detail(job)

    def proves(self, answer: Answer, key: str) -> Probe:
        """Return what a detail says: a posting with any status but Open is closed."""
        if answer.status in self.closed:
            return Probe.GONE
        detail = _detail.decode(answer.body)
        if not detail.meta.status or not _is_of(detail.result.job, key):
            return Probe.SILENT
        return Probe.THERE if detail.meta.status.casefold() == "open" else Probe.GONE

    @staticmethod
    def read_parts(page: str, row: _Fields, detail: _Fields) -> Posting:
        key = str(row["id"])
        text = (detail["description"] or "") if detail else ""
        return posting_from_html(
            text,
            key=key,
            title=row["jobOpeningName"],
            url=f"{page}/{key}",
            location=_place({**row, **detail}) or _place(row),
            department=row["departmentLabel"] or "",
            employment_type=row["employmentStatusLabel"] or "",
            stated_workplace=_WORKPLACES.get(str(row["locationType"])),
            stated_pay=worded_pay(detail.get("compensation"), text),
            published=parse_instant(detail.get("datePosted")),
        )


def _is_of(job: dict[str, Raw], key: str) -> bool:
    """Return whether a detail is of this posting, as far as it says."""
    shared = msgspec.json.decode(job.get("jobOpeningShareUrl", b'""'))
    return not shared or urlsplit(str(shared)).path.rstrip("/").rpartition("/")[2] == key


def _place(job: _Fields) -> str:
    """Return the place, which stands in one of two objects: the second is of remote jobs."""
    own, remote = job.get("location") or {}, job.get("atsLocation") or {}
    return place_of(own.get("city"), own.get("state"), own.get("addressCountry")) or place_of(
        remote.get("city"), remote.get("state") or remote.get("province"), remote.get("country")
    )
