"""The check that every ATS shares: read a board's list, then probe the postings that it lacks.

    list → 304                                → Unchanged
         → a whole list, sliced into its jobs → Snapshot
         → anything else                      → Failure
    each known posting that the list lacks    → a probe, in the same crawl and with the same delays

A spider of one ATS declares its addresses, the form and the pages of its list, how a posting is
probed, how a job is read and which of its fields are stored. The class attributes are all that a
simple ATS needs beside `read_job`.

Each board is one coroutine, so it ends in one result whatever happens to it. Nothing is decided
where Scrapy swallows exceptions: in callbacks, pipelines and signal handlers. Such requests pass
by Scrapy's queue and its CONCURRENT_REQUESTS, so each board takes a slot. It holds the slot until
its result is delivered, so that a slow reader slows the crawl and does not fill the memory.
It frees the slot while it waits to try again.
https://docs.scrapy.org/en/latest/topics/coroutines.html#inline-requests
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import msgspec
import structlog
from msgspec import Raw
from msgspec.json import Decoder
from scrapy import Spider
from xxhash import xxh3_128_hexdigest

from crawler.feed_export import items
from crawler.fetch import Answer, Fetcher, Patience
from crawler.gate import Gate
from crawler.holds import Holds
from crawler.items import (
    BoardRequest,
    Failure,
    Posting,
    Probe,
    Result,
    Sighting,
    Snapshot,
    Unchanged,
    Unreadable,
)
from crawler.notes import Notes
from crawler.responses import BadResponse, decode
from crawler.robots import Robots
from crawler.spiders.listing import (
    JobHeader,
    JobList,
    Listing,
    ListReader,
    Paging,
    RawHeader,
)
from crawler.spiders.probing import probe_in_turn

_LIST = frozenset({200, 304})
_FULL_LIST = frozenset({200})
_HOST_NOTE = "host"  # the spider's note that names the board's host
_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)  # it goes into addresses
_UNREADABLE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_fields = Decoder(dict[str, Raw])

log = structlog.get_logger()


class BoardSpider(Spider):
    """Checks boards of one ATS. Results go to `deliver`; `scrapy crawl` gets postings as items."""

    # A spider declares:
    api_url: str  # the scheme and host of its API
    # further hosts, for an ATS that has several; a board is on one of them
    other_urls: ClassVar[tuple[str, ...]] = ()
    list_path: ClassVar[str]  # the address of a list, with {token}
    list_form: ClassVar[Decoder[Any]] = Decoder(JobList)  # or Decoder(list[Raw]): a bare array
    paging: ClassVar[Paging] = Paging()  # one answer
    job_form: ClassVar[Decoder[RawHeader]] = Decoder(RawHeader)
    # the address of one posting, with {token} and {key}; None: no call proves anything of one
    posting_path: ClassVar[str | None] = None
    closed: ClassVar[frozenset[int]] = frozenset({404, 410})  # statuses of a closed posting
    # the fields of a job that are stored, where others may name people; None: all
    stored_fields: ClassVar[frozenset[str] | None] = None

    def __init__(
        self,
        boards: str = "",
        api_url: str | None = None,
        *,
        requests: Sequence[BoardRequest] = (),
        deliver: Callable[[Result], Awaitable[None]] | None = None,
        max_probes: int = 0,
        holds: Holds | None = None,
    ) -> None:
        """Take the boards to check. `boards` are tokens, separated by commas."""
        super().__init__()
        self.hosts = [
            url.rstrip("/") for url in ([api_url] if api_url else [self.api_url, *self.other_urls])
        ]
        tokens = (token.strip() for token in boards.split(","))
        self.requests = [
            *requests,
            *(BoardRequest(f"{self.name}:{token}") for token in tokens if token),
        ]
        self.deliver = deliver
        self.max_probes = max_probes
        self.holds = holds or Holds()
        self.random = Random()  # noqa: S311  # spreads retries
        self.started = asyncio.Event()  # from here on Scrapy can stop it
        self._reader, self._redactor = self.read, self.keep  # bound once, for many sightings

    # what a spider adds

    @staticmethod
    def read_job(raw: bytes) -> Posting:
        """Return a raw job as a posting. Any error of decoding or reading makes it unreadable."""
        raise NotImplementedError

    # what it may replace

    def slice(self, body: bytes) -> Listing:
        """Return the jobs of a list. Raises BadResponse."""
        answer: JobList | list[Raw] = decode(body, self.list_form)
        return (
            Listing(answer.jobs, answer.total) if isinstance(answer, JobList) else Listing(answer)
        )

    def job_header(self, job: bytes | Raw) -> JobHeader:
        """Return a raw job's key and company. Raises ValueError or RecursionError without a key."""
        header = self.job_form.decode(job)
        key = header.key()
        if not _KEY.fullmatch(key):
            raise msgspec.ValidationError("a key that no posting can have")
        return JobHeader(key, header.employer())

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        """Return a raw job as it may be stored: without fields that may name people."""
        if cls.stored_fields is None:
            return raw
        fields = _fields.decode(raw)
        # also with all kept: raw may have another value of a key that stands twice
        return msgspec.json.encode(
            {name: fields[name] for name in fields if name in cls.stored_fields}
        )

    async def walk(self, request: BoardRequest, notes: Notes) -> Result:
        """Check one board. Raises BadResponse when its list cannot be read to its end."""
        token = token_in_address(request.board)
        host, answer = await self._first_answer(token, request, notes)
        if answer.status == 304:  # noqa: PLR2004  # Not Modified
            missing = [key for key in request.known() if key in request.missing]
            probes = await self.probe(host, token, missing) if request.missing else {}
            return Unchanged(request.board, probes, bytes=answer.bytes_received)
        snapshot = await self.read_pages(
            request.board, host + self.list_path.format(token=token), answer
        )
        del answer  # probing takes long, and the body may be large
        listed = {sighting.key for sighting in snapshot.sightings}
        missing = [key for key in request.known() if key not in listed]
        return replace(snapshot, probes=await self.probe(host, token, missing))

    # the check

    @classmethod
    def read(cls, raw: bytes) -> Posting:
        """Return a raw job as a posting. Raises Unreadable."""
        try:
            return cls.read_job(raw)
        except _UNREADABLE as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error

    async def start(self) -> AsyncIterator[dict[str, object]]:
        """Check all boards at once, as far as the slots allow."""
        self.fetcher = Fetcher(
            self.crawler.engine.download_async,
            self.settings.getfloat("DOWNLOAD_TIMEOUT"),
            Gate(self.holds),
        )
        self.robots = Robots(self.fetcher)
        self.slots = asyncio.Semaphore(self.settings.getint("CONCURRENT_REQUESTS"))
        self.started.set()
        if not self.requests:
            log.error("no_boards_given", usage=f"scrapy crawl {self.name} -a boards=TOKEN,TOKEN")
        checks = [asyncio.create_task(self._check(request)) for request in self.requests]
        try:
            for check in asyncio.as_completed(checks):
                for item in await check:
                    yield item
        finally:
            for task in checks:
                task.cancel()
            await asyncio.gather(*checks, return_exceptions=True)

    async def _check(self, request: BoardRequest) -> list[dict[str, object]]:
        """Check one board and deliver its result. Return its postings as items for a feed."""
        began, patience, notes = time.monotonic(), Patience(self.random), Notes.load(request.notes)
        while True:
            async with self.slots:
                result, wait = await self._attempt(request, notes, patience)
                if wait is None:
                    return await self._hand_over(
                        replace(result, seconds=time.monotonic() - began, notes=notes.dump())
                    )
            await asyncio.sleep(wait)

    async def _attempt(
        self, request: BoardRequest, notes: Notes, patience: Patience
    ) -> tuple[Result, float | None]:
        """Return a result, and the seconds to wait if another try may give a better one.

        This is the job around one board: it catches everything, so that no other board suffers.
        """
        try:
            return await self.walk(request, notes), None
        except BadResponse as trouble:
            wait = patience.wait_after(trouble)
            return _failure(request.board, trouble, was_asked=patience.tries > 0), wait
        except Exception as error:
            log.exception("board_not_read", board=request.board)
            reason = f"rolewatch could not read it: {type(error).__name__}"
            return Failure(request.board, reason), None

    async def _hand_over(self, result: Result) -> list[dict[str, object]]:
        if self.deliver is None:
            return items(result)
        await self.deliver(result)
        return []

    # a list

    async def _first_answer(
        self, token: str, request: BoardRequest, notes: Notes
    ) -> tuple[str, Answer]:
        """Return the board's host and the first page of its list. Raises BadResponse.

        The hosts of the ATS are asked in turn, until one knows the board. The notes keep that one.
        """
        validators = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
        headers = {name: value for name, value in validators.items() if value}
        good = _LIST if headers else _FULL_LIST
        noted = notes.own.get(_HOST_NOTE)
        hosts = [noted] if noted in self.hosts else self.hosts
        for host in hosts:
            url = _with_query(host + self.list_path.format(token=token), self.paging.first())
            try:
                answer = await self.fetcher.get(url, headers, good)
            except BadResponse as trouble:
                if not trouble.unknown or host == hosts[-1]:
                    raise
            else:
                break
        if len(self.hosts) > 1:
            notes.own[_HOST_NOTE] = host
        return host, answer

    async def read_pages(self, board: str, url: str, answer: Answer) -> Snapshot:
        """Return the postings of a list whose first page is `answer`. Raises BadResponse."""
        reader = ListReader(board, self.job_header, self.sighting)
        while True:
            try:
                page = self.slice(answer.body)
                reader.add(page, answer)
                query = self.paging.following(page, reader.jobs)
                if query is None:
                    return reader.snapshot(answer)
            except BadResponse as trouble:
                trouble.status, trouble.size = answer.status, answer.bytes_received
                raise
            answer = await self.fetcher.get(_with_query(url, query), {}, _FULL_LIST)

    def sighting(self, key: str, raw: bytes) -> Sighting:
        """Return a posting seen in an answer."""
        return Sighting(key, xxh3_128_hexdigest(raw), raw, self._reader, self._redactor)

    # probes

    async def probe(self, host: str, token: str, keys: Sequence[str]) -> dict[str, Probe]:
        """Ask for each of these postings. Return the answers by key; empty without such a call."""
        if self.posting_path is None:
            return {}
        url = host + self.posting_path

        async def ask(key: str) -> Probe:
            return await self._probe_one(url.format(token=token, key=quote(key, safe="")), key)

        return await probe_in_turn(keys[: self.max_probes], ask)

    async def _probe_one(self, url: str, key: str) -> Probe:
        try:
            answer = await self.fetcher.get(url, {}, _FULL_LIST | self.closed)
            if answer.status in self.closed:
                return Probe.GONE
            return Probe.THERE if self.job_header(answer.body).key == key else Probe.SILENT
        except (BadResponse, ValueError, RecursionError):
            return Probe.SILENT


def _failure(board: str, trouble: BadResponse, *, was_asked: bool) -> Failure:
    """Return the failure of a board. `was_asked`: the host answered a try of this check."""
    return Failure(
        board,
        trouble.reason,
        trouble.status,
        unknown=trouble.unknown,
        retry_after=trouble.retry_after,
        bytes=trouble.size,
        held=trouble.held and not was_asked,
    )


def token_in_address(board: str) -> str:
    """Return the token of a board as it stands in an address: a space as %20."""
    return quote(unquote(board.partition(":")[2]), safe="")


def _with_query(url: str, query: str) -> str:
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"
