"""Pinpoint's public feed of a board: one answer with everything, and no total.

A board that Pinpoint does not know is sent to its marketing site. Pay that the employer hides is in
the answer all the same, so it is taken out before anything is read or stored.
"""

from __future__ import annotations

import re

from msgspec import Raw

from crawler.fetch import MOVED
from crawler.items import Posting
from crawler.read.deferred import is_work_model
from crawler.read.fields import clean_text
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import Fields, key_in, keyed_in, names
from crawler.spiders.listing import ListForm
from crawler.spiders.pay_fields import stated_range, worded_pay
from crawler.spiders.postings import place_in, posting_from_html, text_in, under

_KEY = re.compile(
    r"/postings/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w-])", re.IGNORECASE
)
_TEXTS = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")
_NO_CITY = {"", "varies by listing"}
_RANGE = (
    *("compensation_minimum", "compensation_maximum"),
    *("compensation_currency", "compensation_frequency"),
)
_PAY = frozenset({"compensation", *_RANGE})


class PinpointSpider(BoardSpider):
    name = "pinpoint"
    list_path = "/postings.json"
    list_form = ListForm("data")
    job_form = keyed_in("url", _KEY)
    unknown_board = MOVED | {404, 410}
    unknown_hint = "Pinpoint sends so away from a board that it does not know"
    stored_fields = (
        _PAY
        | frozenset(_TEXTS)
        | {f"{text}_header" for text in _TEXTS}
        | names("title url location workplace_type compensation_visible deadline_at job")
        | names("employment_type employment_type_text department requisition_id")
    )

    @staticmethod
    def hide(fields: dict[str, Raw]) -> dict[str, Raw]:
        if fields.get("compensation_visible") == Raw(b"true"):
            return fields
        return {name: value for name, value in fields.items() if name not in _PAY}

    @staticmethod
    def read_job(job: Fields) -> Posting:
        behind: Fields = job.get("job") or {}
        texts = [under(job.get(f"{name}_header"), job[name]) for name in _TEXTS]
        pay = stated_range(*map(job.get, _RANGE)) or worded_pay(
            job.get("compensation"), "".join(texts)
        )
        return posting_from_html(
            *texts,
            key=key_in(job["url"], _KEY),
            title=job["title"],
            url=job["url"],
            location=_place(job["location"] or {}),
            department=text_in(behind.get("department") or job.get("department"), "name"),
            employment_type=job.get("employment_type_text") or job.get("employment_type") or "",
            stated_workplace=job.get("workplace_type"),
            stated_pay=pay if job.get("compensation_visible") is True else None,
            stated_deadline=job.get("deadline_at"),
            requisition=behind.get("requisition_id") or job.get("requisition_id"),
        )


def _place(location: Fields) -> str:
    city = clean_text(location.get("city"))
    if city.casefold() in _NO_CITY or is_work_model(city):
        return clean_text(location.get("name"))
    return place_in(location, "city", "province")
