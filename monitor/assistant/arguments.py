"""The arguments of each tool, with what they mean. An unknown argument is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from crawler.items import Workplace
from crawler.labels import Seniority
from monitor.errors import UserError
from monitor.queries.role_conditions import Sort

MOST_ROWS: Final = 200
MOST_SECONDS: Final = 30.0
_TIME: Final = "A TIME is `7d`, `2 weeks ago`, `yesterday`, a date or an ISO instant in UTC."


def _as_list(value: object) -> object:
    """Return one word as a list of one. Some assistants send lists as JSON in a text."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            pass
    return [value]


Words = Annotated[list[str], BeforeValidator(_as_list)]
Boards = Annotated[
    Words,
    Field(
        description="Only these boards: `ats:token`, a board's URL, its token or its employer's "
        "name."
    ),
]
Company = Annotated[
    str | None, Field(description="Only employers whose name or board contains this: `deepmind`.")
]
Rules = Annotated[
    Words, Field(description="Only what fits these rules, by their names in the configuration.")
]
Limit = Annotated[
    int, Field(ge=1, le=MOST_ROWS, description="The most rows of this answer.", examples=[50])
]
Offset = Annotated[
    int, Field(ge=0, description="Leave out so many rows: `next_offset` of the last answer.")
]


class Arguments(BaseModel):
    """The arguments of a tool."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchRoles(Arguments):
    """The arguments of `search_roles`."""

    words: Annotated[
        Words,
        Field(
            description="Phrases of the title or company, all of them. Whole words, any case: "
            "`research engineer` fits “Senior Research-Engineer, Gemini”.",
            examples=[["research engineer"]],
        ),
    ] = []
    text: Annotated[
        str | None,
        Field(
            description='Words of title or description, all of them. `"two words"` in a row, '
            "`kern*` as a beginning."
        ),
    ] = None
    company: Company = None
    board: Boards = []
    location: Annotated[
        Words,
        Field(
            description="Only at one of these places: `London`, `remote`.", examples=[["London"]]
        ),
    ] = []
    country: Annotated[
        Words,
        Field(
            description="Only in one of these countries: ISO 3166 codes or English names.",
            examples=[["GB"]],
        ),
    ] = []
    rule: Rules = []
    status: Annotated[
        Literal["open", "closed", "all"], Field(description="Open, closed or all roles.")
    ] = "open"
    since: Annotated[
        str | None,
        Field(
            description="Only roles first seen since this TIME, or closed since then with "
            f"status=closed. {_TIME}"
        ),
    ] = None
    min_pay: Annotated[
        str | None,
        Field(
            description="The least pay a year, in one currency. Roles whose pay is not known, or "
            "is in another currency, fit too.",
            examples=["150000 USD"],
        ),
    ] = None
    seniority: Annotated[
        Annotated[list[Seniority], BeforeValidator(_as_list)],
        Field(description="Only these levels, as titles say them."),
    ] = []
    workplace: Annotated[
        Annotated[list[Workplace], BeforeValidator(_as_list)],
        Field(description="Only these kinds of workplace."),
    ] = []
    sort: Annotated[
        Sort,
        Field(
            description="`new`: newest first. `deadline`: next deadline first. `pay`: highest pay "
            "first, the currency of min_pay before others. `company`: by employer."
        ),
    ] = "new"
    limit: Limit = 50
    offset: Offset = 0


class RoleHistoryOf(Arguments):
    """The arguments of `role_history`."""

    posting: Annotated[
        str,
        Field(
            description="The role: `ats:token:key`, its URL, its key, or its title or part of one.",
            examples=["greenhouse:deepmind:5938712"],
        ),
    ]
    version: Annotated[
        int | None, Field(ge=1, description="Give the role's content in this version.")
    ] = None
    as_of: Annotated[
        str | None, Field(description=f"Give the role as it was known at this TIME. {_TIME}")
    ] = None
    limit: Limit = 100
    offset: Offset = 0


class Changes(Arguments):
    """The arguments of `changes`."""

    since: Annotated[str, Field(description=f"Only changes since this TIME. {_TIME}")] = "7d"
    company: Company = None
    board: Boards = []
    kind: Annotated[
        Annotated[
            list[Literal["opened", "revised", "closed", "reopened"]], BeforeValidator(_as_list)
        ],
        Field(description="Only these kinds of change."),
    ] = []
    rule: Rules = []
    limit: Limit = 50
    offset: Offset = 0


class Stats(Arguments):
    """The arguments of `stats`."""

    by: Annotated[
        Literal["employer", "department", "week", "pay"],
        Field(
            description="One row for each employer, each department, each employer and week, or "
            "each employer and currency of pay."
        ),
    ] = "employer"
    company: Company = None
    board: Boards = []
    since: Annotated[
        str | None, Field(description=f"Only since this TIME. Default: everything. {_TIME}")
    ] = None
    limit: Limit = 100
    offset: Offset = 0


class Sql(Arguments):
    """The arguments of `sql`."""

    query: Annotated[
        str | None,
        Field(
            description="One SELECT on the views. Without it the answer lists the views with their "
            "columns, and example questions.",
            examples=["SELECT company, count(*) AS roles FROM postings GROUP BY company"],
        ),
    ] = None
    since: Annotated[str, Field(description=f"The value of :since in the query. {_TIME}")] = "30d"
    param: Annotated[
        dict[str, str | int | float],
        Field(description='Values of further names: {"company": "Acme"} for :company.'),
    ] = {}
    timeout: Annotated[
        float, Field(gt=0, le=MOST_SECONDS, description="The most seconds for the query.")
    ] = MOST_SECONDS
    limit: Limit = 50
    offset: Offset = 0


A = TypeVar("A", bound=Arguments)


def parse_arguments(tool: str, wanted: type[A], given: Mapping[str, object]) -> A:
    """Return the arguments of a call. Raises UserError with every mistake, in one sentence."""
    try:
        return wanted.model_validate(given)
    except ValidationError as error:
        mistakes = "; ".join(_mistake(each) for each in error.errors())
        raise UserError(f"{tool}: {mistakes}. It takes {', '.join(wanted.model_fields)}") from None


def _mistake(error: ErrorDetails) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"there is no argument {name!r}"
    if error["type"] == "missing":
        return f"{name} is needed"
    return f"{name}: {error['msg'].replace('Input should be', 'expected')}"
