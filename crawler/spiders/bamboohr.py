"""BambooHR's list of a board, as its own widget asks for it, and the detail of each posting.

A board that is not served is a redirect away from its careers page: to the marketing site, to a
login page of the same host, or elsewhere. Old and mistyped labels look alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw

from crawler.fetch import MOVED, Answer
from crawler.items import Posting, Probe, Workplace
from crawler.read.deferred import place_of
from crawler.read.fields import dicts
from crawler.responses import BadResponse
from crawler.spiders.details import DetailSpider
from crawler.spiders.jobs import Fields, names
from crawler.spiders.listing import ListForm
from crawler.spiders.pay_fields import worded_pay
from crawler.spiders.postings import place_in, posting_from_html
from crawler.spiders.site import OK, Site

_WORKPLACES: dict[str, Workplace] = {"0": "onsite", "1": "remote", "2": "hybrid"}
_CLOSED = ("filled", "closed", "on hold", "canceled", "cancelled", "draft")
_PROOF = {"open": Probe.THERE} | dict.fromkeys(_CLOSED, Probe.GONE)


class BambooSpider(DetailSpider):
    name = "bamboohr"
    list_path = "/careers/list"
    list_form = ListForm("result", total="meta.totalCount")
    detail_within = "result.jobOpening"
    detail_path = posting_path = "/careers/{key}/detail"
    unknown_board = MOVED | {404, 410}
    unknown_hint = "BambooHR serves no such board"
    row_fields = names(
        "id jobOpeningName departmentLabel employmentStatusLabel location atsLocation locationType"
    )
    detail_fields = names("location atsLocation description compensation datePosted")
    from_detail = names("description pay deadline location")

    async def first_page(self, site: Site, headers: Mapping[str, str]) -> Answer:
        good = OK | MOVED | ({304} if headers else set())
        answer = await site.get(self.list_path, headers, good)
        if answer.status in MOVED:
            raise BadResponse("redirected away from its careers page", status=answer.status)
        return answer

    def proves(self, answer: Answer, key: str) -> Probe:
        """Return what a detail says. Its status stands in the opening, or beside it.

        A status that we do not know proves nothing.
        """
        if super().proves(answer, key) is Probe.GONE:
            return Probe.GONE
        whole = msgspec.json.decode(answer.body)
        stated = dicts([whole["result"]["jobOpening"], whole.get("meta")])
        status = next(filter(None, (each.get("jobOpeningStatus") for each in stated)), "")
        return _PROOF.get(status.casefold(), Probe.SILENT)

    @classmethod
    def is_of(cls, detail: dict[str, Raw], key: str) -> bool:
        """Return whether a detail is of this posting. One that names no posting may be."""
        shared = msgspec.json.decode(detail.get("jobOpeningShareUrl", b'""'))
        return not shared or urlsplit(str(shared)).path.rstrip("/").rpartition("/")[2] == key

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:
        text = (detail["description"] or "") if detail else ""
        return posting_from_html(
            text,
            key=str(row["id"]),
            title=row["jobOpeningName"],
            url=f"{page}/{row['id']}",
            location=_place({**row, **detail}) or _place(row),
            department=row["departmentLabel"],
            employment_type=row["employmentStatusLabel"],
            stated_workplace=_WORKPLACES.get(str(row["locationType"])),
            stated_pay=worded_pay(detail.get("compensation"), text),
            published=detail.get("datePosted"),
        )


def _place(job: Fields) -> str:
    """Return the place, which stands in one of two objects: the second is of remote jobs."""
    own, remote = job.get("location") or {}, job.get("atsLocation") or {}
    return place_in(own, "city", "state", "addressCountry") or place_of(
        remote.get("city"), remote.get("state") or remote.get("province"), remote.get("country")
    )
