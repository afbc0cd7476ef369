"""Read the rows of a Greenhouse board's page. They are there even where its public API is off.

The page has its data as one JSON object, `window.__remixContext = {…};`, with 50 rows a page and
the number of all of them. A row has no text. The page of a closed job redirects to the board's,
with `?error=true` and HTTP 200, so no page proves anything of one job.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from crawler.read.text import clean
from crawler.responses import BadResponse
from crawler.spiders.site import Site

_DATA = re.compile(r"window\.__remixContext\s*=\s*(?=\{)")
_ROUTE = "routes/$url_token"
_BEFORE_NAME = re.compile(r"^(?:careers|jobs) at ", re.IGNORECASE)
_FIELDS = (
    *("id", "title", "internal_job_id", "requisition_id", "location", "absolute_url"),
    *("published_at", "updated_at", "department"),
)  # name nobody; `is_featured` is no content
MARK = "is_page_row"  # tells a stored row from a job of the API
_NOT_FOUND = 404
_ANSWERS = frozenset({200, _NOT_FOUND})
_HTML = {"Accept": "text/html"}
_MOST_PAGES = 200  # of 50 rows
_json = json.JSONDecoder()


class PageError(ValueError):
    """A page that is cut short, or of another shape than it had."""


class OtherFormError(PageError):
    """A page of another kind: a challenge, an error, or a board whose data has new names."""


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
    start = _DATA.search(html)
    if start is None:
        raise OtherFormError("it has no data")
    try:
        data, _ = _json.raw_decode(html, start.end())
    except (ValueError, RecursionError) as error:
        raise PageError("its data is cut short or not JSON") from error
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


async def page_of(site: Site, number: int) -> Page | None:
    """Return one page of a board; None for HTTP 404. Raises BadResponse."""
    name = clean(unquote(site.token))
    path = f"/{site.token}" + (f"?page={number}" if number > 1 else "")
    if not await site.allow(path):
        why = f"Greenhouse answers 404 for {name}, and {site.why_closed(path, '')}"
        raise BadResponse(why, status=_NOT_FOUND)
    answer = await site.get(path, _HTML, _ANSWERS)
    if answer.status == _NOT_FOUND:
        return None
    try:
        page = read_page(answer.body.decode())
    except UnicodeDecodeError as error:
        raise BadResponse(f"the page of the board {name} is not UTF-8") from error
    except OtherFormError as error:
        why = "its API answers 404, and its page is of another form"
        status = _NOT_FOUND if number == 1 else None
        raise BadResponse(f"Greenhouse knows no board {name}: {why}", status=status) from error
    except PageError as error:
        raise BadResponse(f"the page of the board {name} cannot be read: {error}") from error
    if page.token.casefold() != name.casefold():
        raise BadResponse(f"the page of the board {name} shows another board: {page.token}")
    return page


async def rows(site: Site, first: Page) -> list[Any]:
    """Return the rows of a board, given its first page. Raises BadResponse.

    A glance sees only those of that page.
    """
    if site.request.glance:
        return first.rows
    if first.pages > _MOST_PAGES:
        raise BadResponse(f"its list has {first.pages} pages, and more are not believed")
    pages = [first]
    for number in range(2, first.pages + 1):
        page = await page_of(site, number)
        if page is None or (page.number, page.total) != (number, first.total):
            raise BadResponse("its list moved while its pages were read", retryable=True)
        pages.append(page)
    return _whole(pages)


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


def _by_id(rows: list[Any]) -> dict[str, Any]:
    return {str(row["id"]): row for row in rows if isinstance(row, dict) and "id" in row}
