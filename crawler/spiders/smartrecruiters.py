"""SmartRecruiters' posting API. It is documented, but robots.txt of its host closes all of it.

    GET /v1/companies/COMPANY/postings?limit=100&offset=N → pages without texts, `totalFound`
    GET /v1/companies/COMPANY/postings/ID                 → one posting with its text, `active`

An unknown company is answered like one without postings. A posting has one place. Some employers
state pay in a field of their own; others of these name people, so only pay is kept of them.
https://developers.smartrecruiters.com/docs/posting-api
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.fetch import Answer
from crawler.items import Pay, Posting, Snapshot, Workplace
from crawler.links.forms import posting_url
from crawler.read.countries import country_name
from crawler.read.deferred import place_of, read_pay
from crawler.read.fields import clean_text, dicts
from crawler.responses import BadResponse
from crawler.spiders.details import DetailSpider
from crawler.spiders.jobs import Fields, RawHeader, names
from crawler.spiders.listing import ListForm
from crawler.spiders.paging import Pages
from crawler.spiders.pay_fields import stated_range
from crawler.spiders.postings import posting_from_html, text_in, under
from crawler.spiders.site import Site

_PAY = re.compile(r"\b(?:salary|pay|compensation|wage)\b", re.IGNORECASE)
_INTERNAL = re.compile(r"\b(?:internal|hr|confidential|private|budget\w*)\b", re.IGNORECASE)


class _Header(RawHeader):
    id: str
    company: dict[str, Any] | None = None
    visibility: str = "PUBLIC"

    def is_shown(self) -> bool:
        return self.visibility == "PUBLIC"


_header = Decoder(_Header)


class SmartRecruitersSpider(DetailSpider):
    name = "smartrecruiters"
    api_url = "https://api.smartrecruiters.com"
    is_public_api = True
    list_path = "/v1/companies/{token}/postings"
    list_form = ListForm("content", total="totalFound")
    job_form = Decoder(_Header)
    paging = Pages(100, until="total")
    empty_may_be_unknown = True
    posting_path = detail_path = list_path + "/{key}"
    detail_key = "id"
    row_fields = names(
        "id name refNumber company releasedDate location department typeOfEmployment visibility"
    )
    detail_fields = names("id jobId active jobAd compensation customPay")

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        """Return the public postings. Raises BadResponse for those of another company."""
        snapshot = await super().read_list(site, answer)
        companies = [_header.decode(one.raw).company for one in snapshot.sightings]
        owners = {clean_text(company.get("identifier")) for company in companies if company} - {""}
        if any(owner.casefold() != site.steps[0].casefold() for owner in owners):
            raise BadResponse(f"it lists postings of {', '.join(sorted(owners))}")
        return snapshot

    @classmethod
    def stored_detail(cls, fields: dict[str, Raw]) -> bytes:
        custom = dicts(msgspec.json.decode(fields.get("customField", b"null")))
        stated = [line for each in custom if (line := _line_of_pay(each))]
        return super().stored_detail(fields | {"customPay": Raw(msgspec.json.encode(stated))})

    @staticmethod
    def is_open(detail: Fields) -> bool:
        return detail["active"] is not False

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:
        sections = detail["jobAd"]["sections"].values() if detail else ()
        return posting_from_html(
            *(under(escape(one.get("title") or ""), one.get("text")) for one in sections),
            key=row["id"],
            title=row["name"],
            url=posting_url("smartrecruiters", page.rpartition("/")[2], row["id"]),
            location=_place(row["location"]),
            department=text_in(row.get("department"), "label"),
            employment_type=text_in(row.get("typeOfEmployment"), "label"),
            stated_workplace=_workplace(row["location"]),
            stated_pay=_pay(detail, _place(row["location"])),
            company=text_in(row.get("company"), "name"),
            requisition=row.get("refNumber"),
            internal_job=detail.get("jobId"),
            published=row["releasedDate"],
            unsent=_unsent(detail),
        )


def _pay(detail: Fields, place: str) -> Pay | None:
    """Return the pay of the ATS's own fields, else of the employer's."""
    return _pay_of_ats(detail) or read_pay("\n".join(detail.get("customPay", ())), place=place)


def _pay_of_ats(detail: Fields) -> Pay | None:
    stated = detail.get("compensation") or {}
    return stated_range(*map(stated.get, ("min", "max", "currency", "period")))


def _unsent(detail: Fields) -> frozenset[str]:
    """Return what a detail of an older version lacks: pay, unless the ATS states it."""
    is_older = detail and "customPay" not in detail
    return frozenset({"pay"} if is_older and not _pay_of_ats(detail) else ())


def _line_of_pay(field: Mapping[str, Any]) -> str:
    """Return an employer's own field that states pay as one line; "" for any other field."""
    label, value = clean_text(field.get("fieldLabel")), clean_text(field.get("valueLabel"))
    is_pay = _PAY.search(label) and not _INTERNAL.search(label) and re.search(r"\d\d", value)
    return f"{label}: {value}" if is_pay else ""


def _place(place: Fields) -> str:
    return place_of(place.get("city"), place.get("region"), country_name(place.get("country")))


def _workplace(place: Fields) -> Workplace | None:
    """Return the workplace; None where both fields are false, which may say nothing."""
    is_remote, is_hybrid = place.get("remote") is True, place.get("hybrid") is True
    if is_remote == is_hybrid:
        return None
    return "remote" if is_remote else "hybrid"
