"""Google Careers on 127.0.0.1: sitemap, searches, job pages and robots.txt, with faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

ROOT = "/about/careers/applications/jobs"
PAGE = 20
ROBOTS = """
User-agent: *
Disallow: /about/careers/applications/jobs/results?page=
Disallow: /about/careers/applications/jobs/results/?page=
Disallow: /about/careers/applications/jobs/results?*&page=
Disallow: /about/careers/applications/jobs/results/?*&page=

User-agent: Yandex
Disallow: /about/careers/applications/jobs/results
"""
COUNTRIES = {"US": "United States", "GB": "United Kingdom", "CH": "Switzerland", "IN": "India"}
_TOWNS = {
    "US": ("Mountain View, CA, USA", "CA"),
    "GB": ("London, UK", ""),
    "CH": ("Zürich, Switzerland", "ZH"),
    "IN": ("Bengaluru, Karnataka, India", "KA"),
}


@dataclass
class Job:
    """A role as the site has it."""

    key: str
    title: str = "Research Engineer, DeepMind"
    brand: str = "DeepMind"
    country: str = "GB"
    level: str = "MID"
    about: str = "<p>You build models.</p>"
    duties: str = "<ul><li>Train.</li></ul>"
    lastmod: str = "2026-10-01T12:00:00Z"
    published: int = 1768435200  # seconds
    fields: int = 21
    in_sitemap: bool = True
    in_search: bool = True
    has_text: bool = True
    answers: int = 0  # so far; each has another signature in its application link

    def record(self) -> list[Any]:
        town, region = _TOWNS[self.country]
        self.answers += 1
        link = f"https://www.google.com/about/careers/applications/signin?jobId={self.key}-{self.answers}"
        texts = (
            [
                [None, self.duties],
                [None, "<h3>Minimum qualifications:</h3><ul><li>Python.</li></ul>"],
            ]
            if self.has_text
            else [None, None]
        )
        about = [None, self.about] if self.has_text else None
        moved = [1781627862 + self.answers, 8000000]
        record = [self.key, self.title, link, *texts, "projects/p", None, self.brand, "en-US"]
        record += [
            [[town, [town], town.split(",", maxsplit=1)[0], None, region, self.country]],
            about,
            [2],
            [self.published, 0],
            moved,
            moved,
        ]
        record += [[None, ""], None, None, [None, ""], [None, "<ul><li>Python.</li></ul>"], 3]
        return record[: self.fields]


@dataclass
class GoogleServer:
    """Listens from `async with` to its end; `url` is what `api_url` should be."""

    jobs: dict[str, Job] = field(default_factory=dict)
    robots: tuple[int, str] = (200, ROBOTS)
    asked: list[str] = field(default_factory=list)  # path and query of each request
    agents: set[str] = field(default_factory=set)
    # what is done to the sitemap before it is sent
    sitemap: Callable[[str], str] = field(default=lambda text: text)
    total: Callable[[int], int] = field(default=lambda total: total)
    page: Callable[[web.Request, list[Job]], list[Job]] = field(
        default=lambda _request, jobs: jobs[:PAGE]
    )
    filters: bool = True  # does it obey target_level and location?
    empty: Any = None  # the records of a search without any
    statuses: dict[str, int] = field(default_factory=dict)  # of single paths or of "details"
    redirects: dict[str, str] = field(default_factory=dict)  # by path and query
    without_record: set[str] = field(default_factory=set)  # ids whose page shows no record
    url: str = ""

    def add(self, *keys: int, **more: Any) -> None:  # any field of a job
        """Add roles of these numbers."""
        for number in keys:
            key = f"{133023244499190000 + number}"
            self.jobs[key] = Job(key, **({"title": f"Research Engineer {number}, DeepMind"} | more))

    def key(self, number: int) -> str:
        return f"{133023244499190000 + number}"

    def job(self, number: int) -> Job:
        return self.jobs[self.key(number)]

    def remove(self, *numbers: int) -> None:
        for number in numbers:
            del self.jobs[self.key(number)]

    def searches(self) -> list[str]:
        return [path for path in self.asked if path.startswith(f"{ROOT}/results/?")]

    def pages(self) -> list[str]:
        return [path for path in self.asked if path.startswith(f"{ROOT}/results/1")]

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._note])
        app.router.add_get("/robots.txt", self._robots)
        app.router.add_get(f"{ROOT}/sitemap.xml", self._sitemap)
        app.router.add_get(f"{ROOT}/results/", self._search)
        app.router.add_get(f"{ROOT}/results/{{key}}", self._job)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    @web.middleware
    async def _note(
        self, request: web.Request, handler: Callable[[web.Request], Any]
    ) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.agents.add(request.headers.get("User-Agent", ""))
        if status := self.statuses.get(request.path_qs) or self.statuses.get(request.path):
            return web.Response(status=status)
        if location := self.redirects.get(request.path_qs):
            return web.Response(status=302, headers={"Location": location})
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _robots(self, _: web.Request) -> web.Response:
        status, text = self.robots
        return web.Response(status=status, text=text)

    async def _sitemap(self, _: web.Request) -> web.Response:
        listed = [job for job in self.jobs.values() if job.in_sitemap]
        entries = "".join(
            f"<url><loc>https://careers.google.com/jobs/results/{job.key}-research-engineer/</loc><lastmod>{job.lastmod}</lastmod></url>\n"
            for job in listed
        )
        places = "<url><loc>https://careers.google.com/locations/austin/</loc></url>\n"
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<urlset '
            f'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}{entries}</urlset>'
        )
        return web.Response(text=self.sitemap(text), content_type="text/xml")

    async def _search(self, request: web.Request) -> web.Response:
        query = request.query
        found = [
            job
            for job in self.jobs.values()
            if job.in_search and _fits(job.brand, query.get("company"))
        ]
        if self.filters:
            found = [
                job
                for job in found
                if _fits(job.level, query.get("target_level"))
                and _fits(COUNTRIES[job.country], query.get("location"))
            ]
        found.sort(
            key=lambda job: (
                (job.published, job.key) if query.get("sort_by") == "date" else (0, job.key[::-1])
            ),
            reverse=True,
        )
        shown = self.page(request, found)
        return _html(
            "ds:1",
            [[job.record() for job in shown] or self.empty, None, self.total(len(found)), PAGE],
        )

    async def _job(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if status := self.statuses.get("details"):
            return web.Response(status=status, headers={"Retry-After": "30"})
        job = self.jobs.get(key)
        if job is None:
            return web.Response(status=404)
        return _html("ds:0", [1] if key in self.without_record else [job.record()])


def _fits(value: str, wanted: str | None) -> bool:
    return wanted is None or value.casefold() == wanted.casefold()


def _html(key: str, data: Any) -> web.Response:  # any JSON
    other = "AF_initDataCallback({key: 'ds:9', hash: '1', data:[1], sideChannel: {}});"
    arguments = f"key: '{key}', hash: '2', data:{json.dumps(data)}, sideChannel: {{}}"
    call = f"AF_initDataCallback({{{arguments}}});"
    keys = "var keys=['ds:0','ds:1'];"
    scripts = "".join(f"<script>{script}</script>" for script in (keys, other, call))
    text = f"<!doctype html><html><body>{scripts}</body></html>"
    return web.Response(text=text, content_type="text/html")
