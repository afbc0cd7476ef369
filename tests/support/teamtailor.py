"""Teamtailor's RSS feed in the shape of its answers, written by hand, and a server that lies."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

BOARD = "teamtailor:examplelabs"
SITE = "https://examplelabs.teamtailor.com"
FEED = "/examplelabs/jobs.rss"
LONDON = {"name": "HQ", "address": "1 Example Road", "city": "London", "country": "United Kingdom"}


def job(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a job of the feed, with any field replaced; None leaves an element out."""
    plain = {
        "title": title,
        "description": "<p>Build &amp; test models.</p>",
        "pubDate": "Fri, 20 Nov 2026 13:57:16 +0200",
        "link": f"{SITE}/jobs/{number}-research-engineer",
        "remoteStatus": "none",
        "guid": f"00000000-0000-4000-8000-{number:012}",
        "locations": [LONDON],
        "department": "Research",
    }
    return plain | fields


def feed(jobs: Sequence[dict[str, Any]], page: str = f"{SITE}/jobs") -> bytes:
    """Return the feed of these jobs."""
    items = "".join(f"<item>{_fields(each)}</item>" for each in jobs)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:tt="https://teamtailor.com/locations"><channel>'
        f"<title>Example Labs</title><link>{page}</link>{items}</channel></rss>"
    ).encode()


def _fields(job: dict[str, Any]) -> str:
    places = "".join(
        f"<tt:location>{_elements(place, 'tt:')}</tt:location>" for place in job["locations"]
    )
    plain = {name: job[name] for name in job if name not in {"locations", "department"}}
    return (
        f"{_elements(plain)}<author>Ann Example</author><tt:locations>{places}</tt:locations>"
        f"{_elements({'department': job['department']}, 'tt:')}<tt:role/>"
    )


def _elements(values: dict[str, Any], prefix: str = "") -> str:
    return "".join(
        f"<{prefix}{name}>{escape(value)}</{prefix}{name}>"
        for name, value in values.items()
        if value is not None
    )


class TeamtailorServer(AtsServer):
    """One career site."""

    def __init__(self, jobs: int = 0) -> None:
        super().__init__()
        self.jobs = [job(number) for number in range(1, jobs + 1)]
        self.pages: dict[int, bytes] = {}  # by offset, instead of the plain ones
        self.has_pages = True
        self.most = 100  # jobs of a page

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # no post
        if path != FEED:
            return NOT_FOUND
        size = min(int(query["per_page"]), self.most)
        offset = int(query["offset"]) if self.has_pages else 0
        body = self.pages.get(offset, feed(self.jobs[offset : offset + size]))
        return Reply(body, headers={"Content-Type": "application/rss+xml"})
