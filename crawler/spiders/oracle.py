"""Oracle Recruiting Cloud, read through the REST resources that its own pages ask for.

    recruitingCESites                   → the sites of the host, once a day
    recruitingCEJobRequisitions         → 200 rows a page, to the first empty page
    recruitingCEJobRequisitionDetails   → one posting with its text; no items when it is closed

A host answers for a site that it does not have with the jobs of all its sites, and echoes the wrong
name. So the list of its sites decides; where a host keeps it to itself, each answer has to name the
site, and an invented site has to have other jobs. Parameters of a list stand inside `finder`. Pages
may be short in the middle, and may repeat rows. Boards beyond 10,000: see oracle_slices.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Posting, Probe, Snapshot
from crawler.read.deferred import workplace
from crawler.read.fields import dicts
from crawler.responses import BadResponse, decode
from crawler.spiders.details import DetailSpider
from crawler.spiders.jobs import Fields, keyed_by, names
from crawler.spiders.listing import Listing
from crawler.spiders.oracle_site import NOTE, ROOT, find_site, list_path, number_of, rows_of
from crawler.spiders.oracle_slices import PAGE, OracleSlices
from crawler.spiders.paging import Pages, Params
from crawler.spiders.postings import joined, posting_from_html, stated_model
from crawler.spiders.site import Call, Site

_PAY = re.compile(r"\b(?:salary|pay|compensation|wage)\b", re.IGNORECASE)


class _Details(msgspec.Struct):
    items: list[dict[str, Raw]]


_details = Decoder(_Details)


class OracleSpider(DetailSpider):
    name = "oracle"
    job_form = keyed_by("Id", str | int)
    daily_note = NOTE
    # the total of the first page is up to 5 too high, or one a page on large boards
    paging = Pages(PAGE, "page", number_from=0, until="empty", overlap=True, slack=5)
    slices = OracleSlices
    posting_path = f"{ROOT}/recruitingCEJobRequisitionDetails"
    closed = frozenset()  # a closed posting is an answer without items
    row_fields = names(
        "Id Title PostedDate PostingEndDate PrimaryLocation secondaryLocations WorkplaceTypeCode"
        " WorkplaceType Department JobFamily JobSchedule"
    )
    detail_fields = names(
        "Id Category Department JobSchedule PrimaryLocation secondaryLocations WorkplaceTypeCode"
        " WorkplaceType ExternalPostedStartDate ExternalPostedEndDate ExternalDescriptionStr"
        " ExternalResponsibilitiesStr ExternalQualificationsStr ShortDescriptionStr"
        " requisitionFlexFields"
    )
    from_detail = DetailSpider.from_detail | {"location", "department", "employment_type"}

    async def ask_daily(self, site: Site, noted: Fields) -> Fields:
        return await find_site(site, noted)

    def list_call(self, site: Site, page: Params) -> Call:
        further = {name: page[name] for name in ("expand", "facet") if name in page}
        offset = page.get("page", 0) * PAGE
        return Call(list_path(number_of(site), page.get("limit", PAGE), offset, **further))

    def slice(self, body: bytes, site: Site) -> Listing:
        return rows_of(body, site)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        if self.slice(answer.body, site).total is None:
            raise BadResponse("it does not say how many postings there are")
        return await super().read_list(site, answer)

    def posting_call(self, site: Site, key: str) -> str:
        finder = f"ById;Id=%22{quote(key, safe='')}%22,siteNumber={number_of(site)}"
        return f"{self.posting_path}?expand=all&onlyData=true&finder={finder}"

    def detail_call(self, site: Site, key: str, row: bytes) -> str:  # noqa: ARG002  # the key is enough
        return self.posting_call(site, key)

    def proves(self, answer: Answer, key: str) -> Probe:
        items = decode(answer.body, _details).items
        if not items:
            return Probe.GONE
        return Probe.THERE if _key_of(items[0]) == key else Probe.SILENT

    def read_detail(self, answer: Answer, key: str) -> bytes:
        items = decode(answer.body, _details).items
        if not items or _key_of(items[0]) != key:
            raise BadResponse("it is not the answer of this posting")
        flex = msgspec.json.decode(items[0].get("requisitionFlexFields", b"null"))
        stated = Raw(msgspec.json.encode(list(filter(_is_pay, dicts(flex)))))
        return self.stored_detail(items[0] | {"requisitionFlexFields": stated})

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:
        fields = row | {name: value for name, value in detail.items() if value}
        secondary = (each.get("Name") for each in dicts(fields.get("secondaryLocations")))
        location = joined(fields.get("PrimaryLocation"), *secondary)
        posted = detail.get("ExternalPostedStartDate") or row.get("PostedDate")
        return posting_from_html(
            *_texts(detail),
            key=str(row["Id"]),
            title=row["Title"],
            url=f"{page}/job/{quote(str(row['Id']), safe='')}",
            location=location,
            department=next(
                filter(None, map(fields.get, ("Department", "JobFamily", "Category"))), ""
            ),
            employment_type=fields.get("JobSchedule") or "",
            stated_workplace=stated_model(_code(fields.get("WorkplaceTypeCode")))
            or workplace(fields.get("WorkplaceType") or ""),
            stated_deadline=detail.get("ExternalPostedEndDate") or row.get("PostingEndDate"),
            requisition=str(row["Id"]),
            published=posted,
        )


def _key_of(item: dict[str, Raw]) -> str:
    return str(msgspec.json.decode(item.get("Id", b'""')))


def _code(written: object) -> str:
    """Return a code without Oracle's mark: "ON_SITE" for "ORA_ON_SITE"."""
    return str(written).removeprefix("ORA_")


def _is_pay(flex: Mapping[str, Any]) -> bool:
    """Return whether a further field states pay. Others may name people, as a pay partner."""
    return bool(_PAY.search(str(flex.get("Prompt"))) and re.search(r"\d", str(flex.get("Value"))))


def _texts(detail: Fields) -> list[str]:
    """Return the HTML of a text: its three parts, and the pay that further fields state."""
    if not detail:
        return []
    further = (detail.get(f"External{name}Str") for name in ("Responsibilities", "Qualifications"))
    parts = [each or "" for each in (detail["ExternalDescriptionStr"], *further)]
    if not any(parts):
        parts = [detail.get("ShortDescriptionStr") or ""]
    stated = (each for each in dicts(detail.get("requisitionFlexFields")) if each.get("Value"))
    return parts + [f"<p>{escape('{Prompt}: {Value}'.format_map(each))}</p>" for each in stated]
