"""Amazon's search in the shape of its answers, written by hand, and a server that lies."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.ats_server import AtsServer, Reply

LIST = "/en/search.json"
_FILTERS = {"business_category[]": "business_category", "normalized_country_code[]": "country_code"}


def job(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a row of the search, with any field replaced."""
    plain = {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "id_icims": str(number),
        "title": title,
        "job_path": f"/en/jobs/{number}/research-engineer",
        "location": "GB, LND, London",
        "normalized_location": "London, England, GBR",
        "locations": [
            '{"type":"ONSITE","normalizedLocation":"London, England, GBR","city":"London"}'
        ],
        "country_code": "GBR",
        "business_category": f"business-{number % 5}",
        "job_category": "Software Development",
        "job_family": "Software Development",
        "job_schedule_type": "full-time",
        "company_name": "Example Ltd.",
        "description": "Build &amp; test models.<br/><br/>We publish.",
        "description_short": "Build & test models.",
        "basic_qualifications": "- You know Python<br/>- You know statistics",
        "preferred_qualifications": "- A degree<br/><br/>The base salary range is listed below."
        "<br/>GBR, London - 91,000.00 - 136,500.00 GBP annually",
        "posted_date": "November  9, 2026",
        "updated_time": "about 3 hours",
        "team": {"label": "team-x", "hiring_manager": "Ann Example"},
        "url_next_step": f"https://account.amazon.jobs/jobs/{number}/apply",
    }
    return plain | fields


class AmazonServer(AtsServer):
    """The search. `cap` hides the size of what is larger."""

    def __init__(self, jobs: int = 0, cap: int = 10_000) -> None:
        super().__init__()
        self.jobs = [job(number) for number in range(1, jobs + 1)]
        self.cap = cap
        self.hits: int | None = None  # instead of the true number
        self.ignores_filters = False
        self.has_facets = True
        self.facet_counts: dict[str, int] = {}  # added to the counts of businesses
        self.error: str | None = None

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # no body
        offset, limit = int(query["offset"]), int(query["result_limit"])
        jobs = self._matching(query)
        hits = min(len(jobs), self.cap) if self.hits is None else self.hits
        if self.error or limit > 100 or offset + limit > self.cap:
            error = self.error or "Cannot return more than 10000 results at once"
            return Reply({"error": error, "hits": hits, "facets": {}, "jobs": None})
        facets = self._facets(jobs) if "facets[]" in query and self.has_facets else {}
        shown = jobs[offset : offset + limit]
        return Reply({"error": None, "hits": hits, "facets": facets, "content": {}, "jobs": shown})

    def _matching(self, query: dict[str, str]) -> list[dict[str, Any]]:
        wanted = {_FILTERS[name]: query[name] for name in _FILTERS if name in query}
        if self.ignores_filters:
            wanted = {}
        return [one for one in self.jobs if all(one[name] == wanted[name] for name in wanted)]

    def _facets(self, jobs: list[dict[str, Any]]) -> dict[str, Any]:
        counts = {name: Counter(one[field] for one in jobs) for name, field in _FILTERS.items()}
        counts["business_category[]"].update(self.facet_counts)
        return {
            f"{name.removesuffix('[]')}_facet": [{value: found[value]} for value in found]
            for name, found in counts.items()
        }
