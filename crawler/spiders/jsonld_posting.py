"""Read a schema.org JobPosting: its key, the part of it that is stored, and the posting.

https://schema.org/JobPosting
"""

from __future__ import annotations

import html as html_entities
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from crawler.items import Pay, Posting
from crawler.links.forms import canonical_key
from crawler.read.deferred import place_of
from crawler.read.fields import clean_text, parse_instant
from crawler.read.text import to_text
from crawler.spiders.jsonld_page import Job
from crawler.spiders.pay_fields import stated_amount, stated_range, worded_pay
from crawler.spiders.postings import joined, posting_from_html

_TEXTS = (  # in the order in which a person reads them
    *("description", "responsibilities", "qualifications", "skills", "educationRequirements"),
    *("experienceRequirements", "jobBenefits", "incentiveCompensation"),
)
_STORED = frozenset(
    {
        *(*_TEXTS, "title", "employmentType", "jobLocationType", "applicantLocationRequirements"),
        *("baseSalary", "salaryCurrency", "datePosted", "validThrough", "identifier", "url"),
    }
)  # of hiringOrganization and jobLocation only what names no person
_ADDRESS = ("addressLocality", "addressRegion", "addressCountry")
_NOTHING = {"", "-", "n/a", "na", "none", "null", "unavailable", "undefined"}
EMPLOYMENT = {
    "FULL_TIME": "Full-time",
    "PART_TIME": "Part-time",
    "CONTRACTOR": "Contractor",
    "TEMPORARY": "Temporary",
    "INTERN": "Intern",
    "VOLUNTEER": "Volunteer",
    "PER_DIEM": "Per diem",
    "OTHER": "",
}
_ROLLING = {timedelta(days=days) for days in (30, 60, 90, 180, 365, 366)}  # computed, not set
_WIDEST = 10  # times its lower end; "1-1000000" is a placeholder
_ID = re.compile(  # a UUID, with or without hyphens, or a number at an end of a step
    r"(?P<uuid>[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})|^(?P<head>\d{5,20})(?![^-_])"
    r"|(?:^|[-_])(?P<tail>\d{5,20})$",
    re.IGNORECASE,
)
_ID_PARAMETER = re.compile(r"id$|job|req|vac|pos", re.IGNORECASE)
_LITERAL_BREAK = re.compile(r"\\[nr](?![a-z])")  # written as two characters


def key_of(job: Job, address: str) -> str | None:
    """Return the key of a JobPosting: its identifier, else what its address tells.

    None without either. `address` is "" for one of several on a page that have none.
    """
    try:
        return canonical_key("jsonld", identifier(job) or (key_in(address) if address else ""))
    except ValueError:
        return None


def identifier(job: Job) -> str:
    """Return the identifier of a JobPosting as a key, "" for none. The employer's name is none."""
    for each in listed(job.get("identifier")):
        written = clean_text(each.get("value") if isinstance(each, dict) else each)
        if written.casefold() not in _NOTHING and written != employer(job):
            return quote(written, safe="")
    return ""


def key_in(address: str) -> str:
    """Return the stable number or UUID in an address, else the address itself without a query."""
    parts = urlsplit(address)
    path = "/".join(step for step in parts.path.split("/") if step)
    return id_in(address) or f"{parts.hostname}/{quote(path, safe='/%')}"


def id_in(address: str) -> str:
    """Return the stable number or UUID in an address; "" for none."""
    parts = urlsplit(address)
    steps = [step for step in parts.path.split("/") if step]
    query = [value for name, value in parse_qsl(parts.query) if _ID_PARAMETER.search(name)]
    for step in (*reversed(steps), *query):
        if found := _ID.search(step):
            return (found["uuid"] or found["head"] or found["tail"]).lower()
    return ""


def stored_job(job: Job, url: str, *, is_deadline: bool) -> bytes:
    """Return a JobPosting as it is stored: without contacts, phone numbers and streets.

    `is_deadline`: its `validThrough` has proved to be one.
    """
    kept = {name: job[name] for name in sorted(_STORED & job.keys())}
    kept["hiringOrganization"] = employer(job)
    kept["jobLocation"] = locations(job)
    # not msgspec's, which refuses a number of more than 64 bits
    return json.dumps({"url": url, "job": kept, "is_deadline": is_deadline}).encode()


def may_be_deadline(job: Job) -> str:
    """Return `validThrough`; "" for none, and for one that a site computes from `datePosted`."""
    written, posted = clean_text(job.get("validThrough")), parse_instant(job.get("datePosted"))
    through = parse_instant(written)
    if through and posted and through.date() - posted.date() in _ROLLING:
        return ""
    return written


def is_over(job: Job, now: datetime) -> bool:
    """Return whether `validThrough` has passed."""
    through = parse_instant(job.get("validThrough"))
    return through is not None and through < now


def read_posting(raw: bytes) -> Posting:
    """Return a stored JobPosting as a posting. Any error makes it unreadable."""
    stored = msgspec.json.decode(raw)
    job: Job = stored["job"]
    places = [html_entities.unescape(place) for place in job["jobLocation"]]
    if is_remote(job) and not places:
        places = [f"Remote, {name}" for name in _countries(job)] or ["Remote"]
    waits = may_be_deadline(job) and not stored["is_deadline"]
    return posting_from_html(
        *_texts(job),
        key=key_of(job, stored["url"]) or "",
        title=html_entities.unescape(job["title"]),
        url=stored["url"].partition("#")[0],
        location=joined(*places),
        locations=tuple(dict.fromkeys(places)),
        employment_type=joined(
            *(EMPLOYMENT.get(one, one) for one in _words(job, "employmentType"))
        ),
        stated_workplace="remote" if is_remote(job) else None,
        stated_pay=_pay(job, joined(*places)),
        stated_deadline=job.get("validThrough") if stored["is_deadline"] else None,
        company=job["hiringOrganization"],
        requisition=_requisition(job),
        published=job.get("datePosted"),
        unsent=frozenset({"deadline"} if waits else ()),
    )


def _requisition(job: Job) -> str | None:
    values = [each for each in listed(job.get("identifier")) if isinstance(each, dict)]
    return clean_text(values[0].get("value")) or None if values else None


def _texts(job: Job) -> Iterator[str]:
    """Yield the HTML of each text that the description does not have already."""
    whole = ""
    for name in _TEXTS:
        part = "<br>".join(map(_html, _words(job, name)))
        shown = to_text(part)
        if shown and shown not in whole:
            whole += shown
            yield part


def _html(text: str) -> str:
    """Return a text as HTML. Without tags, its line breaks are what a reader sees."""
    text = _LITERAL_BREAK.sub("\n", text)
    return text if "<" in text or "&lt;" in text else text.replace("\n", "<br>")


def _pay(job: Job, place: str) -> Pay | None:
    """Return the stated base pay, also of a number or words alone; None for a placeholder."""
    alone = {"value": next(iter(stated := listed(job.get("baseSalary"))), None)}
    salary = next((each for each in stated if isinstance(each, dict)), alone)
    if salary is alone and stated_amount(alone["value"]) is None:
        return worded_pay(alone["value"], "<br>".join(_texts(job)))
    value = next(iter(listed(salary.get("value"))), None)
    amounts = value if isinstance(value, dict) else salary | {"value": value}
    single = amounts.get("value")
    ends = [amounts.get(name, single) for name in ("minValue", "maxValue")]
    low, high = map(stated_amount, ends)
    if low and high and high > _WIDEST * low:
        return None
    currency = salary.get("currency") or amounts.get("currency") or job.get("salaryCurrency")
    unit = clean_text(amounts.get("unitText") or salary.get("unitText"))
    return stated_range(ends[0], ends[1], currency, unit, place=place)


def locations(job: Job) -> list[str]:
    """Return the places of a JobPosting: "City, Region, Country"."""
    found = [each for each in listed(job.get("jobLocation")) if each]
    addresses = [_address(each) for each in found]
    names = [clean_text(each.get("name")) if isinstance(each, dict) else "" for each in found]
    # some sites repeat one address for all places: only the names tell them apart
    if all(names) and len(set(names)) > len(set(addresses)):
        addresses = names
    return [place for place in dict.fromkeys(addresses) if place]


def _address(place: object) -> str:
    if not isinstance(place, dict):
        return shown(place)
    address = next(iter(listed(place.get("address"))), None) or place
    if not isinstance(address, dict):
        return shown(address)
    parts = (name_of(address.get(part)) for part in _ADDRESS)
    return place_of(*parts) or shown(place.get("name"))


def name_of(value: object) -> str:
    """Return the name of a region or country, which may be an object with one."""
    first = next(iter(listed(value)), None)
    return name_of(first.get("name")) if isinstance(first, dict) else shown(first)


def shown(value: object) -> str:
    """Return a text as one clean line; "" for a placeholder."""
    text = clean_text(value)
    return "" if text.casefold() in _NOTHING else text


def _countries(job: Job) -> list[str]:
    named = map(name_of, listed(job.get("applicantLocationRequirements")))
    return list(dict.fromkeys(filter(None, named)))


def is_remote(job: Job) -> bool:
    """Return whether a JobPosting is remote: "TELECOMMUTE", which some sites write as "Remote"."""
    kinds = map(clean_text, listed(job.get("jobLocationType")))
    return any(kind.casefold() in {"telecommute", "remote"} for kind in kinds)


def employer(job: Job) -> str:
    """Return the name of the hiring organization; "" for none."""
    return name_of(job.get("hiringOrganization"))


def _words(job: Job, name: str) -> list[str]:
    return [each for each in listed(job.get(name)) if isinstance(each, str)]


def listed(value: Any) -> list[Any]:  # noqa: ANN401  # whatever a site writes
    """Return a value as a list: itself if it is one, empty for none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
