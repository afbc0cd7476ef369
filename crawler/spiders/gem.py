"""Gem's job board API: all postings of a board in one answer, with texts.

    GET /job_board/v0/BOARD/job_posts/ → a bare array, with no total

It looks like Greenhouse's on purpose. But ids are text, their case counts, and `content` is plain
HTML. `location` is one place, `offices` are all. Gem's own pages are answered alike for an unknown
and an empty board. So an empty answer of this API is not believed for a day either. No call proves
a posting closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.items import Posting
from crawler.read.deferred import places
from crawler.read.fields import clean_text, dicts, line
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import Fields, keyed_by, names
from crawler.spiders.listing import BARE_ARRAY
from crawler.spiders.postings import joined, posting_from_html, text_in


class GemSpider(BoardSpider):
    name = "gem"
    api_url = "https://api.gem.com"
    is_public_api = True
    list_path = "/job_board/v0/{token}/job_posts/"
    list_form = BARE_ARRAY
    job_form = keyed_by("id")
    empty_may_be_unknown = True
    stored_fields = names(
        "id title absolute_url content location offices location_type departments employment_type"
        " requisition_id internal_job_id first_published_at updated_at"
    )

    @staticmethod
    def read_job(job: Fields) -> Posting:
        return posting_from_html(
            job["content"],
            key=job["id"],
            title=job["title"],
            url=job["absolute_url"],
            location=_location(job),
            department=joined(*(one["name"] for one in job["departments"])),
            employment_type=(job["employment_type"] or "").replace("_", " ").capitalize(),
            stated_workplace=job["location_type"],
            requisition=job.get("requisition_id"),
            internal_job=job.get("internal_job_id"),
            published=job["first_published_at"],
            updated=job["updated_at"],
            unsent=frozenset({"locations"} if "offices" not in job else ()),
        )


def _location(job: Fields) -> str:
    """Return the place of a posting, with those of its offices that it does not name."""
    main = line(text_in(job["location"], "name"))
    named = {main, *places(main)}
    return joined(
        main, *(name for name in map(_place, dicts(job.get("offices"))) if name not in named)
    )


def _place(office: Mapping[str, Any]) -> str:
    where = office.get("location")
    stated = clean_text(where.get("name") if isinstance(where, Mapping) else where)
    return stated or clean_text(office.get("name"))
