"""Google Careers asked as its robots.txt allows, and one brand's roles gathered from searches without a page number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from babel import Locale

from crawler.fetch import Answer
from crawler.items import BoardRequest
from crawler.notes import Notes
from crawler.registry import brand
from crawler.responses import BadResponse
from crawler.robots import Robots, why_closed
from crawler.spiders import google_pages
from crawler.spiders.google_pages import PAGE, Record, Results

ROOT = "/about/careers/applications/jobs"
_ALL = "all"
_LEVELS = ("EARLY", "MID", "ADVANCED", "DIRECTOR_PLUS", "INTERN_AND_APPRENTICE")
_MOST_SEARCHES = 12  # of one check
_SPARE = 2  # searches kept for another order of what stays crowded
_HTML = {"Accept": "text/html", "Accept-Language": "en"}
_OK = frozenset({200})
_NEWEST = {"sort_by": "date"}


def brand_of(board: str) -> str | None:
    """The brand of a board as the site writes it ("DeepMind" of `google:deepmind`); None for `google:all`."""
    token = board.partition(":")[2]
    return None if token.casefold() == _ALL else brand(token)


@dataclass(slots=True)
class Site:
    """The site during one check of one board."""

    robots: Robots
    base: str
    request: BoardRequest
    notes: Notes
    bytes_received: int = 0  # bytes of the answers

    async def allow(self, path: str) -> bool:
        """Whether robots.txt leaves this path open. Raises Unusable when the host gives no answer."""
        return await self.robots.allow(self.base + path, self.notes, self.request.at)

    async def get(
        self, path: str, headers: Mapping[str, str] = _HTML, good: frozenset[int] = _OK
    ) -> Answer:
        """The answer to a path that robots.txt leaves open. Raises Unusable."""
        try:
            answer = await self.robots.get(
                self.base + path, headers, good, self.notes, self.request.at
            )
        except BadResponse as trouble:
            # an address of the site is missing, which says nothing of the brand
            trouble.unknown = False
            raise
        self.bytes_received += answer.bytes_received
        return answer

    def why_closed(self, path: str, effect: str) -> str:
        """Say in one sentence that robots.txt closes a path, and how that affects the check."""
        closed = why_closed(self.base + path, self.notes)
        return f"{closed}: {effect}" if effect else closed


@dataclass(slots=True)
class Search:
    """The roles of one brand, as far as this check has seen them."""

    site: Site
    brand: str | None
    records: dict[str, Record] = field(default_factory=dict)  # by id
    without_key: int = 0  # records without a readable id
    searches: int = 0

    def path(self, filters: Mapping[str, str] = _NEWEST) -> str:
        """The address of a search. It never has a page number."""
        company = {"company": self.brand} if self.brand else {}
        return f"{ROOT}/results/?{urlencode(company | dict(filters))}"

    async def newest(self) -> Results:
        """Read the newest roles. Raises Unusable."""
        found = await self._ask(_NEWEST)
        if found.total and not found.records:
            raise BadResponse(f"its search counts {found.total} roles and shows none")
        return found

    async def slices(self, total: int) -> None:
        """Read the search in slices, until it has shown `total` roles or a dozen requests are made. Raises Unusable."""
        crowded = await self._levels(total)
        for filters in self._finer(crowded or [(total, {})]):
            if self._has_enough(total):
                return
            await self._ask(filters)

    async def _levels(self, total: int) -> list[tuple[int, dict[str, str]]]:
        """Read a slice for each level. Return those that one answer cannot hold, with their totals."""
        crowded = []
        for level in _LEVELS:
            if self._has_enough(total):
                break
            before, filters = len(self.records), {"target_level": level}
            found = await self._ask(_NEWEST | filters)
            if found.total == total and len(self.records) == before:
                break  # the site does not obey this filter
            if found.total > PAGE:
                crowded.append((found.total, filters))
        return crowded

    def _finer(self, crowded: list[tuple[int, dict[str, str]]]) -> Iterator[dict[str, str]]:
        """Slices of what one answer cannot hold: by country, the most promising first, then in the site's own order."""
        names = Locale("en").territories
        places = Counter(
            code
            for record in self.records.values()
            for code in google_pages.countries_of(record)
            if code in names
        )
        finer = [
            (size * roles, filters | {"location": names[code]})
            for size, filters in crowded
            for code, roles in places.items()
        ]
        finer.sort(key=lambda each: each[0], reverse=True)
        room = max(0, _MOST_SEARCHES - self.searches - _SPARE)
        for _, filters in finer[:room]:
            yield _NEWEST | filters
        yield from (
            filters for _, filters in sorted(crowded, key=lambda each: each[0], reverse=True)
        )

    def _has_enough(self, total: int) -> bool:
        return len(self.records) >= total or self.searches >= _MOST_SEARCHES

    async def _ask(self, filters: Mapping[str, str]) -> Results:
        self.searches += 1
        found = google_pages.read_results((await self.site.get(self.path(filters))).body)
        for record in found.records:
            shown = google_pages.brand_of(record)
            if self.brand and shown and shown.casefold() != self.brand.casefold():
                raise BadResponse(f"its search for {self.brand} shows roles of {shown}")
        self.records |= {google_pages.key_of(record): record for record in found.records}
        self.without_key = max(self.without_key, found.without_key)
        return found
