"""Greenhouse's Job Board API: one request a board gives every posting with its text. https://developers.greenhouse.io/job-board.html"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from crawler.items import Deadline, Pay, Posting, Unreadable, Workplace
from crawler.read.deadline import read_deadline
from crawler.read.fields import (
    LONGEST_TEXT,
    clean_text,
    company_name,
    custom_field,
    dicts,
    line,
    parse_instant,
)
from crawler.read.pay import read_pay, stated_pay
from crawler.read.place import is_work_model, places, workplace
from crawler.read.text import clean, to_text
from crawler.responses import decode
from crawler.spiders.base import BoardSpider, JobHeader, Listing

_SENT_AS = {
    "departments": ("department",),
    "application_deadline": ("deadline",),
    "content": ("description",),
    "metadata": ("employment_type", "workplace", "pay"),
}
_EMPLOYMENT = ("employment type", "contract type", "time type", "job type")
_WORKPLACE = ("workplace type", "work model", "workplace", "location type", "remote status")
_IS_PAY = re.compile(r"\b(salary|pay|compensation)\b", re.IGNORECASE)
_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)  # it goes into addresses
_MOST = 1e9  # of any pay that is no slip
_PERSON = re.compile(r"\b(manager'?s?|recruiter|coordinator|sourcer)\b", re.IGNORECASE)


class _Meta(msgspec.Struct):
    total: int | None = None


class _List(msgspec.Struct):
    jobs: list[msgspec.Raw]
    meta: _Meta | None = None


class _Named(msgspec.Struct):
    id: int | str
    company_name: object = None  # whatever it is, the job has its key


_list = msgspec.json.Decoder(_List)
_named = msgspec.json.Decoder(_Named)


class GreenhouseSpider(BoardSpider):
    name = "greenhouse"
    api_url = "https://boards-api.greenhouse.io"

    def list_url(self, token: str) -> str:
        return f"{self.base}/v1/boards/{token}/jobs?content=true&pay_transparency=true"

    def posting_url(self, token: str, key: str) -> str:
        return f"{self.base}/v1/boards/{token}/jobs/{key}"

    def slice(self, body: bytes) -> Listing:
        found = decode(body, _list)
        return Listing(found.jobs, found.meta.total if found.meta else None)

    def job_header(self, job: bytes | msgspec.Raw) -> JobHeader:
        named = _named.decode(job)
        key = str(named.id)
        if not _KEY.fullmatch(key):
            raise msgspec.ValidationError("a key that can be no posting's")
        return JobHeader(key, named.company_name if isinstance(named.company_name, str) else None)

    @staticmethod
    def read(raw: bytes) -> Posting:
        try:
            return _posting(msgspec.json.decode(raw))
        except (
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            ArithmeticError,
            RecursionError,
        ) as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error

    @staticmethod
    def keep(raw: bytes) -> bytes:
        job = msgspec.json.decode(raw)
        fields = job.get("metadata") or []
        kept = (
            [field for field in fields if _is_impersonal(field)] if isinstance(fields, list) else []
        )
        if not fields and b'"value_type"' not in raw:
            return raw
        # also with all kept: raw may have another value of a key that stands twice
        return msgspec.json.encode(job | {"metadata": kept})


# whatever the ats sends: what is not understood is not kept
def _is_impersonal(field: Any) -> bool:  # noqa: ANN401
    """Whether a custom field can name nobody. Some boards write people into fields of plain text."""
    kind = field.get("value_type") if isinstance(field, dict) else None
    if not isinstance(kind, str) or kind == "user":
        return False
    return not _PERSON.search(str(field.get("name"))) and "@" not in str(field.get("value"))


def _posting(job: dict[str, Any]) -> Posting:
    """Drift in what a reader sees is loud, since a guess would be told as an edit; an odd date or number beside it is left out."""
    location = line(job["location"]["name"] or "")
    description = to_text(_content(job))
    published = parse_instant(job.get("first_published"))
    pay, deadline = _pay(job, description, location), _deadline(job)
    model = _workplace(job)
    stated = {"pay": pay[1], "deadline": deadline is not None, "workplace": model is not None}
    return Posting(
        key=str(job["id"]),
        title=_title(job),
        url=line(job["absolute_url"]),
        location=location,
        locations=_places(job, location),
        department=line(
            "; ".join(
                name for each in job.get("departments") or [] if (name := clean(each["name"] or ""))
            )
        ),
        employment_type=custom_field(job.get("metadata"), _EMPLOYMENT),
        workplace=model or workplace(location),
        pay=pay[0],
        deadline=deadline or read_deadline(description, published=published, place=location),
        description=description,
        company=company_name(job.get("company_name")),
        requisition=clean_text(job.get("requisition_id")) or None,
        internal_job=clean_text(job.get("internal_job_id")) or None,
        first_published=published,
        updated_at=parse_instant(job.get("updated_at")),
        stated=frozenset(name for name, is_stated in stated.items() if is_stated),
        unsent=frozenset(
            field for key, fields in _SENT_AS.items() if key not in job for field in fields
        ),
    )


def _title(job: dict[str, Any]) -> str:
    title = line(job["title"])
    if not title:
        raise ValueError("a job without a title")
    return title


def _content(job: dict[str, Any]) -> str:
    content: str = job.get("content") or ""
    if len(content) > LONGEST_TEXT:
        raise ValueError(f"a description of {len(content)} characters")
    return content


def _places(job: dict[str, Any], location: str) -> tuple[str, ...]:
    """The single places; a board that writes only "Hybrid" there has its towns in the offices."""
    if location and not is_work_model(location):
        return places(location)
    offices = [
        clean_text(office.get("location")) or clean_text(office.get("name"))
        for office in dicts(job.get("offices"))
    ]
    return (*places(location), *dict.fromkeys(filter(None, offices)))


def _pay(job: dict[str, Any], description: str, location: str) -> tuple[Pay | None, bool]:
    """Pay, and whether the ats states it. `pay_input_ranges` is there only for postings that disclose it."""
    stated = stated_pay(job.get("pay_input_ranges") or _pay_fields(job))
    if stated and 0 <= (stated.minimum or 0) <= (stated.maximum or _MOST) <= _MOST:
        return stated, True
    return read_pay(description, place=location), False


def _pay_fields(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Custom fields that hold a range of pay, in the form of `pay_input_ranges`."""
    found = [
        field
        for field in job.get("metadata") or []
        if field["value_type"] == "currency_range" and field["value"]
    ]
    return [
        {
            "min_cents": float(field["value"]["min_value"] or 0) * 100,
            "max_cents": float(field["value"]["max_value"] or 0) * 100,
            "currency_type": field["value"]["unit"],
            "title": field["name"],
        }
        for field in found
        if _IS_PAY.search(field["name"])
    ]


def _deadline(job: dict[str, Any]) -> Deadline | None:
    written = line(job.get("application_deadline") or "")
    return Deadline(parse_instant(written), written) if written else None


def _workplace(job: dict[str, Any]) -> Workplace | None:
    return workplace(custom_field(job.get("metadata"), _WORKPLACE))
