"""Rippling's boards in the shape of their answers, written by hand, and a server of one."""

from __future__ import annotations

from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

BOARD = "rippling:examplelabs-careers"
LIST = "/platform/api/ats/v1/board/examplelabs-careers/jobs"
_STYLE = 'style="font-family:Arial;margin:4px 0px"'


def key(number: int = 1) -> str:
    """Return the key of a posting."""
    return f"00000000-0000-4000-8000-{number:012}"


def row(number: int = 1, place: str = "Leeds", **fields: Any) -> dict[str, Any]:
    """Return a row of the list, with any field replaced."""
    plain = {
        "uuid": key(number),
        "name": "Research Engineer",
        "department": {"id": "Research", "label": "Research"},
        "url": f"https://ats.rippling.com/examplelabs-careers/jobs/{key(number)}",
        "workLocation": {"id": place, "label": place},
    }
    return plain | fields


def pay_range(place: str = "Leeds", low: float = 45000, **fields: Any) -> dict[str, Any]:
    """Return the pay of one place, with any field replaced."""
    plain = {"rangeStart": low, "rangeEnd": low + 7000, "currency": "GBP", "frequency": "ANNUAL"}
    return plain | {"isRemote": False, "location": place} | fields


def detail(number: int = 1, *places: str, **fields: Any) -> dict[str, Any]:
    """Return the answer to a posting's own call, with any field replaced."""
    employment = {"label": "SALARIED_FT", "id": "Employee: Salaried, full-time"}
    logo = f"https://files.example.org/logo.png?signature={number}"
    plain = {
        "uuid": key(number),
        "name": "Research Engineer",
        "description": {
            "company": f"<meta><p {_STYLE}>We study models.</p>",
            "role": f"<meta><p {_STYLE}>Build &amp; test models.</p>",
        },
        "workLocations": list(places or ["Leeds"]),
        "department": {"name": "Research", "base_department": "Research"},
        "employmentType": employment,
        "createdOn": "2026-11-20T10:00:00.000000-08:00",
        "activeJobApplication": {"customQuestions": {"fields": [{"title": "Email"}]}},
        "url": f"https://ats.rippling.com/examplelabs-careers/jobs/{key(number)}",
        "board": {"slug": "examplelabs-careers", "title": "Example Labs", "logo": {"url": logo}},
        "payRangeDetails": [],
        "companyName": "Example Labs Ltd ",
        "unlistedFromSearch": False,
    }
    return plain | fields


class RipplingServer(AtsServer):
    """One board."""

    def __init__(self, rows: int = 0) -> None:
        super().__init__()
        self.rows = [row(number) for number in range(1, rows + 1)]
        self.details: dict[str, Any] = {}  # by key, instead of the plain ones; None: 404

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # a GET
        if path == LIST:
            return Reply(self.rows)
        if not path.startswith(f"{LIST}/"):
            return NOT_FOUND
        asked = path.rpartition("/")[2]
        found = self.details.get(asked, detail(int(asked[-12:])))
        return NOT_FOUND if found is None else Reply(found)

    def details_asked(self) -> list[str]:
        """Return the keys of the details that were asked for, in turn."""
        return [path.rpartition("/")[2] for path in self.paths() if path.startswith(f"{LIST}/")]
