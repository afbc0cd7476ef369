"""Find the number of an Oracle site, and prove that the host has that site.

A host answers for a site that it does not have with the jobs of all its sites, and echoes the wrong
name. So the list of its sites decides; where a host keeps it to itself, each answer has to name the
site, and an invented site has to have other jobs.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.responses import BadResponse, decode
from crawler.spiders.listing import Listing
from crawler.spiders.site import OK, Site

NOTE = "site"  # the number of the board's site, and whether the host named it
ROOT = "/hcmRestApi/resources/latest"
_INVENTED = "CX_987654321"  # a site that no host has
_FEW = 25  # rows, by which two sites are compared
_NO_SITES = frozenset({400, 401, 403, 404})  # 1 host in 100 does not list them


class _Rows(msgspec.Struct, rename="pascal"):
    rows: list[Raw] = msgspec.field(name="requisitionList")
    total_jobs_count: int | None = None
    offset: int = 0
    site_number: str | None = None


class _List(msgspec.Struct):
    items: tuple[_Rows]


class _SiteRow(msgspec.Struct, rename="pascal"):
    site_number: str
    site_url_name: str | None = msgspec.field(name="SiteURLName", default=None)
    status_code: str | None = None


class _Sites(msgspec.Struct):
    items: list[_SiteRow]


_list, _sites = Decoder(_List), Decoder(_Sites)


def list_path(
    number: str,
    size: int,
    offset: int = 0,
    expand: str = "requisitionList.secondaryLocations",
    facet: str = "",
) -> str:
    """Return the path of one page of a site's list."""
    finder = f"findReqs;siteNumber={number},limit={size},offset={offset}"
    return (
        f"{ROOT}/recruitingCEJobRequisitions?onlyData=true&expand={expand}"
        f"&finder={finder},sortBy=POSTING_DATES_DESC{facet}"
    )


def rows_of(body: bytes, site: Site) -> Listing:
    """Return the rows of one page. Raises BadResponse for those of another site."""
    [page] = decode(body, _list).items
    noted = site.notes.own[NOTE]
    _require_number(page, noted["number"], proved=noted["proved"])
    return Listing(page.rows, None if page.offset else page.total_jobs_count)


def _require_number(page: _Rows, number: str, *, proved: bool) -> None:
    """Raise BadResponse for rows of another site. A `proved` one need not name itself."""
    shown = page.site_number or (number if proved else "none")
    if shown.casefold() != number.casefold():
        raise BadResponse(f"it is not the answer of the site: it names {shown}")


def number_of(site: Site) -> str:
    """Return the number of the board's site, as it stands in addresses."""
    return quote(site.notes.own[NOTE]["number"], safe="")


async def find_site(site: Site, noted: dict[str, Any]) -> dict[str, Any]:
    """Return the note of the board's site, given the last one.

    Raises BadResponse for a site that its host lacks.
    """
    path = f"{ROOT}/recruitingCESites?onlyData=true&limit=500"
    answer = await site.get(path, good=OK | _NO_SITES)
    name, is_listed = unquote(site.steps[1]), answer.status in OK
    # a host that named the site before may refuse its list for a while
    number = _number_in(answer, name) if is_listed else str(noted.get("number", name))
    if number is None:
        raise _unknown(f"{site.steps[0]} has no active site {name}")
    is_proved = is_listed or bool(noted.get("proved"))
    if not is_listed:
        await _refuse_echo(site, number, proved=is_proved)
    return {"number": number, "proved": is_proved}


def _number_in(answer: Answer, name: str) -> str | None:
    """Return the number of the active site with this name or number; None without one."""
    for row in decode(answer.body, _sites).items:
        names = {row.site_number.casefold(), (row.site_url_name or "").casefold()}
        if name.casefold() in names and row.status_code in {None, "ORA_ACTIVE"}:
            return row.site_number
    return None


async def _refuse_echo(site: Site, number: str, *, proved: bool) -> None:
    """Raise BadResponse for a host that shows the jobs of this site for an invented one, too.

    Such a host names whatever site it was asked for. A host that refuses this site as well proves
    nothing for a day: the next check asks for the list of sites again.
    """
    own = decode((await site.get(list_path(number, _FEW))).body, _list).items[0]
    _require_number(own, number, proved=proved)
    answer = await site.get(list_path(_INVENTED, _FEW), good=OK | _NO_SITES)
    if answer.status in _NO_SITES:
        return
    other = decode(answer.body, _list).items[0]
    if own.rows and (own.rows, own.total_jobs_count) == (other.rows, other.total_jobs_count):
        raise _unknown(f"{site.steps[0]} shows the jobs of {number} for any site")


def _unknown(reason: str) -> BadResponse:
    trouble = BadResponse(reason)
    trouble.unknown = True
    return trouble
