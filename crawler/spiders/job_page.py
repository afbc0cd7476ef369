"""Store the JobPosting of a job's page, for an ATS that has pages instead of answers.

https://schema.org/JobPosting
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from crawler.read.deferred import place_of
from crawler.read.fields import clean_text
from crawler.responses import BadResponse
from crawler.spiders.jsonld_page import read_page
from crawler.spiders.jsonld_posting import EMPLOYMENT, is_remote, locations, name_of

# what is stored; the rest may name people, or is computed, as `validThrough` is
_STORED = ("title", "description", "employmentType", "datePosted", "occupationalCategory", "url")


def stored_posting(page: bytes) -> bytes:
    """Return the JobPosting of a page as it is stored. Raises BadResponse for a page without one.

    Its "places" are "City, Region, Country".
    """
    for job in read_page(page, "").jobs:
        stored = {name: job[name] for name in _STORED if name in job}
        stored["places"] = locations(job)
        stored["is_remote"] = is_remote(job)
        # not msgspec's, which refuses a number of more than 64 bits
        return json.dumps(stored).encode()
    raise BadResponse("its page has no JobPosting")


def employment(written: object) -> str:
    """Return an employment type as a reader writes it: "Full-time" for "FULL_TIME"."""
    word = clean_text(written)
    return EMPLOYMENT.get(word, word)


def place(parts: Iterable[object]) -> str:
    """Return a place in parts as one line, without placeholders. A part may be an object."""
    return place_of(*map(name_of, parts))
