"""Find the schema.org JobPostings of a web page as it is served, without running its scripts.

They stand in JSON-LD blocks: one object, a list, a `@graph`, or the items of an ItemList. Sites
write them with raw line breaks, CDATA marks or escaped as a whole, which extruct's own reader of
JSON-LD refuses for the whole page. So extruct reads only microdata here.
https://developers.google.com/search/docs/appearance/structured-data/job-posting
"""

from __future__ import annotations

import html as html_entities
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.responses import BadResponse, mend

Job = dict[str, Any]
# a page may be megabytes of anything, so no repetition of these is unlimited
_BLOCK = re.compile(
    r"<script\b[^<>]{0,999}\btype\s{0,9}=\s{0,9}[\"']?application/ld\+json\b[^<>]{0,999}>",
    re.IGNORECASE,
)
_BLOCK_END = re.compile(r"</script\s{0,9}>", re.IGNORECASE)
_BEFORE = re.compile(r"^(?://|/\*)?\s{0,99}(?:<!\[CDATA\[|<!--)\s{0,99}(?:\*/)?")
_AFTER = re.compile(r"(?://|/\*)?\s{0,99}(?:\]\]>|-->)\s{0,99}(?:\*/)?$")
_MICRODATA = re.compile(
    r"itemtype\s{0,9}=\s{0,9}[\"']?https?://schema\.org/JobPosting\b", re.IGNORECASE
)
_NEXT = re.compile(r"rel\s{0,9}=\s{0,9}[\"']?[^\"'>]{0,99}\bnext\b", re.IGNORECASE)
_NEXT_LINK = 'link[rel~="next"][href], a[rel~="next"][href]'
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_JOB = "JobPosting"
_DEEPEST = 12  # levels of a block


@dataclass(slots=True)
class Page:
    """The JobPostings of one page."""

    address: str  # its canonical one, if that is on its host
    jobs: list[Job] = field(default_factory=list)
    broken: int = 0  # blocks of a JobPosting that are no JSON
    has_empty_list: bool = False  # it has an ItemList without items
    further: str = ""  # why it does not show all jobs of its list


def read_page(body: bytes, address: str) -> Page:
    """Return the JobPostings of a page. Raises BadResponse for a page that is not UTF-8."""
    try:
        text = mend(body).decode()
    except UnicodeDecodeError as error:
        raise BadResponse("the page is not UTF-8") from error
    page = Page(_canonical(text, address) if "canonical" in text else address)
    for block in _blocks(text):
        try:
            _take(_decoded(block), page)
        except (ValueError, RecursionError):
            page.broken += _JOB in block
    if not page.jobs and _MICRODATA.search(text):
        _take_microdata(text, page)
    if _NEXT.search(text) and LexborHTMLParser(text).css_first(_NEXT_LINK):
        page.further = page.further or "it links to a next page"
    return page


def _blocks(text: str) -> Iterator[str]:
    """Yield the JSON-LD blocks of a page. One that is not closed ends it."""
    end = 0
    while begin := _BLOCK.search(text, end):
        closing = _BLOCK_END.search(text, begin.end())
        if closing is None:
            return
        yield text[begin.end() : closing.start()]
        end = closing.end()


def _take_microdata(text: str, page: Page) -> None:
    # few pages have microdata, and extruct loads rdflib, requests and html5lib: 0.2 s and 20 MB
    from extruct.w3cmicrodata import MicrodataExtractor  # noqa: PLC0415

    try:
        # lxml refuses a text that declares how its bytes are encoded
        items = MicrodataExtractor().extract(_DECLARATION.sub("", text))
        _take([_plain(item) for item in items], page)
    except Exception:  # noqa: BLE001  # whatever the extractor raises for somebody else's page
        page.broken += 1


def _canonical(text: str, address: str) -> str:
    """Return the canonical address that a page names; its own where that is on another host."""
    link = LexborHTMLParser(text).css_first('link[rel="canonical"]')
    try:
        named = urljoin(address, (link.attributes.get("href") or "") if link else "")
        same = urlsplit(named).hostname == urlsplit(address).hostname
    except ValueError:
        return address
    # a site that names its front page for all of its pages says nothing
    return named if same and urlsplit(named).path.strip("/") else address


def _decoded(block: str) -> object:
    """Return the value of a block. Raises ValueError."""
    text = _AFTER.sub("", _BEFORE.sub("", block.strip())).strip().removesuffix(";")
    try:
        return json.loads(text, strict=False)  # raw line breaks in a text
    except ValueError:
        return json.loads(html_entities.unescape(text), strict=False)


def _take(data: object, page: Page) -> None:
    """Add the JobPostings in the data of a block to the page."""
    nodes = list(_nodes(data, {}))
    named = {
        node["@id"]: node for node, _ in nodes if isinstance(node.get("@id"), str) and len(node) > 1
    }
    for node, row in nodes:
        if is_a(node, _JOB):
            fields = (row | node).items()
            page.jobs.append({name: _resolved(value, named) for name, value in fields})
        elif is_a(node, "ItemList"):
            _take_list(node, page)


def _take_list(node: Job, page: Page) -> None:
    """Note an empty list, and one of jobs that has more of them than it shows."""
    items, number = node.get("itemListElement"), node.get("numberOfItems")
    page.has_empty_list |= items == [] or number == 0
    rows = items if isinstance(items, list) else [items]
    shown = sum(is_a(one, _JOB) for one, _ in _nodes(rows, {}))
    try:
        count = int(str(number))
    except ValueError:
        return
    if shown and count > len(rows):
        page.further = f"its list has {count} jobs, and shows {len(rows)}"


def _nodes(data: object, row: Job, depth: int = 0) -> Iterator[tuple[Job, Job]]:
    """Yield each object, with the address that its row in an ItemList gives it."""
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        for value in data:
            yield from _nodes(value, row, depth + 1)
    elif isinstance(data, dict):
        yield data, row
        url = data.get("url")
        row = {"url": url} if is_a(data, "ListItem") and isinstance(url, str) else {}
        if not is_a(data, _JOB):
            for value in data.values():
                yield from _nodes(value, row, depth + 1)


def is_a(node: Job, kind: str) -> bool:
    """Return whether an object is of this type, among others or alone."""
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return any(re.split("[/:#]", name)[-1] == kind for name in names if isinstance(name, str))


def _resolved(value: Any, named: dict[str, Job]) -> Any:  # noqa: ANN401  # whatever a site writes
    """Return a value, with the object that it refers to by `@id` alone in its place."""
    if isinstance(value, list):
        return [_resolved(each, named) for each in value]
    if isinstance(value, dict) and value.keys() == {"@id"}:
        return named.get(str(value["@id"]), value)
    return value


def _plain(value: Any) -> Any:  # noqa: ANN401  # as extruct gives it
    """Return an item of microdata in the form of JSON-LD."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    fields = value.get("properties")
    if not isinstance(fields, dict):
        return value.get("value")
    return {"@type": value.get("type")} | {name: _plain(each) for name, each in fields.items()}
