"""Answers of the tools: rows within the limits of one answer, as structure and as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from monitor.assistant.marking import BOARD_TEXT, NOTE, Marker, fenced
from monitor.text.page_addresses import role_page

LONGEST: Final = 2_000  # characters of a text in a list
LONGEST_OF_ONE: Final = 20_000  # of a text of one role
_SIZE: Final = 60_000  # characters of an answer's rows; a row is never parted
_CUT: Final = (
    "Some texts are cut, and `cut` has their full lengths: `sql` with substr(column, start, 2000) "
    "reads on."
)

Row = dict[str, Any]
_Rows = Annotated[
    list[Row],
    Field(
        description="Rows by the columns of rolewatch's views. A missing column is null. "
        f"`{BOARD_TEXT}` has the columns that a job board wrote, `page` the row's page for people, "
        "`cut` the full length of each text that was cut."
    ),
]
_Next = Annotated[
    int | None, Field(description="Call again with this offset for more rows. Null: no more.")
]


class Listing(BaseModel):
    """The answer of a tool that lists rows."""

    note: Annotated[str, Field(description=f"How to read `{BOARD_TEXT}`.")] = NOTE
    summary: Annotated[str, Field(description="What was found, and how to go on.")]
    rows: _Rows
    next_offset: _Next = None


class QueryAnswer(Listing):
    """The answer of `sql`."""

    columns: Annotated[list[str], Field(description="The columns in the query's order.")]


class RoleHistory(Listing):
    """The answer of `role_history`. The rows are changes, oldest first."""

    role: Annotated[
        Row, Field(description="The role's own row of `postings`, with its description.")
    ]


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that one answer has space for."""

    rows: list[Row]
    next_offset: int | None
    cut: bool  # texts were cut

    def summary(self, found: str) -> str:
        """Return the sentences about the rows, after the sentence of what was found."""
        more = (
            f"There are more rows: call again with offset={self.next_offset}."
            if self.next_offset is not None
            else ""
        )
        return " ".join(filter(None, [found, more, _CUT if self.cut else ""]))


@dataclass(frozen=True, slots=True)
class PageOfRows:
    """Takes rows from `offset` on, as many as the limit and the size of an answer allow."""

    offset: int
    limit: int
    base_url: str = ""  # of the web page; empty without one

    @property
    def read(self) -> int:
        """The rows to ask the database for: one more says that there are more."""
        return self.offset + self.limit + 1

    def of(
        self, rows: Iterable[Mapping[str, object]], marker: Marker, *, nulls: bool = False
    ) -> Page:
        taken: list[Row] = []
        size = 0
        for row in islice(rows, self.offset, None):
            marked = marker.row(self.linked(row), nulls=nulls)
            size += len(_as_json(marked))
            if len(taken) == self.limit or (taken and size > _SIZE):
                next_offset = self.offset + len(taken)
                return Page(taken, next_offset, any("cut" in each for each in taken))
            taken.append(marked)
        return Page(taken, None, any("cut" in each for each in taken))

    def linked(self, row: Mapping[str, object]) -> Mapping[str, object]:
        """Add the address of the role's page, if there is a page."""
        name = row.get("posting")
        if not self.base_url or not isinstance(name, str) or name.count(":") < 2:  # noqa: PLR2004  # ats:token:key
            return row
        return {"page": role_page(self.base_url, name), **row}


def text_of(answer: Listing, new_mark: Callable[[], str]) -> str:
    """Return the answer for assistants that read text: sentences, then the rows between marks."""
    data = answer.model_dump(mode="json", exclude={"note", "summary", "next_offset", "rows"})
    lines = [f"{name}: {_as_json(value)}" for name, value in data.items()]
    lines += map(_as_json, answer.rows)
    body = "\n".join(lines)
    if BOARD_TEXT not in body:  # numbers, and words of our own
        return f"{answer.summary}\n{body}".rstrip()
    said = f"{answer.summary}\n{NOTE} All between the two marks is such data."
    return f"{said}\n{fenced(body, new_mark)}"


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
