"""Read the page of a board whose API is switched off.

An employer may switch the public API off and keep the board's page. The API then answers as for a
board that does not exist, so only the page tells. It has rows without texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

from msgspec import Raw

from crawler.registry import title
from crawler.responses import BadResponse
from crawler.spiders.site import Site

_NOT_FOUND = 404
_ANSWERS = frozenset({200, _NOT_FOUND})
_HTML = {"Accept": "text/html"}
_json = json.JSONDecoder()


class PageError(ValueError):
    """A page that is cut short, or of another shape than it had."""


class OtherFormError(PageError):
    """A page of another kind: a challenge, an error, or a board whose data has new names."""


class PageRows(NamedTuple):
    """The postings of a board that were read from its page."""

    jobs: list[Raw]
    unread: int = 0  # postings that the page counts, and a glance did not ask for


class _Page(Protocol):
    @property
    def token(self) -> str: ...


P = TypeVar("P", bound=_Page)


def script_data(html: str, variable: str) -> Any:  # noqa: ANN401  # whatever the page holds
    """Return the object that a script of the page assigns to `window.VARIABLE`.

    Raises PageError.
    """
    start = re.search(rf"window\.{variable}\s*=\s*(?=\{{)", html)
    if start is None:
        raise OtherFormError("it has no data")
    try:
        return _json.raw_decode(html, start.end())[0]
    except (ValueError, RecursionError) as error:
        raise PageError("its data is cut short or not JSON") from error


def raw_rows(rows: Iterable[Any]) -> list[Raw]:
    """Return rows of a page as raw jobs."""
    # not msgspec's, which refuses half characters; `decode` mends them
    return [Raw(json.dumps(row, separators=(",", ":")).encode()) for row in rows]


async def ask_page(
    site: Site, path: str, read: Callable[[str], P | None], *, is_first: bool = True
) -> P | None:
    """Return a page of a board as `read` finds it in the HTML. None for HTTP 404.

    `read` raises PageError. Raises BadResponse, also for the page of another board.
    """
    ats, name = title(site.request.board.partition(":")[0]), site.name
    if not await site.allow(path):
        closed = site.why_closed(path, "")
        raise BadResponse(f"{ats} answers 404 for {name}, and {closed}", status=_NOT_FOUND)
    answer = await site.get(path, _HTML, _ANSWERS)
    if answer.status == _NOT_FOUND:
        return None
    try:
        page = read(answer.body.decode())
    except UnicodeDecodeError as error:
        raise BadResponse(f"the page of the board {name} is not UTF-8") from error
    except OtherFormError as error:
        why = "its API answers 404, and its page is of another form"
        status = _NOT_FOUND if is_first else None
        raise BadResponse(f"{ats} knows no board {name}: {why}", status=status) from error
    except PageError as error:
        raise BadResponse(f"the page of the board {name} cannot be read: {error}") from error
    if page and page.token.casefold() != name.casefold():
        raise BadResponse(f"the page of the board {name} shows another board: {page.token}")
    return page
