"""Fill a store as after a year of a thousand boards.

It has a million postings, three million versions and 20,000 texts of 1 kB. Rows look as the program
writes them, and are loaded in the quickest way of each database. The program itself makes the
search index. As in real life, a text and its edit share a title.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

import psycopg
from sqlalchemy import Engine

from monitor.database.columns import iso
from monitor.database.search_index import index_all

Row = tuple[object, ...]
DAYS = 365
CHECKS = 4 * DAYS  # of each board
EVERY = timedelta(hours=6)
VERSIONS = 3  # of each posting
RARE = 40  # texts that share a rare word
_SITE = "https://job-boards.greenhouse.io"
_PLACES = (
    "London, UK",
    "Mountain View, CA",
    "New York, NY",
    "Zürich, Switzerland",
    "Remote",
    "Tokyo, Japan",
    "Paris, France",
)
_TEAMS = (
    "Gemini",
    "Alignment",
    "Robotics",
    "Science",
    "Infrastructure",
    "Safety",
    "Product",
    "Core",
)
_ROLES = (
    "Research Engineer",
    "Research Scientist",
    "Software Engineer",
    "Program Manager",
    "Counsel",
    "Recruiter",
    "Designer",
)


@dataclass
class Farm:
    """The size of the store. `now` is the instant of its last check."""

    now: datetime
    boards: int = 1_000
    each: int = 1_000  # postings of a board
    texts: int = 20_000
    random: Random = field(default_factory=lambda: Random(1))

    def __post_init__(self) -> None:
        words = [
            "".join(self.random.choices("abcdefghijklmnoprstuvw", k=self.random.randint(4, 9)))
            for _ in range(20_000)
        ]
        # Zipf, as in any language
        weights = list(accumulate(1 / (place + 1) for place in range(len(words))))
        self.descriptions = [self._text(number, words, weights) for number in range(self.texts)]
        self.digests = [hashlib.sha256(text.encode()).hexdigest() for text in self.descriptions]
        self.noise = self.random.randbytes(1_000_000)

    def _text(self, number: int, words: Sequence[str], weights: Sequence[float]) -> str:
        return f"rare{number % (self.texts // RARE)} " + " ".join(
            self.random.choices(words, cum_weights=weights, k=145)
        )

    def title(self, text: int) -> str:
        pair = text // 2
        return f"{_ROLES[pair % 7]}, {_TEAMS[pair // 7 % 8]} {pair % 300}"

    def tables(self) -> Iterator[tuple[str, str, Iterable[Row]]]:
        """Each table with its columns and rows, parents first."""
        start = self.now - EVERY * (CHECKS - 1)
        checks = [start + EVERY * check for check in range(CHECKS)]
        columns = (
            "id board ats token company url watched every last_check_at last_ok_at failures"
            " put_back clock"
        )
        yield "board", columns, (self._board(number) for number in range(self.boards))
        yield (
            "check_round",
            "id started_at finished_at",
            ((check + 1, iso(at), iso(at)) for check, at in enumerate(checks)),
        )
        columns = (
            "id round_id board_id started_at finished_at result status seen opened revised closed"
            " reopened unreadable bytes seconds every"
        )
        yield (
            "board_check",
            columns,
            (row for number in range(self.boards) for row in self._checks(number)),
        )
        yield "description", "digest text", zip(self.digests, self.descriptions, strict=True)
        yield from self._histories()

    def instant(self, board: int, check: int) -> str:
        """Return the instant of a board's check. Boards are a second apart."""
        return iso(
            self.now - EVERY * (CHECKS - 1 - check) - timedelta(seconds=self.boards - 1 - board)
        )

    def _board(self, number: int) -> Row:
        last, token = self.instant(number, CHECKS - 1), f"employer{number}"
        name = f"greenhouse:{token}"
        url = f"{_SITE}/{token}"
        return (
            number + 1,
            name,
            "greenhouse",
            token,
            f"Employer {number}",
            url,
            1,
            EVERY.total_seconds(),
            last,
            last,
            0,
            0,
            last,
        )

    def _checks(self, board: int) -> Iterator[Row]:
        for check in range(CHECKS):
            at, failed = self.instant(board, check), (check + board) % 97 == 0
            result = ("failure", 500) if failed else ("snapshot", 200)
            yield (
                board * CHECKS + check + 1,
                check + 1,
                board + 1,
                at,
                at,
                *result,
                300,
                0,
                0,
                0,
                0,
                0,
                50_000,
                0.5,
                EVERY.total_seconds(),
            )

    def _histories(self) -> Iterator[tuple[str, str, Iterable[Row]]]:
        posting = (
            "id board_id key name state version raw_digest baseline first_seen_at missing_looks"
            " missing_since last_seen_at closed_at"
        )
        version = (
            "id posting_id number valid_from valid_to superseded digest title location locations "
            "department employment_type workplace"
            " pay_min pay_max pay_currency pay_period pay_text url description_digest stated "
            "unsent reader_version raw"
        )
        change = "check_id posting_id at not_before not_after kind field old new version"
        for board in range(self.boards):
            lives = [self._life(board, number) for number in range(self.each)]
            instants = [self.instant(board, check) for check in range(CHECKS)]
            yield "posting", posting, (life.posting(instants) for life in lives)
            yield (
                "posting_version",
                version,
                (row for life in lives for row in life.versions(self, instants)),
            )
            rows = sorted(
                (row for life in lives for row in life.changes(instants)),
                key=lambda row: (str(row[2]), str(row[1])),
            )
            yield "posting_change", change, rows

    def _life(self, board: int, number: int) -> _Life:
        begin = max(0, self.random.randrange(-60, CHECKS - 4))
        end = begin + self.random.randint(4, 4 * 90)
        moves = sorted(self.random.sample(range(begin + 1, max(begin + 3, min(end, CHECKS))), 2))
        return _Life(
            board,
            board * self.each + number + 1,
            begin,
            moves,
            end if end < CHECKS else None,
            self.random.randrange(self.texts),
        )


@dataclass(frozen=True, slots=True)
class _Life:
    board: int
    id: int
    begin: int  # each is the number of a check
    moves: list[int]
    end: int | None
    text: int

    def posting(self, at: Sequence[str]) -> Row:
        key = str(4_000_000 + self.id)
        closed = self.end is not None
        closing = (
            (at[self.end], at[self.end - 1], at[self.end])
            if self.end is not None
            else (None, None, None)
        )
        name = f"greenhouse:employer{self.board}:{key}"
        common = (
            self.id,
            self.board + 1,
            key,
            name,
            "closed" if closed else "open",
            VERSIONS,
            "0" * 32,
        )
        return (*common, int(self.begin == 0), at[self.begin], 0, *closing)

    def versions(self, farm: Farm, at: Sequence[str]) -> Iterator[Row]:
        begins = [self.begin, *self.moves]
        place = _PLACES[self.id % len(_PLACES)]
        for number, begin in enumerate(begins, 1):
            end = begins[number] if number < VERSIONS else self.end
            # the last move edits the description, the one before raises the pay
            text = self.text ^ (number == VERSIONS)
            low = 100_000 + self.id % 100 * 1_000 + (number > 1) * 5_000
            pay = (
                (low, low * 1.5, "USD", "year", f"${low} - ${low * 1.5:.0f}")
                if self.id % 3
                else (None,) * 5
            )
            url = f"{_SITE}/employer{self.board}/jobs/{4_000_000 + self.id}"
            noise = (self.id * VERSIONS + number) * 131 % 999_000
            yield (
                (self.id - 1) * VERSIONS + number, self.id, number, at[begin],
                None if end is None else at[end], int(number < VERSIONS),
                f"1:{farm.digests[text]}",
                farm.title(self.text), place, json.dumps([place]), _TEAMS[self.id % 8], "", None,
                *pay, url, farm.digests[text], "[]", "[]", 1, farm.noise[noise : noise + 700],
            )  # fmt: skip

    def changes(self, at: Sequence[str]) -> Iterator[Row]:
        for number, kind, field_, old, new, version in self._happened():
            check = self.board * CHECKS + number + 1
            yield (
                check,
                self.id,
                at[number],
                at[number - 1] if number else None,
                at[number],
                kind,
                field_,
                old,
                new,
                version,
            )

    def _happened(self) -> Iterator[tuple[int, str, str | None, str | None, str | None, int]]:
        if self.begin:
            yield self.begin, "opened", None, None, None, 1
        yield self.moves[0], "revised", "pay", "100000-150000 USD/year", "105000-157500 USD/year", 2
        yield (
            self.moves[1],
            "revised",
            "description",
            "an old paragraph " * 8,
            "a new paragraph " * 8,
            3,
        )
        if self.end is not None:
            yield self.end, "closed", None, None, None, VERSIONS


def fill(engine: Engine, farm: Farm) -> None:
    """Load the store into an empty database, and index its texts."""
    load = _load_sqlite if engine.dialect.name == "sqlite" else _load_postgres
    load(engine, farm)
    with engine.begin() as connection:
        index_all(connection)
    if engine.dialect.name != "sqlite":  # as its autovacuum would; SQLite has none
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _load_sqlite(engine: Engine, farm: Farm) -> None:
    engine.dispose()  # an open file keeps its journal mode
    with sqlite3.connect(engine.url.database or "", isolation_level=None) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        for table, columns, rows in farm.tables():
            names = columns.split()
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                rows,
            )
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def _load_postgres(engine: Engine, farm: Farm) -> None:
    # a benchmark need not survive a power cut
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as settings:
        for name in ("fsync", "full_page_writes"):
            settings.exec_driver_sql(f"ALTER SYSTEM SET {name} = off")
        settings.exec_driver_sql("SELECT pg_reload_conf()")
    connection: Any = engine.raw_connection()
    driver: psycopg.Connection = connection.driver_connection
    driver.execute("SET session_replication_role = replica")  # no check of foreign keys
    for table, columns, rows in farm.tables():
        with driver.cursor().copy(
            f"COPY {table} ({', '.join(columns.split())}) FROM STDIN"
        ) as copy:
            copy.write("".join(f"{_line(row)}\n" for row in rows)) if table.startswith(
                "posting"
            ) else _write_all(copy, rows)
    for table in ("board", "posting", "posting_version", "board_check", "check_round"):
        driver.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
    driver.execute("RESET session_replication_role")
    driver.commit()
    connection.close()


def _write_all(copy: psycopg.Copy, rows: Iterable[Row]) -> None:
    for row in rows:
        copy.write(f"{_line(row)}\n")


def _line(row: Row) -> str:
    return "\t".join(
        "\\N"
        if value is None
        else f"\\\\x{value.hex()}"
        if isinstance(value, bytes)
        else str(value)
        for value in row
    )


def today() -> datetime:
    """Return the instant of the last check: a minute ago, so that history reaches until now."""
    return datetime.now(UTC) - timedelta(minutes=1)
