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
from urllib.parse import quote, unquote

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Posting, Probe, Snapshot, Workplace
from crawler.read.fields import dicts, parse_instant
from crawler.read.place import workplace
from crawler.responses import BadResponse, decode
from crawler.spiders.base import Call
from crawler.spiders.details import DetailSpider
from crawler.spiders.listing import Listing, Pages, Params, RawHeader
from crawler.spiders.oracle_slices import CAP, SlicedList
from crawler.spiders.postings import joined, posting_from_html, stated_day
from crawler.spiders.site import OK, Site

PAGE = 200
_ROOT = "/hcmRestApi/resources/latest"
_SITE = "site"  # the note: the number of the board's site, and when the host named it
_INVENTED = "CX_987654321"  # a site that no host has
_FEW = 25  # rows, by which two sites are compared
_NO_SITES = frozenset({400, 401, 403, 404})  # 1 host in 100 does not list them
_WORKPLACES: dict[str, Workplace] = {
    "ORA_REMOTE": "remote",
    "ORA_HYBRID": "hybrid",
    "ORA_ON_SITE": "onsite",
}
_PAY = re.compile(r"\b(?:salary|pay|compensation|wage)\b", re.IGNORECASE)
_Fields = dict[str, Any]


class _Rows(msgspec.Struct, rename="pascal"):
    rows: list[Raw] = msgspec.field(name="requisitionList")
    total_jobs_count: int | None = None
    offset: int = 0
    site_number: str | None = None


class _List(msgspec.Struct):
    items: tuple[_Rows]


class _SiteRow(msgspec.Struct, rename="pascal"):
    site_number: str
    site_url_name: str | None = msgspec.field(name="SiteURLName", default=None)
    status_code: str | None = None


class _Sites(msgspec.Struct):
    items: list[_SiteRow]


class _Header(RawHeader):
    id: str | int = msgspec.field(name="Id")


class _Details(msgspec.Struct):
    items: list[dict[str, Raw]]


_list, _sites, _details = Decoder(_List), Decoder(_Sites), Decoder(_Details)


class OracleSpider(DetailSpider):
    name = "oracle"
    job_form = Decoder(_Header)
    # the total of the first page is up to 5 too high, or one a page on large boards
    paging = Pages(PAGE, "page", number_from=0, until="empty", overlap=True, slack=5)
    posting_path = f"{_ROOT}/recruitingCEJobRequisitionDetails"
    closed = frozenset()  # a closed posting is an answer without items
    row_fields = frozenset(
        {
            *("Id", "Title", "PostedDate", "PostingEndDate", "PrimaryLocation"),
            *("secondaryLocations", "WorkplaceTypeCode", "WorkplaceType"),
            *("Department", "JobFamily", "JobSchedule"),
        }
    )
    detail_fields = frozenset(
        {
            *("Id", "Category", "Department", "JobSchedule", "PrimaryLocation"),
            *("secondaryLocations", "WorkplaceTypeCode", "WorkplaceType"),
            *("ExternalPostedStartDate", "ExternalPostedEndDate", "ExternalDescriptionStr"),
            *("ExternalResponsibilitiesStr", "ExternalQualificationsStr", "ShortDescriptionStr"),
            "requisitionFlexFields",
        }
    )
    from_detail = DetailSpider.from_detail | {"location", "department", "employment_type"}

    async def prepare(self, site: Site) -> None:
        noted = site.notes.own.get(_SITE)
        if noted and not site.is_a_day_ago(noted["at"]):
            return
        answer = await site.get(
            f"{_ROOT}/recruitingCESites?onlyData=true&limit=500", good=OK | _NO_SITES
        )
        name = unquote(site.steps[1])
        number = name if answer.status in _NO_SITES else _number_of(answer, name)
        if number is None:
            trouble = BadResponse(f"{site.steps[0]} has no active site {name}")
            trouble.unknown = True
            raise trouble
        proved = answer.status not in _NO_SITES
        if not proved:
            await self._refuse_echo(site, number)
        site.notes.own[_SITE] = {"number": number, "proved": proved, "at": site.now}

    async def _refuse_echo(self, site: Site, number: str) -> None:
        """Raise BadResponse for a host that shows the jobs of this site for an invented one, too.

        Such a host names whatever site it was asked for.
        """
        answers = [
            await site.get(self.list_call(site, page).path, good=OK | _NO_SITES)
            for page in ({"site": each, "limit": _FEW} for each in (number, _INVENTED))
        ]
        if any(answer.status in _NO_SITES for answer in answers):
            return
        own, other = (decode(answer.body, _list).items[0] for answer in answers)
        if own.rows and (own.rows, own.total_jobs_count) == (other.rows, other.total_jobs_count):
            trouble = BadResponse(f"{site.steps[0]} shows the jobs of {number} for any site")
            trouble.unknown = True
            raise trouble

    def list_call(self, site: Site, page: Params) -> Call:
        size, offset = page.get("limit", PAGE), page.get("page", 0) * PAGE
        number = page.get("site") or _number(site)
        finder = f"findReqs;siteNumber={number},limit={size},offset={offset}"
        expand = page.get("expand", "requisitionList.secondaryLocations")
        return Call(
            f"{_ROOT}/recruitingCEJobRequisitions?onlyData=true&expand={expand}"
            f"&finder={finder},sortBy=POSTING_DATES_DESC{page.get('facet', '')}"
        )

    def slice(self, body: bytes, site: Site) -> Listing:
        [page] = decode(body, _list).items
        noted = site.notes.own[_SITE]
        shown = page.site_number or (noted["number"] if noted["proved"] else "none")
        if shown.casefold() != noted["number"].casefold():
            raise BadResponse(f"it is not the answer of the site: it names {shown}")
        return Listing(page.rows, None if page.offset else page.total_jobs_count)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        total = self.slice(answer.body, site).total
        if total is None:
            raise BadResponse("it does not say how many postings there are")
        if total <= CAP or site.request.glance:
            return await self.read_pages(site, answer)

        async def ask(page: Params) -> Answer:
            return await site.get_further(self.list_call(site, page).path)

        async def read(first: Answer, page: Params) -> Snapshot:
            return await self.read_pages(site, first, page)

        return await SlicedList(ask, read, total, slack=total // PAGE).snapshot()

    def posting_call(self, site: Site, key: str) -> str:
        finder = f"ById;Id=%22{quote(key, safe='')}%22,siteNumber={_number(site)}"
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
    def read_parts(page: str, row: _Fields, detail: _Fields) -> Posting:
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
            stated_workplace=_WORKPLACES.get(str(fields.get("WorkplaceTypeCode")))
            or workplace(fields.get("WorkplaceType") or ""),
            stated_deadline=stated_day(
                detail.get("ExternalPostedEndDate") or row.get("PostingEndDate"), location
            ),
            requisition=str(row["Id"]),
            published=parse_instant(posted),
        )


def _number_of(answer: Answer, name: str) -> str | None:
    """Return the number of the active site with this name or number; None without one."""
    for row in decode(answer.body, _sites).items:
        names = {row.site_number.casefold(), (row.site_url_name or "").casefold()}
        if name.casefold() in names and row.status_code in {None, "ORA_ACTIVE"}:
            return row.site_number
    return None


def _number(site: Site) -> str:
    """Return the number of the board's site, as the host's own list has it."""
    return quote(site.notes.own[_SITE]["number"], safe="")


def _key_of(item: dict[str, Raw]) -> str:
    return str(msgspec.json.decode(item.get("Id", b'""')))


def _is_pay(flex: Mapping[str, Any]) -> bool:
    """Return whether a further field states pay. Others may name people, as a pay partner."""
    return bool(_PAY.search(str(flex.get("Prompt"))) and re.search(r"\d", str(flex.get("Value"))))


def _texts(detail: _Fields) -> list[str]:
    """Return the HTML of a text: its three parts, and the pay that further fields state."""
    if not detail:
        return []
    further = (detail.get(f"External{name}Str") for name in ("Responsibilities", "Qualifications"))
    parts = [each or "" for each in (detail["ExternalDescriptionStr"], *further)]
    if not any(parts):
        parts = [detail.get("ShortDescriptionStr") or ""]
    stated = (each for each in dicts(detail.get("requisitionFlexFields")) if each.get("Value"))
    return parts + [f"<p>{escape('{Prompt}: {Value}'.format_map(each))}</p>" for each in stated]
