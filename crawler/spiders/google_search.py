"""Search Google Careers as its robots.txt allows, without a page number, for one brand's roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from babel import Locale

from crawler.links.forms import brand
from crawler.responses import BadResponse
from crawler.spiders import google_pages as pages
from crawler.spiders.google_pages import PAGE, Record, Results
from crawler.spiders.site import Site

ROOT = "/about/careers/applications/jobs"
_ALL = "all"
_LEVELS = ("EARLY", "MID", "ADVANCED", "DIRECTOR_PLUS", "INTERN_AND_APPRENTICE")
_MOST_SEARCHES = 12  # of one check
_SPARE = 2  # searches kept for another order of what stays crowded
HTML = {"Accept": "text/html", "Accept-Language": "en"}
_NEWEST = {"sort_by": "date"}


def brand_of(board: str) -> str | None:
    """Return the brand of a board as the site writes it ("DeepMind"); None for `google:all`."""
    token = board.partition(":")[2]
    return None if token.casefold() == _ALL else brand(token)


@dataclass(slots=True)
class Search:
    """The roles of one brand that this check has seen."""

    site: Site
    brand: str | None
    records: dict[str, Record] = field(default_factory=dict)  # by id
    without_key: int = 0  # records without a readable id
    searches: int = 0

    def path(self, filters: Mapping[str, str] = _NEWEST) -> str:
        """Return the address of a search. It never has a page number."""
        company = {"company": self.brand} if self.brand else {}
        return f"{ROOT}/results/?{urlencode(company | dict(filters))}"

    async def newest(self) -> Results:
        """Read the newest roles. Raises BadResponse."""
        results = await self._ask(_NEWEST)
        if results.total and not results.records:
            raise BadResponse(f"its search counts {results.total} roles and shows none")
        return results

    async def slices(self, total: int) -> None:
        """Read the search in slices, until all roles are seen or a dozen requests are made.

        Raises BadResponse.
        """
        crowded = await self._levels(total)
        for filters in self._finer(crowded or [(total, {})]):
            if self._has_enough(total):
                return
            await self._ask(filters)

    async def _levels(self, total: int) -> list[tuple[int, dict[str, str]]]:
        """Read a slice for each level.

        Return the totals and filters of those that are too large for one answer.
        """
        crowded = []
        for level in _LEVELS:
            if self._has_enough(total):
                break
            before, filters = len(self.records), {"target_level": level}
            results = await self._ask(_NEWEST | filters)
            if results.total == total and len(self.records) == before:
                break  # the site does not obey this filter
            if results.total > PAGE:
                crowded.append((results.total, filters))
        return crowded

    def _finer(self, crowded: list[tuple[int, dict[str, str]]]) -> Iterator[dict[str, str]]:
        """Yield slices of what one answer cannot hold.

        First by country, the most promising first, then in the site's own order.
        """
        names = Locale("en").territories
        places = Counter(
            code
            for record in self.records.values()
            for code in pages.countries_of(record)
            if code in names
        )
        finer = [
            (size * roles, filters | {"location": names[code]})
            for size, filters in crowded
            for code, roles in places.items()
        ]
        finer.sort(key=lambda each: each[0], reverse=True)
        left = max(0, _MOST_SEARCHES - self.searches - _SPARE)
        for _, filters in finer[:left]:
            yield _NEWEST | filters
        yield from (
            filters for _, filters in sorted(crowded, key=lambda each: each[0], reverse=True)
        )

    def _has_enough(self, total: int) -> bool:
        return len(self.records) >= total or self.searches >= _MOST_SEARCHES

    async def _ask(self, filters: Mapping[str, str]) -> Results:
        self.searches += 1
        results = pages.read_results((await self.site.get_further(self.path(filters), HTML)).body)
        for record in results.records:
            shown = pages.brand_of(record)
            if self.brand and shown and shown.casefold() != self.brand.casefold():
                raise BadResponse(f"its search for {self.brand} shows roles of {shown}")
        self.records |= {pages.key_of(record): record for record in results.records}
        self.without_key = max(self.without_key, results.without_key)
        return results
