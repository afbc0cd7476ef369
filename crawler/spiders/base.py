"""The check that every ATS shares: read a board's list, then probe the postings that it lacks.

    list → 304                                → Unchanged
         → a whole list, sliced into its jobs → Snapshot
         → anything else                      → Failure
    each known posting that the list lacks    → a probe, in the same crawl and with the same delays

A spider of one ATS declares its addresses, the form and the pages of its list, how a posting is
probed and which fields of a job are stored. It adds `read_job`. Most need nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import msgspec
from msgspec import Raw
from msgspec.json import Decoder
from xxhash import xxh3_128_hexdigest

from crawler.fetch import Answer
from crawler.items import (
    BoardRequest,
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
from crawler.spiders.checks import CheckSpider
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


class BoardSpider(CheckSpider):
    """Reads the boards of one ATS as its class attributes say."""

    list_path: ClassVar[str]  # the address of a list, with {token}
    list_form: ClassVar[Decoder[Any]] = Decoder(JobList)  # or Decoder(list[Raw]): a bare array
    paging: ClassVar[Paging] = Paging()  # one answer
    job_form: ClassVar[Decoder[RawHeader]] = Decoder(RawHeader)
    # the address of one posting, with {token} and {key}; None: no call proves anything of one
    posting_path: ClassVar[str | None] = None
    closed: ClassVar[frozenset[int]] = frozenset({404, 410})  # statuses of a closed posting
    # the fields of a job that are stored, where others may name people; None: all
    stored_fields: ClassVar[frozenset[str] | None] = None

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # those of CheckSpider
        super().__init__(*args, **options)
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
        if isinstance(answer, JobList):
            return Listing(answer.jobs, answer.total)
        return Listing(answer)

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
            known = request.known() if request.missing else ()
            missing = [key for key in known if key in request.missing]
            probes = await self.probe(host, token, missing)
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
            answer = await self._next_page(_with_query(url, query))

    async def _next_page(self, url: str) -> Answer:
        try:
            return await self.fetcher.get(url, {}, _FULL_LIST)
        except BadResponse as trouble:
            trouble.unknown = False  # the first page knew the board
            raise

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


def token_in_address(board: str) -> str:
    """Return the token of a board as it stands in an address: a space as %20."""
    return quote(unquote(board.partition(":")[2]), safe="")


def _with_query(url: str, query: str) -> str:
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"
