"""Strict readers of Atom feeds and calendars, for tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from lxml import etree, html  # type: ignore[import-untyped]  # it ships no types

from tests.support.alerts import HOSTILE
from tests.support.places import ROOT

ATOM: Final = "{http://www.w3.org/2005/Atom}"
BASE: Final = "https://roles.example.org"
# what XML and calendars forbid, too
HOSTILE_IN_FEEDS: Final = (
    *HOSTILE,
    "]]> <![CDATA[ <!-- --> <?xml?> &nbsp; &#0; \ufffe\uffff\ufdd0",
    "</content></entry></feed>",
    "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>",
    "\x0b\x0c\x1f\x85\u2028\u2029\ud83d",
    "long title " * 1_000,
)
_SCHEMA: Final = ROOT / "tests" / "support" / "atom.rng"
_TAGS: Final = frozenset({"p", "br", "b", "blockquote", "ins", "del"})
_LINE: Final = 75  # octets of a line of a calendar


class Invalid(AssertionError):  # noqa: N818  # a feed's state more than an error
    """A feed or a calendar breaks a rule of its RFC."""


def require(what: str, *, holds: bool) -> None:
    if not holds:
        raise Invalid(what)


def require_refusals(
    read: Callable[[bytes], object], valid: bytes, edits: Mapping[bytes, bytes]
) -> None:
    """Require that a reader takes the valid text, and refuses it after each edit."""
    read(valid)
    for before, after in edits.items():
        assert before in valid
        with pytest.raises(Invalid):
            read(valid.replace(before, after, 1))


def read_atom(feed: bytes) -> Any:
    """Return the feed's root element. Raises Invalid unless RFC 4287 holds."""
    try:
        root = etree.fromstring(feed, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Invalid(str(error)) from error
    schema = etree.RelaxNG(file=str(_SCHEMA))
    require(str(schema.error_log), holds=schema.validate(root))
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iterfind(f"{ATOM}entry")]
    require("two entries of one id", holds=len(set(ids)) == len(ids))
    for element in (root, *root.iterfind(f"{ATOM}entry")):
        _check_links(element)
        require(
            "an id is an absolute IRI",
            holds=bool(urlsplit(element.findtext(f"{ATOM}id")).scheme),
        )
    for entry in root.iterfind(f"{ATOM}entry"):
        _check_content(entry.find(f"{ATOM}content"))
    return root


def _check_links(element: Any) -> None:
    links = element.findall(f"{ATOM}link")
    alternates = Counter(
        (link.get("type"), link.get("hreflang"))
        for link in links
        if link.get("rel", "alternate") == "alternate"
    )
    require("one alternate of a type and language", holds=max(alternates.values(), default=0) <= 1)
    require("links begin with http", holds=all(link.get("href")[:4] == "http" for link in links))


def _check_content(content: Any) -> None:
    """Raise Invalid if the HTML has more than plain marks: no attribute, link, script or style."""
    require("the content is HTML", holds=content.get("type") == "html")
    body = html.fragment_fromstring(content.text or "", create_parent="div")
    for element in body.iterdescendants():
        require(f"<{element.tag}>", holds=element.tag in _TAGS and not element.attrib)


def entries(feed: bytes) -> list[dict[str, Any]]:
    """Return the entries of a valid feed: id, title, content, links by rel, terms by scheme."""
    found = []
    for entry in read_atom(feed).iterfind(f"{ATOM}entry"):
        kind, *rules = (each.get("term") for each in entry.iterfind(f"{ATOM}category"))
        found.append(
            {
                "id": entry.findtext(f"{ATOM}id"),
                "title": entry.findtext(f"{ATOM}title"),
                "updated": datetime.fromisoformat(entry.findtext(f"{ATOM}updated")),
                "author": entry.findtext(f"{ATOM}author/{ATOM}name"),
                "content": entry.findtext(f"{ATOM}content"),
                "links": {
                    link.get("rel"): link.get("href") for link in entry.iterfind(f"{ATOM}link")
                },
                "kind": kind,
                "rules": rules,
            }
        )
    return found


def read_calendar(written: bytes) -> list[Any]:
    """Return the events. Raises Invalid unless RFC 5545 holds."""
    require("the last line ends", holds=written.endswith(b"\r\n"))
    lines = written.split(b"\r\n")[:-1]
    require("lines end with CRLF alone", holds=not re.search(rb"\r(?!\n)|(?<!\r)\n", written))
    require("a line has 75 octets at most", holds=max(map(len, lines)) <= _LINE)
    require("no empty line", holds=all(lines))
    unfolded = written.replace(b"\r\n ", b"").decode()  # raises where a character is torn
    require("no control character", holds=not re.search("[\x00-\x08\x0b-\x0c\x0e-\x1f]", unfolded))
    for line in unfolded.removesuffix("\r\n").split("\r\n"):
        require(line, holds=bool(re.match(r"[A-Z-]+(;[A-Z-]+=[^:;]+)*:", line)))
    read = Calendar.from_ical(written)
    assert isinstance(read, Calendar)
    return list(_events(read))


def _events(read: Calendar) -> Iterator[Any]:
    require("no broken property", holds=not any(part.errors for part in read.walk()))
    require("VERSION is 2.0", holds=str(read["version"]) == "2.0" and bool(read["prodid"]))
    found: list[Any] = list(read.walk("VEVENT"))
    uids = [str(event["uid"]) for event in found]
    require("two events of one UID", holds=len(set(uids)) == len(uids))
    for event in found:
        _check_event(event)
        yield event


def _check_event(event: Any) -> None:
    for name in ("uid", "dtstamp", "dtstart", "summary", "sequence", "status", "url"):
        require(f"one {name}", holds=name in event and not isinstance(event.get(name), list))
    stamp, start = event["dtstamp"].dt, event["dtstart"].dt
    require("DTSTAMP is in UTC", holds=isinstance(stamp, datetime) and _is_utc(stamp))
    is_day = event["dtstart"].params.get("VALUE") == "DATE"
    require("VALUE=DATE of a day alone", holds=is_day == (not isinstance(start, datetime)))
    require("a time is in UTC", holds=is_day or (isinstance(start, datetime) and _is_utc(start)))
    require("a day is a date", holds=isinstance(start, date))
    require("SEQUENCE counts", holds=int(event["sequence"]) >= 0)
    require("STATUS", holds=str(event["status"]) in {"CONFIRMED", "CANCELLED", "TENTATIVE"})
    require("one line", holds="\n" not in str(event["summary"]))


def _is_utc(at: datetime) -> bool:
    offset = at.utcoffset()
    return offset is not None and not offset
