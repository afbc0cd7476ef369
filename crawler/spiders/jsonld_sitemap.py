"""The job pages in a board's sitemap and in all sitemaps of its index.

Sitemaps list articles, places and categories, too. A page is a job's by the form of its address,
and only reading it proves that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from crawler.fetch import Answer
from crawler.responses import BadResponse
from crawler.spiders.paging import MOST_JOBS
from crawler.spiders.site import Site
from crawler.spiders.sitemap import all_pages

_WORD = re.compile(
    r"(?:^|[-_])(?:jobs?|careers?|karriere|positions?|vacanc(?:y|ies)|openings?|opportunit(?:y|ies)"
    r"|roles?|postings?|requisitions?|stellen?(?:angebote?)?|emplois?|offres?|empleos?|vagas?"
    r"|vacatures?)(?:$|[-_.])|^job(?:details?|posting)$",
    re.IGNORECASE,
)
_OTHER = re.compile(  # pages about jobs that are no job
    r"(?:categor(?:y|ies)|locations?|departments?|teams?|tags?|search|results|blog|news|events?"
    r"|benefits|culture|about|faqs?|stories|apply|login|privacy|students|home|index\.\w+)",
    re.IGNORECASE,
)
_ID = re.compile(r"(?<![0-9a-z])\d{5,}(?![0-9a-z])|[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


async def job_pages(site: Site, host: str, answer: Answer) -> dict[str, str]:
    """Return `lastmod` of each job page by its path. Raises BadResponse.

    `host` is the board's, as people see it. A glance reads the first part of an index only.
    """
    found: dict[str, str] = {}

    def path_of(address: str) -> str | None:
        return path_on(host, address)

    async for pages in all_pages(site, answer.body, path_of, only_first=site.request.glance):
        found |= _job_pages(pages, host, site.steps[-1])
    if len(found) > MOST_JOBS:
        raise BadResponse(
            f"it lists {len(found)} pages, and more than {MOST_JOBS} are not believed"
        )
    return found


def _job_pages(pages: Mapping[str, str], host: str, sitemap: str) -> dict[str, str]:
    paths = ((path_on(host, address), lastmod) for address, lastmod in pages.items())
    return {path: lastmod for path, lastmod in paths if path and is_job_path(path, sitemap)}


def path_on(host: str, address: str) -> str | None:
    """Return the path of an address, with its query; None for an address of another host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if (parts.hostname or "").removeprefix("www.") != host.removeprefix("www."):
        return None
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def is_job_path(path: str, sitemap: str) -> bool:
    """Return whether a path has the form of a job's. `sitemap` is the name of its sitemap."""
    target, _, query = path.partition("?")
    steps = [unquote(step) for step in target.split("/") if step]
    if not steps or any(_OTHER.fullmatch(step) for step in steps):
        return False
    if _ID.search(path.lower()) or _WORD.search(sitemap):
        return True
    words = [at for at, step in enumerate(steps) if _WORD.search(step)]
    return bool(words) and (words[0] < len(steps) - 1 or "=" in query)
