"""Read the real recordings of an ATS, where they are, and count what was found in them.

A test counts the same in the JSON by hand. The recordings are other people's texts, so they are not
part of this repository.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from crawler.items import Posting, Unreadable
from crawler.links.forms import board_page
from crawler.readers import reread, spider
from crawler.spiders.details import DetailSpider
from tests.support.crawling import site
from tests.support.places import ROOT

SHARED = ROOT.parent / "shared" / "recordings"
FIELDS = ("location", "pay", "deadline", "workplace", "department")


@dataclass(slots=True)
class Read:
    """The counts of one ATS's recordings: files, postings, and present fields."""

    files: int = 0
    postings: list[Posting] = field(default_factory=list)
    without_key: int = 0
    unreadable: int = 0

    def counts(self) -> dict[str, int]:
        """Return how many postings have each field."""
        found = {name: sum(bool(getattr(one, name)) for one in self.postings) for name in FIELDS}
        return {"postings": len(self.postings), **found}

    def line(self, ats: str) -> str:
        """Return the row of the table that tests print."""
        numbers = "  ".join(f"{name} {count}" for name, count in self.counts().items())
        lost = f"without key {self.without_key}  unreadable {self.unreadable}"
        return f"{ats:<16}files {self.files}  {numbers}  {lost}"


def read_lists(
    board: str, files: Iterable[Path], read: Read | None = None, notes: dict[str, Any] | None = None
) -> Read:
    """Return the postings of recorded pages of lists, as the board's spider reads them."""
    read = read or Read()
    reader = spider(board.partition(":")[0])()
    for file in files:
        place = site(board)
        place.notes.own.update(notes or {})
        _take_rows(read, board, reader.slice(file.read_bytes(), place).jobs)
    return read


def read_rows(board: str, rows: Iterable[dict[str, Any]], read: Read) -> None:
    """Read the rows of a recording that is no answer as its ATS sends it."""
    _take_rows(read, board, [msgspec.Raw(msgspec.json.encode(row)) for row in rows])


def read_detail(board: str, row: dict[str, Any], detail: bytes, read: Read) -> None:
    """Read a row with its detail, which is as the spider's `read_detail` returns it."""
    read.files += 1
    parts = {"page": board_page(board), "row": row, "detail": msgspec.Raw(detail)}
    _take(read, board.partition(":")[0], msgspec.json.encode(parts))


def _take_rows(read: Read, board: str, rows: Iterable[msgspec.Raw]) -> None:
    read.files += 1
    ats = board.partition(":")[0]
    reader = spider(ats)()
    for row in rows:
        try:
            header = reader.job_header(row)
        except ValueError:
            read.without_key += 1
            continue
        if header.is_shown:
            _take(read, ats, _stored(ats, board, reader, bytes(row)))


def _stored(ats: str, board: str, reader: Any, job: bytes) -> bytes:
    if not issubclass(spider(ats), DetailSpider):
        return bytes(reader.keep(job))
    parts = {"page": board_page(board), "row": msgspec.Raw(reader._row(job))}
    return msgspec.json.encode(parts)


def _take(read: Read, ats: str, raw: bytes) -> None:
    try:
        read.postings.append(reread(ats, raw))
    except Unreadable:
        read.unreadable += 1
