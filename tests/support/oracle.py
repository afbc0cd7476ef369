"""Oracle's recruiting resources, written by hand, and a server that lies."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.ats_server import AtsServer, Reply

HOST = "exampl.fa.us2.oraclecloud.com"
BOARD = f"oracle:{HOST}/Careers"
NUMBER = "CX_2001"
_ROOT = f"/{HOST}/hcmRestApi/resources/latest"
LIST = f"{_ROOT}/recruitingCEJobRequisitions"
SITES = f"{_ROOT}/recruitingCESites"
_DETAIL = f"{_ROOT}/recruitingCEJobRequisitionDetails"
PAGE = 200


def row(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a row of the list, with any field replaced."""
    plain: dict[str, Any] = {
        "Id": f"R_{number}",
        "Title": title,
        "PostedDate": "2026-11-20",
        "PostingEndDate": None,
        "Language": "US",
        "PrimaryLocationCountry": "GB",
        "HotJobFlag": False,
        "WorkplaceTypeCode": "ORA_HYBRID",
        "WorkplaceType": "Hybrid",
        "JobFamily": f"Family {number % 5}",
        "JobSchedule": None,
        "Department": None,
        "ShortDescriptionStr": "A short text.",
        "PrimaryLocation": "London, United Kingdom",
        "secondaryLocations": [],
        "Distance": 0.0,
        "TrendingFlag": False,
        "BeFirstToApplyFlag": False,
        "Relevancy": 1,
    }
    return plain | fields


def detail(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return the one item of a posting's own answer, with any field replaced."""
    plain = {
        "Id": f"R_{number}",
        "Title": title,
        "Category": "Research",
        "RequisitionId": 300_000_000_000_000 + number,
        "ExternalPostedStartDate": "2026-11-20T10:30:00+00:00",
        "ExternalPostedEndDate": None,
        "ExternalDescriptionStr": "<p>Build &amp; test models.</p>",
        "ExternalResponsibilitiesStr": "<ul><li>Train them.</li></ul>",
        "ExternalQualificationsStr": "<p>You know Python.</p>",
        "CorporateDescriptionStr": "<p>We are an employer.</p>",
        "ShortDescriptionStr": "A short text.",
        "ExternalContactName": "Ann Example",
        "ExternalContactEmail": "ann@example.org",
        "HiringManager": "Bo Example",
        "JobSchedule": "Full time",
        "PrimaryLocation": "London, United Kingdom",
        "WorkplaceTypeCode": "ORA_HYBRID",
        "WorkplaceType": "Hybrid",
        "secondaryLocations": [{"Name": "Zurich, Switzerland", "CountryCode": "CH"}],
        "requisitionFlexFields": [],
    }
    return plain | fields


class OracleServer(AtsServer):
    """One host with two sites. A name that is none of them gets the rows of both."""

    def __init__(self, rows: int = 0) -> None:
        super().__init__()
        self.rows = [row(number) for number in range(1, rows + 1)]
        self.others = [row(number, "Cook") for number in range(90_001, 90_004)]
        self.details: dict[str, dict[str, Any] | int | None] = {}  # by key; None: no items
        self.sites: Any = {
            "items": [
                {"SiteNumber": "CX_1", "SiteName": "Kitchen", "StatusCode": "ORA_ACTIVE"},
                {
                    "SiteNumber": NUMBER,
                    "SiteName": "Example Labs",
                    "SiteURLName": "Careers",
                    "StatusCode": "ORA_ACTIVE",
                },
            ]
        }
        self.total: int | None = None  # instead of the true one
        self.short_first_page = False  # its last row stands on no page
        self.repeats = 0  # rows of the page before that a page shows again
        self.fails_at: int | None = None  # the offset of a page that is answered by HTTP 404
        self.ignores_offset = False
        self.echoed: str | None = None
        self.echoes = False  # it names whatever site it was asked for
        self.facets = ["categoriesFacet"]

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # no body
        if path == SITES:
            return Reply(self.sites)
        parameters = dict(
            part.split("=", 1) for part in query["finder"].partition(";")[2].split(",")
        )
        if path == _DETAIL:
            return self._detail(parameters["Id"].strip('"'))
        if "," in query["finder"].partition(";")[0]:
            return Reply(b"", 400)
        return self._page(parameters, query["expand"])

    def pages(self) -> int:
        """Return how many pages of the list were asked for."""
        return sum(seen.path == LIST for seen in self.requests)

    def details_asked(self) -> list[str]:
        """Return the keys whose details were asked for, in turn."""
        asked = (seen for seen in self.paths() if seen.startswith(_DETAIL))
        return [seen.partition('Id="')[2].partition('"')[0] for seen in asked]

    def _page(self, parameters: dict[str, str], expand: str) -> Reply:
        offset, limit = int(parameters["offset"]), min(int(parameters["limit"]), PAGE)
        rows = self._rows(parameters)
        total = len(rows) if self.total is None or len(rows) < len(self.rows) else self.total
        if offset == self.fails_at:
            return Reply({"title": "Not Found"}, 404)
        beyond = offset + limit > 10_000 or offset >= len(rows)
        start = 0 if self.ignores_offset else max(0, offset - self.repeats)
        shown = [] if beyond and not self.ignores_offset else rows[start : offset + limit]
        if self.ignores_offset:
            shown = rows[:limit]
        if self.short_first_page and offset == 0:
            shown = shown[:-1]
        item: dict[str, Any] = {
            "SearchId": 1,
            "Offset": offset,
            "Limit": 200,
            "TotalJobsCount": 0 if beyond and offset else total,
            "SiteNumber": parameters["siteNumber"] if self.echoes else self.echoed,
        }
        if expand.startswith("requisitionList"):
            item["requisitionList"] = shown
        else:
            item |= {name: self._facet() for name in self.facets}
        return Reply({"items": [item], "count": 1, "hasMore": False, "limit": 25, "offset": 0})

    def _rows(self, parameters: dict[str, str]) -> list[dict[str, Any]]:
        rows = {NUMBER: self.rows, "CX_1": self.others}.get(
            parameters["siteNumber"], self.rows + self.others
        )
        family = parameters.get("selectedCategoriesFacet")
        return [one for one in rows if family in {None, one["JobFamily"].removeprefix("Family ")}]

    def _facet(self) -> list[dict[str, Any]]:
        counts = Counter(one["JobFamily"] for one in self.rows)
        return [
            {"Id": int(name.removeprefix("Family ")), "Name": name, "TotalCount": counts[name]}
            for name in counts
        ]

    def _detail(self, key: str) -> Reply:
        found = self.details.get(key, detail(int(key.removeprefix("R_"))))
        if isinstance(found, int):
            return Reply({"title": "Forbidden"}, found)
        items = [] if found is None else [found]
        return Reply({"items": items, "count": len(items), "hasMore": False})
