"""Read sitemaps: the pages that one lists, and those of all sitemaps in an index.

A part that is missing fails the whole board.

https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element  # only the type

from crawler.fetch import LARGEST
from crawler.responses import BadResponse
from crawler.spiders.site import Site
from crawler.spiders.xml_feed import xml_root
from crawler.unpack import unpack

_XML = {"Accept": "application/xml, text/xml"}
_LEVELS = 2  # of indexes
_MOST_FILES = 100  # of one sitemap
_ZIPPED = b"\x1f\x8b"  # the first bytes of a gzip file
_ROOT = re.compile(  # behind a declaration, comments and style sheets, each read once
    rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*+<(?:\w+:)?(?:urlset|sitemapindex)[\s>/]", re.DOTALL
)


class Sitemap(NamedTuple):
    """One sitemap."""

    pages: Mapping[str, str]  # `lastmod` by address; "" where none is given
    children: tuple[str, ...] = ()  # the addresses of further sitemaps, where it is an index
    is_index: bool = False


def unzipped(body: bytes) -> bytes:
    """Return the body of a `.gz` file unpacked, any other as it is. Raises BadResponse."""
    return unpack(body, "gzip", LARGEST) if body.startswith(_ZIPPED) else body


def is_sitemap(body: bytes) -> bool:
    """Return whether the root element of the body is that of a sitemap."""
    return bool(_ROOT.match(body))


def read_sitemap(body: bytes, called: str = "its sitemap") -> Sitemap:
    """Return the addresses in a sitemap, whatever its namespace. Raises BadResponse."""
    root = xml_root(body, f"{called} is cut or broken")
    name = _local(root)
    if name not in {"urlset", "sitemapindex"}:
        raise BadResponse("the answer is a web page" if name == "html" else "it is no sitemap")
    entries: dict[str, str] = {}
    for entry in root:
        values = {_local(child): (child.text or "").strip() for child in entry}
        if address := values.get("loc"):
            entries[address] = max(entries.get(address, ""), values.get("lastmod", ""))
    return Sitemap(entries) if name == "urlset" else Sitemap({}, tuple(entries), is_index=True)


async def all_pages(
    site: Site, body: bytes, path_of: Callable[[str], str | None], *, only_first: bool = False
) -> AsyncIterator[Mapping[str, str]]:
    """Yield the pages of each sitemap that a sitemap leads to. Raises BadResponse.

    `path_of` returns the path of an address; None for one of another host. `only_first`: of an
    index, only the first part.
    """
    found, level, files = read_sitemap(unzipped(body)), 0, 1
    waiting: deque[tuple[str, int]] = deque()  # addresses: all bodies would fill the memory
    while True:
        yield found.pages
        if level == _LEVELS and found.children:
            raise BadResponse(f"its sitemap has more than {_LEVELS} levels of indexes")
        files += len(found.children)
        if files > _MOST_FILES:
            raise BadResponse(f"its sitemap has {files} parts: give the part that has the jobs")
        wanted = found.children[:1] if only_first else found.children
        waiting.extend((address, level + 1) for address in wanted)
        if not waiting:
            return
        address, level = waiting.popleft()
        found = read_sitemap(await _part(site, address, path_of(address)))


async def _part(site: Site, address: str, path: str | None) -> bytes:
    if path is None:
        raise BadResponse(f"its sitemap has a part on another host: {urlsplit(address).netloc}")
    try:
        body = unzipped((await site.get_further(path, _XML)).body)
    except BadResponse as trouble:
        trouble.reason = f"{path}: {trouble.reason.partition(': no such board')[0]}"
        raise
    if not is_sitemap(body):
        raise BadResponse(f"{path} is no sitemap")
    return body


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
