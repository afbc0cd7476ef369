"""The check of a board whose list has no texts: each posting's own answer has its text.

    each row, as noted when its text was read → still there, as stored
    each other row, new ones first            → its detail, at most 50 a check
    rows beyond that, or without an answer    → what the row says; the text comes at a later check

A stored job is {"page": …, "row": …, "detail": …}, without "detail" while that waits. A field that
arrives with the detail is no edit: `Posting.unsent` names it until then.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import msgspec
from msgspec import Raw
from msgspec.json import Decoder
from msgspec.structs import replace as replace_fields
from xxhash import xxh3_64_digest

from crawler.fetch import Answer
from crawler.items import BoardRequest, Posting, Probe, Sighting, Snapshot, Unreadable
from crawler.links.forms import board_page
from crawler.notes import Notes
from crawler.responses import BadResponse, decode
from crawler.spiders.base import BoardSpider
from crawler.spiders.jobs import UNREADABLE, Fields, only
from crawler.spiders.marks import packed, unpacked
from crawler.spiders.probing import MOST_DETAILS, Reply, ask_in_turn
from crawler.spiders.site import OK, Site

_READ = "read"  # the note of the rows whose details were read: eight bytes each, in base64
_SIZE = 8
_WAITING = "waiting"  # the note of how many details are left to later checks
_LAST = "detail_at"  # the note of the posting that was asked last
_fields = Decoder(dict[str, Raw])


class DetailSpider(BoardSpider):
    """Reads boards whose list has no texts, as its class attributes say."""

    # the fields of a row that are stored; a change of one asks for its detail again. None: all
    row_fields: ClassVar[frozenset[str] | None] = None
    detail_path: ClassVar[str]  # of a posting's own answer: with {key}, or {row[field]}, too
    detail_within: ClassVar[str] = ""  # where a detail stands in its answer: "result.jobOpening"
    detail_key: ClassVar[str] = ""  # the field of a detail that has the posting's key, if one has
    # the fields of a detail that are stored, where others may name people; None: all
    detail_fields: ClassVar[frozenset[str] | None] = None
    # fields of a posting: until its detail is read, no change of these is an edit
    from_detail: ClassVar[frozenset[str]] = frozenset(
        {"description", "pay", "deadline", "workplace"}
    )

    # what a spider adds

    @staticmethod
    def read_parts(page: str, row: Fields, detail: Fields) -> Posting:
        """Return a row and its detail as a posting. `detail` is empty while it waits.

        `page` is the address of the board's page for people.
        """
        raise NotImplementedError

    # what it may replace

    def detail_call(self, site: Site, key: str, row: bytes) -> str:
        """Return the path of the request for a posting's detail. Errors: as of `read_detail`."""
        return site.path(self.detail_path, key=key, row=msgspec.json.decode(row))

    def read_detail(self, answer: Answer, key: str) -> bytes:
        """Return the detail in an answer, as JSON with the fields that are stored.

        Raises BadResponse, also for the answer of another posting. With that or any error of
        reading the detail waits for a later check.
        """
        fields = self.detail_in(answer.body)
        if not self.is_of(fields, key):
            raise BadResponse("it is the answer of another posting")
        return self.stored_detail(fields)

    @classmethod
    def detail_in(cls, body: bytes) -> dict[str, Raw]:
        """Return the fields of the detail in an answer. Raises BadResponse."""
        fields = decode(body, _fields)
        for name in filter(None, cls.detail_within.split(".")):
            fields = decode(bytes(fields.get(name, b"null")), _fields)
        return fields

    @classmethod
    def is_of(cls, detail: dict[str, Raw], key: str) -> bool:
        """Return whether a detail is of this posting."""
        if not cls.detail_key:
            return True
        return bool(msgspec.json.decode(detail.get(cls.detail_key, b"null")) == key)

    def proves(self, answer: Answer, key: str) -> Probe:
        if answer.status in self.closed:
            return Probe.GONE
        detail = msgspec.json.decode(self.read_detail(answer, key))
        return Probe.THERE if self.is_open(detail) else Probe.GONE

    @staticmethod
    def is_open(detail: Fields) -> bool:  # noqa: ARG004  # for subclasses
        """Return whether a detail shows that its posting is open. An error says nothing."""
        return True

    # the check

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        """Return the job: `row_fields` and `detail_fields` have chosen what is stored."""
        return raw

    @classmethod
    def stored_detail(cls, fields: dict[str, Raw]) -> bytes:
        """Return the fields of a detail that are stored, as JSON."""
        return msgspec.json.encode(only(fields, cls.detail_fields))

    @classmethod
    def read_job(cls, job: Fields) -> Posting:
        detail = job.get("detail") or {}
        posting = cls.read_parts(job["page"], job["row"], detail)
        return posting if detail else replace(posting, unsent=posting.unsent | cls.from_detail)

    def validators(self, request: BoardRequest, notes: Notes) -> dict[str, str]:
        """Ask for the whole list while details wait: a 304 has no rows."""
        return {} if notes.own.get(_WAITING) else super().validators(request, notes)

    async def complete(self, site: Site, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with the details of new and changed rows."""
        known = frozenset(site.request.known())
        read = unpacked(site.notes.own.get(_READ), _SIZE)
        rows = {one.key: self._row(one.raw) for one in snapshot.sightings}
        marks = {key: _mark(key, row) for key, row in rows.items()}
        still = {key for key in rows if marks[key] in read and key in known}
        last = site.notes.own.get(_LAST, "")
        # new ones first; then after the one that was asked last, so that none is left out
        wanted = sorted(rows.keys() - still, key=lambda key: (key in known, key <= last, key))
        details = {} if site.request.glance else await self._read_details(site, rows, wanted)
        page = msgspec.json.encode(board_page(site.request.board))
        reader = functools.cache(self.read)  # those read below are read again when they are stored
        sightings = tuple(
            replace_fields(self.sighting(key, _joined(page, row, details.get(key))), reader=reader)
            for key, row in rows.items()
            if key not in still
        )
        # an unreadable one is asked for again: its ATS or our reader may mend it
        done = still | {one.key for one in sightings if one.key in details and _is_readable(one)}
        site.notes.own[_READ] = packed(marks[key] for key in done)
        site.notes.own[_WAITING] = len(rows) - len(done)
        left = len(rows) - len(still) - len(details)
        return replace(
            snapshot,
            sightings=sightings,
            still=frozenset(still),
            # without a single answer there is nothing to wait for
            waiting=left if details else 0,
            note=_waiting_note(left) if left and not site.request.glance else snapshot.note,
        )

    def _row(self, raw: bytes) -> bytes:
        if self.row_fields is None:
            return raw
        return msgspec.json.encode(only(_fields.decode(raw), self.row_fields))

    async def _read_details(
        self, site: Site, rows: dict[str, bytes], wanted: Iterable[str]
    ) -> dict[str, bytes]:
        """Return the details that could be read. A feed, which has no later check, asks for all."""
        details: dict[str, bytes] = {}

        async def ask(key: str) -> Reply:
            site.notes.own[_LAST] = key
            try:
                answer = await site.get_further(self.detail_call(site, key, rows[key]), good=OK)
                details[key] = self.read_detail(answer, key)
            except UNREADABLE:
                return Reply.SILENT
            except BadResponse as trouble:
                return Reply.of(trouble)
            return Reply.CLEAR

        await ask_in_turn(wanted, ask, MOST_DETAILS if self.deliver else None)
        return details


def _joined(page: bytes, row: bytes, detail: bytes | None) -> bytes:
    rest = b"" if detail is None else b',"detail":%b' % detail
    return b'{"page":%b,"row":%b%b}' % (page, row, rest)


def _is_readable(sighting: Sighting) -> bool:
    try:
        sighting.read()
    except Unreadable:
        return False
    return True


def _waiting_note(left: int) -> str:
    return "1 text waits for a later check" if left == 1 else f"{left} texts wait for later checks"


def _mark(key: str, row: bytes) -> bytes:
    """Return eight bytes that stand for a posting with this row."""
    return xxh3_64_digest(key.encode() + b"\0" + row)
