"""Find out how an Eightfold site is asked: its domain, and its interface.

The domain cannot be derived from the host: gotinder.com is that of Match Group. The site's page
names it once. Which interface answers is asked once a day. The other one refuses: with 403, with
a message instead of positions, or with a web page.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.responses import BadResponse, decode
from crawler.spiders.base import with_query
from crawler.spiders.listing import Listing, Params
from crawler.spiders.site import OK, Site
from crawler.spiders.sitemap import is_sitemap, read_sitemap

PCSX, V2, SITEMAP = "pcsx", "v2", "sitemap"
_NOTE = "site"  # {"domain": …, "api": …, "at": …}
_MANY = 2000  # postings, behind which some sites show no further pages
_MOST_SITEMAPS = 50
_REFUSED = 403
_GONE = frozenset({404, 410})
_DOMAIN = re.compile(
    r"_EF_GROUP_ID\s*=\s*[\"']([\w.-]{3,100})[\"']"
    r"|id=[\"']pcsx-data[\"'][^>]*>\s*\{[^<]{0,100000}?\"domain\":\s*\"([\w.-]{3,100})\""
)
_VENDOR = {"eightfold.ai", "volkscience.com"}  # served for a host without a tenant
_OWN = {"app", "app.eightfold.ai"}  # its own site
_JOB = re.compile(r"/careers/job/([0-9]{1,20})(?:-[^/?]*)?$")


class _Positions(msgspec.Struct):
    positions: list[Raw]
    count: int | None = None


class _Search(msgspec.Struct):
    data: _Positions


_pcsx, _v2 = Decoder(_Search), Decoder(_Positions)


@dataclass(frozen=True, slots=True)
class Api:
    """One interface of a site."""

    name: str
    domain: str

    def list_path(self, page: Params) -> str:
        """Return the path of one page of the list."""
        named = {"domain": self.domain}
        if self.name == SITEMAP:
            return with_query("/careers/sitemap.xml", named)
        if self.name == V2:
            return with_query("/api/apply/v2/jobs", named | dict(page))
        query = {"query": "", "location": "", "sort_by": "timestamp"}
        return with_query("/api/pcsx/search", named | query | dict(page))

    def detail_path(self, key: str) -> str:
        """Return the path of a posting's own answer."""
        if self.name == V2:
            return with_query(f"/api/apply/v2/jobs/{key}", {"domain": self.domain})
        named = {"position_id": key, "domain": self.domain, "hl": "en"}
        return with_query("/api/pcsx/position_details", named)

    def slice(self, body: bytes) -> Listing:
        """Return the rows of one page. Raises BadResponse."""
        found = decode(body, _v2) if self.name == V2 else decode(body, _pcsx).data
        return Listing(found.positions, found.count)


def api_of(site: Site) -> Api:
    """Return the interface that was found."""
    noted: dict[str, Any] = site.notes.own[_NOTE]
    return Api(noted["api"], noted["domain"])


async def find_api(site: Site) -> None:
    """Note the interface of a site, unless that was done today. Raises BadResponse."""
    noted = site.notes.own.get(_NOTE, {})
    if noted and not site.is_a_day_ago(noted["at"]):
        return
    domain = noted.get("domain") or await _domain(site)
    try:
        name = await _interface(site, domain)
    except BadResponse:
        site.notes.own.pop(_NOTE, None)  # the domain may be another one by now
        raise
    site.notes.own[_NOTE] = {"domain": domain, "api": name, "at": site.now}


async def _domain(site: Site) -> str:
    """Return the domain that the site's page names. Raises BadResponse."""
    page = await site.get("/careers", good=OK | _GONE)
    if page.status in _GONE:
        raise _unknown(f"HTTP {page.status}: no such site")
    found = _DOMAIN.search(html.unescape(page.body.decode("utf-8", "replace")))
    if found is None:
        raise BadResponse("its page names no domain: Eightfold may have changed")
    domain = found[1] or found[2]
    if domain in _VENDOR and site.steps[0] not in _OWN:
        raise _unknown("Eightfold shows its own page there: it has no such site")
    return domain


def _unknown(reason: str) -> BadResponse:
    trouble = BadResponse(reason)
    trouble.unknown = True
    return trouble


async def _interface(site: Site, domain: str) -> str:
    """Return the name of the interface to use. Raises BadResponse."""
    reasons = []
    for name in (PCSX, V2):
        reason = await _why_not(site, Api(name, domain))
        if not reason:
            return name
        reasons.append(reason)
    path = Api(SITEMAP, domain).list_path({})
    if await site.allow(path):
        answer = await site.get(path, good=OK | _GONE | {_REFUSED})
        if answer.status in OK and is_sitemap(answer.body):
            return SITEMAP
    raise BadResponse(reasons[0])


async def _why_not(site: Site, api: Api) -> str:
    """Return why an interface cannot be used, "" if it can. Raises BadResponse for no answer."""
    path = api.list_path({"start": 0, "num": 10})
    if not await site.allow(path):
        return site.why_closed(path, "")
    answer = await site.get(path, good=OK | {_REFUSED})
    if answer.status == _REFUSED:
        return f"HTTP {_REFUSED}"
    try:
        total = api.slice(answer.body).total or 0
    except BadResponse as trouble:
        return trouble.reason
    return f"it counts {total} postings, and shows {_MANY}" if total > _MANY else ""


async def sitemap_rows(site: Site, answer: Answer) -> list[Raw]:
    """Return a row for each job in the sitemap, given its answer. Raises BadResponse."""
    found = read_sitemap(answer.body)
    pages = dict(found.pages)
    if len(found.children) > _MOST_SITEMAPS:
        raise BadResponse(f"its sitemap has {len(found.children)} parts")
    for child in found.children:
        parts = urlsplit(child)
        part = await site.get_further(f"{parts.path}?{parts.query}")
        pages |= read_sitemap(part.body).pages
    rows = {match[1]: url for url in pages if (match := _JOB.search(urlsplit(url).path))}
    if not rows:
        raise BadResponse("its sitemap lists no job")
    return [Raw(msgspec.json.encode({"id": key, "url": url})) for key, url in rows.items()]
