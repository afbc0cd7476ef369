"""Web pages with schema.org JobPostings, written by hand, and the site that serves them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.items import BoardRequest, Snapshot
from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOST = "careers.example.org"
SITEMAP = f"jsonld:{HOST}/sitemap.xml"
PAGE = f"jsonld:{HOST}/open-roles"
NAMESPACE = ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def posting(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a JobPosting, with any field replaced; a field that is None is left out."""
    plain = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": title,
        "description": "<p>Build &amp; test models.</p>",
        "identifier": {"@type": "PropertyValue", "name": "Example Labs", "value": f"R-{number}"},
        "datePosted": "2026-11-02",
        "employmentType": "FULL_TIME",
        "url": f"https://{HOST}{path(number)}",
        "hiringOrganization": {
            "@type": "Organization",
            "name": "Example Labs",
            "contactPoint": {"name": "Ann Example", "email": "ann@example.org"},
        },
        "applicationContact": {"name": "Bo Example", "telephone": "+44 20 7946 0000"},
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "1 Example Street",
                "addressLocality": "London",
                "addressRegion": "England",
                "addressCountry": "GB",
            },
        },
    }
    return {name: value for name, value in (plain | fields).items() if value is not None}


def path(number: int) -> str:
    """Return the path of a job's page."""
    return f"/jobs/research-engineer-{number}"


def page(*blocks: Any, head: str = "", text: str | None = None) -> bytes:
    """Return a page with these JSON-LD blocks, or with one that is `text` as it stands."""
    written = [json.dumps(block) for block in blocks] if text is None else [text]
    scripts = "".join(f'<script type="application/ld+json">{one}</script>' for one in written)
    return f"<!doctype html><html><head>{head}{scripts}</head><body>A job</body></html>".encode()


def urlset(*entries: tuple[str, str], namespace: str = NAMESPACE) -> bytes:
    """Return a sitemap of these pages: their paths and `lastmod`."""
    rows = "".join(
        f"<url><loc>https://{HOST}{path}</loc>"
        + (f"<lastmod>{lastmod}</lastmod>" if lastmod else "")
        + "</url>"
        for path, lastmod in entries
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset{namespace}>{rows}</urlset>'.encode()


def index(*paths: str) -> bytes:
    """Return a sitemap index of these sitemaps."""
    rows = "".join(f"<sitemap><loc>https://{HOST}{path}</loc></sitemap>" for path in paths)
    return f"<sitemapindex{NAMESPACE}>{rows}</sitemapindex>".encode()


class JsonLdServer(AtsServer):
    """One employer's site. `pages` are by path: bytes, or a status."""

    def __init__(self, jobs: int = 0) -> None:
        super().__init__()
        self.pages: dict[str, bytes | int | Reply] = {}
        self.jobs(*range(1, jobs + 1))

    def jobs(self, *numbers: int, lastmod: str = "") -> None:
        """Serve these jobs: a sitemap, and a page each."""
        self.pages["/sitemap.xml"] = urlset(*((path(number), lastmod) for number in numbers))
        for number in numbers:
            self.pages.setdefault(path(number), page(posting(number)))

    def read(self) -> list[str]:
        """Return the paths of the pages that were asked for, without the sitemap's."""
        found = (asked.removeprefix(f"/{HOST}") for asked in self.paths())
        return [path for path in found if ".xml" not in path]

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # GETs
        found = self.pages.get(path.removeprefix(f"/{HOST}"), NOT_FOUND)
        if isinstance(found, int):
            return Reply(b"", found)
        return found if isinstance(found, Reply) else Reply(found)


def at(first: Snapshot | None = None, hours: float = 0, **fields: Any) -> BoardRequest:
    """Return the request of a check so many hours after the start, with what the last one noted."""
    known = [s.key for s in first.sightings] + sorted(first.still) if first else []
    plain: dict[str, Any] = {"known": lambda: known, "notes": first.notes if first else None}
    plain["at"] = START + timedelta(hours=hours)
    return BoardRequest(first.board if first else SITEMAP, **plain | fields)


def keys(found: Snapshot) -> list[str]:
    """Return the keys of the postings that were read, sorted."""
    return sorted(sighting.key for sighting in found.sightings)
