"""Find out how an Eightfold site is asked: its domain, and its interface.

The domain cannot be derived from the host: gotinder.com is that of Match Group. The site's page
names it once. Which interface answers is asked once a day. The other one refuses: with 403, with
a message instead of positions, or with a web page. A site that refuses the one that it spoke before
fails for three days. A large site is read by its sitemap from then on.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.notes import Notes
from crawler.responses import BadResponse, decode
from crawler.spiders.listing import Listing
from crawler.spiders.paging import Params
from crawler.spiders.site import OK, Site, with_query
from crawler.spiders.sitemap import all_pages, is_sitemap

PCSX, V2, SITEMAP = "pcsx", "v2", "sitemap"
NOTE = "site"  # {"domain": …, "api": …, "at": …}, "is_large", and "refused" since when
_CAP = 2000  # postings, behind which some sites show no further pages
_MANY = 900  # likewise; three readings of more take 270 requests, and the sitemap takes a few
_DAYS = 3 * 86_400.0  # seconds for which a site refuses, until another interface is used
_REFUSED = 403
_GONE = frozenset({404, 410})
_GROUP = re.compile(r"_EF_GROUP_ID\s{0,9}=\s{0,9}[\"']([\w.-]{3,100})[\"']")
_DATA = re.compile(r"id=[\"']pcsx-data[\"'][^<>]{0,999}>([^<]*)")
_DOMAIN_IN_DATA = re.compile(r"\"domain\":\s{0,9}\"([\w.-]{3,100})\"")
_VENDOR = {"eightfold.ai", "volkscience.com"}  # served for a host without a tenant
_OWN = {"app", "app.eightfold.ai"}  # its own site
_JOB = re.compile(r"/careers/job/([0-9]{1,20})(?:-[^/?]*)?$")


class _Positions(msgspec.Struct):
    positions: list[Raw]
    count: int | None = None


class _Search(msgspec.Struct):
    data: _Positions


_pcsx, _v2 = Decoder(_Search), Decoder(_Positions)


class _Answer(NamedTuple):
    """The answer of a site to one of its two interfaces."""

    kind: Literal["open", "closed", "refused", "large"]  # "closed" by robots.txt
    why: str = ""
    total: int = 0


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


def reads_sitemap(notes: Notes) -> bool:
    """Return whether the last check read the sitemap of this site."""
    return bool(notes.own.get(NOTE, {}).get("api") == SITEMAP)


def job_of(address: str) -> str:
    """Return the id in the address of a job's page; "" for another address."""
    match = _JOB.search(urlsplit(address).path)
    return match[1] if match else ""


def path_of(address: str) -> str:
    """Return the path of an address, with its query. A site has several hosts."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def api_of(site: Site) -> Api:
    """Return the interface that was found."""
    noted: dict[str, Any] = site.notes.own[NOTE]
    return Api(noted["api"], noted["domain"])


async def find_api(site: Site, noted: dict[str, Any]) -> dict[str, Any]:
    """Return the note of a site's interface, given the last one. Raises BadResponse."""
    try:
        domain = noted.get("domain") or await _domain(site)
        return {"domain": domain, **await _interface(site, domain, noted)}
    except BadResponse:
        noted.pop("domain", None)  # it may be another one by now
        noted["at"] = 0.0  # asked again, also when the clock is set back behind the last answer
        raise


async def _domain(site: Site) -> str:
    """Return the domain that the site's page names. Raises BadResponse."""
    page = await site.get("/careers", good=OK | _GONE)
    if page.status in _GONE:
        raise _unknown(f"HTTP {page.status}: no such site")
    text = html.unescape(page.body.decode("utf-8", "replace"))
    data = _DATA.search(text)
    found = _GROUP.search(text) or (data and _DOMAIN_IN_DATA.search(data[1]))
    if found is None:
        raise BadResponse("its page names no domain: Eightfold may have changed")
    domain = found[1]
    if domain in _VENDOR and site.steps[0] not in _OWN:
        raise _unknown("Eightfold shows its own page there: it has no such site")
    return domain


def _unknown(reason: str) -> BadResponse:
    trouble = BadResponse(reason)
    trouble.unknown = True
    return trouble


async def _interface(site: Site, domain: str, noted: dict[str, Any]) -> dict[str, Any]:
    """Return the note of the interface to use. Raises BadResponse."""
    answers: dict[str, _Answer] = {}
    if not noted.get("is_large"):
        before = noted.get("api", PCSX)
        for name in sorted((PCSX, V2), key=lambda name: name != before):
            answers[name] = found = await _ask(site, Api(name, domain))
            if found.kind == "open":
                return {"api": name}
            if name == noted.get("api") and found.kind == "refused":
                _wait(site, noted, found)
    is_large = any(found.kind == "large" for found in answers.values()) or "is_large" in noted
    if await _has_sitemap(site, domain):
        return {"api": SITEMAP} | ({"is_large": True} if is_large else {})
    for name, found in answers.items():
        if found.kind == "large" and found.total <= _CAP:
            return {"api": name}
    raise BadResponse(next((each.why for each in answers.values()), "its sitemap cannot be read"))


def _wait(site: Site, noted: dict[str, Any], found: _Answer) -> None:
    """Raise BadResponse for an interface that refuses, until it has done so for days.

    The sitemap says less, and lags: a board never goes there for one bad answer.
    """
    # the earlier one: a first refusal from the future says that the clock was set back
    since = noted["refused"] = min(noted.get("refused", site.now), site.now)
    if site.now - since < _DAYS:
        raise BadResponse(f"it refuses its job list, which it showed before: {found.why}")


async def _has_sitemap(site: Site, domain: str) -> bool:
    path = Api(SITEMAP, domain).list_path({})
    if not await site.allow(path):
        return False
    answer = await site.get(path, good=OK | _GONE | {_REFUSED})
    return answer.status in OK and is_sitemap(answer.body)


async def _ask(site: Site, api: Api) -> _Answer:
    """Return whether an interface can be used. Raises BadResponse for no answer."""
    path = api.list_path({"start": 0, "num": 10})
    if not await site.allow(path):
        return _Answer("closed", site.why_closed(path, ""))
    answer = await site.get(path, good=OK | {_REFUSED})
    if answer.status == _REFUSED:
        return _Answer("refused", f"HTTP {_REFUSED}")
    try:
        total = api.slice(answer.body).total or 0
    except BadResponse as trouble:
        return _Answer("refused", trouble.reason)
    if total > _MANY:
        return _Answer("large", f"it counts {total} postings, and shows {_CAP}", total)
    return _Answer("open")


async def sitemap_rows(site: Site, answer: Answer) -> list[Raw]:
    """Return a row for each job in the sitemap, given its answer. Raises BadResponse."""
    pages = [page async for part in all_pages(site, answer.body, path_of) for page in part]
    rows = {key: url for url in pages if (key := job_of(url))}
    if not rows:
        raise BadResponse("its sitemap lists no job")
    return [Raw(msgspec.json.encode({"id": key, "url": url})) for key, url in rows.items()]
