"""Workday's CXS interface in the shape of its answers, written by hand, and a server that lies."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.ats_server import AtsServer, Reply

TENANT = "examplelabs.wd5"
BOARD = f"workday:{TENANT}/Careers"
OTHER_BOARD = f"workday:{TENANT}/Graduates"  # another site of the tenant, with the same postings
_ROOT = "/examplelabs.wd5/wday/cxs/examplelabs/Careers"
PAGE = 20
UNKNOWN = Reply({"errorCode": "S21", "error": "not found: Job_Posting_Site_ID=X"}, 404)


def path(number: int) -> str:
    """Return the path of a posting."""
    return f"/job/London/Research-Engineer_JR{number}"


def row(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a row of the list, with any field replaced."""
    plain = {
        "title": title,
        "externalPath": path(number),
        "locationsText": "London",
        "postedOn": "Posted Today",
        "bulletFields": [f"JR{number}"],
        "family": f"family-{number % 5}",
    }
    return plain | fields


def detail(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return the answer to a posting's own call, with any field of `jobPostingInfo` replaced."""
    info = {
        "id": f"{number:032x}",
        "title": title,
        "jobDescription": "<p>Build &amp; test models.</p>",
        "location": "London",
        "additionalLocations": ["Zurich"],
        "postedOn": "Posted Today",
        "startDate": "2026-11-20",
        "timeType": "Full time",
        "jobReqId": f"JR{number}",
        "jobPostingId": f"Research-Engineer_JR{number}",
        "jobPostingSiteId": "Careers",
        "externalUrl": f"https://{TENANT}.myworkdayjobs.com/Careers{path(number)}",
        "posted": True,
        "canApply": True,
        "questionnaireId": "0",
    }
    company = {"name": "Example Labs Ltd.", "url": ""}
    return {"jobPostingInfo": info | fields, "hiringOrganization": company, "similarJobs": []}


class WorkdayServer(AtsServer):
    """One tenant with one site. `cap` hides its size, as Workday does for many tenants."""

    def __init__(self, rows: int = 0, cap: int | None = None) -> None:
        super().__init__()
        self.rows = [row(number) for number in range(1, rows + 1)]
        self.details: dict[str, Any] = {}  # by path, instead of the plain ones; a status is one too
        self.cap = cap
        self.has_facets = True
        self.fails_at: int | None = None  # the offset of a page that is answered by HTTP 404

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # no query
        path = path.replace("/Graduates/", "/Careers/")
        if path == f"{_ROOT}/jobs":
            return UNKNOWN if sent["offset"] == self.fails_at else Reply(self._page(sent))
        if path.startswith(f"{_ROOT}/job/"):
            return self._detail(path.removeprefix(_ROOT))
        return UNKNOWN

    def details_asked(self) -> list[str]:
        """Return the paths of the details that were asked for, in turn."""
        return [seen.removeprefix(_ROOT) for seen in self.paths() if "/job/" in seen]

    def _page(self, sent: dict[str, Any]) -> dict[str, Any]:
        families = sent["appliedFacets"].get("jobFamily")
        rows = [one for one in self.rows if families is None or one["family"] in families]
        offset = sent["offset"]
        capped = self.cap is not None and len(rows) > self.cap
        if self.cap is not None and capped and offset >= self.cap:
            offset -= self.cap  # the wrap: page 1 again
        total = self.cap if capped else len(rows)
        return {
            "total": total if offset == 0 else 0,
            "jobPostings": rows[offset : offset + sent["limit"]],
            "facets": self._facets(rows) if offset == 0 and self.has_facets else [],
            "userAuthenticated": False,
        }

    def _facets(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        families = Counter(one["family"] for one in rows)
        values = [{"descriptor": each, "id": each, "count": families[each]} for each in families]
        places = [{"descriptor": "London", "id": "l", "count": len(rows)}]
        places.append({"descriptor": "Zurich", "id": "z", "count": len(rows) // 2})
        group = {"facetParameter": "locations", "descriptor": "Locations", "values": places}
        times = [{"descriptor": "Full time", "id": "f", "count": len(rows)}]
        return [
            {"facetParameter": "jobFamily", "descriptor": "Job Family", "values": values},
            {"facetParameter": "timeType", "descriptor": "Time Type", "values": times},
            {"facetParameter": "locationMainGroup", "values": [group]},
        ]

    def _detail(self, asked: str) -> Reply:
        found = self.details.get(asked)
        if isinstance(found, int):
            return Reply({"errorCode": f"HTTP_{found}"}, found)
        number = int(asked.rpartition("_JR")[2].partition("-")[0])
        return Reply(found or detail(number))
