"""A job of Ashby's API, or a row of a board's page, as a posting.

Drift in a field that a reader sees raises, since a guess would be reported as an edit. An odd date
or number beside it is left out. A field that a row of either kind does not send is `unsent`, so a
board that changes between the two kinds revises nothing.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import msgspec
from msgspec import UNSET, UnsetType

from crawler.items import Pay, Posting, Workplace
from crawler.read.fields import clean_text, line
from crawler.spiders.ashby_pay import Compensation, Place, tier_pay
from crawler.spiders.ashby_summary import summary_pay
from crawler.spiders.postings import joined, posting_from_html

PAGES = "https://jobs.ashbyhq.com"
_JOB_URL = re.compile(rf"{re.escape(PAGES)}/([^/?#]+)/([^/?#]+)")
_EMPLOYMENT = {"FullTime": "Full-time", "PartTime": "Part-time"}
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORKPLACES: dict[str, Workplace] = {"Remote": "remote", "Hybrid": "hybrid", "OnSite": "onsite"}
_Text = str | None | UnsetType  # of a field that a reader sees


class _SecondPlace(msgspec.Struct, rename="camel"):
    location: str | None = None
    location_name: str | None = None
    location_external_name: str | None = None


class _Job(msgspec.Struct, rename="camel"):
    """A job of the API.

    https://developers.ashbyhq.com/docs/public-job-posting-api
    """

    id: str
    title: str
    location: str | None
    job_url: str
    department: _Text = UNSET
    employment_type: _Text = UNSET
    workplace_type: _Text = UNSET
    is_remote: object = UNSET
    secondary_locations: list[_SecondPlace] | None = None
    description_html: _Text = UNSET
    compensation: object = UNSET
    should_display_compensation_on_job_postings: bool | None = None
    address: object = None
    published_at: object = None


class _Organization(msgspec.Struct, rename="camel"):
    hosted_jobs_page_slug: str
    name: object = None


class _Row(msgspec.Struct, rename="camel"):
    """A row of the page, as `ashby_page` makes it.

    The public sees the external name of a place or a department, where there is one.
    """

    id: str
    title: str
    location_name: str | None
    organization: _Organization
    location_external_name: str | None = None
    department_name: _Text = UNSET
    department_external_name: str | None = None
    employment_type: _Text = UNSET
    workplace_type: _Text = UNSET
    secondary_locations: list[_SecondPlace] | None = None
    compensation_tier_summary: _Text = UNSET
    should_display_compensation_on_job_board: bool | None = None
    application_deadline: _Text = UNSET
    published_date: object = None
    updated_at: object = None
    job_id: object = None
    job_requisition_id: object = None


_job, _row = msgspec.json.Decoder(_Job), msgspec.json.Decoder(_Row)
msgspec.json.Decoder(Compensation)  # makes the form before threads convert to it: see cldr.py


def api_posting(raw: bytes) -> Posting:
    """Return the posting of an API job.

    Raises ValueError or TypeError, which decoding errors are, or RecursionError.
    """
    job = _job.decode(raw)
    location = joined(job.location, *(each.location for each in job.secondary_locations or []))
    model = _model(job.workplace_type) or (
        "remote" if not job.workplace_type and job.is_remote is True else None
    )
    compensation = _compensation(job.compensation)
    sent: dict[str, object] = {
        "department": job.department,
        "employment_type": job.employment_type,
        "description": job.description_html,
        "pay": compensation,
        "workplace": job.workplace_type if job.is_remote is UNSET else None,
    }
    return posting_from_html(
        job.description_html if isinstance(job.description_html, str) else "",
        key=job.id.lower(),  # a UUID
        title=job.title,
        url=_stable(line(job.job_url)),
        location=location,
        department=_line(job.department),
        employment_type=_employment(job.employment_type),
        stated_workplace=model,
        stated_pay=_tier_pay(job, compensation),
        published=job.published_at,
        unsent=_unsent(sent) | {"deadline", "requisition", "internal_job"},
    )


def page_posting(raw: bytes) -> Posting:
    """Return the posting of a page's row. Raises as `api_posting` does."""
    row = _row.decode(raw)
    location = joined(
        row.location_external_name or row.location_name,
        *(
            each.location_external_name or each.location_name
            for each in row.secondary_locations or []
        ),
    )
    sent: dict[str, object] = {
        "department": row.department_name,
        "employment_type": row.employment_type,
        "deadline": row.application_deadline,
        # only the API says of some that they are remote
        "workplace": row.workplace_type or UNSET,
    }
    return posting_from_html(
        key=row.id.lower(),
        title=row.title,
        url=_stable(f"{PAGES}/{quote(row.organization.hosted_jobs_page_slug, safe='')}/{row.id}"),
        location=location,
        department=_line(row.department_external_name or row.department_name),
        employment_type=_employment(row.employment_type),
        stated_workplace=_model(row.workplace_type),
        stated_pay=_summary_pay(row),
        stated_deadline=_line(row.application_deadline),
        company=row.organization.name,
        requisition=clean_text(row.job_requisition_id) or None,
        internal_job=clean_text(row.job_id) or None,
        published=row.published_date,
        updated=row.updated_at,
        # pay in rough words, and the day of publication
        unsent=_unsent(sent) | {"description", "pay", "first_published"},
    )


def _unsent(sent: dict[str, object]) -> frozenset[str]:
    return frozenset(field for field, value in sent.items() if value is UNSET)


def _line(value: _Text) -> str:
    return line(value) if isinstance(value, str) else ""


def _stable(url: str) -> str:
    """Return one spelling of a job's address, whichever kind of row it comes from."""
    found = _JOB_URL.match(url)
    return f"{PAGES}/{quote(unquote(found[1]), safe='')}/{found[2]}" if found else url


def _employment(value: _Text) -> str:
    """Return the type in words: "Full-time", "Intern"."""
    written = _line(value)
    return _EMPLOYMENT.get(written) or _WORD_BEGINS.sub(" ", written)


def _model(value: _Text) -> Workplace | None:
    return _WORKPLACES.get(value) if isinstance(value, str) else None


def _compensation(sent: object) -> Compensation | UnsetType | None:
    """Return the pay tiers. Tiers of another form count as not sent.

    A role is worth more than the pay beside it, and nobody edited it.
    """
    try:
        return UNSET if sent is UNSET else msgspec.convert(sent, Compensation | None)
    except msgspec.ValidationError:
        return UNSET


def _tier_pay(job: _Job, compensation: Compensation | UnsetType | None) -> Pay | None:
    """Return the pay of the API's fields. None where the employer hides it, even with numbers."""
    if (
        not isinstance(compensation, Compensation)
        or job.should_display_compensation_on_job_postings is False
    ):
        return None
    return tier_pay(compensation, Place(_line(job.location), _address(job.address)))


def _address(value: object) -> tuple[str, ...]:
    """Return city, region and country; "" for each that the address lacks."""
    postal = value.get("postalAddress") if isinstance(value, dict) else None
    parts = postal if isinstance(postal, dict) else {}
    return tuple(
        clean_text(parts.get(name))
        for name in ("addressLocality", "addressRegion", "addressCountry")
    )


def _summary_pay(row: _Row) -> Pay | None:
    """Return the pay of the page's words."""
    summary = row.compensation_tier_summary
    if not isinstance(summary, str) or row.should_display_compensation_on_job_board is False:
        return None
    return summary_pay(line(summary))
