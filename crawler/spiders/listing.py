"""The forms of a list: where it has its jobs, its total and its company. A spider declares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.spiders.jobs import JobHeader

_fields, _jobs = Decoder(dict[str, Raw]), Decoder(list[Raw])
_NULL = Raw(b"null")
_total, _company = Decoder(int | None), Decoder(str | None)


class Listing(NamedTuple):
    """The jobs of one answer."""

    jobs: Sequence[Raw]
    total: int | None = None  # of the whole list, where the answer says so
    company: str | None = None  # the employer's name, where the answer has it once for all jobs


@dataclass(frozen=True, slots=True)
class ListForm:
    """Where an answer has its jobs and what it says of them. A dot leads into an object."""

    jobs: str = "jobs"  # "" for a bare array
    total: str = ""  # the number of all postings, where the ATS states one: "meta.total"
    may_lack_total: bool = False
    company: str = ""  # the employer's name, likewise

    def decode(self, body: bytes) -> Listing:
        """Return the jobs of an answer. Raises DecodeError, or ValidationError for another form."""
        if not self.jobs:
            return Listing(_jobs.decode(body))
        answer = _fields.decode(body)
        total, company = _at(answer, self.total), _at(answer, self.company)
        if self.total and not self.may_lack_total:
            total = _required(total, self.total)
        return Listing(
            _jobs.decode(_required(_at(answer, self.jobs), self.jobs)),
            None if total is None else _total.decode(total),
            None if company is None else _company.decode(company),
        )

    def encode(self, jobs: Sequence[Raw]) -> bytes:
        """Return jobs as an answer of this form."""
        return msgspec.json.encode({self.jobs: jobs})


BARE_ARRAY = ListForm("")


def _at(answer: dict[str, Raw], path: str) -> Raw | None:
    """Return the value at a path of names; None where there is none."""
    *outer, name = path.split(".")
    for step in outer:
        answer = msgspec.json.decode(answer.get(step, b"null"), type=dict[str, Raw] | None) or {}
    return answer.get(name)


def _required(value: Raw | None, path: str) -> Raw:
    if value is None or value == _NULL:
        raise msgspec.ValidationError(f"Object missing required field `{path}`")
    return value


def join_rows(
    jobs: Sequence[Raw], header: Callable[[Raw], JobHeader], fields: frozenset[str]
) -> list[Raw]:
    """Return one job for each posting of a list that has a row for each of its places.

    A job of several rows is the first of them. Its "rows" are these fields of every row.
    """
    postings: dict[str, list[Raw]] = {}
    for number, job in enumerate(jobs):
        try:
            key = header(job).key
        except (ValueError, RecursionError):
            key = f" {number}"  # no key has a space; the list's reader counts the row
        postings.setdefault(key, []).append(job)
    return [rows[0] if len(rows) == 1 else _one_job(rows, fields) for rows in postings.values()]


def _one_job(rows: Sequence[Raw], fields: frozenset[str]) -> Raw:
    decoded = [_fields.decode(row) for row in rows]
    parts = [{name: row[name] for name in row if name in fields} for row in decoded]
    return Raw(msgspec.json.encode({**decoded[0], "rows": parts}))
