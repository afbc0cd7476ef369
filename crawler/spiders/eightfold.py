"""Eightfold's career sites. Each speaks one of two interfaces, or shows its job sitemap only.

    /careers                               → the domain that every request has to name
    /api/pcsx/search, /api/apply/v2/jobs   → 10 rows a page, and the count
    /careers/sitemap.xml                   → the address of each job, where robots.txt closes both,
                                             where they are refused, or beyond 900 postings

Pages come from replicas that disagree: they repeat rows and miss others. They are read up to three
times, until the ids that were seen are as many as the count. A sitemap lags behind the pages: a
posting that it lacks closes by its own page only. Where the first check read the sitemap, postings
that the pages show later, and that are older than that check, were open before (`Snapshot.late`).
See eightfold_site.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import BoardRequest, Posting, Probe, Result, Snapshot
from crawler.notes import Notes
from crawler.responses import BadResponse, decode
from crawler.spiders.details import DetailSpider
from crawler.spiders.eightfold_fields import (
    OWN,
    employment_of,
    places_of,
    posted_at,
    requisition_of,
    text_of,
    workplace_of,
)
from crawler.spiders.eightfold_site import (
    NOTE,
    api_of,
    find_api,
    job_of,
    path_of,
    reads_sitemap,
    sitemap_rows,
)
from crawler.spiders.job_page import stored_posting
from crawler.spiders.jobs import Fields, RawHeader, names
from crawler.spiders.listing import Listing
from crawler.spiders.paging import ListReader, Pages, Paging, Params
from crawler.spiders.postings import joined, posting_from_html
from crawler.spiders.site import Call, Site, with_query

PAGE = 10
_LATE = "late"  # the note of the ids that waited at the board's first check
_SINCE = "since"  # the note of when that was, if it read the sitemap; else 0
# a page has these less exactly than a row of the list, or not at all
_OF_OWN = names("employment_type workplace")  # likewise, a detail without an employer's own fields
_OF_ROW = names("title url location department employment_type workplace")


class _Detail(msgspec.Struct):
    data: dict[str, Raw]


class _Header(RawHeader):
    is_private: bool | None = msgspec.field(name="isPrivate", default=None)

    def is_shown(self) -> bool:
        return not self.is_private


_pcsx, _v2 = Decoder(_Detail), Decoder(dict[str, Raw])


class EightfoldSpider(DetailSpider):
    name = "eightfold"
    daily_note = NOTE
    job_form = Decoder(_Header)
    paging = Pages(PAGE, "start", limit="num", until="total", overlap=True, sweeps=3)
    unknown_board = frozenset()  # the site's page tells
    row_fields = names(
        "id name locations standardizedLocations department url workLocationOption"
        " work_location_option atsJobId ats_job_id displayJobId display_job_id postedTs t_create"
        " canonicalPositionUrl"
    )
    detail_fields = names("id jobDescription job_description") | {*OWN}
    from_detail = DetailSpider.from_detail | {"employment_type"}
    posting_path = "/careers/job/{key}"  # asked where the sitemap is read

    def validators(self, request: BoardRequest, notes: Notes) -> dict[str, str]:
        """Ask for the whole sitemap: a validator speaks of its index alone."""
        return {} if reads_sitemap(notes) else super().validators(request, notes)

    async def walk(self, request: BoardRequest, notes: Notes) -> Result:
        result = await super().walk(request, notes)
        if not isinstance(result, Snapshot) or not reads_sitemap(notes):
            return result
        closed = {key: probe for key, probe in result.probes.items() if probe is Probe.GONE}
        listed = {one.key for one in result.sightings}
        still = frozenset(key for key in request.known() if key not in closed and key not in listed)
        return replace(result, still=result.still | still, probes=closed)

    async def probe(self, site: Site, keys: Sequence[str]) -> dict[str, Probe]:
        return await super().probe(site, keys) if reads_sitemap(site.notes) else {}

    def posting_call(self, site: Site, key: str) -> str:
        return with_query(super().posting_call(site, key), {"domain": api_of(site).domain})

    async def ask_daily(self, site: Site, noted: Fields) -> Fields:
        return await find_api(site, noted)

    def list_call(self, site: Site, page: Params) -> Call:
        return Call(api_of(site).list_path(page))

    def slice(self, body: bytes, site: Site) -> Listing:
        return api_of(site).slice(body)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        if reads_sitemap(site.notes):
            return await self._read_sitemap(site, answer)
        if self.slice(answer.body, site).total is None:
            raise BadResponse("it does not say how many postings there are")
        return await self.read_pages(site, answer)

    async def _read_sitemap(self, site: Site, answer: Answer) -> Snapshot:
        reader = ListReader(site.request.board, self.job_header, self.sighting, Paging())
        reader.add(Listing(await sitemap_rows(site, answer)), answer)
        note = "its job list is closed to programs or capped; its sitemap was read, without edits"
        return replace(reader.snapshot(answer), note=note, etag=None, last_modified=None)

    async def complete(self, site: Site, snapshot: Snapshot) -> Snapshot:
        whole = await super().complete(site, snapshot)
        add = self._without_titles if reads_sitemap(site.notes) else self._with_late
        return add(site, whole)

    @staticmethod
    def _with_late(site: Site, snapshot: Snapshot) -> Snapshot:
        """Mark what the first check could not see, if that read the sitemap and this the pages."""
        waited = frozenset(site.notes.own.pop(_LATE, ()))
        since = site.notes.own.pop(_SINCE, 0.0)
        new = {one.key: one.raw for one in snapshot.sightings} if waited or since else {}
        late = {key for key, raw in new.items() if key in waited or _is_older(raw, since)}
        return replace(snapshot, late=frozenset(late.difference(site.request.known())))

    def _without_titles(self, site: Site, snapshot: Snapshot) -> Snapshot:
        """Leave out the rows of a sitemap, which have no title, until their page was read."""
        known = frozenset(site.request.known())
        waiting = {one.key for one in snapshot.sightings if not _has_detail(one.raw)}
        site.notes.own.setdefault(_SINCE, 0.0 if known else site.now)
        late = frozenset(site.notes.own.setdefault(_LATE, [] if known else sorted(waiting)))
        site.notes.own[_LATE] = sorted(late & waiting)
        return replace(
            snapshot,
            sightings=tuple(one for one in snapshot.sightings if one.key not in waiting),
            still=snapshot.still | (waiting & known),
            unread=len(waiting - known),
            late=late - waiting,
        )

    def detail_call(self, site: Site, key: str, row: bytes) -> str:
        if reads_sitemap(site.notes):
            return path_of(msgspec.json.decode(row)["url"])
        return api_of(site).detail_path(key)

    def read_detail(self, answer: Answer, key: str) -> bytes:
        if "/careers/job/" in answer.url:
            if job_of(answer.url) != key:
                raise BadResponse("it is the page of another posting")
            return stored_posting(answer.body)
        is_pcsx = "/api/pcsx/" in answer.url
        fields = decode(answer.body, _pcsx).data if is_pcsx else decode(answer.body, _v2)
        if str(msgspec.json.decode(fields.get("id", b'""'))) != key:
            raise BadResponse("it is the answer of another posting")
        return self.stored_detail(fields)

    @classmethod
    def stored_detail(cls, fields: dict[str, Raw]) -> bytes:
        # with those that it lacks: the details that older versions stored have none of them
        return super().stored_detail(dict.fromkeys(OWN, Raw(b"null")) | fields)

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:
        location = joined(*places_of(row), *detail.get("places", ()))
        return posting_from_html(
            text_of(detail),
            key=str(row["id"]),
            title=row["name"] if "name" in row else detail["title"],
            url=row.get("canonicalPositionUrl") or row.get("url") or f"{page}/job/{row['id']}",
            location=location,
            department=row.get("department") or "",
            employment_type=employment_of(detail),
            stated_workplace=workplace_of(row, detail),
            requisition=requisition_of(row),
            published=posted_at(row) or detail.get("datePosted"),
            unsent=_unsent(row, detail),
        )


def _unsent(row: Fields, detail: Fields) -> frozenset[str]:
    """Return the fields of a posting that a row and its detail lack, or have less exactly."""
    if "name" not in row:
        return _OF_ROW
    return frozenset() if not detail or OWN[0] in detail else _OF_OWN


def _is_older(raw: bytes, since: float) -> bool:
    """Return whether a row was posted before that instant. One without a date may have been."""
    posted = posted_at(msgspec.json.decode(raw)["row"])
    return posted is None or posted.timestamp() < since


def _has_detail(raw: bytes) -> bool:
    return "detail" in _v2.decode(raw)
