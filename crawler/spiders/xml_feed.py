"""Read XML: the list of an ATS that sends it so, or a sitemap.

The file is somebody else's, so a document type, and with it every entity, is refused.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element  # only the type

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from msgspec import Raw

from crawler.responses import BadResponse


def read_xml(body: bytes, root: str) -> Element:
    """Return the root of a feed. Raises BadResponse, also for a root of another name."""
    element = xml_root(body, "the answer is not the XML of a list")
    if element.tag != root:
        is_page = element.tag.rpartition("}")[2].lower() == "html"
        why = "a web page" if is_page else f"XML of another kind: {element.tag}"
        raise BadResponse(f"the answer is {why}")
    return element


def xml_root(body: bytes, broken: str) -> Element:
    """Return the root element. Raises BadResponse, with this reason for XML that is broken."""
    try:
        element: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        why = "the answer is a web page" if _is_page(body) else f"{broken}: {error}"
        raise BadResponse(why) from error
    return element


def text_of(element: Element | None, path: str = ".") -> str:
    """Return the text of an element, or of the first one at a path in it. "" without one."""
    found = None if element is None else element.find(path)
    return "" if found is None else (found.text or "").strip()


def raw_jobs(rows: list[dict[str, Any]]) -> list[Raw]:
    """Return the jobs of a feed as raw jobs, which are JSON. Empty values are left out."""
    return [
        Raw(msgspec.json.encode({name: value for name, value in row.items() if value}))
        for row in rows
    ]


def _is_page(body: bytes) -> bool:
    beginning = body[:200].lstrip().lower()
    return beginning.startswith((b"<!doctype html", b"<html"))
