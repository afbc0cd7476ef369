"""Read the JobPosting that a job's page carries as JSON-LD, where an ATS has no answer but pages.

https://schema.org/JobPosting
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser

from crawler.read.fields import clean_text
from crawler.responses import BadResponse, mend

_ADDRESS = ("addressLocality", "addressRegion", "addressCountry")
_BLOCKS = 'script[type="application/ld+json"]'
_NOTHING = {"", "-", "null", "unavailable"}  # placeholders
_TYPES = {
    "FULL_TIME": "Full-time",
    "PART_TIME": "Part-time",
    "CONTRACTOR": "Contractor",
    "TEMPORARY": "Temporary",
    "INTERN": "Intern",
    "OTHER": "",  # says nothing
}
# what is stored; the rest may name people, or is computed, as `validThrough` is
_STORED = ("title", "description", "employmentType", "datePosted", "occupationalCategory", "url")


def stored_posting(page: bytes) -> bytes:
    """Return the JobPosting of a page as it is stored. Raises BadResponse for a page without one.

    Its "places" are "City, Region, Country".
    """
    for job in _postings(page):
        stored = {name: job[name] for name in _STORED if name in job}
        stored["places"] = list(dict.fromkeys(filter(None, map(_place, _list(job, "jobLocation")))))
        stored["is_remote"] = "TELECOMMUTE" in _list(job, "jobLocationType")
        return msgspec.json.encode(stored)
    raise BadResponse("its page has no JobPosting")


def _postings(page: bytes) -> Iterator[dict[str, Any]]:
    text = mend(page).decode("utf-8", "replace")
    for block in LexborHTMLParser(text).css(_BLOCKS):
        try:
            found = json.loads(block.text(), strict=False)  # raw line breaks in a text
        except (ValueError, RecursionError):
            continue
        for each in found if isinstance(found, list) else [found]:
            if isinstance(each, dict) and each.get("@type") == "JobPosting":
                yield each


def _place(value: object) -> str:
    address = value.get("address") if isinstance(value, dict) else None
    return place(address.get(name) for name in _ADDRESS) if isinstance(address, dict) else ""


def employment(written: object) -> str:
    """Return an employment type as a reader writes it: "Full-time" for "FULL_TIME"."""
    word = clean_text(written)
    return _TYPES.get(word, word)


def place(parts: Iterable[object]) -> str:
    """Return a place in parts as one line, each part once and without placeholders."""
    named = (clean_text(part) for part in parts)
    return ", ".join(dict.fromkeys(name for name in named if name.casefold() not in _NOTHING))


def _list(job: dict[str, Any], name: str) -> list[Any]:
    value = job.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]
