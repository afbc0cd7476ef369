"""BambooHR's list and details in the shape of their answers, by hand, and a server of one board."""

from __future__ import annotations

from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

BOARD = "bamboohr:examplelabs"
SITE = "https://examplelabs.bamboohr.com"
LIST = "/examplelabs/careers/list"
AWAY = Reply(b"", 302, {"Location": "https://www.bamboohr.com/"})
NOWHERE: dict[str, Any] = {"city": None, "state": None}
NO_REGION: dict[str, Any] = {"country": None, "state": None, "province": None, "city": None}


def row(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a row of the list, with any field replaced."""
    plain = {
        "id": str(number),
        "jobOpeningName": title,
        "departmentId": "18652",
        "departmentLabel": "Research ",
        "employmentStatusLabel": "Full-Time",
        "location": {"city": "Chicago", "state": "Illinois"},
        "atsLocation": NO_REGION,
        "isRemote": None,
        "locationType": "2",
    }
    return plain | fields


def detail(number: int = 1, status: str | None = "Open", **fields: Any) -> dict[str, Any]:
    """Return the answer to a posting's own call, with any field of `jobOpening` replaced."""
    opening = {
        "jobOpeningShareUrl": f"{SITE}/careers/{number}",
        "jobOpeningName": "Research Engineer",
        "jobOpeningStatus": status,
        "location": {
            "city": "Chicago",
            "state": "Illinois",
            "postalCode": "60007",
            "addressCountry": "United States",
        },
        "atsLocation": NO_REGION,
        "description": "<p>Build &amp; test models.</p>",
        "compensation": "$110,000 - $150,000",
        "datePosted": "2026-11-11",
        "hiringLead": "Ann Example",
    }
    form = {"firstName": {"isRequired": True, "label": "First Name"}}
    return {"meta": {}, "result": {"jobOpening": opening | fields, "formFields": form}}


class BambooServer(AtsServer):
    """One board. Every other label is sent to the marketing site."""

    def __init__(self, rows: int = 0) -> None:
        super().__init__()
        self.rows = [row(number) for number in range(1, rows + 1)]
        self.details: dict[str, Any] = {}  # by key, instead of the plain ones; may be a Reply
        self.total: int | None = None  # instead of the true one

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # neither
        if not path.startswith("/examplelabs/"):
            return AWAY
        if path == LIST:
            total = len(self.rows) if self.total is None else self.total
            return Reply({"meta": {"totalCount": total}, "result": self.rows})
        key = path.removeprefix("/examplelabs/careers/").removesuffix("/detail")
        if not key.isdecimal():
            return NOT_FOUND
        found = self.details.get(key) or detail(int(key))
        return found if isinstance(found, Reply) else Reply(found)

    def details_asked(self) -> list[str]:
        """Return the keys of the details that were asked for, in turn."""
        return [path.split("/")[3] for path in self.paths() if path.endswith("/detail")]
