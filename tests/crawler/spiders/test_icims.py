"""iCIMS: career sites by their total, portals by the pages of one session, and the job's page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from crawler.fetch import Answer
from crawler.items import BoardRequest, Failure, Pay, Posting, Probe
from crawler.readers import reread
from crawler.responses import BadResponse
from crawler.spiders import icims_portal
from crawler.spiders.icims import IcimsSpider
from monitor.demo.board_server import Trouble
from monitor.history.compare import differences, keep_unsent
from tests.support.ats_recordings import SHARED, Read, read_detail, read_lists
from tests.support.crawling import failure_of, snapshot
from tests.support.icims import PORTAL, SITE, IcimsServer, card, job, posting

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = "https://careers-example.icims.com/jobs"


@pytest.fixture
async def server() -> AsyncIterator[IcimsServer]:
    async with IcimsServer(3, 3) as server:
        yield server


async def failure(server: IcimsServer, request: BoardRequest | str) -> Failure:
    return await failure_of(server, request)


def read_page_row(html: str, page: bytes | None = None, number: int = 1) -> Posting:
    [row] = icims_portal.read_page(html.encode()).rows
    parts: dict[str, Any] = {"page": PAGE, "row": row}
    if page:
        parts["detail"] = msgspec.Raw(IcimsSpider().read_detail(Answer(200, page), str(number)))
    return reread("icims", msgspec.json.encode(parts))


async def only(server: IcimsServer, **fields: Any) -> Posting:
    """Return the posting of a career site's only row."""
    server.jobs = [job(**fields)]
    [sighting] = (await snapshot(server, SITE)).sightings
    return sighting.read()


# one posting


async def test_a_row_of_a_career_site_is_read(server: IcimsServer) -> None:
    found = await only(server)
    assert (found.key, found.title, found.requisition) == ("1", "Research Engineer", "1")
    assert found.url == "https://careers.example.org/jobs/1?lang=en-us"
    assert found.locations == ("London, England, United Kingdom",)
    assert (found.department, found.employment_type) == ("Research", "Full-time")
    assert found.description == "Build & test models."
    assert (found.workplace, found.pay, found.deadline) == (None, None, None)
    assert str(found.first_published) == "2026-11-20 19:39:00+00:00"
    assert found.unsent == frozenset()


async def test_further_places_pay_and_workplace_come_from_their_fields(server: IcimsServer) -> None:
    found = await only(
        server,
        additional_locations=[{"city": "Zurich", "country": "Switzerland", "street_address": "1"}],
        location_type="HYBRID",
        salary_min_value=100_000,
        salary_max_value=120_000,
        salary_currency="GBP",
    )
    assert found.locations == ("London, England, United Kingdom", "Zurich, Switzerland")
    assert found.workplace == "hybrid"
    assert found.pay
    assert (found.pay.minimum, found.pay.maximum, found.pay.currency) == (100_000, 120_000, "GBP")


@pytest.mark.parametrize(
    ("frequency", "pay"),
    [
        ("HOURLY", Pay(17.17, 29.95, None, "hour", "17.17 - 29.95")),
        ("", Pay(17.17, 29.95, None, None, "17.17 - 29.95")),
        (None, Pay(17.17, 29.95, None, None, "17.17 - 29.95")),
    ],
)
async def test_pay_has_the_period_that_its_site_names(
    server: IcimsServer, frequency: str | None, pay: Pay
) -> None:
    found = await only(
        server,
        salary_min_value=17.17,
        salary_max_value=29.95,
        salary_currency="",
        salary_frequency=frequency,
    )
    assert found.pay == pay


@pytest.mark.parametrize(
    ("expiry", "deadline"),
    [
        ("2027-01-27T18:30:00+0000", "2027-01-27 18:30:00+00:00"),
        ("2026-12-20T19:39:00+0000", None),  # 30 days after the posting
        ("9999-12-31T00:00:00+0000", None),
        (None, None),
    ],
)
async def test_the_day_on_which_a_posting_expires_is_its_deadline(
    server: IcimsServer, expiry: str | None, deadline: str | None
) -> None:
    found = await only(server, posting_expiry_date=expiry)
    assert (found.deadline and str(found.deadline.at)) == deadline
    assert ("deadline" in found.stated) == (deadline is not None)


def test_a_row_of_an_older_version_learns_period_and_deadline_without_an_edit() -> None:
    expiry = {"posting_expiry_date": "2027-01-27T18:30:00+0000", "salary_frequency": "HOURLY"}
    old = job(salary_min_value=17, salary_max_value=29, salary_currency="USD")
    before, after = (
        reread("icims", msgspec.json.encode({"page": PAGE, "row": row, "detail": {"in_row": True}}))
        for row in (old, old | expiry)
    )
    assert after.deadline
    assert differences(before, keep_unsent(before, after)) == ()


async def test_a_category_that_is_no_list_is_read_whole(server: IcimsServer) -> None:
    found = await only(server, categories=None, category="Research")
    assert found.department == "Research"


async def test_a_row_without_a_town_has_the_place_that_its_site_shows(server: IcimsServer) -> None:
    found = await only(server, city="", state=None, full_location="Remote, United Kingdom")
    assert (found.location, found.workplace) == ("Remote, United Kingdom", "remote")


async def test_a_town_and_a_state_of_one_name_are_both_named(server: IcimsServer) -> None:
    country = {"name": "United States"}
    found = await only(server, city="New York", state="New York", country=country)
    assert found.locations == ("New York, New York, United States",)


@pytest.mark.parametrize("odd", [[], False, "", {"canonical_url": 7}])
async def test_odd_data_about_a_row_costs_only_its_address(server: IcimsServer, odd: Any) -> None:
    found = await only(server, meta_data=odd)
    assert found.url == "https://careers.example.org/jobs/1"


@pytest.mark.parametrize("odd", [None, [], "gone", {}])
async def test_an_odd_row_costs_only_itself(server: IcimsServer, odd: Any) -> None:
    server.jobs[1] = odd
    found = await snapshot(server, SITE)
    assert ([one.key for one in found.sightings], found.without_key) == (["1", "3"], 1)


@pytest.mark.parametrize("shape", ["li", "div"])
def test_a_card_of_either_shape_is_read(shape: str) -> None:
    html = f'<div class="iCIMS_JobsTable">{card(7, "US-NJ-Edison | US", shape=shape)}</div>'
    found = read_page_row(html)
    assert (found.key, found.title, found.url) == ("7", "Research Engineer 7", f"{PAGE}/7/job")
    assert found.locations == ("Edison, NJ, US", "US")
    assert (found.requisition, found.employment_type) == ("2026-7", "Full-time")
    assert found.workplace == "onsite"
    assert found.unsent >= {"description", "location", "department"}


@pytest.mark.parametrize(
    ("fields", "pay"),
    [
        (
            {"Posted Min Pay Rate": "USD $75,000.00/Yr.", "Max Pay Rate": "USD $95,000.00/Yr."},
            (75_000, 95_000, "USD", "year"),
        ),
        ({"Posted Max Pay Rate": "USD $95,000.00/Yr."}, (None, 95_000, "USD", "year")),
        ({"Salary Range": "USD $18.50/Hr. - USD $22.00/Hr."}, (18.5, 22, "USD", "hour")),
        ({"Min Pay": "USD $0.00/Yr.", "Max Pay": "USD $0.00/Yr."}, None),
        ({"Pay Grade": "12", "Pay Type": "40 hours"}, None),
    ],
)
def test_pay_is_read_from_the_fields_of_a_card(
    fields: dict[str, str], pay: tuple[Any, ...] | None
) -> None:
    stated = "".join(
        f'<span class="field-label">{label}</span><span>{value}</span>'
        for label, value in fields.items()
    )
    begin = '<div class="row">'
    html = f'<p class="iCIMS_"></p>{card(7).replace(begin, begin + stated)}'
    found = read_page_row(html, posting(7), 7)
    assert pay == (
        found.pay and (found.pay.minimum, found.pay.maximum, found.pay.currency, found.pay.period)
    )
    assert ("pay" in found.stated) == (pay is not None)


@pytest.mark.parametrize("has_detail", [True, False])
def test_a_card_of_an_older_version_learns_its_pay_without_an_edit(*, has_detail: bool) -> None:
    [raw] = icims_portal.read_page(card(7).encode()).rows
    row = msgspec.json.decode(raw) | {"pay": "Salary Range: $75,000 - $95,000 a year"}
    old = {name: value for name, value in row.items() if name != "pay"}
    stored = IcimsSpider().read_detail(Answer(200, posting(7)), "7")
    detail = {"detail": msgspec.Raw(stored)}
    before, waiting, after = (
        reread("icims", msgspec.json.encode({"page": PAGE, "row": each} | more))
        for each, more in ((old, detail), (row, {}), (row, detail))
    )
    first = keep_unsent(before, waiting if not has_detail else after)
    assert differences(before, first) == ()
    assert differences(first, keep_unsent(first, after)) == ()
    assert after.pay


def test_unclear_pay_of_a_card_hides_no_pay_of_the_text() -> None:
    [raw] = icims_portal.read_page(card(7).encode()).rows
    row = msgspec.json.decode(raw) | {"pay": "Pay Plan: GS-12"}
    page = posting(7, description="<p>Salary: $60,000 - $70,000</p>")
    detail = msgspec.Raw(IcimsSpider().read_detail(Answer(200, page), "7"))
    parts = {"page": PAGE, "row": row, "detail": detail}
    pay = reread("icims", msgspec.json.encode(parts)).pay
    assert pay is not None
    assert pay.maximum == 70_000


@pytest.mark.parametrize(("workplace", "is_remote"), [("Hybrid", False), ("No", True)])
def test_a_card_of_an_older_version_learns_its_workplace_without_an_edit(
    workplace: str, *, is_remote: bool
) -> None:
    [raw] = icims_portal.read_page(card(7).encode()).rows
    row = msgspec.json.decode(raw) | {"workplace": workplace}
    old = {name: value for name, value in row.items() if name != "pay"} | {"workplace": "No"}
    detail = msgspec.json.decode(IcimsSpider().read_detail(Answer(200, posting(7)), "7"))
    before, after = (
        reread("icims", msgspec.json.encode({"page": PAGE, "row": each, "detail": detail | more}))
        for each, more in ((old, {}), (row, {"is_remote": is_remote}))
    )
    assert (before.workplace, after.workplace) == (None, "remote" if is_remote else "hybrid")
    assert differences(before, keep_unsent(before, after)) == ()


def test_a_card_has_the_same_digest_after_a_restart() -> None:
    """The order of a set differs between two processes, so the fields have one of their own."""
    [row] = icims_portal.read_page(card(7).encode()).rows
    assert list(msgspec.json.decode(row)) == sorted(icims_portal.FIELDS)


@pytest.mark.parametrize(
    "label", ["Location Type", "Work Location Type", "Work Location Arrangement"]
)
def test_a_label_about_the_kind_of_place_names_no_place(label: str) -> None:
    field = f'<span class="field-label">{label}</span><span>Hybrid</span>'
    html = card(7, "US-NJ-Edison").replace("Work Arrangement", "Shift")
    begin = '<div class="row">'
    found = read_page_row(f'<p class="iCIMS_"></p>{html.replace(begin, begin + field)}')
    assert (found.locations, found.workplace) == (("Edison, NJ, US",), "hybrid")


@pytest.mark.parametrize("label", ["ID", "Job ID", "Req #", "Requisition Number"])
def test_a_requisition_is_read_whatever_its_label(label: str) -> None:
    html = f'<p class="iCIMS_"></p>{card(7).replace("Requisition ID", label)}'
    assert read_page_row(html).requisition == "2026-7"


@pytest.mark.parametrize(
    ("label", "value", "workplace"),
    [
        ("Remote", "Yes", "remote"),
        ("Remote?", "Yes", "remote"),
        ("Is this a remote position?", "Yes", "remote"),
        ("Remote", "No", "onsite"),
        ("Remote Location Eligible", "Yes", "onsite"),
        ("Remote Location Eligible", "No", "onsite"),
    ],
)
def test_a_yes_to_remote_is_a_workplace_and_a_no_hides_none(
    label: str, value: str, workplace: str
) -> None:
    field = f'<span class="field-label">{label}</span><span>{value}</span>'
    begin = '<div class="row">'
    html = f'<p class="iCIMS_"></p>{card(7).replace(begin, begin + field)}'
    assert read_page_row(html).workplace == workplace  # its "Work Arrangement" is on site


def test_a_page_fills_a_card_and_its_computed_dates_are_not_read() -> None:
    html = f'<div class="iCIMS_JobsTable">{card(7)}</div>'
    found = read_page_row(html, posting(7), 7)
    assert found.locations == ("London, GB",)
    assert found.description == "Overview\n\nBuild & test models."
    assert (found.department, found.deadline, found.first_published) == ("Research", None, None)


def test_no_name_of_a_person_is_kept_of_a_card() -> None:
    [row] = icims_portal.read_page(card(7).encode()).rows
    assert b"Bo Example" not in bytes(row)


# a career site


@pytest.mark.parametrize(("jobs", "pages"), [(3, 1), (100, 1), (101, 2)])
async def test_a_career_site_is_read_to_its_total(
    server: IcimsServer, jobs: int, pages: int
) -> None:
    server.jobs = [job(number) for number in range(1, jobs + 1)]
    found = await snapshot(server, SITE)
    assert (found.seen, len(server.paths())) == (jobs, pages + 1)  # one found the product
    assert not any(b"Ann" in sighting.keep() for sighting in found.sightings)


@pytest.mark.parametrize("total", [0, 2, 5])
async def test_a_total_that_disagrees_is_a_failure(server: IcimsServer, total: int) -> None:
    server.total = total
    assert f"says that there are {total}" in (await failure(server, SITE)).reason


async def test_a_page_that_repeats_is_a_failure(server: IcimsServer) -> None:
    server.jobs = [job(number) for number in range(1, 151)]
    server.jobs[120] = server.jobs[3]
    assert "moved" in (await failure(server, SITE)).reason


async def test_a_job_in_two_languages_is_one_posting_in_english(server: IcimsServer) -> None:
    server.jobs.insert(0, job(1, "Forschungsingenieur", language="de-de"))
    found = await snapshot(server, SITE)
    titles = {sighting.key: sighting.read().title for sighting in found.sightings}
    assert (found.seen, titles["1"]) == (3, "Research Engineer")


async def test_a_row_without_a_key_is_counted_as_unreadable(server: IcimsServer) -> None:
    server.jobs[1] |= {"slug": None, "req_id": None}
    found = await snapshot(server, SITE)
    assert (len(found.sightings), found.without_key) == (2, 1)


async def test_an_empty_career_site_is_not_believed_at_once(server: IcimsServer) -> None:
    server.jobs = []
    found = await failure(server, SITE)
    assert (found.reason, found.unknown) == (
        "it shows no job, which is believed after a day",
        False,
    )


async def test_what_moves_every_day_is_no_edit(server: IcimsServer) -> None:
    first = await snapshot(server, SITE)
    server.jobs[0]["update_date"] = "2026-11-26T16:34:03+0000"
    second = await snapshot(server, BoardRequest(SITE, notes=first.notes))
    assert [one.digest for one in first.sightings] == [one.digest for one in second.sightings]


async def test_a_posting_that_a_career_site_lacks_is_not_probed(server: IcimsServer) -> None:
    assert (await snapshot(server, BoardRequest(SITE, known=lambda: ["9"]))).probes == {}


# a portal


@pytest.mark.parametrize("names_pages", [True, False])
async def test_the_pages_of_a_portal_are_read_in_one_session(
    server: IcimsServer, *, names_pages: bool
) -> None:
    server.cards, server.names_pages = list(range(1, 42)), names_pages
    found = await snapshot(server, PORTAL)
    assert found.seen == 41
    assert server.sessions == [False, True, True] + [True] * (not names_pages)
    assert sum(bool(sighting.read().description) for sighting in found.sightings) == 41


async def test_a_host_without_json_is_a_portal(server: IcimsServer) -> None:
    server.has_json = False
    assert (await snapshot(server, SITE)).seen == 3


async def test_a_host_that_refuses_its_first_check_is_asked_again_at_the_next(
    server: IcimsServer,
) -> None:
    for path in ("/api/jobs", "/jobs/search"):
        server.troubles[f"/careers.example.org{path}"] = Trouble(status=403)
    refused = await failure(server, SITE)
    server.troubles.clear()
    found = await snapshot(server, BoardRequest(SITE, notes=refused.notes))
    assert [b"in_row" in one.raw for one in found.sightings] == [True] * 3  # with JSON


async def test_a_portal_that_shows_its_last_page_again_is_a_failure(server: IcimsServer) -> None:
    server.cards, server.names_pages = list(range(1, 42)), False
    server.past_the_end_is_last = True
    assert "moved" in (await failure(server, PORTAL)).reason


async def test_a_page_in_the_middle_without_jobs_is_a_failure(server: IcimsServer) -> None:
    server.cards, server.empty_page = list(range(1, 62)), 1
    assert (await failure(server, PORTAL)).reason == "page 2 of 4 shows no job"


async def test_another_page_than_the_one_asked_for_is_a_failure(server: IcimsServer) -> None:
    page = b'<p>Page 2 of 2</p><ul class="iCIMS_JobsTable">' + card(1).encode() + b"</ul>"
    server.troubles["/careers-example/jobs/search"] = Trouble(body=page)
    assert "answers page 2 when asked for page 1" in (await failure(server, PORTAL)).reason


async def test_a_shell_page_is_a_failure(server: IcimsServer) -> None:
    page = b"<script>window.top.location.href = 'https://careers.example.com'</script>"
    server.troubles["/careers-example/jobs/search"] = Trouble(body=page)
    assert "not that of an iCIMS portal" in (await failure(server, PORTAL)).reason


@pytest.mark.parametrize("status", [404, 410])
async def test_a_portal_that_no_longer_exists_is_unknown(server: IcimsServer, status: int) -> None:
    server.troubles["/careers-example/jobs/search"] = Trouble(status=status)
    assert (await failure(server, PORTAL)).unknown


async def test_an_odd_page_costs_its_own_posting_only(server: IcimsServer) -> None:
    server.details = {2: posting(2, url=None), 9: posting(9, url=None)}
    found = await snapshot(server, BoardRequest(PORTAL, known=lambda: ["9"]))
    texts = {one.key: bool(one.read().description) for one in found.sightings}
    assert texts == {"1": True, "2": False, "3": True}
    assert found.probes == {"9": Probe.SILENT}


@pytest.mark.parametrize(
    "trouble", [Trouble(status=403), Trouble(status=404), Trouble(body=b"<p>")]
)
async def test_a_career_site_is_no_portal_for_one_bad_answer(
    server: IcimsServer, trouble: Trouble
) -> None:
    first = await snapshot(server, BoardRequest(SITE, at=START))
    server.troubles["/careers.example.org/api/jobs"] = trouble
    failed = await failure(
        server, BoardRequest(SITE, notes=first.notes, at=START + timedelta(hours=25))
    )
    server.troubles.clear()
    again = BoardRequest(SITE, notes=failed.notes, at=START + timedelta(hours=26))
    assert (await snapshot(server, again)).seen == 3
    assert not server.sessions


async def test_robots_txt_is_obeyed(server: IcimsServer) -> None:
    server.robots = "User-agent: *\nDisallow: /jobs/search"
    assert "robots.txt" in (await failure(server, PORTAL)).reason


@pytest.mark.parametrize(
    ("page", "probe"),
    [
        (404, Probe.GONE),
        (410, Probe.GONE),
        (403, Probe.SILENT),
        (posting(9), Probe.THERE),
        (posting(8), Probe.SILENT),
        (b"<html>Sorry</html>", Probe.SILENT),
    ],
)
async def test_the_page_of_a_missing_posting_tells(
    server: IcimsServer, page: Any, probe: Probe
) -> None:
    server.details = {9: page}
    found = await snapshot(server, BoardRequest(PORTAL, known=lambda: ["9"]))
    assert found.probes == {"9": probe}


# real recordings


@pytest.mark.needs(SHARED / "icims")
def test_every_recorded_row_is_read() -> None:
    folder, read = SHARED / "icims", Read()
    files = sorted(folder.glob("*jibe*.json"))
    read_lists(SITE, files, read, {"product": {"name": "jibe"}})
    rows = [each["data"] for file in files for each in json.loads(file.read_text())["jobs"]]
    print(read.line("icims (JSON)"))
    assert (read.unreadable, read.without_key) == (0, 0)
    assert read.counts() == {
        "postings": len(rows),
        "location": sum(bool(each["city"]) for each in rows),
        "pay": 0,
        "deadline": 0,
        "workplace": 0,
        "department": sum(bool(each["category"]) for each in rows),
    }
    assert [len(one.locations) for one in read.postings] == [
        1 + len(each.get("additional_locations") or []) for each in rows
    ]


@pytest.mark.needs(SHARED / "icims")
def test_every_recorded_page_of_a_portal_is_read() -> None:
    folder, read = SHARED / "icims", Read()
    files = sorted(folder.glob("*_search.html"))
    read_lists(PORTAL, files, read, {"product": {"name": "portal"}})
    html = "".join(file.read_text() for file in files)
    for file in sorted(folder.glob("*_job.html")):
        job = json.loads(file.read_text().partition('ld+json">')[2].partition("</script>")[0])
        key = job["url"].split("/")[4]
        detail = IcimsSpider().read_detail(Answer(200, file.read_bytes()), key)
        row = dict.fromkeys(icims_portal.FIELDS, "") | {"number": key, "title": job["title"]}
        read_detail(PORTAL, row, detail, read)
    print(read.line("icims (portal)"))
    assert (read.unreadable, read.without_key) == (0, 0)
    assert read.counts() == {
        "postings": html.count("<h3>") + 2,
        "location": html.count("Job Locations") + 2,
        "pay": 0,
        "deadline": 0,
        "workplace": html.count("Work Arrangement") + 1,  # a page's town is "Remote"
        "department": 2,
    }


def test_a_page_of_another_posting_is_no_detail() -> None:
    with pytest.raises(BadResponse, match="another posting"):
        IcimsSpider().read_detail(Answer(200, posting(8)), "9")
