"""A Google board over days, on a lying site: nothing closes falsely."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, text

from crawler.items import Snapshot
from monitor.history.boards import unwatch
from tests.support.google_server import GoogleServer, Job
from tests.support.google_watch import Watch, is_failure


async def test_the_first_check_is_a_baseline_of_the_brand_alone(watched: Watch) -> None:
    assert watched.open() == set(range(1, 13))
    assert watched.happened() == []
    assert watched.history.ask("SELECT seen, unreadable, reason FROM checks") == [(12, 0, None)]
    assert watched.history.alerted() == ["summary"]


async def test_a_new_role_opens_by_the_search(watched: Watch) -> None:
    watched.server.add(50, title="Research Engineer, Gemini, DeepMind", published=1790000000)
    await watched.check()
    assert watched.happened() == [("50", "opened")]
    assert watched.history.alerted()[-1] == "opened"


async def test_a_role_that_search_and_sitemap_hold_costs_two_requests_a_check(
    watched: Watch,
) -> None:
    await watched.check()
    assert [
        path.partition("?")[0].rpartition("/")[2] or "search" for path in watched.server.asked
    ] == ["sitemap.xml", "search"]


async def test_a_role_whose_page_answers_404_closes_with_its_address_in_the_sitemap(
    watched: Watch,
) -> None:
    watched.server.remove(3)
    await watched.check()
    assert watched.happened() == [("3", "closed")]


async def test_a_role_that_only_the_sitemap_forgets_stays_open_while_its_page_lives(
    watched: Watch,
) -> None:
    watched.server.job(3).in_sitemap = watched.server.job(3).in_search = False
    for _ in range(4):
        await watched.check()
    assert watched.open() == set(range(1, 13))


async def test_a_role_that_no_search_shows_stays_open_while_the_sitemap_lists_it(
    watched: Watch,
) -> None:
    watched.server.job(3).in_search = False
    for _ in range(60):
        await watched.check()
    assert watched.open() == set(range(1, 13))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[: len(text) // 2], "its job sitemap is cut or broken"),
        (
            lambda text: text.replace("careers.google.com", "careers.example.com"),
            "its job sitemap lists no job",
        ),
        (lambda _: "", "its job sitemap is cut or broken"),
        (lambda _: "<!doctype html><html></html>", "the answer is a web page"),
        (
            lambda _: (
                '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></sitemapindex>'
            ),
            "its job sitemap has another form",
        ),
    ],
)
async def test_a_sitemap_that_is_damaged_is_a_failure_in_words(
    watched: Watch, damage: object, words: str
) -> None:
    watched.server.sitemap = damage  # type: ignore[assignment]
    for _ in range(4):
        assert is_failure(await watched.check(), words)
    assert watched.open() == set(range(1, 13))
    assert watched.happened() == []


async def test_a_sitemap_with_addresses_twice_and_of_other_hosts_reads_as_itself(
    watched: Watch,
) -> None:
    watched.server.remove(3)
    unknown = (
        f"<url><loc>https://jobs.example.com/jobs/results/{watched.server.key(3)}-x/</loc></url>"
    )
    twice = (
        f"<url><loc>https://careers.google.com/jobs/results/{watched.server.key(4)}/</loc></url>"
    )
    watched.server.sitemap = lambda text: text.replace("</urlset>", unknown + twice + "</urlset>")
    await watched.check()
    assert watched.happened() == [("3", "closed")]
    assert watched.server.pages() == [
        f"/about/careers/applications/jobs/results/{watched.server.key(3)}"
    ]


async def test_a_sitemap_that_lost_half_of_its_addresses_closes_nothing_that_lives(
    watched: Watch,
) -> None:
    for number in range(1, 7):
        watched.server.job(number).in_sitemap = False
    watched.server.page = lambda _request, jobs: jobs[-3:]
    for _ in range(4):
        await watched.check()
    assert watched.open() == set(range(1, 13))


async def test_a_search_that_shows_nothing_for_an_hour_is_a_failure_and_closes_nothing(
    watched: Watch,
) -> None:
    watched.server.page, watched.server.total = lambda _request, _jobs: [], lambda _: 0
    assert is_failure(await watched.check(), "knows no role of DeepMind", "sitemap lists 12")
    watched.server.empty = []
    assert is_failure(await watched.check(), "knows no role of DeepMind")
    watched.server.page = lambda _request, jobs: jobs[:20]
    watched.server.total = lambda total: total
    await watched.check()
    assert watched.happened() == []
    assert watched.open() == set(range(1, 13))


async def test_a_search_that_counts_a_quarter_for_two_days_closes_nothing_and_opens_nothing_twice(
    watched: Watch,
) -> None:
    watched.server.page, watched.server.total = lambda _request, jobs: jobs[:3], lambda _: 3
    for _ in range(65):
        result = await watched.check()
        assert isinstance(result, Snapshot)
    assert (
        watched.reason()
        == "its search counts 3 roles while its job sitemap lists 12 that it showed before"
    )
    watched.server.page = lambda _request, jobs: jobs[:20]
    watched.server.total = lambda total: total
    await watched.check()
    assert watched.happened() == []
    assert watched.history.ask("SELECT state FROM boards") == [("ok",)]


async def test_a_role_that_the_first_page_hides_is_found_by_the_daily_reading(
    watched: Watch,
) -> None:
    watched.server.add(50, published=1790000000)
    hidden = watched.server.key(50)
    watched.server.page = lambda request, jobs: [
        job for job in jobs if job.key != hidden or "target_level" in request.query
    ][:20]
    await watched.check()
    assert watched.history.ask("SELECT unreadable FROM checks ORDER BY check_id DESC LIMIT 1") == [
        (1,)
    ]
    await watched.check(hours=24)
    assert watched.happened() == [("50", "opened")]


async def test_a_role_hidden_at_the_first_check_is_reported_and_was_open_before(
    server: GoogleServer, sqlite_engine: Engine
) -> None:
    hidden = server.key(7)
    server.page = lambda _request, jobs: [job for job in jobs if job.key != hidden][:20]
    watched = Watch.of(server, sqlite_engine)
    await watched.check()
    assert watched.history.ask("SELECT seen, unreadable FROM checks") == [(12, 1)]
    server.page = lambda _request, jobs: jobs[:20]
    await watched.check(hours=25)
    assert watched.happened() == []
    assert watched.history.ask(
        f"SELECT left_censored FROM posting_lifetimes WHERE posting LIKE '%{hidden}'"
    ) == [(1,)]
    assert watched.history.alerted() == ["summary", "summary"]


async def test_a_first_check_that_saw_a_quarter_tells_the_rest_in_one_summary(
    server: GoogleServer, sqlite_engine: Engine
) -> None:
    server.add(*range(100, 118), level="EARLY")
    server.page, server.total = lambda _request, jobs: jobs[-4:], lambda _: 4
    watched = Watch.of(server, sqlite_engine)
    await watched.check()
    assert len(watched.open()) == 4
    server.page, server.total = lambda _request, jobs: jobs[:20], lambda total: total
    await watched.check(hours=25)
    assert len(watched.open()) == 30
    assert watched.happened() == []
    assert watched.history.alerted() == ["summary", "summary"]


async def test_robots_txt_that_closes_the_sitemap_leaves_the_search(watched: Watch) -> None:
    watched.server.robots = (200, "User-agent: *\nDisallow: /*/sitemap.xml\n")
    watched.server.remove(3)
    watched.server.add(50, published=1790000000)
    result = await watched.check(hours=24)
    assert isinstance(result, Snapshot)
    assert watched.happened() == [("50", "opened")]
    assert "robots.txt of 127.0.0.1" in (watched.reason() or "")
    assert "no role closes" in (watched.reason() or "")


async def test_robots_txt_that_closes_the_search_leaves_the_sitemap(watched: Watch) -> None:
    watched.server.robots = (
        200,
        "User-agent: rolewatch\nDisallow: /about/careers/applications/jobs/results\n",
    )
    watched.server.remove(3)
    await watched.check(hours=24)
    await watched.check()
    assert watched.happened() == [("3", "closed")]
    assert "no new role is found" in (watched.reason() or "")
    assert watched.server.searches() == watched.server.pages() == []


@pytest.mark.parametrize(
    ("robots", "words"),
    [
        ((200, "User-agent: *\nDisallow: /\n"), "closes /about/careers"),
        ((500, ""), "answered HTTP 500, which closes the whole host for a day"),
    ],
)
async def test_robots_txt_that_closes_everything_is_a_failure_in_a_sentence(
    watched: Watch, robots: tuple[int, str], words: str
) -> None:
    watched.server.robots = robots
    assert is_failure(await watched.check(hours=24), words)
    watched.server.robots = (404, "")
    assert is_failure(await watched.check(), words)
    assert watched.server.asked == []  # it holds for a day
    assert isinstance(await watched.check(hours=24), Snapshot)
    assert watched.happened() == []


async def test_robots_txt_is_asked_for_once_a_day_by_a_named_program(watched: Watch) -> None:
    asked = 0
    for _ in range(30):
        await watched.check()
        asked += watched.server.asked.count("/robots.txt")
    assert asked == 1
    assert all(agent.startswith("rolewatch/") for agent in watched.server.agents)


async def test_a_row_without_an_id_keeps_no_missing_role_open(watched: Watch) -> None:
    watched.server.job(3).in_sitemap = watched.server.job(3).in_search = False
    watched.server.without_record.add(watched.server.key(3))
    watched.server.jobs["odd"] = Job("odd", in_sitemap=False)
    for _ in range(2):
        await watched.check()
    assert watched.happened() == [("3", "closed")]


async def test_a_daily_reading_waits_for_a_search_that_counts_too_few(watched: Watch) -> None:
    watched.server.add(50)
    hidden = watched.server.key(50)
    watched.server.page, watched.server.total = lambda _request, jobs: jobs[-2:], lambda _: 2
    await watched.check(hours=25)
    watched.server.page = lambda request, jobs: [
        job for job in jobs if job.key != hidden or "target_level" in request.query
    ][:20]
    watched.server.total = lambda total: total
    await watched.check()
    assert watched.happened() == [("50", "opened")]


async def test_a_brand_that_the_site_never_had_is_unknown(
    server: GoogleServer, sqlite_engine: Engine
) -> None:
    watched = Watch.of(server, sqlite_engine, "google:acme")
    for _ in range(3):
        assert is_failure(await watched.check(), "knows no role of Acme")
    [(message,)] = watched.history.ask("SELECT message FROM alert")
    assert "boards move google:acme NEW" in message


async def test_a_board_put_back_knows_what_was_there_at_its_first_check(watched: Watch) -> None:
    before = watched.history.ask("SELECT notes FROM board")
    with watched.history.engine.begin() as connection:
        unwatch(connection, ["google:deepmind"])
    await watched.check(hours=48)
    [(notes,)] = watched.history.ask("SELECT notes FROM board")
    assert before[0][0].partition('"first":"')[2][:40] == notes.partition('"first":"')[2][:40]


async def test_a_role_that_search_and_sitemap_disagree_on_for_days_does_not_come_and_go(
    watched: Watch,
) -> None:
    server = watched.server
    server.add(*range(100, 118), level="EARLY", published=1790000000)
    await watched.check(hours=25)
    server.job(1).in_sitemap = False
    server.without_record.add(server.key(1))
    for _ in range(96):
        await watched.check()
    assert 1 in watched.open()
    assert [change for change in watched.happened() if change[1] != "opened"] == [
        ("1", "closed"),
        ("1", "reopened"),
    ]


async def test_a_clock_that_was_ahead_stops_no_daily_reading(watched: Watch) -> None:
    with watched.history.engine.begin() as connection:
        [(notes,)] = connection.execute(text("SELECT notes FROM board")).all()
        ahead = re.sub(r'"full_at":[0-9.]+', f'"full_at":{4_000_000_000}', notes)
        connection.execute(text("UPDATE board SET notes = :notes"), {"notes": ahead})
    hidden = watched.server.key(50)
    watched.server.add(50)
    watched.server.page = lambda request, jobs: [
        job for job in jobs if job.key != hidden or "target_level" in request.query
    ][:20]
    await watched.check()
    assert watched.happened() == [("50", "opened")]
