"""Google Careers, where Google DeepMind's roles are: `google:deepmind`, `google:BRAND`, `google:all`.

There is no public API. robots.txt of www.google.com closes every address with a page number, so
that a list cannot be paged through. It leaves open the job sitemap, a search without `page` (20
roles with their texts) and a job's page. One check of a brand:

    the job sitemap                                            → which ids live, and whose `lastmod` moved; it names no brand
    one search, newest first                                   → roles that opened, and edits of the newest 20
    at first and once a day: the search in slices              → the rest, until its ids are as many as its total
    the page of a known id whose lastmod moved                 → its edit
    the page of a known id that the sitemap lacks              → a probe

So a role opens by the search and closes by the sitemap. A search closes nothing: its totals were
seen to fall to nothing for an hour, and to a quarter for days, and to come back. A role that was in
the sitemap at the board's first check, and that a search shows only later, was open before
(`Snapshot.late`). What robots.txt closes one day is left out, and the snapshot's note says so.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from crawler.items import BoardRequest, Posting, Snapshot
from crawler.notes import Notes
from crawler.responses import BadResponse
from crawler.spiders import google_pages
from crawler.spiders.base import BoardSpider
from crawler.spiders.google_jobs import Jobs
from crawler.spiders.google_search import ROOT, Search, Site, brand_of

_SITEMAP = f"{ROOT}/sitemap.xml"
_FEW = 0.7  # of the known roles: a search that counts fewer is not whole
_A_DAY = 86_400.0  # seconds
_XML = {"Accept": "application/xml"}


class GoogleSpider(BoardSpider):
    name = "google"
    api_url = f"https://{google_pages.SITE}"

    async def walk(self, request: BoardRequest, notes: Notes) -> Snapshot:
        """One check of a brand. Raises Unusable when it cannot be told what is there."""
        site = Site(self.robots, self.base, request, notes)
        search, known = Search(site, brand_of(request.board)), frozenset(request.known())
        return await _Check(
            self, site, search, known, Jobs(site, search, known, self.max_probes)
        ).run()

    @staticmethod
    def read(raw: bytes) -> Posting:
        return google_pages.read_posting(raw)

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
    jobs: Jobs
    remarks: list[str] = field(default_factory=list)  # what this check could not see
    is_whole: bool = False  # the search was read in slices

    @property
    def own(self) -> dict[str, Any]:
        """The source's own notes: full_at, empty_since (seconds), lastmod (by id), first (`_marks`), shown, elsewhere, detail_at (ids)."""
        return self.site.notes.own

    @property
    def now(self) -> float:
        return self.site.request.at.timestamp()

    async def run(self) -> Snapshot:
        live = await self._live()
        total = await self._newest(live)
        if live is None and total is None:
            raise BadResponse(
                self.site.why_closed(_SITEMAP, "nothing of Google Careers can be read")
            )
        alive = self.known if live is None else self.known & live.keys()
        pending: set[str] = set()
        if not self.site.request.glance:
            await self._whole(total, len(alive))
            pending = await self.jobs.read_moved(live or {}, alive)
        alive -= self.jobs.elsewhere()
        late = self._late()
        missing = [
            key
            for key in self.site.request.known()
            if key not in alive and key not in self.search.records
        ]
        probes = await self.jobs.probe_all(missing)
        self._remember(live, alive, pending)
        records = self.search.records
        still = alive - records.keys()
        return Snapshot(
            self.site.request.board,
            tuple(
                self.spider.sighting(key, google_pages.raw_of(record)) for key, record in records.items()
            ),
            self.search.without_key,
            still=still,
            unread=max(0, (total or 0) - len(still) - len(records)),
            proves_missing=True,
            late=late,
            note="; ".join([*self.remarks, *self.jobs.remarks]) or None,
            company=self.search.brand or "Google",
            probes=probes,
            bytes=self.site.bytes_received,
        )

    # what lives, and what the brand has

    async def _live(self) -> Mapping[str, str] | None:
        """The `lastmod` of every job of the site, by its id; None when robots.txt closes the sitemap. Raises Unusable."""
        if not await self.site.allow(_SITEMAP):
            self.remarks.append(
                self.site.why_closed(_SITEMAP, "no role closes until it is open again")
            )
            return None
        return google_pages.read_sitemap((await self.site.get(_SITEMAP, _XML)).body, self.site.base)

    async def _newest(self, live: Mapping[str, str] | None) -> int | None:
        """Read the newest roles. Return how many the brand has; None when robots.txt closes the search. Raises Unusable."""
        if not await self.site.allow(self.search.path()):
            if not self.known:
                raise BadResponse(self.site.why_closed(self.search.path(), "no role can be found"))
            self.remarks.append(
                self.site.why_closed(
                    self.search.path(), "no new role is found until it is open again"
                )
            )
            return None
        found = await self.search.newest()
        self._refuse_nothing(found.total, len(self.known & live.keys()) if live else 0)
        return found.total

    def _refuse_nothing(self, total: int, seen: int) -> None:
        """Raise Unusable for an empty answer, until that has lasted a day: a brand that nobody knows has the same answer."""
        if total:
            self.own.pop("empty_since", None)
        elif not self._is_a_day_ago(self.own.setdefault("empty_since", self.now)):
            but = f", while its job sitemap lists {seen} that it showed before" if seen else ""
            trouble = BadResponse(
                f"Google Careers knows no role of {self.search.brand or 'any brand'}{but}"
            )
            trouble.unknown = not seen
            raise trouble

    async def _whole(self, total: int | None, seen: int) -> None:
        """Read the brand in slices, at the first check and once a day. Raises Unusable at the first check."""
        if total is None:
            return
        if total < seen * _FEW:  # such a search is read again when it is well
            self.remarks.append(
                f"its search counts {total} roles while its job sitemap lists {seen} that it showed before"
            )
            return
        is_first = "full_at" not in self.own
        if not is_first and not self._is_a_day_ago(self.own["full_at"]):
            return
        try:
            await self.search.slices(total)
        except BadResponse as trouble:
            if is_first:
                raise
            self.remarks.append(f"its daily reading stopped: {trouble.reason}")
        else:
            self.is_whole = True

    def _is_a_day_ago(self, seconds: float) -> bool:
        """Whether a noted moment is a day old, or lies ahead since the clock was set back."""
        return not 0 <= self.now - seconds < _A_DAY

    # notes

    def _remember(
        self, live: Mapping[str, str] | None, alive: frozenset[str], pending: set[str]
    ) -> None:
        """Note what was read, so that the next check knows what moved."""
        if self.is_whole:
            self.own["full_at"] = self.now
            self.own["shown"] = sorted(self.search.records.keys() - (live or {}).keys())
        if live is None:
            return
        noted = self.own.get("lastmod", {})
        read = {
            key: live[key] for key in (alive | self.search.records.keys()) - pending if key in live
        }
        self.own["lastmod"] = read | {key: noted[key] for key in pending if key in noted}
        if "first" not in self.own:
            self.own["first"] = _marks(live)

    def _late(self) -> frozenset[str]:
        """New ids that the job sitemap listed at the board's first check already."""
        if "first" not in self.own:
            return frozenset()
        first = b64decode(self.own["first"])
        marks = {first[at : at + 4] for at in range(0, len(first), 4)}
        return frozenset(
            key for key in self.search.records.keys() - self.known if _mark(key) in marks
        )


def _mark(key: str) -> bytes:
    return crc32(key.encode()).to_bytes(4)


def _marks(keys: Mapping[str, str]) -> str:
    """Four bytes an id: enough to know it again, and small enough to keep for a site of thousands."""
    return b64encode(b"".join(sorted(map(_mark, keys)))).decode()
