"""Read the rows of a Greenhouse board's page. They are there even where its public API is off.

The page has its data as one JSON object, `window.__remixContext = {…};`, with 50 rows a page and
the number of all of them. A row has no text. The page of a closed job redirects to the board's,
with `?error=true` and HTTP 200, so no page proves anything of one job.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from crawler.items import Posting
from crawler.read.deferred import is_work_model
from crawler.read.fields import clean_text, line
from crawler.read.text import clean
from crawler.responses import BadResponse
from crawler.spiders.board_page import (
    OtherFormError,
    PageError,
    PageRows,
    ask_page,
    raw_rows,
    script_data,
)
from crawler.spiders.jobs import Fields, names
from crawler.spiders.postings import posting_from_html
from crawler.spiders.site import Site

_ROUTE = "routes/$url_token"
_BEFORE_NAME = re.compile(r"^(?:careers|jobs) at ", re.IGNORECASE)
_FIELDS = (  # name nobody; `is_featured` is no content
    *("id", "title", "internal_job_id", "requisition_id", "location", "absolute_url"),
    *("published_at", "updated_at", "department"),
)
MARK = "is_page_row"  # tells a stored row from a job of the API
_MOST_PAGES = 200  # of 50 rows
# the fields of a posting that a row lacks, or may have in another form
_NOT_ON_PAGE = names("description deadline employment_type workplace pay department url")


class Page(NamedTuple):
    """One page of a board."""

    token: str
    number: int
    pages: int
    total: int  # rows of the board
    rows: list[Any]  # of this page
    featured: list[Any]  # shown above the rows; some may stand only here


def read_page(html: str) -> Page:
    """Return one page of a board. Raises PageError."""
    data = script_data(html, "__remixContext")
    try:
        board = data["state"]["loaderData"][_ROUTE]
        posts = board["jobPosts"]
    except (LookupError, TypeError) as error:
        raise OtherFormError("its data has no board") from error
    try:
        featured = (board.get("featuredPosts") or {}).get("data") or []
        company = _BEFORE_NAME.sub("", clean(board["board"]["name"]))
        rows = [_row(row, company) for row in posts["data"]]
        return Page(
            clean(board["urlToken"]),
            int(posts["page"]),
            int(posts["total_pages"]),
            int(posts["total"]),
            rows,
            [_row(row, company) for row in featured],
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise PageError("its data has no list of jobs") from error


def _row(row: Any, company: str) -> Any:  # noqa: ANN401  # whatever the page has
    if not isinstance(row, dict):
        return None
    kept = {name: row[name] for name in _FIELDS if name in row}
    return {MARK: True, "company_name": company} | kept


def read_row(job: Fields) -> Posting:
    """Return a row of a board's page as a posting."""
    location = line(job["location"])
    return posting_from_html(
        key=str(job["id"]),
        title=job["title"],
        url=job["absolute_url"],
        location=location,
        department=clean_text((job.get("department") or {}).get("name")),
        company=job.get("company_name"),
        requisition=job.get("requisition_id"),
        internal_job=job.get("internal_job_id"),
        published=job.get("published_at"),
        updated=job.get("updated_at"),
        # the API names a town beside "Hybrid"
        unsent=_NOT_ON_PAGE | ({"location"} if is_work_model(location) else set()),
    )


async def rows(site: Site) -> PageRows | None:
    """Return the rows of a board; None for HTTP 404. Raises BadResponse.

    A glance sees only those of the first page.
    """
    first = await _page_of(site, 1)
    if first is None:
        return None
    if site.request.glance:
        return PageRows(raw_rows(first.rows), unread=first.total - len(first.rows))
    if first.pages > _MOST_PAGES:
        raise BadResponse(f"its list has {first.pages} pages, and more are not believed")
    pages = [first]
    for number in range(2, first.pages + 1):
        page = await _page_of(site, number)
        if page is None or (page.number, page.total) != (number, first.total):
            raise BadResponse("its list moved while its pages were read", retryable=True)
        pages.append(page)
    return PageRows(raw_rows(_whole(pages)))


async def _page_of(site: Site, number: int) -> Page | None:
    path = f"/{site.token}" + (f"?page={number}" if number > 1 else "")
    return await ask_page(site, path, read_page, is_first=number == 1)


def _whole(pages: list[Page]) -> list[Any]:
    """Return the rows of all pages, each once. Raises BadResponse if they are not the total."""
    found = [row for page in pages for row in page.rows]
    listed = _by_id(found)
    shown = _by_id([row for page in pages for row in page.featured]) | listed
    broken = len(found) - sum(isinstance(row, dict) and "id" in row for row in found)
    total = pages[0].total
    if total not in {len(listed) + broken, len(shown) + broken}:
        count = len(listed) + broken
        raise BadResponse(f"it lists {count} jobs and says that there are {total}", retryable=True)
    return [*shown.values(), *[None] * broken]


def _by_id(rows: list[Any]) -> Fields:
    return {str(row["id"]): row for row in rows if isinstance(row, dict) and "id" in row}
