"""Rules of robots.txt, on a local host that counts its requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from scrapy import Request
from scrapy.http import Response

from crawler.fetch import Fetcher
from crawler.notes import Notes
from crawler.responses import BadResponse
from crawler.robots import Robots, read_rules

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Host:
    """A host with nothing but a robots.txt."""

    def __init__(self) -> None:
        self.text = b""
        self.status = 200
        self.headers = dict[str, str]()
        self.asked = 0
        self.url = ""

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(body=self.text, status=self.status, headers=self.headers)

    async def download(self, request: Request) -> Response:
        async with (
            ClientSession() as session,
            session.get(request.url, allow_redirects=False) as found,
        ):
            return Response(
                request.url,
                status=found.status,
                headers=dict(found.headers),
                body=await found.read(),
            )

    def robots(self) -> Robots:
        """As a new process has it: with nothing remembered but what the notes have."""
        return Robots(Fetcher(self.download, 5.0))


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    host, app = Host(), web.Application()
    app.router.add_get("/robots.txt", host.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield host
    await runner.cleanup()


async def allow(host: Host, path: str, text: str) -> bool:
    host.text = text.encode()
    return await host.robots().allow(f"{host.url}{path}", Notes(), NOW)


@pytest.mark.parametrize(
    ("text", "path", "is_open"),
    [
        ("", "/jobs", True),
        ("User-agent: *\nDisallow: /jobs", "/jobs?x=1", False),
        ("User-agent: *\nDisallow: /jobs", "/job", True),
        ("User-agent: *\nDisallow: /\nAllow: /jobs/", "/jobs/1", True),
        ("User-agent: *\nAllow: /jobs\nDisallow: /jobs/private", "/jobs/private/1", False),
        ("User-agent: *\nDisallow: /*?page=", "/jobs?page=2", False),
        ("User-agent: *\nDisallow: /jobs$", "/jobs/1", True),
        ("User-agent: GPTBot\nDisallow: /", "/jobs", True),
        ("User-agent: rolewatch\nDisallow: /jobs\n\nUser-agent: *\nAllow: /", "/jobs", False),
        ("User-agent: rolewatch\nAllow: /jobs\n\nUser-agent: *\nDisallow: /", "/jobs", True),
        ("<html>no robots here</html>", "/jobs", True),
    ],
)
async def test_the_longest_rule_of_our_group_decides(
    host: Host, text: str, path: str, is_open: bool
) -> None:
    assert await allow(host, path, text) is is_open


async def test_a_host_is_asked_once_a_day(host: Host) -> None:
    robots, notes = host.robots(), Notes()
    for hours in (0, 1, 23):
        assert await robots.allow(f"{host.url}/jobs", notes, NOW + timedelta(hours=hours))
    assert host.asked == 1
    host.text = b"User-agent: *\nDisallow: /"
    assert not await robots.allow(f"{host.url}/jobs", notes, NOW + timedelta(hours=25))
    assert host.asked == 2


async def test_an_answer_from_the_future_is_not_believed(host: Host) -> None:
    notes = Notes()
    await host.robots().allow(f"{host.url}/jobs", notes, NOW + timedelta(days=300))
    await host.robots().allow(f"{host.url}/jobs", notes, NOW)
    assert host.asked == 2


async def test_the_notes_remember_it_for_the_next_process(host: Host) -> None:
    host.text = b"User-agent: *\nDisallow: /private"
    notes = Notes()
    await host.robots().allow(f"{host.url}/jobs", notes, NOW)
    stored = notes.dump()
    assert stored
    again = Notes.load(stored)
    assert not await host.robots().allow(f"{host.url}/private/1", again, NOW + timedelta(hours=2))
    assert await host.robots().allow(f"{host.url}/jobs", again, NOW + timedelta(hours=2))
    assert host.asked == 1


async def test_boards_of_one_crawl_share_it(host: Host) -> None:
    robots, one, other = host.robots(), Notes(), Notes()
    await robots.allow(f"{host.url}/a", one, NOW)
    await robots.allow(f"{host.url}/b", other, NOW)
    assert host.asked == 1
    assert one.robots == other.robots


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_host_without_the_file_is_open(host: Host, status: int) -> None:
    host.status = status
    assert await allow(host, "/jobs", "User-agent: *\nDisallow: /")


async def test_a_file_on_another_host_closes_nothing(host: Host) -> None:
    host.status = 301
    host.headers = {"Location": "https://www.example.org/robots.txt"}
    assert await allow(host, "/jobs", "User-agent: *\nDisallow: /")
    assert host.asked == 1


async def test_an_answer_of_500_closes_the_host_for_a_day(host: Host) -> None:
    host.status = 500
    robots, notes = host.robots(), Notes()
    with pytest.raises(
        BadResponse,
        match=r"robots.txt of 127.0.0.1:\d+ answered HTTP 500, which closes the whole host "
        "for a day",
    ):
        await robots.require(f"{host.url}/jobs", notes, NOW)
    host.status = 200
    assert not await robots.allow(f"{host.url}/jobs", notes, NOW + timedelta(hours=23))
    assert await robots.allow(f"{host.url}/jobs", notes, NOW + timedelta(hours=25))
    assert host.asked == 2


async def test_an_answer_of_429_is_a_failure_and_is_not_remembered(host: Host) -> None:
    host.status, host.headers = 429, {"Retry-After": "5"}
    robots, notes = host.robots(), Notes()
    with pytest.raises(BadResponse) as raised:
        await robots.allow(f"{host.url}/jobs", notes, NOW)
    assert (raised.value.status, raised.value.retryable, raised.value.retry_after) == (429, True, 5)
    assert notes.dump() is None
    host.status = 200
    assert await host.robots().allow(f"{host.url}/jobs", notes, NOW)


async def test_a_closed_address_is_said_in_one_sentence(host: Host) -> None:
    host.text = b"User-agent: *\nDisallow: /jobs"
    with pytest.raises(
        BadResponse, match=r"^robots.txt of 127.0.0.1:\d+ closes /jobs/1 to programs$"
    ):
        await host.robots().require(f"{host.url}/jobs/1?secret=x", Notes(), NOW)


async def test_only_500_kib_are_read(host: Host) -> None:
    filling = "# filling\n" * 52_000
    assert len(filling) > 500 * 1024
    assert await allow(host, "/jobs", f"User-agent: *\n{filling}Disallow: /jobs")
    assert not await allow(host, "/jobs", f"User-agent: *\nDisallow: /jobs\n{filling}")


async def test_a_file_that_is_not_utf8_is_read_with_replacements(host: Host) -> None:
    host.text = b"\xff\xfe\x00\nUser-agent: *\nDisallow: /jobs\n"
    assert not await host.robots().allow(f"{host.url}/jobs", Notes(), NOW)


@pytest.mark.parametrize(
    ("status", "text", "is_open"),
    [
        (200, "User-agent: *\nDisallow: /a", False),
        (200, "User-agent: *\nDisallow: /b", True),
        (301, "User-agent: *\nDisallow: /", True),
        (403, "", True),
        (404, "User-agent: *\nDisallow: /", True),
        (429, "", False),
        (500, "", False),
        (503, "User-agent: *\nAllow: /", False),
    ],
)
def test_an_answer_decides_what_may_be_read(status: int, text: str, is_open: bool) -> None:
    rules = read_rules(status, text)
    assert rules.allow("https://host.example/a") == is_open
    assert is_open or str(429 if status == 429 else "closes") in rules.why_closed(
        "https://host.example/a"
    )
