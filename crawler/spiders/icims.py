"""iCIMS sells two products under one name: career sites with JSON (once Jibe), and older portals.

    GET /api/jobs?page=N                     → 100 rows with texts, and the total
    GET /jobs/search?ss=1&in_iframe=1&pr=N   → a page of cards, "Page X of Y"
    GET /jobs/ID/job?in_iframe=1             → a portal's posting with its text; 404 when it closed

A portal's pages belong to the session of the first one. Its dates are computed, deadlines too, so
none is read. A host whose token is a label is a portal. Any other is asked once a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Posting, Probe, Snapshot
from crawler.links.forms import board_page
from crawler.read.deferred import workplace
from crawler.responses import BadResponse
from crawler.spiders import icims_jibe as jibe
from crawler.spiders import icims_portal as portal
from crawler.spiders.details import DetailSpider
from crawler.spiders.icims_portal import Page
from crawler.spiders.job_page import employment, stored_posting
from crawler.spiders.jobs import Fields
from crawler.spiders.listing import Listing
from crawler.spiders.paging import ListReader, Pages, Params
from crawler.spiders.pay_fields import worded_pay
from crawler.spiders.postings import posting_from_html
from crawler.spiders.site import OK, Call, Site

_PRODUCT = "product"  # the note: {"name": …, "at": …}
_JIBE, _PORTAL = "jibe", "portal"
_ANY = frozenset({200, 403, 404, 410, 422})
_MOST_PAGES = 1000
_EMPTY = "it shows no job, which is believed after a day"


class IcimsSpider(DetailSpider):
    name = "icims"
    daily_note = _PRODUCT
    paging = Pages(100, "page", number_from=1, until="total")
    job_form = Decoder(jibe.Header)
    posting_path = "/jobs/{key}/job?in_iframe=1"
    detail_path = posting_path
    row_fields = jibe.FIELDS | portal.FIELDS
    from_detail = DetailSpider.from_detail | {"location", "department", "employment_type"}

    async def ask_daily(self, site: Site, noted: Fields) -> Fields:
        path = jibe.LIST.format(page=1)
        if noted.get("name") == _JIBE:  # it is one until it says otherwise for good
            jibe.slice_page((await site.get(path)).body)
            return {"name": _JIBE}
        if "." in site.steps[0]:
            answer = await site.get(path, good=_ANY)
            if answer.status in OK and jibe.is_list(answer.body):
                return {"name": _JIBE}
            # it may be blocked for now, so only a portal's own page says that it is one
            portal.read_page((await site.get(portal.LIST.format(page=0))).body)
        return {"name": _PORTAL}

    def list_call(self, site: Site, page: Params) -> Call:
        number = page.get("page", 1)
        return Call(
            jibe.LIST.format(page=number) if _is_jibe(site) else portal.LIST.format(page=number - 1)
        )

    def slice(self, body: bytes, site: Site) -> Listing:
        return jibe.slice_page(body) if _is_jibe(site) else Listing(portal.read_page(body).rows)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        read = self.read_pages if _is_jibe(site) else self._read_portal
        snapshot = await read(site, answer)
        site.refuse_empty(snapshot.seen, _EMPTY, unknown=False)  # some ask for a session first
        return snapshot

    async def _read_portal(self, site: Site, answer: Answer) -> Snapshot:
        """Return the jobs of all pages of one session. Raises BadResponse."""
        reader = ListReader(site.request.board, self.job_header, self.sighting, self.paging)
        headers = {"Cookie": answer.cookies} if answer.cookies else {}
        for number in range(1, _MOST_PAGES):
            page = portal.read_page(answer.body)
            _check(page, number)
            reader.add(Listing(page.rows), answer)
            if number == page.of or not page.rows:
                return reader.snapshot(answer)
            path = self.list_call(site, {"page": number + 1}).path
            answer = await site.get_further(path, headers)
        raise BadResponse(f"it has more than {_MOST_PAGES} pages")

    async def complete(self, site: Site, snapshot: Snapshot) -> Snapshot:
        if not _is_jibe(site):
            return await super().complete(site, snapshot)
        page = board_page(site.request.board)
        jobs = jibe.best_rows(one.raw for one in snapshot.sightings)
        sightings = (
            self.sighting(
                key,
                msgspec.json.encode({"page": page, "row": Raw(row), "detail": {"in_row": True}}),
            )
            for key, row in jobs.items()
        )
        return replace(snapshot, sightings=tuple(sightings))

    async def probe(self, site: Site, keys: Sequence[str]) -> dict[str, Probe]:
        return {} if _is_jibe(site) else await super().probe(site, keys)

    def read_detail(self, answer: Answer, key: str) -> bytes:
        stored = stored_posting(answer.body)
        if f"/jobs/{key}/" not in str(msgspec.json.decode(stored).get("url")):
            raise BadResponse("it is the answer of another posting")
        return stored

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:
        if "slug" in row or "req_id" in row:
            return jibe.read_row(page, row)
        location = "; ".join(detail.get("places") or [row["location"]])
        html = (detail["description"] or "") if detail else ""
        return posting_from_html(
            html,
            key=row["number"],
            title=row["title"],
            url=f"{page}/{row['number']}/job",
            location=location,
            department=row["department"] or detail.get("occupationalCategory") or "",
            employment_type=row["employment_type"] or employment(detail.get("employmentType")),
            stated_workplace="remote" if detail.get("is_remote") else workplace(row["workplace"]),
            # with the detail, until which no change of pay is an edit
            stated_pay=worded_pay(row.get("pay"), html) if detail else None,
            requisition=row["requisition"] or None,
            unsent=_unsent(row),
        )


def _unsent(row: Fields) -> frozenset[str]:
    """Return what a row of an older version lacks: pay, and all that is said of the workplace."""
    return frozenset(() if "pay" in row else {"pay", "workplace"})


def _is_jibe(site: Site) -> bool:
    return bool(site.notes.own[_PRODUCT]["name"] == _JIBE)


def _check(page: Page, number: int) -> None:
    """Raise BadResponse unless this is the page of a list that was asked for."""
    if page.number not in {None, number}:
        raise BadResponse(f"it answers page {page.number} when asked for page {number}")
    if page.of is not None and not page.rows and page.of > 1:
        raise BadResponse(f"page {number} of {page.of} shows no job")
