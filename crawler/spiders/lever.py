"""Lever's postings API. A board is on its global or on its EU host.

A posting that the API does not know may be unlisted and still open, so no call proves one closed.
https://github.com/lever/postings-api
"""

from __future__ import annotations

from crawler.items import Pay, Posting
from crawler.read.deferred import read_pay
from crawler.read.fields import texts
from crawler.read.pay_vocabulary import TOTAL
from crawler.read.text import to_text
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import Fields, names
from crawler.spiders.listing import BARE_ARRAY
from crawler.spiders.paging import Pages
from crawler.spiders.pay_fields import stated_range
from crawler.spiders.postings import epoch_instant, joined, posting_from_html

_LIST = "<h3>{text}</h3><ul>{content}</ul>"


class LeverSpider(BoardSpider):
    name = "lever"
    api_url = "https://api.lever.co"
    other_urls = ("https://api.eu.lever.co",)
    is_public_api = True
    list_path = "/v0/postings/{token}?mode=json"
    list_form = BARE_ARRAY
    paging = Pages(100, "skip")
    stored_fields = names(
        "id text hostedUrl categories country workplaceType createdAt"
        " description lists additional salaryRange salaryDescription"
    )

    @staticmethod
    def read_job(job: Fields) -> Posting:
        labels = job["categories"]
        return posting_from_html(
            job["description"],
            *(_LIST.format(**part) for part in job.get("lists") or []),
            job.get("additional") or "",
            job.get("salaryDescription") or "",
            key=str(job["id"]),
            title=job["text"],
            url=job["hostedUrl"],
            location=joined(*texts(labels.get("allLocations") or labels.get("location"))),
            department=joined(labels.get("department"), labels.get("team")),
            employment_type=labels.get("commitment") or "",
            stated_workplace=job.get("workplaceType"),
            stated_pay=_pay(job),
            published=epoch_instant(job.get("createdAt"), per_second=1000),
            unsent=frozenset({"workplace"} if "workplaceType" not in job else ()),
        )


def _pay(job: Fields) -> Pay | None:
    """Return the stated pay; None where its own text is better, as for on-target earnings."""
    salary, words = job.get("salaryRange"), to_text(job.get("salaryDescription") or "")
    if not salary or salary.get("interval") == "one-time":
        return None
    if TOTAL.search(words) and read_pay(words):
        return None
    return stated_range(*map(salary.get, ("min", "max", "currency", "interval")))
