"""Google Careers, with Google DeepMind's roles: `google:deepmind`, `google:BRAND`, `google:all`.

There is no public API. robots.txt of www.google.com closes every address with a page number, so
that a list cannot be paged through. It leaves open the job sitemap, a search without `page` (20
roles with their texts) and a job's page. One check of a brand:

    the job sitemap                             → the ids that live, and whose `lastmod` moved;
                                                  it names no brand
    one search, newest first                    → new roles, and edits of the newest 20
    at first and once a day: search in slices   → the rest, until its ids are as many as its total
    the page of a known id whose lastmod moved  → its edit
    the page of a known id the sitemap lacks    → a probe

So a role opens by the search and closes by the sitemap. A search closes nothing: its totals were
seen to fall to nothing for an hour, and to a quarter for days, and to come back. A role that was in
the sitemap at the board's first check, and that a search shows only later, was open before
(`Snapshot.late`). Whatever robots.txt closes one day is left out, and the snapshot's note says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crawler.items import BoardRequest, Posting, Snapshot
from crawler.notes import Notes
from crawler.responses import BadResponse
from crawler.spiders import google_pages as pages
from crawler.spiders.base import BoardSpider
from crawler.spiders.google_jobs import Jobs
from crawler.spiders.google_search import ROOT, Search, brand_of
from crawler.spiders.marks import mark, packed, unpacked
from crawler.spiders.site import Site

_SITEMAP = f"{ROOT}/sitemap.xml"
_FEW = 0.7  # of the known roles: a search that counts fewer is not whole
_XML = {"Accept": "application/xml"}


class GoogleSpider(BoardSpider):
    name = "google"
    api_url = f"https://{pages.SITE}"

    async def walk(self, request: BoardRequest, notes: Notes) -> Snapshot:
        """Check a brand. Raises BadResponse when it is not clear which roles exist."""
        site = self.sites(request, notes)[0]
        search, known = Search(site, brand_of(request.board)), frozenset(request.known())
        return await _Check(
            self, site, search, known, Jobs(site, search, known, self.max_probes)
        ).run()

    @classmethod
    def read_raw(cls, raw: bytes) -> Posting:
        return pages.read_posting(raw)


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
        """Return the spider's own notes.

        `full_at` and `empty_since` are seconds, `lastmod` is by id, `first` has marks.
        `shown`, `elsewhere` and `detail_at` are ids.
        """
        return self.site.notes.own

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
                self.spider.sighting(key, pages.raw_of(record)) for key, record in records.items()
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
        """Return the `lastmod` of every job of the site by its id. Raises BadResponse.

        None when robots.txt closes the sitemap.
        """
        if not await self.site.allow(_SITEMAP):
            self.remarks.append(
                self.site.why_closed(_SITEMAP, "no role closes until it is open again")
            )
            return None
        return pages.read_sitemap(
            (await self.site.get_further(_SITEMAP, _XML)).body, self.site.base
        )

    async def _newest(self, live: Mapping[str, str] | None) -> int | None:
        """Read the newest roles. Return how many the brand has. Raises BadResponse.

        None when robots.txt closes the search.
        """
        if not await self.site.allow(self.search.path()):
            if not self.known:
                raise BadResponse(self.site.why_closed(self.search.path(), "no role can be found"))
            self.remarks.append(
                self.site.why_closed(
                    self.search.path(), "no new role is found until it is open again"
                )
            )
            return None
        results = await self.search.newest()
        self._refuse_nothing(results.total, len(self.known & live.keys()) if live else 0)
        return results.total

    def _refuse_nothing(self, total: int, seen: int) -> None:
        """Raise BadResponse for an empty answer, until that has lasted a day.

        A brand that nobody knows has the same answer.
        """
        but = f", while its job sitemap lists {seen} that it showed before" if seen else ""
        why = f"Google Careers knows no role of {self.search.brand or 'any brand'}{but}"
        self.site.refuse_empty(total, why, unknown=not seen)

    async def _whole(self, total: int | None, seen: int) -> None:
        """Read the brand in slices, at first and once a day.

        Raises BadResponse at the first check.
        """
        if total is None:
            return
        if total < seen * _FEW:  # such a search is read again when it is well
            self.remarks.append(
                f"its search counts {total} roles "
                f"while its job sitemap lists {seen} that it showed before"
            )
            return
        is_first = "full_at" not in self.own
        if not is_first and not self.site.is_a_day_ago(self.own["full_at"]):
            return
        try:
            await self.search.slices(total)
        except BadResponse as trouble:
            if is_first:
                raise
            self.remarks.append(f"its daily reading stopped: {trouble.reason}")
        else:
            self.is_whole = True

    # notes

    def _remember(
        self, live: Mapping[str, str] | None, alive: frozenset[str], pending: set[str]
    ) -> None:
        """Note the state of this check, so that the next one knows what moved."""
        if self.is_whole:
            self.own["full_at"] = self.site.now
            self.own["shown"] = sorted(self.search.records.keys() - (live or {}).keys())
        if live is None:
            return
        noted = self.own.get("lastmod", {})
        read = {
            key: live[key] for key in (alive | self.search.records.keys()) - pending if key in live
        }
        self.own["lastmod"] = read | {key: noted[key] for key in pending if key in noted}
        if "first" not in self.own:
            self.own["first"] = packed(map(mark, live))

    def _late(self) -> frozenset[str]:
        """Return the new ids that the job sitemap listed at the board's first check already."""
        if "first" not in self.own:
            return frozenset()
        marks = unpacked(self.own["first"])
        return frozenset(
            key for key in self.search.records.keys() - self.known if mark(key) in marks
        )
