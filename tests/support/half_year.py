"""Half a year of many boards, written into the tables: recording would take minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, insert

from monitor.database import tables
from monitor.history.posting_rows import text_digest
from tests.support.boards import START

Rows = list[dict[str, Any]]

_TITLES = (
    "Research Engineer",
    "Research Scientist",
    "Software Engineer",
    "Product Manager",
    "Legal Counsel",
    "Account Executive",
)
_TEAMS = (
    "Gemini",
    "Robotics",
    "Safety",
    "Infrastructure",
    "Growth",
    "Platform",
    "Applied AI",
    "Security",
    "Data",
    "Design",
)
_PLACES = ("London, UK", "Mountain View, CA", "Zurich", "New York", "Remote - Europe", "Paris")
_WORDS = (
    "We",
    "look",
    "for",
    "people",
    "who",
    "build",
    "large",
    "models",
    "with",
    "care",
    "and",
    "test",
    "what",
    "others",
    "rely",
    "on",
)


class HalfYear:
    """Change each board's postings a little every day: an edit, a closing, or a move."""

    def __init__(
        self,
        boards: int = 50,
        postings: int = 150,
        days: int = 180,
        moved: float = 0.03,
        seed: int = 1,
    ) -> None:
        self.boards, self.postings, self.days, self.moved = boards, postings, days, moved
        self.random = Random(seed)
        self.versions: Rows = []
        self.changes: Rows = []
        self.rows: dict[int, dict[str, Any]] = {}  # of `posting`, by id
        self.current: dict[int, dict[str, Any]] = {}  # the version of an open posting, by its id
        self._ids, self._checks = count(1), count(1)
        self.texts = [" ".join(self.random.choices(_WORDS, k=200)) for _ in range(400)]

    def write(self, engine: Engine) -> datetime:
        """Write the history. Return the instant of the last check."""
        checks: Rows = []
        for board in range(1, self.boards + 1):
            own = [
                self._open(board, START, baseline=True)["posting_id"] for _ in range(self.postings)
            ]
            checks.append(self._check(board, START))
            for day in range(1, self.days + 1):
                at = START + timedelta(days=day, microseconds=board)
                checks.append(self._check(board, at))
                own = list(self._move(board, own, at, checks[-1]["id"]))
        with engine.begin() as connection:
            self._store(connection, checks)
        return START + timedelta(days=self.days, seconds=1)

    def _check(self, board: int, at: datetime) -> dict[str, Any]:
        seen = {
            "id": next(self._checks),
            "round_id": 1,
            "board_id": board,
            "started_at": at,
            "finished_at": at,
            "result": "snapshot",
        }
        return seen | {"status": 200, "seen": self.postings}

    def _open(self, board: int, at: datetime, *, baseline: bool = False) -> dict[str, Any]:
        number = next(self._ids)
        row = {
            "id": number,
            "board_id": board,
            "key": str(number),
            "name": f"greenhouse:employer{board}:{number}",
            "state": "open",
        }
        row |= {"version": 1, "baseline": baseline}
        self.rows[number] = row | {"first_seen_at": at, "closed_at": None, "missing_looks": 0}
        chance = self.random
        place = chance.choice(_PLACES)
        return self._version(
            number,
            1,
            at,
            {
                "title": f"{chance.choice(_TITLES)}, {chance.choice(_TEAMS)} {number}",
                "location": place,
                "locations": [place],
                "text": chance.choice(self.texts),
            },
        )

    def _version(
        self, posting: int, number: int, at: datetime, content: dict[str, Any]
    ) -> dict[str, Any]:
        row = {
            "posting_id": posting,
            "number": number,
            "valid_from": at,
            "valid_to": None,
            "digest": f"1:{posting}:{number}",
            **content,
        }
        self.versions.append(row)
        self.current[posting] = row
        self.rows[posting]["version"] = number
        return row

    def _move(self, board: int, own: Sequence[int], at: datetime, check: int) -> Iterator[int]:
        for posting in own:
            if self.random.random() >= self.moved:
                yield posting
            elif self.random.random() < 1 / 3:
                self._close(posting, at, check)
                yield self._open(board, at)["posting_id"]
                self._changed(self.current[max(self.rows)], check, "opened")
            else:
                self._revise(posting, at, check)
                yield posting

    def _close(self, posting: int, at: datetime, check: int) -> None:
        last = self.current.pop(posting)
        last["valid_to"] = at
        self.rows[posting] |= {"state": "closed", "closed_at": at}
        self._changed(last, check, "closed", at=at)

    def _revise(self, posting: int, at: datetime, check: int) -> None:
        old = self.current[posting]
        field, value = self.random.choice(
            [
                ("location", self.random.choice(_PLACES)),
                ("description", self.random.choice(self.texts)),
                ("title", old["title"] + " (new)"),
            ]
        )
        edit = {"text": value} if field == "description" else {field: value}
        if field == "location":
            edit["locations"] = [value]
        old["valid_to"] = at
        content = {name: old[name] for name in ("title", "location", "locations", "text")} | edit
        new = self._version(posting, old["number"] + 1, at, content)
        name = "text" if field == "description" else field
        self._changed(new, check, "revised", field=field, old=old[name], new=new[name])

    def _changed(
        self,
        version: dict[str, Any],
        check: int,
        kind: str,
        at: datetime | None = None,
        **field: str,
    ) -> None:
        when = at or version["valid_from"]
        row = {
            "check_id": check,
            "posting_id": version["posting_id"],
            "at": when,
            "not_after": when,
            "kind": kind,
        }
        self.changes.append(
            row | {"field": None, "old": None, "new": None} | field | {"version": version["number"]}
        )

    def _store(self, connection: Connection, checks: Rows) -> None:
        last = checks[-1]["finished_at"]
        boards = [self._board(number, last) for number in range(1, self.boards + 1)]
        common = {
            "department": "Research",
            "employment_type": "",
            "stated": [],
            "unsent": [],
            "reader_version": 1,
            "raw": b"",
        }
        versions = [
            common
            | {name: value for name, value in row.items() if name != "text"}
            | {
                "url": f"https://job-boards.greenhouse.io/x/jobs/{row['posting_id']}",
                "description_digest": text_digest(row["text"]),
            }
            for row in self.versions
        ]
        connection.execute(
            insert(tables.CheckRound), [{"id": 1, "started_at": START, "finished_at": last}]
        )
        connection.execute(
            insert(tables.Description),
            [{"digest": text_digest(text), "text": text} for text in set(self.texts)],
        )
        for table, rows in (
            (tables.Board, boards),
            (tables.BoardCheck, checks),
            (tables.Posting, list(self.rows.values())),
            (tables.PostingVersion, versions),
            (tables.PostingChange, self.changes),
        ):
            connection.execute(insert(table), rows)

    def _board(self, number: int, last: datetime) -> dict[str, Any]:
        token = f"employer{number}"
        name = {
            "id": number,
            "board": f"greenhouse:{token}",
            "ats": "greenhouse",
            "token": token,
            "company": f"Employer {number}",
        }
        seen = {
            "last_check_at": last,
            "last_ok_at": last,
            "url": f"https://job-boards.greenhouse.io/{token}",
        }
        return name | seen | {"watched": True, "every": 86400.0}
