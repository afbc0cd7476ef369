"""Read iCIMS' career sites with JSON.

`count` is a page's size at one employer and the total at another: only `totalCount` is the total.
A job has a row for each language.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.items import Posting
from crawler.read.fields import dicts, texts
from crawler.responses import BadResponse, decode
from crawler.spiders.job_page import employment, place
from crawler.spiders.jobs import RawHeader, names
from crawler.spiders.jsonld_posting import may_be_deadline
from crawler.spiders.listing import Listing
from crawler.spiders.pay_fields import stated_range
from crawler.spiders.postings import joined, posting_from_html

LIST = "/api/jobs?page={page}&limit=100"
FIELDS = names(
    "slug req_id language title description url posted_date city state country full_location"
    " additional_locations location_type department categories category employment_type"
    " salary_min_value salary_max_value salary_value salary_currency"
    " salary_frequency posting_expiry_date"
)
# fields that stored rows of older versions lack: null where a site leaves one out
_LATER = {"salary_frequency": "pay", "posting_expiry_date": "deadline"}
_PARTS = ("city", "state", "country")


class Header(RawHeader):
    """The key of a row: of a job in one language, or of a portal's card."""

    id: int | str = msgspec.field(name="number", default="")  # of a card
    slug: int | str | None = None
    req_id: int | str | None = None
    language: str | None = None

    def key(self) -> str:
        key = self.id or self.slug or self.req_id
        if not key:
            raise ValueError("a row without a key")
        return f"{key}__{self.language}" if self.language else str(key)


class _Meta(msgspec.Struct):
    canonical_url: str | None = None


class _Job(msgspec.Struct):
    data: dict[str, Raw]


class _List(msgspec.Struct):
    jobs: list[Raw]
    total: int = msgspec.field(name="totalCount")


_list, _job, _header = Decoder(_List), Decoder(_Job), Decoder(Header)
_meta = Decoder(_Meta | None)


def is_list(body: bytes) -> bool:
    """Return whether an answer is a page of a list."""
    try:
        decode(body, _list)
    except BadResponse:
        return False
    return True


def slice_page(body: bytes) -> Listing:
    """Return the rows of a page, each with its address. Raises BadResponse."""
    page = decode(body, _list)
    return Listing([_unwrapped(job) for job in page.jobs], page.total)


def _unwrapped(job: Raw) -> Raw:
    """Return the fields of a row that are stored. Its texts stand in others once more.

    A row of another form is returned as it is: it has no key.
    """
    try:
        fields = _job.decode(job).data
    except msgspec.ValidationError:
        return job
    for name in _LATER:
        fields.setdefault(name, Raw(b"null"))
    fields["url"] = Raw(msgspec.json.encode(_address(fields.get("meta_data", Raw(b"null")))))
    return Raw(msgspec.json.encode({name: fields[name] for name in fields if name in FIELDS}))


def _address(meta_data: Raw) -> str | None:
    try:
        meta = _meta.decode(meta_data)
    except msgspec.ValidationError:
        return None
    return meta.canonical_url if meta else None


def best_rows(rows: Iterable[bytes]) -> dict[str, bytes]:
    """Return one row for each job by its key: the English one, where there is one."""
    found: dict[str, list[tuple[bool, str, bytes]]] = {}
    for row in rows:
        header = _header.decode(row)
        language = header.language or ""
        ranked = (not language.startswith("en"), language, row)
        found.setdefault(str(header.slug or header.req_id), []).append(ranked)
    return {key: min(ranked)[2] for key, ranked in found.items()}


def read_row(page: str, row: dict[str, Any]) -> Posting:
    """Return a row as a posting."""
    key = str(row.get("slug") or row["req_id"])
    parts = [row, *dicts(row.get("additional_locations"))]
    places = list(filter(None, (place(map(each.get, _PARTS)) for each in parts)))
    full = row.get("full_location") or ""
    location = full if full and not (row.get("city") or row.get("state")) else joined(*places)
    names = (each.get("name") for each in dicts(row.get("categories")))
    lowest, highest = (row.get(f"salary_{end}_value") for end in ("min", "max"))
    single, frequency = row.get("salary_value"), row.get("salary_frequency")
    # some set the last day to apply, and others compute one
    until = {"validThrough": row.get("posting_expiry_date"), "datePosted": row.get("posted_date")}
    return posting_from_html(
        row.get("description") or "",
        key=key,
        title=row["title"],
        url=row.get("url") or f"{page}/{key}",
        location=location or full,
        department=row.get("department") or joined(*names) or joined(*texts(row.get("category"))),
        employment_type=employment(row.get("employment_type")),
        stated_workplace=row.get("location_type"),
        stated_pay=stated_range(
            lowest or single, highest or single, row.get("salary_currency"), frequency
        ),
        stated_deadline=may_be_deadline(until),
        requisition=row.get("req_id"),
        published=row.get("posted_date"),
        unsent=frozenset(field for name, field in _LATER.items() if name not in row),
    )
