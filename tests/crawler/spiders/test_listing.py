"""Lists that have a row for each place of a posting."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.spiders.jobs import JobHeader, RawHeader
from crawler.spiders.listing import join_rows

_decoder = Decoder(RawHeader)


def header(job: Raw) -> JobHeader:
    found = _decoder.decode(job)
    return JobHeader(found.key(), None, found.row())


def joined(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    jobs = join_rows([Raw(msgspec.json.encode(row)) for row in rows], header, frozenset({"place"}))
    return [msgspec.json.decode(job) for job in jobs]


def test_rows_of_one_posting_are_one_job_with_the_place_of_each() -> None:
    first, second = {"id": "a", "place": "Oslo", "text": "x"}, {"id": "a", "place": "Rome"}
    assert joined(first, {"id": "b", "place": "Bonn"}, second) == [
        {**first, "rows": [{"place": "Oslo"}, {"place": "Rome"}]},
        {"id": "b", "place": "Bonn"},
    ]


def test_a_job_of_one_row_keeps_its_bytes() -> None:
    row = Raw(b'{"id":  "a"}')
    [job] = join_rows([row], header, frozenset())
    assert bytes(job) == b'{"id":  "a"}'


def test_rows_without_a_key_stay_apart() -> None:
    assert joined({"place": "Oslo"}, {"place": "Oslo"}) == [{"place": "Oslo"}] * 2
