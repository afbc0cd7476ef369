"""The check that every ATS shares: read a board's list, then probe the postings that it lacks.

    list → 304                                → Unchanged
         → a whole list, sliced into its jobs → Snapshot
         → anything else                      → Failure
    each known posting that the list lacks    → a probe, in the same crawl and with the same delays

A spider of one ATS declares its addresses, the form and the pages of its list, how a posting is
probed and which fields of a job are stored. It adds `read_job`. Most need nothing else. One whose
list has no texts is a `DetailSpider` (details.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote, unquote, urlencode

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
from crawler.links.forms import tenant_host
from crawler.notes import Notes
from crawler.registry import title
from crawler.responses import BadResponse, decode
from crawler.spiders.checks import CheckSpider
from crawler.spiders.listing import (
    JobHeader,
    JobList,
    Listing,
    ListReader,
    Paging,
    Params,
    RawHeader,
    join_rows,
)
from crawler.spiders.probing import probe_in_turn
from crawler.spiders.site import OK, Site

_LIST = frozenset({200, 304})
_HOST_NOTE = "host"  # the spider's note that names the board's host
_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)  # it goes into addresses
UNREADABLE = (
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
    # a documented public API, which is made for programs: robots.txt is not asked
    is_public_api: ClassVar[bool] = False
    # the statuses by which a host says that it does not know the board
    unknown_board: ClassVar[frozenset[int]] = frozenset({404, 410})
    unknown_hint: ClassVar[str] = ""  # what may have happened to such a board
    # an unknown board is answered like an empty one, which is not believed for a day
    empty_may_be_unknown: ClassVar[bool] = False
    job_form: ClassVar[Decoder[RawHeader]] = Decoder(RawHeader)
    # a list has a row for each place of a posting: the fields in which such rows differ. A posting
    # of several rows becomes one job with "rows", which has these fields of each
    place_fields: ClassVar[frozenset[str]] = frozenset()
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

    async def prepare(self, site: Site) -> None:
        """Find out what the address of the list needs. Raises BadResponse."""

    def list_call(self, site: Site, page: Params) -> Call:
        """Return the request of one page of a list."""
        return Call(with_query(self.list_path.format(*site.steps, token=site.token), page))

    async def first_page(self, site: Site, headers: Mapping[str, str]) -> Answer:
        """Return the first page of a list. Raises BadResponse.

        `headers` are those that make a 304.
        """
        call = self.list_call(site, self.paging.first())
        return await site.get(call.path, headers, _LIST if headers else OK, call.body)

    def slice(self, body: bytes, site: Site) -> Listing:  # noqa: ARG002  # for subclasses
        """Return the jobs of one page of a list. Raises BadResponse."""
        answer: JobList | list[Raw] = decode(body, self.list_form)
        listing = (
            Listing(answer.jobs, answer.total, company=answer.employer)
            if isinstance(answer, JobList)
            else Listing(answer)
        )
        if not self.place_fields:
            return listing
        return listing._replace(jobs=join_rows(listing.jobs, self.job_header, self.place_fields))

    def job_header(self, job: bytes | Raw) -> JobHeader:
        """Return a raw job's key and company. Raises ValueError or RecursionError without a key."""
        header = self.job_form.decode(job)
        key = header.key()
        if not _KEY.fullmatch(key):
            raise msgspec.ValidationError("a key that no posting can have")
        return JobHeader(key, header.employer(), header.row())

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

    async def read_list(self, site: Site, answer: Answer) -> Snapshot:
        """Return the whole list, given the answer to its first page. Raises BadResponse."""
        return await self.read_pages(site, answer)

    async def complete(self, site: Site, snapshot: Snapshot) -> Snapshot:  # noqa: ARG002  # for subclasses
        """Return the snapshot with what the list itself does not say. Raises BadResponse."""
        return snapshot

    def proves(self, answer: Answer, key: str) -> Probe:
        """Return what the answer to a probe says of the posting. An error makes it silent."""
        if answer.status in self.closed:
            return Probe.GONE
        return Probe.THERE if self.job_header(answer.body).key == key else Probe.SILENT

    # the check

    async def walk(self, request: BoardRequest, notes: Notes) -> Result:
        """Check one board. Raises BadResponse when its list cannot be read to its end."""
        site, answer = await self._first_answer(request, notes)
        if answer.status == 304:  # noqa: PLR2004  # Not Modified
            known = request.known() if request.missing else ()
            missing = [key for key in known if key in request.missing]
            probes = await self.probe(site, missing)
            return Unchanged(request.board, probes, bytes=site.bytes_received)
        before = notes.dump()
        snapshot = await self.read_list(site, answer)
        del answer  # what follows takes long, and the body may be large
        if self.empty_may_be_unknown:
            name = unquote(request.board.partition(":")[2])
            why = f"{title(self.name)} answers for {name} as for a board that it does not know"
            site.refuse_empty(snapshot.seen, why)
        try:
            return await self._completed(site, snapshot)
        except Exception:  # what was read is lost, so the next check has to read it again
            notes.own = Notes.load(before).own
            raise

    async def _completed(self, site: Site, snapshot: Snapshot) -> Snapshot:
        snapshot = await self.complete(site, snapshot)
        listed = {sighting.key for sighting in snapshot.sightings} | snapshot.still
        missing = [key for key in site.request.known() if key not in listed]
        probes = await self.probe(site, missing)
        return replace(snapshot, probes=probes, bytes=site.bytes_received)

    def sites(self, request: BoardRequest, notes: Notes) -> list[Site]:
        """Return the sites that the board may be on: one for most ATS."""
        token = request.board.partition(":")[2]
        steps = tuple(quote(unquote(step), safe="") for step in token.split("/"))
        return [
            Site(
                self.fetcher,
                self.robots,
                base,
                quote(unquote(token), safe=""),
                steps,
                request,
                notes,
                is_public_api=self.is_public_api,
            )
            for base in self._bases(token)
        ]

    def _bases(self, token: str) -> list[str]:
        """Return scheme and host of the board; behind api_url, the tenant is a step of the path."""
        host = tenant_host(self.name, token)
        if not host:
            return self.hosts
        return [
            f"{self.hosts[0]}/{token.partition('/')[0]}" if self.hosts[0] else f"https://{host}"
        ]

    @classmethod
    def read(cls, raw: bytes) -> Posting:
        """Return a raw job as a posting. Raises Unreadable."""
        try:
            return cls.read_job(raw)
        except UNREADABLE as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error

    # a list

    async def _first_answer(self, request: BoardRequest, notes: Notes) -> tuple[Site, Answer]:
        """Return the board's site and the first page of its list. Raises BadResponse.

        The hosts of the ATS are asked in turn, until one knows the board. The notes keep that one.
        """
        headers = self.validators(request, notes)
        sites = self.sites(request, notes)
        noted = [site for site in sites if site.base == notes.own.get(_HOST_NOTE)]
        for site in noted or sites:
            try:
                await self.prepare(site)
                answer = await self.first_page(site, headers)
            except BadResponse as trouble:
                self._explain(trouble)
                if not trouble.unknown or site is (noted or sites)[-1]:
                    raise
            else:
                break
        if len(self.hosts) > 1:
            notes.own[_HOST_NOTE] = site.base
        return site, answer

    def _explain(self, trouble: BadResponse) -> None:
        """Note whether the answer says that the board is unknown, and what may have happened."""
        if trouble.status is not None:  # without one, whoever raised it knows
            trouble.unknown = trouble.status in self.unknown_board
        if trouble.unknown and self.unknown_hint:
            trouble.reason = f"{trouble.reason}; {self.unknown_hint}"

    def validators(self, request: BoardRequest, notes: Notes) -> dict[str, str]:  # noqa: ARG002  # for subclasses
        """Return the headers that make a 304 of a list that did not move."""
        validators = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
        return {name: value for name, value in validators.items() if value}

    async def read_pages(self, site: Site, answer: Answer, first: Params | None = None) -> Snapshot:
        """Return the postings of a list whose first page is `answer`. Raises BadResponse.

        `first` are the parameters of that page, where they are more than the paging's own.
        """
        reader = ListReader(site.request.board, self.job_header, self.sighting, self.paging)
        while True:
            try:
                page = self.slice(answer.body, site)
                reader.add(page, answer)
                following = self.paging.following(page, reader)
                if following is None:
                    following = reader.again()
                if following is None:
                    return reader.snapshot(answer)
                if site.request.glance and reader.total is not None:
                    return reader.glance()
            except BadResponse as trouble:
                trouble.status, trouble.size = answer.status, answer.bytes_received
                raise
            call = self.list_call(site, {**(first or {}), **following})
            answer = await site.get_further(call.path, body=call.body)

    def sighting(self, key: str, raw: bytes) -> Sighting:
        """Return a posting seen in an answer."""
        return Sighting(key, xxh3_128_hexdigest(raw), raw, self._reader, self._redactor)

    # probes

    async def probe(self, site: Site, keys: Sequence[str]) -> dict[str, Probe]:
        """Ask for each of these postings. Return the answers by key; empty without such a call."""
        if self.posting_path is None:
            return {}

        async def ask(key: str) -> Probe:
            return await self._probe_one(site, key)

        return await probe_in_turn(keys[: self.max_probes], ask)

    async def _probe_one(self, site: Site, key: str) -> Probe:
        try:
            path = self.posting_call(site, key)
            return self.proves(await site.get(path, good=OK | self.closed), key)
        except (BadResponse, *UNREADABLE):
            return Probe.SILENT

    def posting_call(self, site: Site, key: str) -> str:
        """Return the path of the request for one posting."""
        path = self.posting_path or ""
        return path.format(*site.steps, token=site.token, key=quote(key, safe=""))


class Call(NamedTuple):
    """One request to a site."""

    path: str
    body: bytes | None = None  # posted as JSON; None: a GET


def with_query(path: str, parameters: Params) -> str:
    """Return the path with these parameters behind those that it has."""
    if not parameters:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(parameters)}"
