"""Choose the pages and scripts of a careers site to read after its first page."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.registry import PRODUCTS

_JOBS = re.compile(r"job|career|opening|position|vacanc|hiring|join", re.IGNORECASE)
_AMBIGUOUS = {"adp", "amazon", "gem", "google", "join", "jsonld"}  # names in other scripts too
_REFRESH = re.compile(r"""url\s*=\s*["']?([^"']+)""", re.IGNORECASE)  # in <meta content>
_VENDOR = re.compile(
    rf"(?<![a-z])(?:{'|'.join(sorted(PRODUCTS.keys() - _AMBIGUOUS))})(?:hq|hr)?(?![a-z])",
    re.IGNORECASE,
)


def linked_pages(url: str, tree: LexborHTMLParser) -> list[str]:
    """Return the pages and scripts to read next, on the same site, most likely first.

    The page to which a browser goes on comes first, then frames and scripts that name an ATS, then
    links about jobs, then other frames and scripts.
    """
    base = (urlsplit(url).hostname or "").removeprefix("www.")
    links: dict[str, int] = {}
    for node in tree.css("meta[http-equiv=refresh i], a[href], iframe[src], script[src]"):
        written = _written(node)
        rank = _rank(node, written)
        try:
            link = urljoin(url, written).partition("#")[0]
            host = urlsplit(link).hostname or ""
        except ValueError:
            continue
        if (
            rank is not None
            and link.startswith(("https://", "http://"))
            and (host == base or host.endswith(f".{base}"))
        ):
            links[link] = min(rank, links.get(link, rank))
    links.pop(url, None)
    return sorted(links, key=lambda link: links[link])


def _written(node: LexborNode) -> str:
    """Return the address of a link, frame, script or refresh as the page has it, "" for none."""
    attributes = node.attributes
    if node.tag == "meta":
        refresh = _REFRESH.search(attributes.get("content") or "")
        return refresh[1].strip() if refresh else ""
    return attributes.get("href") or attributes.get("src") or ""


def _rank(node: LexborNode, written: str) -> int | None:
    """Return the rank of a link. The lowest is read first. None for a link about other things."""
    if node.tag == "meta":
        return 0 if written else None
    if node.tag == "a":
        return 2 if _JOBS.search(f"{written} {node.text()}") else None
    return 1 if _VENDOR.search(f"{written} {node.attributes.get('id') or ''}") else 3
