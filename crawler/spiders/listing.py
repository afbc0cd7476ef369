"""The forms of a list: where it has its jobs, its total and its company. A spider declares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, defstruct
from msgspec.json import Decoder

from crawler.spiders.jobs import JobHeader

_fields, _jobs = Decoder(dict[str, Raw]), Decoder(list[Raw])


class Listing(NamedTuple):
    """The jobs of one answer."""

    jobs: Sequence[Raw]
    total: int | None = None  # of the whole list, where the answer says so
    company: str | None = None  # the employer's name, where the answer has it once for all jobs


@dataclass(frozen=True, slots=True)
class ListForm:
    """The fields of an answer that hold its jobs, total and company. A dot leads into an object."""

    jobs: str = "jobs"  # "" for a bare array
    total: str = ""  # the number of all postings, where the ATS states one: "meta.total"
    may_lack_total: bool = False
    company: str = ""  # the employer's name, likewise

    def decode(self, body: bytes) -> Listing:
        """Return the jobs of an answer. Raises DecodeError, or ValidationError for another form."""
        if not self.jobs:
            return Listing(_jobs.decode(body))
        answer = _answer_of(self).decode(body)
        return Listing(answer.jobs, _value(answer.total), _value(answer.company))

    def encode(self, jobs: Sequence[Raw]) -> bytes:
        """Return jobs as an answer of this form."""
        return msgspec.json.encode({self.jobs: jobs})


BARE_ARRAY = ListForm("")


@cache
def _answer_of(form: ListForm) -> Decoder[Any]:
    """Return a decoder that reads an answer of the form in one go. Other fields are skipped."""
    optional = form.may_lack_total or not form.total
    return Decoder(
        defstruct(
            "Answer",
            [
                ("jobs", list[Raw]),
                _field("total", form.total, int, optional=optional),
                _field("company", form.company, str, optional=True),
            ],
            rename={
                "jobs": form.jobs,
                "total": form.total.partition(".")[0] or "no total",
                "company": form.company.partition(".")[0] or "no company",
            },
            kw_only=True,
        )
    )


def _field(
    name: str, path: str, of: type, *, optional: bool
) -> tuple[str, Any] | tuple[str, Any, Any]:  # types made while running
    """Return a field, or one within an object if its path has a dot."""
    outer, _, inner = path.rpartition(".")
    kind: Any = of
    if outer:
        within = (inner, of | None, None) if optional else (inner, of)
        kind = defstruct("Within", [within])
    return (name, kind | None, None) if optional else (name, kind)


def _value(found: Any) -> Any:  # likewise  # noqa: ANN401
    """Return a field's value. One within an object has only that."""
    return (
        getattr(found, found.__struct_fields__[0]) if isinstance(found, msgspec.Struct) else found
    )


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
