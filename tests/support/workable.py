"""Workable's widget in the shape of its answers, written by hand, and a server of it."""

from __future__ import annotations

from typing import Any

from tests.support.ats_server import AtsServer, Reply

BOARD = "workable:examplelabs"
LIST = "/api/v1/widget/accounts/examplelabs"
UNKNOWN = Reply({"error": "Not found"}, 404)


def place(city: str = "London", *, hidden: bool = False, **fields: Any) -> dict[str, Any]:
    """Return one place of a row, with any field replaced."""
    plain = {"country": "United Kingdom", "countryCode": "GB", "city": city, "region": "England"}
    return plain | {"hidden": hidden} | fields


def row(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a row of the list, with any field replaced."""
    code = f"{number:010X}"
    address = f"https://apply.workable.com/j/{code}"
    plain = {
        "title": title,
        "shortcode": code,
        "code": "",
        "employment_type": "Full-time",
        "telecommuting": False,
        "department": "Research",
        "url": address,
        "shortlink": address,
        "application_url": f"{address}/apply",
        "published_on": "2026-11-20",
        "created_at": "2026-11-18",
        "country": "United Kingdom",
        "city": "London",
        "state": "England",
        "education": "",
        "experience": "Associate",
        "function": "Engineering",
        "industry": "Computer Software",
        "locations": [place()],
        "description": "<p>Build &amp; test models.</p>",
    }
    return plain | fields


class WorkableServer(AtsServer):
    """One account."""

    def __init__(self, rows: int = 0) -> None:
        super().__init__()
        self.rows = [row(number) for number in range(1, rows + 1)]

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # a GET
        if path != LIST or query.get("details") != "true":
            return UNKNOWN
        return Reply({"name": "Example Labs", "description": "", "jobs": self.rows})
