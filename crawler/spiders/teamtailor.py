"""Teamtailor's RSS feed of a career site. It has more of a job than the JSON feed.

An answer has at most 100 jobs and no total. Only an empty page ends the list, since a host may send
fewer jobs in a page than it is asked for.
https://support.teamtailor.com/en/articles/11171756-rss-feed-how-to-guide
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element  # only the type

from crawler.fetch import Answer
from crawler.items import Posting, Snapshot, Workplace
from crawler.responses import BadResponse
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import Fields, key_in, keyed_in
from crawler.spiders.listing import Listing
from crawler.spiders.paging import Pages
from crawler.spiders.postings import joined, place_in, posting_from_html
from crawler.spiders.site import Site
from crawler.spiders.xml_feed import raw_jobs, rss_channel, rss_instant, text_of, texts_of

_TT = "{https://teamtailor.com/locations}"
_KEY = re.compile(r"/jobs/([0-9]+)(?![0-9])")
_FEED = "feed"  # the note of the page that the feed is of
# "temporary" says nothing of the job, and "none" is what a job says that was never asked
_WORKPLACES: dict[str, Workplace] = {"fully": "remote", "hybrid": "hybrid"}


class TeamtailorSpider(BoardSpider):
    name = "teamtailor"
    is_public_api = True
    list_path = "/jobs.rss"
    paging = Pages(100, "offset", "per_page", until="empty")
    job_form = keyed_in("link", _KEY)

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        site.notes.own.pop(_FEED, None)  # the first page says which
        return await super().read_list(site, answer)

    def slice(self, body: bytes, site: Site) -> Listing:
        channel = rss_channel(body)
        page, company = text_of(channel, "link"), text_of(channel, "title")
        if page != site.notes.own.setdefault(_FEED, page):
            raise BadResponse("a page of its list is of another board")
        rows = [_row(item) | {"company": company} for item in channel.iter("item")]
        return Listing(raw_jobs(rows))

    @staticmethod
    def read_job(job: Fields) -> Posting:
        places = [
            place_in(place, "city", "country") or place.get("name", "")
            for place in job.get("locations", [])
        ]
        return posting_from_html(
            job.get("description", ""),
            key=key_in(job["link"], _KEY),
            title=job["title"],
            url=job["link"],
            location=joined(*places),
            department=job.get("department", ""),
            stated_workplace=_WORKPLACES.get(job.get("remoteStatus", "")),
            company=job.get("company"),
            published=rss_instant(job.get("pubDate")),
        )


def _row(item: Element) -> Fields:
    """Return the fields of a job that are stored."""
    places = item.iterfind(f"{_TT}locations/{_TT}location")
    return {
        **texts_of(item, "title link description pubDate remoteStatus"),
        "locations": [texts_of(place, "name city country", _TT) for place in places],
        "department": text_of(item, f"{_TT}department"),
    }
