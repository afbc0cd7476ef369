"""Edits and pages of single jobs on a Google board, with a site that lies."""

from __future__ import annotations

from sqlalchemy import Engine

from crawler.items import Snapshot
from tests.support.google_server import GoogleServer
from tests.support.google_watch import Watch, is_failure


async def test_without_an_answer_of_its_page_a_role_closes_at_the_second_check(
    watched: Watch,
) -> None:
    watched.server.job(3).in_sitemap = watched.server.job(3).in_search = False
    watched.server.without_record.add(watched.server.key(3))
    await watched.check()
    assert watched.happened() == []
    await watched.check()
    assert watched.happened() == [("3", "closed")]


async def test_an_edit_is_read_from_the_page_whose_lastmod_moved(watched: Watch) -> None:
    watched.server.page = lambda _request, jobs: jobs[:1]
    watched.server.job(5).title = "Staff Research Engineer, DeepMind"
    watched.server.job(5).lastmod = "2026-11-20T08:00:00.250Z"
    await watched.check()
    await watched.check()
    assert watched.happened() == [("5", "revised")]
    assert watched.server.pages() == []  # it was asked for once


async def test_an_edit_is_read_from_the_search_whose_lastmod_did_not_move(watched: Watch) -> None:
    watched.server.job(5).title = "Staff Research Engineer, DeepMind"
    await watched.check()
    assert watched.happened() == [("5", "revised")]


async def test_an_edit_of_the_same_second_written_otherwise_is_none(watched: Watch) -> None:
    watched.server.page = lambda _request, jobs: jobs[:1]
    for number in range(1, 13):
        watched.server.job(number).lastmod = "2026-10-01T12:00:00.125Z"
    await watched.check()
    assert watched.server.pages() == []


async def test_a_lastmod_that_moves_on_every_address_is_not_believed(
    server: GoogleServer, sqlite_engine: Engine
) -> None:
    for level, numbers in (
        ("DIRECTOR_PLUS", range(100, 118)),
        ("EARLY", range(120, 138)),
        ("ADVANCED", range(140, 158)),
    ):
        server.add(*numbers, level=level)
    watched = Watch.of(server, sqlite_engine)
    await watched.check()
    assert len(watched.open()) == 66
    for job in server.jobs.values():
        job.lastmod = "2026-11-20T08:00:00Z"
    await watched.check()
    assert watched.server.pages() == []


async def test_too_many_requests_for_details_leave_them_to_later_checks(watched: Watch) -> None:
    watched.server.page = lambda _request, jobs: jobs[:1]
    for number in range(2, 7):
        watched.server.job(number).lastmod = "2026-11-20T08:00:00Z"
        watched.server.job(number).title = f"Staff Research Engineer {number}"
    watched.server.statuses["details"] = 429
    result = await watched.check()
    assert isinstance(result, Snapshot)
    assert len(watched.server.pages()) == 1
    del watched.server.statuses["details"]
    await watched.check()
    assert sorted(watched.happened()) == [(str(number), "revised") for number in range(2, 7)]


async def test_a_job_page_without_its_record_changes_nothing(watched: Watch) -> None:
    watched.server.page = lambda _request, jobs: jobs[:1]
    watched.server.job(2).lastmod = "2026-11-20T08:00:00Z"
    watched.server.without_record.add(watched.server.key(2))
    for _ in range(3):
        await watched.check()
    assert watched.happened() == []
    assert watched.open() == set(range(1, 13))


async def test_a_role_whose_text_a_search_lacks_is_read_from_its_page_and_later_without_a_change(
    watched: Watch,
) -> None:
    watched.server.add(50, published=1790000000, has_text=False)
    await watched.check()
    assert [path.rpartition("/")[2] for path in watched.server.pages()] == [watched.server.key(50)]
    watched.server.job(50).has_text = True
    await watched.check()
    await watched.check(hours=24)
    assert watched.happened() == [("50", "opened")]
    assert watched.history.ask(
        f"SELECT count(*) FROM posting_versions WHERE posting LIKE '%{watched.server.key(50)}'"
    ) == [(1,)]
    [(text,)] = watched.history.ask(
        f"SELECT description FROM posting_versions WHERE posting LIKE '%{watched.server.key(50)}'"
    )
    assert "You build models." in text


async def test_a_page_that_fails_holds_up_the_edit_of_no_other(watched: Watch) -> None:
    watched.server.page = lambda _request, jobs: jobs[:1]
    for number in range(2, 7):
        watched.server.job(number).lastmod = "2026-11-20T08:00:00Z"
        watched.server.job(number).title = f"Staff Research Engineer {number}"
    for number in (2, 3, 4):
        watched.server.statuses[
            f"/about/careers/applications/jobs/results/{watched.server.key(number)}"
        ] = 500
    await watched.check()
    assert "5 edited roles wait for a later check" in (watched.reason() or "")
    await watched.check()
    assert sorted(watched.happened()) == [("5", "revised"), ("6", "revised")]


async def test_a_page_without_a_record_is_read_again_when_it_has_one(watched: Watch) -> None:
    watched.server.page = lambda _request, jobs: jobs[:1]
    watched.server.job(2).lastmod = "2026-11-20T08:00:00Z"
    watched.server.job(2).title = "Staff Research Engineer"
    watched.server.without_record.add(watched.server.key(2))
    await watched.check()
    assert "1 job page holds no record" in (watched.reason() or "")
    watched.server.without_record.clear()
    await watched.check()
    assert watched.happened() == [("2", "revised")]


async def test_a_role_that_became_another_brands_closes_here_at_the_second_check(
    watched: Watch,
) -> None:
    watched.server.job(2).lastmod, watched.server.job(2).brand = "2026-11-20T08:00:00Z", "Google"
    await watched.check()
    assert watched.happened() == []
    await watched.check()
    assert watched.happened() == [("2", "closed")]


async def test_a_missing_page_of_the_site_does_not_mean_a_missing_brand(
    watched: Watch,
) -> None:
    watched.server.statuses["/about/careers/applications/jobs/sitemap.xml"] = 404
    for _ in range(4):
        assert is_failure(await watched.check(), "HTTP 404")
    assert watched.history.ask("SELECT unknown, failures FROM board") == [(0, 4)]


async def test_an_edit_waits_for_a_page_that_is_missing_for_a_while(watched: Watch) -> None:
    watched.server.page = lambda _request, jobs: jobs[:1]
    watched.server.job(2).lastmod = "2026-11-20T08:00:00Z"
    watched.server.job(2).title = "Staff Research Engineer"
    path = f"/about/careers/applications/jobs/results/{watched.server.key(2)}"
    watched.server.statuses[path] = 404
    await watched.check()
    del watched.server.statuses[path]
    await watched.check()
    assert watched.happened() == [("2", "revised")]
