"""Read Google Careers' pages: the job sitemap, the records of a search, and the record of one job.

Nothing of this is documented. A page carries its data in calls of `AF_initDataCallback`; a record
is a list whose fields are known by their position, with 20 or 21 of them. A page of another form is
trouble in words, so that a change there never reads as a change of roles.
https://www.google.com/about/careers/applications/jobs/results/
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from crawler.items import Posting
from crawler.read.fields import clean_text, line
from crawler.responses import BadResponse, mend
from crawler.spiders import sitemap
from crawler.spiders.postings import epoch_instant, posting_from_html

JOB_PAGE = "https://www.google.com/about/careers/applications/jobs/results/{}"
SITE = "www.google.com"
_OLD_SITE = "careers.google.com"  # the sitemap still names it; it redirects
_ID, _TITLE, _LINK, _DUTIES, _QUALIFICATIONS, _BRAND, _PLACES, _ABOUT = 0, 1, 2, 3, 4, 7, 9, 10
_PUBLISHED, _UPDATED, _EXTRA, _PREFERRED_PLACE = 12, 13, 15, 18
_COUNTRY = 5  # of a place
# in the order in which a person reads them
_TEXTS = (_ABOUT, _DUTIES, _QUALIFICATIONS, _EXTRA, _PREFERRED_PLACE)
PAGE = 20  # roles in one answer
_FEWEST_FIELDS = 15  # a record without these is of another form
_KEY = re.compile(r"[0-9]{5,24}")
_CALL = r"AF_initDataCallback\(\{{\s*key:\s*['\"]{}['\"][^\[]{{0,200}}?data:\s*"
_SEARCH_DATA, _JOB_DATA = (re.compile(_CALL.format(re.escape(key))) for key in ("ds:1", "ds:0"))
_JOB_PATH = re.compile(r"/jobs/results/([0-9]{5,24})(?:-[^/]*)?/?$")
_FRACTION = re.compile(r"\.[0-9]+(?=Z|[+-]|$)")
_HALF = rb"\ud"  # begins an escaped half of a character, or a pair of them
_NO_DATA = "its page has no data in the form that is known: Google Careers may have changed"

Record = list[Any]


class Results(NamedTuple):
    """One answer to a search."""

    records: list[Record]  # at most 20
    total: int  # how many roles the search has
    without_key: int  # records without a readable id


def read_results(page: bytes) -> Results:
    """Return the records of a search page. Raises BadResponse for a page of another form."""
    match _data(page, _SEARCH_DATA):
        case [list() | None as found, _, int() as total, *_]:
            rows = found or []
        case [list() as rows] if len(rows) < PAGE:  # all of them, so that their number is the total
            total = len(rows)
        case _:
            raise BadResponse(_NO_DATA)
    records = [row for row in rows if _is_record(row)]
    return Results(records, total, len(rows) - len(records))


def read_job(page: bytes, key: str) -> Record | None:
    """Return the record of a job page; None when the page holds no record of that job."""
    try:
        data = _data(page, _JOB_DATA)
    except BadResponse:
        return None
    record = data[0] if isinstance(data, list) and data and isinstance(data[0], list) else data
    return record if _is_record(record) and record[_ID] == key else None


def _data(page: bytes, call: re.Pattern[str]) -> Any:  # noqa: ANN401  # whatever the page holds
    text = (mend(page) if _HALF in page.lower() else page).decode("utf-8", "replace")
    start = call.search(text)
    if start is None:
        raise BadResponse(
            "the answer is a page without a list of roles"
            if "<" in text[:200]
            else "the answer is no page of Google Careers"
        )
    try:
        return json.JSONDecoder().raw_decode(text, start.end())[0]
    except (ValueError, RecursionError) as error:
        raise BadResponse(_NO_DATA) from error


def _is_record(row: object) -> bool:
    if not isinstance(row, list) or len(row) < _FEWEST_FIELDS:
        return False
    return isinstance(row[_ID], str) and bool(_KEY.fullmatch(row[_ID]))


def key_of(record: Record) -> str:
    """Return the job's id: a string, since it is too long for a double."""
    return str(record[_ID])


def brand_of(record: Record) -> str:
    """Return the employer's brand as the site writes it ("DeepMind"); "" for none."""
    return clean_text(record[_BRAND]) if isinstance(record[_BRAND], str) else ""


def countries_of(record: Record) -> set[str]:
    """Return the ISO 3166 codes of the record's places."""
    places = record[_PLACES] if isinstance(record[_PLACES], list) else []
    return {
        place[_COUNTRY]
        for place in places
        if isinstance(place, list) and len(place) > _COUNTRY and isinstance(place[_COUNTRY], str)
    }


def has_text(record: Record) -> bool:
    """Return whether the record says anything of the job beyond its title."""
    return any(_html(record, field) for field in (_ABOUT, _DUTIES, _QUALIFICATIONS))


def raw_of(record: Record) -> bytes:
    """Return the record as it is stored, without the application link.

    The site signs that link again for each answer.
    """
    return json.dumps([*record[:_LINK], None, *record[_LINK + 1 :]], separators=(",", ":")).encode()


def read_posting(raw: bytes) -> Posting:
    """Return a stored record as a posting. Any error of decoding or reading makes it unreadable."""
    record: Record = msgspec.json.decode(raw)
    locations = tuple(dict.fromkeys(filter(None, map(_place, record[_PLACES] or []))))
    return posting_from_html(
        *(_html(record, field) for field in _TEXTS),
        key=key_of(record),
        title=record[_TITLE],
        url=JOB_PAGE.format(key_of(record)),
        location="; ".join(locations),
        locations=locations,
        company=record[_BRAND],
        published=_instant(record, _PUBLISHED),
        updated=_instant(record, _UPDATED),
        unsent=frozenset() if has_text(record) else frozenset({"description"}),
    )


def _place(place: list[Any]) -> str:
    """Return a place as the site shows it: "Mountain View, CA, USA".

    Raises TypeError for another form.
    """
    if not isinstance(place, list):
        raise TypeError("a place of another form")
    return (
        line(place[0])
        if place[0]
        else ", ".join(filter(None, (clean_text(place[part]) for part in (2, 4, _COUNTRY))))
    )


def _html(record: Record, field: int) -> str:
    """Return the HTML of a text, which stands second in a pair; "" for none."""
    pair = record[field] if len(record) > field else None
    return pair[1] if isinstance(pair, list) and len(pair) > 1 and isinstance(pair[1], str) else ""


def _instant(record: Record, field: int) -> datetime | None:
    """Return a time of the record, which is [seconds, nanoseconds]; None for anything else."""
    match record[field] if len(record) > field else None:
        case [int() as seconds, *_]:
            return epoch_instant(seconds)
    return None


def read_sitemap(body: bytes, base: str) -> Mapping[str, str]:
    """Return the `lastmod` of each job in the job sitemap by its id; "" where none is given.

    An address of another host is not a job of this site. `base` is the sitemap's scheme and host.
    Raises BadResponse.
    """
    hosts = {SITE, _OLD_SITE, urlsplit(base).hostname}
    lastmods: dict[str, str] = {}
    found = sitemap.read_sitemap(body, "its job sitemap")
    if found.is_index:
        raise BadResponse("its job sitemap has another form than the one that is known")
    for address, lastmod in found.pages.items():
        if key := _job_of(address, hosts):
            lastmods[key] = max(lastmods.get(key, ""), _FRACTION.sub("", lastmod))
    if not lastmods:
        raise BadResponse("its job sitemap lists no job")
    return lastmods


def _job_of(address: str, hosts: Collection[str | None]) -> str | None:
    """Return the id in a job's address on one of these hosts; None for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    job = _JOB_PATH.search(parts.path)
    return job[1] if job and parts.hostname in hosts else None
