"""Ask for single jobs of Google Careers: those that moved, and those that the job sitemap lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.items import Probe
from crawler.responses import BadResponse
from crawler.spiders import google_pages as pages
from crawler.spiders.google_pages import PAGE
from crawler.spiders.google_search import HTML, ROOT, Search
from crawler.spiders.probing import MOST_DETAILS, Reply, ask_in_turn, probe_in_turn
from crawler.spiders.site import Site

_MANY = 0.5  # of the known roles: so many edits at once are the site's doing
_FOUND = 200
_JOB = frozenset({_FOUND, 404, 410})


@dataclass(slots=True)
class Jobs:
    """The jobs of one brand, asked for one by one."""

    site: Site
    search: Search
    known: frozenset[str]  # ids of open postings
    max_probes: int
    remarks: list[str] = field(default_factory=list)  # what could not be read

    @property
    def own(self) -> dict[str, Any]:
        """Return the spider's own notes.

        `lastmod` is by id. `shown` (by the last reading of the whole search), `elsewhere` and
        `detail_at` are ids.
        """
        return self.site.notes.own

    async def read_moved(self, live: Mapping[str, str], alive: frozenset[str]) -> set[str]:
        """Read the pages of jobs that moved, or whose text no search showed.

        Return the ids that are left to a later check.
        """
        records = self.search.records
        pending = self._moved(live, alive - records.keys())
        pending |= {
            key
            for key, record in records.items()
            if key not in self.known and not pages.has_text(record)
        }
        odd: set[str] = set()

        async def ask(key: str) -> Reply:
            self.own["detail_at"] = key
            try:
                record, status = await self._job(key)
            except BadResponse as trouble:
                return Reply.of(trouble)
            if record is None:
                odd.update({key} if status == _FOUND else ())
                return Reply.SILENT
            self._take(key, record)
            pending.discard(key)
            return Reply.CLEAR

        await ask_in_turn(self._in_turn(pending), ask, MOST_DETAILS)
        self._remark_details(len(pending), len(odd))
        return pending

    def _moved(self, live: Mapping[str, str], keys: frozenset[str]) -> set[str]:
        """Return the ids whose `lastmod` is another.

        Empty where the site touched most of them at once, which says nothing of any.
        """
        noted = self.own.get("lastmod", {})
        moved = {key for key in keys if noted.get(key) != live.get(key)}
        return set() if len(moved) > max(PAGE, len(keys) * _MANY) else moved

    def _in_turn(self, pending: set[str]) -> list[str]:
        """Return the ids to read now.

        They begin after the one that was tried last, so that a bad page holds up no other.
        """
        last = self.own.get("detail_at", "")
        return sorted(pending, key=lambda key: (key <= last, key))

    async def _job(self, key: str) -> tuple[pages.Record | None, int]:
        """Return the record on a job's page, if any, and the status. Raises BadResponse."""
        answer = await self.site.get_further(f"{ROOT}/results/{key}", HTML, _JOB)
        return pages.read_job(answer.body, key) if answer.status == _FOUND else None, answer.status

    def _take(self, key: str, record: pages.Record) -> None:
        """Keep a record of this brand. Note one of another brand, which has left this board."""
        shown, brand = pages.brand_of(record), self.search.brand
        if brand and shown and shown.casefold() != brand.casefold():
            self.own["elsewhere"] = sorted({*self.own.get("elsewhere", ()), key})
        else:
            self.search.records[key] = record

    def elsewhere(self) -> frozenset[str]:
        """Return the known ids whose page named another brand.

        An id that a search of this brand shows is not among them.
        """
        ids = frozenset(self.own.pop("elsewhere", ())) & self.known - self.search.records.keys()
        if ids:
            self.own["elsewhere"] = sorted(ids)
        return ids

    def _remark_details(self, left: int, odd: int) -> None:
        if odd:
            hold = "job page holds" if odd == 1 else "job pages hold"
            self.remarks.append(
                f"{odd} {hold} no record in the form that is known: Google Careers may have changed"
            )
        if left:
            wait = "edited role waits" if left == 1 else "edited roles wait"
            self.remarks.append(f"{left} {wait} for a later check")

    async def probe_all(self, keys: Sequence[str]) -> dict[str, Probe]:
        """Probe these jobs by their pages. Two checks close a job of another brand, unprobed."""
        elsewhere = self.own.get("elsewhere", ())
        probes = {key: Probe.SILENT for key in keys if key in elsewhere}
        others = [key for key in keys if key not in probes][: self.max_probes]
        return probes | await probe_in_turn(others, self._probe)

    async def _probe(self, key: str) -> Probe:
        try:
            record, status = await self._job(key)
        except BadResponse:
            return Probe.SILENT
        if status != _FOUND:
            return Probe.GONE
        # by the last reading of the whole search, which is not a day old
        shown = key in self.own.get("shown", ())
        return Probe.THERE if record or shown else Probe.SILENT
