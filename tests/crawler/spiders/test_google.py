"""Google Careers' pages and one check of a brand: its requests, its results and its limits."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from crawler.items import BoardRequest, Pay, Posting, Probe, Sighting, Unreadable
from crawler.responses import BadResponse
from crawler.spiders.google import GoogleSpider
from crawler.spiders.google_pages import raw_of, read_job, read_posting, read_results, read_sitemap
from tests.support.google_server import GoogleServer, Job
from tests.support.google_watch import crawled, is_failure, snapshot
from tests.support.places import ROOT

OURS = (ROOT / "tests") / "recordings" / "google"
RECORDED = ROOT.parent / "shared" / "recordings" / "google"


@pytest.fixture
async def server() -> AsyncIterator[GoogleServer]:
    async with GoogleServer() as server:
        yield server
        assert not [path for path in server.asked if "page=" in path]


def page(key: str, data: str) -> bytes:
    """Return a page with that data, as JavaScript has it."""
    call = f"AF_initDataCallback({{key: '{key}', hash: '2', data:{data}, sideChannel: {{}}}});"
    return f"<html><script>{call}</script></html>".encode()


# one check


async def test_a_small_brand_is_read_with_three_requests(server: GoogleServer) -> None:
    server.add(1, 2)
    found = await snapshot(server)
    assert {sighting.key for sighting in found.sightings} == {server.key(1), server.key(2)}
    assert server.asked == [
        "/robots.txt",
        "/about/careers/applications/jobs/sitemap.xml",
        "/about/careers/applications/jobs/results/?company=DeepMind&sort_by=date",
    ]
    assert (found.seen, found.unread, found.note, found.company) == (2, 0, None, "DeepMind")


@pytest.mark.parametrize(
    ("token", "company"),
    [
        ("deepmind", "company=DeepMind&"),
        ("YOUTUBE", "company=YouTube&"),
        ("Verily%20Life%20Sciences", "company=Verily+Life+Sciences&"),
        ("all", ""),
    ],
)
async def test_the_brand_is_asked_for_as_the_site_writes_it(
    server: GoogleServer, token: str, company: str
) -> None:
    server.add(1)
    server.add(2, brand="YouTube")
    server.add(3, brand="Verily Life Sciences")
    await snapshot(server, f"google:{token}")
    assert server.searches() == [f"/about/careers/applications/jobs/results/?{company}sort_by=date"]


async def test_every_brand_is_named_on_the_board_of_all(server: GoogleServer) -> None:
    server.add(1)
    server.add(2, brand="YouTube")
    found = await snapshot(server, "google:all")
    assert sorted(sighting.read().company or "" for sighting in found.sightings) == [
        "DeepMind",
        "YouTube",
    ]
    assert found.company == "Google"


@pytest.mark.parametrize(("roles", "least"), [(40, 40), (73, 71), (87, 80)])
async def test_a_brand_larger_than_a_page_is_read_in_slices_of_a_dozen_requests(
    server: GoogleServer, roles: int, least: int
) -> None:
    spread = zip(
        range(roles),
        cycle(("MID", "ADVANCED", "MID", "ADVANCED", "EARLY", "DIRECTOR_PLUS")),
        cycle(("US", "GB", "US", "GB", "CH")),
        strict=False,
    )
    for number, level, country in spread:
        server.add(number, level=level, country=country)
    found = await snapshot(server)
    assert least <= len(found.sightings) <= roles
    assert found.seen == roles
    assert found.unread == roles - len(found.sightings)
    assert len(server.searches()) <= 12


async def test_slices_stop_when_all_are_found_and_overlap_without_harm(
    server: GoogleServer,
) -> None:
    server.add(*range(30), level="MID")
    server.add(*range(30, 45), level="EARLY")
    server.page = lambda _request, jobs: (
        jobs + [job for job in server.jobs.values() if job not in jobs][:5]
    )[:20]
    found = await snapshot(server)
    assert found.seen == 45
    assert len({sighting.key for sighting in found.sightings}) == len(found.sightings)


async def test_a_site_that_ignores_the_filters_is_asked_in_another_order_and_soon_left_alone(
    server: GoogleServer,
) -> None:
    server.add(*range(60))
    server.filters = False
    found = await snapshot(server)
    assert found.seen == 60
    assert found.unread == 60 - len(found.sightings)
    assert len(server.searches()) <= 12


async def test_a_total_that_is_smaller_than_what_is_shown_is_no_failure(
    server: GoogleServer,
) -> None:
    server.add(1, 2, 3)
    server.total = lambda total: total - 1
    found = await snapshot(server)
    assert (len(found.sightings), found.unread) == (3, 0)


async def test_a_first_check_whose_slices_fail_is_a_failure_and_no_baseline_of_a_part(
    server: GoogleServer,
) -> None:
    server.add(*range(40))
    server.statuses[
        "/about/careers/applications/jobs/results/?company=DeepMind&sort_by=date&target_level=MID"
    ] = 404
    assert is_failure(await crawled(server), "HTTP 404")


async def test_an_unknown_brand_is_a_failure_and_after_a_day_a_board_without_roles(
    server: GoogleServer,
) -> None:
    server.add(1)
    first = await crawled(server, "google:acme")
    assert is_failure(first, "Google Careers knows no role of Acme")
    request = BoardRequest("google:acme", notes=first.notes)
    later = replace(request, at=request.at.replace(year=request.at.year + 1))
    assert (await snapshot(server, later)).seen == 0


async def test_a_search_that_shows_another_brand_is_a_failure(server: GoogleServer) -> None:
    server.add(1)
    server.add(2, brand="YouTube")
    server.page = lambda _request, _jobs: list(server.jobs.values())
    assert is_failure(await crawled(server), "its search for DeepMind shows roles of YouTube")


async def test_a_glance_makes_three_requests_however_large_the_brand(server: GoogleServer) -> None:
    server.add(*range(60))
    found = await snapshot(server, BoardRequest("google:deepmind", glance=True))
    assert found.seen == 60
    assert len(server.asked) == 3


async def test_the_page_of_a_role_that_the_sitemap_lacks_is_a_probe(server: GoogleServer) -> None:
    server.add(1, 2, 3, 4)
    for number in (2, 3, 4):
        server.job(number).in_sitemap = server.job(number).in_search = False
    server.without_record.add(server.key(3))
    server.statuses[f"/about/careers/applications/jobs/results/{server.key(4)}"] = 410
    found = await snapshot(
        server, BoardRequest("google:deepmind", known=lambda: tuple(server.jobs))
    )
    assert found.probes == {
        server.key(2): Probe.THERE,
        server.key(3): Probe.SILENT,
        server.key(4): Probe.GONE,
    }


async def test_a_new_signature_of_the_application_link_is_no_edit(server: GoogleServer) -> None:
    server.add(1)
    first, second = await snapshot(server), await snapshot(server)
    assert b"signin" not in first.sightings[0].raw
    assert replace(first.sightings[0].read(), updated_at=None) == replace(
        second.sightings[0].read(), updated_at=None
    )


# pages


def test_a_record_gives_what_a_reader_sees() -> None:
    job = Job(
        "133023244499198662",
        country="CH",
        about="<p>Apply by 3 March 2027.</p><p>The US base salary range for this full-time position"
        " is $207,000-$301,000 + bonus.</p>",
    )
    found = read_posting(raw_of(job.record()))
    assert (found.key, found.title, found.location, found.company) == (
        job.key,
        job.title,
        "Zürich, Switzerland",
        "DeepMind",
    )
    assert (
        found.url
        == "https://www.google.com/about/careers/applications/jobs/results/133023244499198662"
    )
    assert found.description.startswith("Apply by 3 March 2027.\n\nThe US base salary")
    assert found.description.endswith("Minimum qualifications:\n\n• Python.")
    # the range is for another country
    assert found.pay == Pay(None, None, None, None, "$207,000-$301,000")
    assert found.first_published is not None
    assert found.first_published.isoformat() == "2026-01-15T00:00:00+00:00"


def test_records_of_20_and_of_21_fields_read_alike() -> None:
    short, long = Job("133023244499198662", fields=20), Job("133023244499198662", fields=21)
    assert read_posting(raw_of(short.record())) == read_posting(raw_of(long.record()))


@pytest.mark.parametrize(
    ("data", "total"), [("[null, null, 3640, 20]", 3640), ("[[], null, 6, 20]", 6)]
)
def test_no_records_are_null_or_an_empty_list(data: str, total: int) -> None:
    assert read_results(page("ds:1", data)) == ([], total, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<html><div>Sign in</div></html>",
        page("ds:0", "[[]]"),
        page("ds:1", "{}"),
        page("ds:1", "[[1, 2"),
        page("ds:1", '[{"jobs": []}, null, 3, 20]'),
        page("ds:1", '[[], null, "3", 20]'),
        page("ds:1", "[" * 5000),
    ],
)
def test_a_page_of_another_form_is_a_failure_in_words(body: bytes) -> None:
    with pytest.raises(BadResponse, match=r"answer|form"):
        read_results(body)


def test_a_record_without_an_id_is_counted() -> None:
    assert read_results(page("ds:1", '[[["x"], 7, [1], null], null, 4, 20]')) == ([], 4, 4)


def test_a_record_of_another_form_is_unreadable() -> None:
    record = Job("133023244499198662").record()
    for damaged in (
        [*record[:1], None, *record[2:]],
        [*record[:9], "London", *record[10:]],
        [*record[:1], "", *record[2:]],
    ):
        with pytest.raises(Unreadable):
            GoogleSpider.read(raw_of(damaged))


def test_a_job_page_is_believed_only_for_its_own_job() -> None:
    body = page("ds:0", '[["133023244499198662", "Engineer"' + ", null" * 14 + "]]")
    assert read_job(body, "133023244499198662") is not None
    assert read_job(body, "133023244499198663") is None
    assert read_job(page("ds:0", "[1]"), "133023244499198662") is None


def test_a_sitemap_of_4000_addresses_is_read_within_a_second() -> None:
    entries = "".join(
        f"<url><loc>https://careers.google.com/jobs/results/{133023244499190000 + number}"
        "-senior-staff-software-engineer/</loc>"
        f"<lastmod>2026-10-01T12:00:00.{number % 1000:03}Z</lastmod></url>"
        for number in range(4000)
    )
    body = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()
    )
    began = time.process_time()
    assert len(read_sitemap(body, "https://www.google.com")) == 4000
    assert time.process_time() - began < 1


Face = tuple[str, str, tuple[float | None, float | None, str | None] | None]  # title, location, pay
OUR_PAGES = {
    "results.html": (2, 2),
    "results_of_many.html": (1, 2871),
    "past_end.html": (0, 2871),
    "no_results.html": (0, 6),
}
OUR_ROLES: dict[str, Face] = {
    "131000000000000101": (
        "Research Engineer, Tides, DeepMind",
        "London, UK; Zürich, Switzerland",
        None,
    ),
    "131000000000000102": (
        "Hydrologist, YouTube",
        "Mountain View, CA, USA",
        (171000, 248000, "USD"),
    ),
    "131000000000000103": (
        "Student Researcher, Oceans, Summer 2027",
        "Toronto, ON, Canada; Kirkland, WA, USA",
        None,
    ),
}
REAL_PAGES = {  # counted by hand in the recorded pages
    "google_2026-06_results_full.html": (2, 2),
    "google_2026-06_results_p1.html": (2, 3640),
    "google_2026-06_results_past_end.html": (0, 3640),
    "google_redacted_results.html": (1, 1),
    "renamed_2026-09_results_empty.html": (0, 6),
}
REAL_ROLES: dict[str, Face] = {
    "132507027548054214": (
        "Staff Developer Experience Engineer, DeepMind",
        "Bengaluru, Karnataka, India",
        None,
    ),
    "139289021426606790": (
        "YouTube Ads Action Demand Verticals Tech Lead",
        "Mountain View, CA, USA",
        (207000, 301000, "USD"),
    ),
    "138166347879064262": (
        "Student Researcher, BS/MS, Winter/Summer 2027",
        "Mountain View, CA, USA; Toronto, ON, Canada",
        None,
    ),
}


@pytest.mark.parametrize(
    ("folder", "pages", "roles"),
    [
        (OURS, OUR_PAGES, OUR_ROLES),
        pytest.param(RECORDED, REAL_PAGES, REAL_ROLES, marks=pytest.mark.needs(RECORDED)),
    ],
    ids=["ours", "real"],
)
def test_every_recorded_record_is_read_whole(
    folder: Path, pages: dict[str, tuple[int, int]], roles: dict[str, Face]
) -> None:
    read: dict[str, Posting] = {}
    for name, (count, total) in pages.items():
        found = read_results((folder / name).read_bytes())
        assert (len(found.records), found.total, found.without_key) == (count, total, 0)
        read |= {
            posting.key: posting
            for posting in (read_posting(raw_of(record)) for record in found.records)
        }
    assert {
        key: (
            one.title,
            one.location,
            one.pay and (one.pay.minimum, one.pay.maximum, one.pay.currency),
        )
        for key, one in read.items()
    } == roles


def test_half_a_character_in_a_page_is_replaced() -> None:
    record = Job("133023244499198662", title="Engineer X").record()
    body = page(
        "ds:1", json.dumps([[record], None, 1, 20]).replace("Engineer X", "Engineer \\ud800")
    )
    [found] = read_results(body).records
    assert read_posting(raw_of(found)).title == "Engineer \ufffd"


async def test_a_text_of_more_than_a_million_characters_is_that_role_alone_unreadable(
    server: GoogleServer,
) -> None:
    server.add(1)
    server.add(2, about="x" * 1_000_001)
    found = await snapshot(server)
    readable = [sighting.key for sighting in found.sightings if not is_unreadable(sighting)]
    assert readable == [server.key(1)]


def is_unreadable(sighting: Sighting) -> bool:
    try:
        sighting.read()
    except Unreadable:
        return True
    return False


async def test_a_redirect_to_what_robots_txt_closes_is_not_followed(server: GoogleServer) -> None:
    server.add(1)
    server.redirects["/about/careers/applications/jobs/results/?company=DeepMind&sort_by=date"] = (
        "?company=DeepMind&page=1"
    )
    assert is_failure(await crawled(server), "robots.txt of 127.0.0.1", "closes")


def test_an_address_that_is_none_spoils_no_sitemap() -> None:
    body = b"<urlset><url><loc>https://[::1/jobs</loc></url><url><loc>https://careers.google.com/jobs/results/133023244499198662/</loc></url></urlset>"
    assert list(read_sitemap(body, "https://www.google.com")) == ["133023244499198662"]


def test_a_hostile_page_is_refused_in_time() -> None:
    began = time.process_time()
    with pytest.raises(BadResponse):
        read_results(b"<html>" + b"AF_initDataCallback({key: 'ds:1', " * 20_000)
    assert time.process_time() - began < 1
