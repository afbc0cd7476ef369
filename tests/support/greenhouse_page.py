"""Greenhouse's pages of boards in the shape of its answers, written by hand, and their server."""

from __future__ import annotations

import json
from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply
from tests.support.greenhouse import job

SIZE = 50


def row(key: int = 4001, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a job as the page lists it."""
    plain = {
        "id": key,
        "title": title,
        "internal_job_id": key + 500,
        "updated_at": "2026-03-01T10:00:00-05:00",
        "requisition_id": "R-7",
        "location": "London, UK",
        "absolute_url": f"https://job-boards.greenhouse.io/examplelabs/jobs/{key}",
        "published_at": "2026-02-01T10:00:00-05:00",
        "department": {"name": "Research", "id": 1, "path": []},
        "is_featured": False,
    }
    return plain | fields


def page(
    rows: list[Any], number: int = 1, total: int | None = None, featured: Any = (), **board: Any
) -> bytes:
    """Return one page of a board; any field of its data may be replaced."""
    count = len(rows) if total is None else total
    posts = {
        "count": len(rows[(number - 1) * SIZE : number * SIZE]),
        "page": number,
        "total": count,
        "total_pages": -(-count // SIZE),
        "data": rows[(number - 1) * SIZE : number * SIZE],
    }
    data = {
        "jobPosts": posts,
        "featuredPosts": {"data": list(featured)},
        "board": {"name": "Careers at Example Labs", "public_url": "x", "redirect_to": None},
        "urlToken": "examplelabs",
        "url": "http://job-boards.greenhouse.io/examplelabs",
    }
    context = {"state": {"loaderData": {"root": {}, "routes/$url_token": data | board}}}
    return f"<html><script>window.__remixContext = {json.dumps(context)};</script></html>".encode()


class GreenhousePageServer(AtsServer):
    """A board whose API is off, and whose page lives."""

    def __init__(self, rows: int = 2) -> None:
        super().__init__()
        self.rows: list[Any] = [row(number) for number in range(1, rows + 1)]
        self.shown: dict[int, bytes | int] = {}  # by page number, instead of the plain ones
        self.total: int | None = None
        self.featured: list[Any] = []
        self.is_api_on = False

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # GETs
        if path == "/v1/boards/examplelabs/jobs" and self.is_api_on:
            jobs = [job(one["id"], one["title"]) for one in self.rows]
            return Reply({"jobs": jobs, "meta": {"total": len(jobs)}})
        if path != "/examplelabs":
            return NOT_FOUND
        number = int(query.get("page", 1))
        shown = self.shown.get(number) or page(self.rows, number, self.total, self.featured)
        return Reply(b"", shown) if isinstance(shown, int) else Reply(shown)
