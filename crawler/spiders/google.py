"""Google Careers, where Google DeepMind's roles are: `google:deepmind`, `google:BRAND`, `google:all`.

There is no public API. robots.txt of www.google.com closes every address with a page number, so that a list cannot be paged through. It
leaves open the job sitemap, a search without `page` (20 roles with their texts) and a job's page. One check of a brand:

    the job sitemap                                            → which ids live, and whose `lastmod` moved; it names no brand
    one search, newest first                                   → roles that opened, and edits of the newest 20
    at first and once a day: the search in slices              → the rest, until its ids are as many as its total
    the page of a known id whose lastmod moved                 → its edit
    the page of a known id that the sitemap lacks              → a probe

So a role opens by the search and closes by the sitemap. A search closes nothing: its totals were seen to fall to nothing for an hour, and
to a quarter for days, and to come back. A role that was in the sitemap at the board's first check, and that a search shows only later, was
open before (`Snapshot.late`). What robots.txt closes one day is left out, and the snapshot's note says so.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from crawler.answer import Unusable
from crawler.board_spider import SILENT_LIMIT, BoardSpider
from crawler.items import BoardRequest, Posting, Probe, Snapshot
from crawler.notes import Notes
from crawler.spiders import google_pages as pages
from crawler.spiders.google_pages import PAGE
from crawler.spiders.google_search import ROOT, Search, Site, brand_of

_SITEMAP = f"{ROOT}/sitemap.xml"
_MOST_DETAILS = 50  # pages of jobs, of one check
_MANY = 0.5  # of the known roles: so many edits at once are the site's doing
_FEW = 0.7  # of the known roles: a search that counts fewer is not whole
_A_DAY = 86_400.0  # seconds
_XML = {"Accept": "application/xml"}
_FOUND = 200
_JOB = frozenset({_FOUND, 404, 410})
_WAIT = {429, 503}


class GoogleSpider(BoardSpider):
    name = "google"
    api_url = f"https://{pages.SITE}"

    async def walk(self, request: BoardRequest, notes: Notes) -> Snapshot:
        """One check of a brand. Raises Unusable when it cannot be told what is there."""
        site = Site(self.fetcher, self.robots, self.base, request, notes)
        return await _Check(self, site, Search(site, brand_of(request.board)), frozenset(request.known())).run()

    @staticmethod
    def read(raw: bytes) -> Posting:
        return pages.read_posting(raw)

    @staticmethod
    def keep(raw: bytes) -> bytes:
        return raw


@dataclass(slots=True)
class _Check:
    """One check of one brand."""

    spider: GoogleSpider
    site: Site
    search: Search
    known: frozenset[str]  # ids of open postings
    remarks: list[str] = field(default_factory=list)  # what this check could not see

    @property
    def own(self) -> dict[str, Any]:
        """What this source notes: full_at and empty_since in seconds, lastmod by id, first (see `_first`)."""
        return self.site.notes.own

    @property
    def now(self) -> float:
        return self.site.request.at.timestamp()

    async def run(self) -> Snapshot:
        live = await self._live()
        total = await self._newest(live)
        if live is None and total is None:
            raise Unusable(self.site.why_closed(_SITEMAP, "nothing of Google Careers can be read"))
        alive = self.known if live is None else self.known & live.keys()
        pending: set[str] = set()
        if not self.site.request.glance:
            await self._whole(total)
            pending = await self._details(live or {}, alive)
        late = self._late()
        self._remember(live, alive, pending)
        records = self.search.records
        missing = [key for key in self.site.request.known() if key not in alive and key not in records]
        still = alive - records.keys()
        unread = max(0, (total or 0) - len(still) - len(records))
        return Snapshot(
            self.site.request.board,
            tuple(self.spider.sighting(key, pages.raw_of(record)) for key, record in records.items()),
            self.search.unkeyed,
            still=still,
            unread=unread,
            late=late,
            note="; ".join(self.remarks) or None,
            company=self.search.brand or "Google",
            probes=await self._probes(missing),
            bytes=self.site.wire,
        )

    async def _live(self) -> Mapping[str, str] | None:
        """The `lastmod` of every job of the site, by its id; None when robots.txt closes the sitemap. Raises Unusable."""
        if not await self.site.allow(_SITEMAP):
            self.remarks.append(self.site.why_closed(_SITEMAP, "no role closes until it is open again"))
            return None
        return pages.read_sitemap((await self.site.get(_SITEMAP, _XML)).body, self.site.base)

    async def _newest(self, live: Mapping[str, str] | None) -> int | None:
        """Read the newest roles. Return how many the brand has; None when robots.txt closes the search. Raises Unusable."""
        if not await self.site.allow(self.search.path()):
            if not self.known:
                raise Unusable(self.site.why_closed(self.search.path(), "no role can be found"))
            self.remarks.append(self.site.why_closed(self.search.path(), "no new role is found until it is open again"))
            return None
        found = await self.search.newest()
        seen = len(self.known & live.keys()) if live else 0
        self._refuse_nothing(found.total, seen)
        if found.total < seen * _FEW:
            self.remarks.append(f"its search counts {found.total} roles while its job sitemap lists {seen} that it showed before")
        return found.total

    def _refuse_nothing(self, total: int, seen: int) -> None:
        """Raise Unusable for an empty answer, until that has lasted a day: a brand that nobody knows has the same answer."""
        if total:
            self.own.pop("empty_since", None)
        elif self.now - self.own.setdefault("empty_since", self.now) < _A_DAY:
            but = f", while its job sitemap lists {seen} that it showed before" if seen else ""
            raise Unusable(f"Google Careers knows no role of {self.search.brand or 'any brand'}{but}")

    async def _whole(self, total: int | None) -> None:
        """Read the brand in slices, at the first check and once a day. Raises Unusable at the first check."""
        is_first = "full_at" not in self.own
        if total is None or not (is_first or self.now - self.own["full_at"] >= _A_DAY):
            return
        try:
            await self.search.slices(total)
        except Unusable as trouble:
            if is_first:
                raise
            self.remarks.append(f"its daily reading stopped: {trouble.reason}")
        else:
            self.own["full_at"] = self.now

    async def _details(self, live: Mapping[str, str], alive: frozenset[str]) -> set[str]:
        """Read the pages of jobs that moved, or whose text no search showed. Return the ids left to a later check."""
        records, noted = self.search.records, self.own.get("lastmod", {})
        moved = {key for key in alive - records.keys() if noted.get(key) != live.get(key)}
        if len(moved) > max(PAGE, len(alive) * _MANY):
            moved = set()
        pending = moved | {key for key, record in records.items() if key not in self.known and not pages.has_text(record)}
        silent = 0
        for key in sorted(pending)[:_MOST_DETAILS]:
            try:
                record = await self._job(key)
            except Unusable as trouble:
                silent += 1
                if silent == SILENT_LIMIT or trouble.status in _WAIT:
                    break
                continue
            silent = 0
            pending.discard(key)
            if record is not None and self._is_ours(record):
                records[key] = record
        return pending

    def _is_ours(self, record: pages.Record) -> bool:
        brand = self.search.brand
        return brand is None or pages.brand_of(record).casefold() == brand.casefold()

    async def _job(self, key: str) -> pages.Record | None:
        """The record on a job's page; None when there is no page, or none with that record. Raises Unusable."""
        answer = await self.site.get(f"{ROOT}/results/{key}", good=_JOB)
        return pages.read_job(answer.body, key) if answer.status == _FOUND else None

    async def _probes(self, keys: Sequence[str]) -> dict[str, Probe]:
        """What the pages of these jobs say of them."""
        probes: dict[str, Probe] = {}
        silent = 0
        for key in keys[: self.spider.max_probes]:
            probes[key] = await self._probe(key)
            silent = silent + 1 if probes[key] is Probe.SILENT else 0
            if silent == SILENT_LIMIT:
                break
        return probes

    async def _probe(self, key: str) -> Probe:
        try:
            answer = await self.site.get(f"{ROOT}/results/{key}", good=_JOB)
        except Unusable:
            return Probe.SILENT
        if answer.status != _FOUND:
            return Probe.GONE
        return Probe.THERE if pages.read_job(answer.body, key) else Probe.SILENT

    def _remember(self, live: Mapping[str, str] | None, alive: frozenset[str], pending: set[str]) -> None:
        """Note which edits were read, so that the next check knows what moved."""
        if live is None:
            return
        noted = self.own.get("lastmod", {})
        read = {key: live[key] for key in (alive | self.search.records.keys()) - pending if key in live}
        self.own["lastmod"] = read | {key: noted[key] for key in pending if key in noted}
        if "first" not in self.own:
            self.own["first"] = _marks(live)

    def _late(self) -> frozenset[str]:
        """New ids that the job sitemap listed at the board's first check already."""
        if "first" not in self.own:
            return frozenset()
        first = b64decode(self.own["first"])
        marks = {first[at : at + 4] for at in range(0, len(first), 4)}
        return frozenset(key for key in self.search.records.keys() - self.known if _mark(key) in marks)


def _mark(key: str) -> bytes:
    return crc32(key.encode()).to_bytes(4)


def _marks(keys: Mapping[str, str]) -> str:
    """Four bytes an id: enough to know it again, and small enough to keep for a site of thousands."""
    return b64encode(b"".join(sorted(map(_mark, keys)))).decode()
