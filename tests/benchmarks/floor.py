"""The floor of `make bench`: the least code that does the same useful work by hand.

It asks with validators, unpacks, slices the list, hashes each job, compares with what its database
knows, and stores checks, versions, texts, raw jobs and changes: one transaction a board. It has no
views, rules, alerts, politeness or search, and it proves nothing. Texts are read by our own reader.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import sys
import time
from http import HTTPStatus
from pathlib import Path

import aiohttp
import msgspec
import xxhash
import zstandard
from isal import isal_zlib

from crawler.read.text import to_text
from tests.benchmarks.contender import CONCURRENCY, answer

_SCHEMA = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
CREATE TABLE board (id INTEGER PRIMARY KEY, name TEXT UNIQUE, etag TEXT);
CREATE TABLE board_check (id INTEGER PRIMARY KEY, board_id INT, at REAL, status INT, seen INT);
CREATE TABLE posting (
    id INTEGER PRIMARY KEY, board_id INT, key TEXT, digest BLOB, version INT, open INT,
    UNIQUE (board_id, key)
);
CREATE TABLE description (digest BLOB PRIMARY KEY, text TEXT) WITHOUT ROWID;
CREATE TABLE version (
    posting_id INT, number INT, at REAL, title TEXT, location TEXT, department TEXT, url TEXT,
    description BLOB, raw BLOB, PRIMARY KEY (posting_id, number)
) WITHOUT ROWID;
CREATE TABLE change (
    id INTEGER PRIMARY KEY, check_id INT, posting_id INT, kind TEXT, field TEXT, old TEXT, new TEXT
);
"""
_FIELDS = ("title", "location", "department", "url", "description")


class _Jobs(msgspec.Struct, gc=False):
    jobs: list[msgspec.Raw]


class _Key(msgspec.Struct, gc=False):
    id: int


_jobs, _key = msgspec.json.Decoder(_Jobs), msgspec.json.Decoder(_Key)


class Floor:
    """The floor's database and its rounds."""

    def __init__(self, url: str, boards: int, database: Path) -> None:
        self.url, self.received = url, 0
        self.database = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self.database.executescript(_SCHEMA)
        names = [(f"farm{number}",) for number in range(boards)]
        self.database.executemany("INSERT INTO board (name) VALUES (?)", names)

    async def round(self) -> int:
        """Check every board once. Return the bytes received."""
        self.received = 0
        boards = iter(self.database.execute("SELECT id, name, etag FROM board").fetchall())
        connector = aiohttp.TCPConnector(limit=CONCURRENCY)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:

            async def work() -> None:
                for board in boards:
                    await self._check(session, *board)

            await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
        return self.received

    async def _check(
        self, session: aiohttp.ClientSession, board: int, name: str, etag: str | None
    ) -> None:
        headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": etag} if etag else {})
        url = f"{self.url}/v1/boards/{name}/jobs?content=true"
        async with session.get(url, headers=headers) as response:
            body, status = await response.read(), response.status
        self.received += len(body)
        seen = None
        self.database.execute("BEGIN IMMEDIATE")
        check = self.database.execute(
            "INSERT INTO board_check (board_id, at, status) VALUES (?, ?, ?)",
            (board, time.time(), status),
        ).lastrowid
        if status == HTTPStatus.OK:
            seen = self._compare(board, int(check or 0), isal_zlib.decompress(body, wbits=31))
            values = (response.headers["ETag"], board)
            self.database.execute("UPDATE board SET etag = ? WHERE id = ?", values)
        self.database.execute("UPDATE board_check SET seen = ? WHERE id = ?", (seen, check))
        self.database.execute("COMMIT")

    def _compare(self, board: int, check: int, body: bytes) -> int:
        query = "SELECT key, id, digest, version FROM posting WHERE board_id = ? AND open"
        rows = self.database.execute(query, (board,))
        known = {row[0]: row[1:] for row in rows}
        jobs = _jobs.decode(body).jobs
        for raw in jobs:
            key, digest = str(_key.decode(raw).id), xxhash.xxh3_128_digest(raw)
            posting = known.pop(key, None)
            if posting is None:
                self._open(board, check, key, digest, bytes(raw))
            elif posting[1] != digest:
                self._revise(check, posting[0], posting[2], digest, bytes(raw))
        for posting_id, _, _ in known.values():
            self.database.execute("UPDATE posting SET open = 0 WHERE id = ?", (posting_id,))
            self._change(check, posting_id, "closed")
        return len(jobs)

    def _open(self, board: int, check: int, key: str, digest: bytes, raw: bytes) -> None:
        posting = self.database.execute(
            "INSERT INTO posting (board_id, key, digest, version, open) VALUES (?, ?, ?, 1, 1)",
            (board, key, digest),
        ).lastrowid
        self._version(int(posting or 0), 1, _content(raw), raw)
        self._change(check, int(posting or 0), "opened")

    def _revise(self, check: int, posting: int, number: int, digest: bytes, raw: bytes) -> None:
        before = self.database.execute(
            "SELECT title, location, department, url, text FROM version"
            " JOIN description ON digest = description WHERE posting_id = ? AND number = ?",
            (posting, number),
        ).fetchone()
        after = _content(raw)
        self._version(posting, number + 1, after, raw)
        values = (digest, number + 1, posting)
        self.database.execute("UPDATE posting SET digest = ?, version = ? WHERE id = ?", values)
        for field, old, new in zip(_FIELDS, before, after, strict=True):
            if old != new:
                self._change(check, posting, "revised", field, old, new)

    def _version(self, posting: int, number: int, content: tuple[str, ...], raw: bytes) -> None:
        text = hashlib.sha256(content[-1].encode()).digest()
        self.database.execute("INSERT OR IGNORE INTO description VALUES (?, ?)", (text, content[4]))
        self.database.execute(
            "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (posting, number, time.time(), *content[:4], text, zstandard.compress(raw)),
        )

    def _change(self, check: int, posting: int, kind: str, *field: str) -> None:
        values = (check, posting, kind, *(field or (None, None, None)))
        self.database.execute(
            "INSERT INTO change (check_id, posting_id, kind, field, old, new)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )


def _content(raw: bytes) -> tuple[str, ...]:
    job = msgspec.json.decode(raw)
    departments = "; ".join(each["name"] for each in job["departments"])
    place, url = job["location"]["name"], job["absolute_url"]
    return job["title"], place, departments, url, to_text(job["content"])


if __name__ == "__main__":
    file = Path(sys.argv[3])
    asyncio.run(answer(Floor(sys.argv[1], int(sys.argv[2]), file).round, file))
