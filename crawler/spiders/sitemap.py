"""Read sitemaps: the pages that one lists, or the further sitemaps of an index.

https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element  # only the type

from crawler.fetch import LARGEST
from crawler.responses import BadResponse, unpack
from crawler.spiders.xml_feed import xml_root

_ZIPPED = b"\x1f\x8b"  # the first bytes of a gzip file
_ROOT = re.compile(  # behind a declaration, comments and style sheets
    rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:\w+:)?(?:urlset|sitemapindex)[\s>/]", re.DOTALL
)


class Sitemap(NamedTuple):
    """One sitemap."""

    pages: Mapping[str, str]  # `lastmod` by address; "" where none is given
    children: tuple[str, ...]  # the addresses of further sitemaps, where it is an index


def unzipped(body: bytes) -> bytes:
    """Return the body of a `.gz` file unpacked, any other as it is. Raises BadResponse."""
    return unpack(body, "gzip", LARGEST) if body.startswith(_ZIPPED) else body


def is_sitemap(body: bytes) -> bool:
    """Return whether the root element of the body is that of a sitemap."""
    return bool(_ROOT.match(body))


def read_sitemap(body: bytes) -> Sitemap:
    """Return the addresses in a sitemap, whatever its namespace. Raises BadResponse."""
    root = xml_root(body, "its sitemap is cut or broken")
    name = _local(root)
    if name not in {"urlset", "sitemapindex"}:
        raise BadResponse("the answer is a web page" if name == "html" else "it is no sitemap")
    entries: dict[str, str] = {}
    for entry in root:
        values = {_local(child): (child.text or "").strip() for child in entry}
        if address := values.get("loc"):
            entries[address] = max(entries.get(address, ""), values.get("lastmod", ""))
    return Sitemap(entries, ()) if name == "urlset" else Sitemap({}, tuple(entries))


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
