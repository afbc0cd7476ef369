"""Read the fields of an Eightfold position: of its row, and of its detail.

The two interfaces call the same fields otherwise. A detail has an employer's own fields, too, which
may say more than the row: Microsoft's row is "onsite" where its detail has "3 days / week
in-office".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from crawler.items import Workplace
from crawler.read.deferred import workplace
from crawler.read.fields import texts
from crawler.spiders.job_page import employment
from crawler.spiders.jobs import Fields
from crawler.spiders.postings import epoch_instant, joined, stated_model

_WORK_SITES = ("efcustomTextWorkSite", "efcustomTextWorkplaceType")
_EMPLOYMENT = "efcustomTextEmploymentType"
OWN = (*_WORK_SITES, _EMPLOYMENT)  # fields of an employer that are stored
_OFFICE_DAYS = re.compile(r"\b([0-7]) days? ?/ ?week in[- ]office", re.IGNORECASE)
_WHOLE_WEEK = 5  # days
_TEXTS = ("jobDescription", "job_description", "description")


def text_of(detail: Fields) -> str:
    """Return the HTML of the text, which each answer calls otherwise. LookupError without one."""
    if not detail:
        return ""
    named = [detail[name] for name in _TEXTS if name in detail]
    return next(filter(None, named), named[0] or "")


def requisition_of(row: Fields) -> str | None:
    """Return the number of the system behind; else the one that the site shows."""
    written = ("atsJobId", "ats_job_id", "displayJobId", "display_job_id")
    return next((str(row[name]) for name in written if row.get(name)), None)


def posted_at(row: Fields) -> datetime | None:
    """Return the UTC instant at which a position was posted."""
    return epoch_instant(row.get("postedTs") or row.get("t_create"))


def places_of(row: Fields) -> Iterable[str]:
    """Return the places, "City, Region, Country" where the site has them so, too."""
    written, standard = (texts(row.get(name)) for name in ("locations", "standardizedLocations"))
    if len(written) != len(standard):
        return written
    return (
        better if "," in better and not better.isupper() else plain
        for plain, better in zip(written, standard, strict=True)
    )


def workplace_of(row: Fields, detail: Fields) -> Workplace | None:
    """Return the workplace: of the job's page, else in the employer's own words, else of the row.

    Own words that are unclear leave it unknown.
    """
    if detail.get("is_remote"):
        return "remote"
    if site := next(filter(None, (_words(detail.get(name)) for name in _WORK_SITES)), ""):
        return _of_words(site)
    return stated_model(row.get("workLocationOption") or row.get("work_location_option"))


def employment_of(detail: Fields) -> str:
    """Return the employment type in words."""
    return _words(detail.get(_EMPLOYMENT)) or employment(detail.get("employmentType"))


def _words(written: object) -> str:
    """Return the text of an employer's own field, which has a list of them."""
    return joined(*texts(written))


def _of_words(site: str) -> Workplace | None:
    """Return the workplace of "3 days / week in-office" and the like."""
    days = _OFFICE_DAYS.search(site)
    if days is None:
        return workplace(site)
    if days[1] == "0":
        return "remote"
    return "onsite" if int(days[1]) >= _WHOLE_WEEK else "hybrid"
