"""Pinpoint's public feed of a board: one answer with everything, and no total.

A board that Pinpoint does not know is sent to its marketing site. Pay that the employer hides is in
the answer all the same, so it is taken out before anything is read or stored.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import MOVED
from crawler.items import Pay, Posting, Workplace
from crawler.read.fields import clean_text
from crawler.read.place import is_work_model, place_of
from crawler.spiders.base import BoardSpider
from crawler.spiders.listing import JobList, RawHeader
from crawler.spiders.postings import joined, posting_from_html, stated_day, stated_range, worded_pay

_KEY = re.compile(
    r"/postings/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w-])", re.IGNORECASE
)
_WORKPLACES: Final[dict[object, Workplace]] = {
    "remote": "remote",
    "hybrid": "hybrid",
    "onsite": "onsite",
    "on_site": "onsite",
}
_TEXTS = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")
_NO_CITY = {"", "varies by listing"}
_PAY = frozenset(
    f"compensation{end}" for end in ("", "_minimum", "_maximum", "_currency", "_frequency")
)
_Fields = dict[str, Any]


class _List(JobList):
    jobs: list[Raw] = msgspec.field(name="data")


class _Header(RawHeader):
    id: str = msgspec.field(name="url")

    def key(self) -> str:
        found = _KEY.search(self.id)
        return found[1].lower() if found else ""


_fields, _header = Decoder(dict[str, Raw]), Decoder(_Header)


class PinpointSpider(BoardSpider):
    name = "pinpoint"
    list_path = "/postings.json"
    list_form = Decoder(_List)
    job_form = Decoder(_Header)
    unknown_board = MOVED | {404, 410}
    unknown_hint = "Pinpoint sends so away from a board that it does not know"
    stored_fields = (
        _PAY
        | frozenset(_TEXTS)
        | {f"{text}_header" for text in _TEXTS}
        | {"title", "url", "location", "workplace_type", "compensation_visible", "deadline_at"}
        | {"employment_type", "employment_type_text", "department", "requisition_id", "job"}
    )

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        fields = _fields.decode(super().keep(raw))
        if bytes(fields.get("compensation_visible", b"")) == b"true":
            return msgspec.json.encode(fields)
        return msgspec.json.encode(
            {name: value for name, value in fields.items() if name not in _PAY}
        )

    @classmethod
    def read_job(cls, raw: bytes) -> Posting:
        job: _Fields = msgspec.json.decode(cls.keep(raw))
        behind: _Fields = job.get("job") or {}
        department = behind.get("department") or job.get("department") or {}
        place = _place(job["location"] or {})
        requisition = behind.get("requisition_id") or job.get("requisition_id")
        return posting_from_html(
            *_texts(job),
            key=_header.decode(raw).key(),
            title=job["title"],
            url=job["url"],
            location=place,
            department=joined(department.get("name")),
            employment_type=job.get("employment_type_text") or job.get("employment_type") or "",
            stated_workplace=_WORKPLACES.get(job.get("workplace_type")),
            stated_pay=_pay(job),
            stated_deadline=stated_day(job.get("deadline_at"), place),
            requisition=clean_text(requisition) or None,
        )


def _place(location: _Fields) -> str:
    city = clean_text(location.get("city"))
    if city.casefold() in _NO_CITY or is_work_model(city):
        return clean_text(location.get("name"))
    return place_of(city, location.get("province"))


def _texts(job: _Fields) -> list[str]:
    """Return the texts in reading order, each behind its heading."""
    return [
        f"<h3>{job.get(f'{name}_header') or ''}</h3>{text}"
        for name in _TEXTS
        if (text := job[name])
    ]


def _pay(job: _Fields) -> Pay | None:
    """Return the pay that the employer shows, from its numbers or else from its words."""
    ends = (job.get("compensation_minimum"), job.get("compensation_maximum"))
    unit = (job.get("compensation_currency"), job.get("compensation_frequency"))
    words = job.get("compensation")
    return stated_range(*ends, *unit) or worded_pay(words, "".join(_texts(job)))
