"""SQL that several views share, and the expressions that differ between SQLite and PostgreSQL.

In shared SQL `b` is the board, `p` the posting and `v` its version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.items import PERIODS_PER_YEAR


def text_columns(table: str, *names: str) -> str:
    """Return columns of text as a view shows them: null, never an empty text."""
    return ", ".join(f"nullif({table}.{name}, '') AS {name}" for name in names)


def _yearly(column: str) -> str:
    """Return a pay column as a year's worth."""
    periods = " ".join(f"WHEN '{name}' THEN {per}.0" for name, per in PERIODS_PER_YEAR.items())
    return f"v.{column} * CASE v.pay_period {periods} END"


COMPANY = "coalesce(p.company, b.company)"
TITLE_AND_URL = text_columns("v", "title", "url")
CONTENT = f"""{text_columns("v", "title", "location", "department", "employment_type")},
    {text_columns("v", "workplace")},
    v.pay_min, v.pay_max, {text_columns("v", "pay_currency", "pay_period", "pay_text")},
    {_yearly("pay_min")} AS pay_year_min, {_yearly("pay_max")} AS pay_year_max,
    v.deadline_at, {text_columns("v", "deadline_text", "url")}"""
REPOST_OF = "(SELECT r.name FROM posting r WHERE r.id = p.repost_of)"
CURRENT = "v.posting_id = p.id AND v.number = p.version"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The expressions of one database. Each function takes SQL and returns SQL."""

    name: str
    now: str
    microseconds: Callable[[str, str], str]  # from one instant to another, a whole number
    # whether an instant is at most so many seconds after another
    within: Callable[[str, str, str], str]
    day: Callable[[str], str]  # the UTC day of an instant
    end_of_day: Callable[[str], str]  # the instant at which a day ends
    # the days between two days: the join, and the day in it
    series: Callable[[str, str], tuple[str, str]]
    # a JSON list of texts as rows of a table of that name, with a column `value`
    json_each: Callable[[str, str], str]
    is_empty: Callable[[str], str]  # whether a JSON list is empty
    json_array: Callable[[str], str]  # a JSON list of one text
    # join the first row of a table, if any: the table, FROM to LIMIT for its row `x`, its new name
    left_join_first: Callable[[str, str, str], str]
    zero: str  # of the type of count()
    greatest: str  # the function for the larger of two values

    def days(self, start: str, end: str) -> str:
        """Return the days from one instant to another as a float, the same on both databases."""
        return f"({self.microseconds(start, end)} / 86400000000.0)"


def _sqlite_microseconds(start: str, end: str) -> str:
    def epoch(instant: str) -> str:
        # without its fraction: strftime would round 29.9999 up to 30
        seconds = f"strftime('%s', substr({instant}, 1, 19))"
        return f"({seconds} * 1000000 + CAST(substr({instant}, 21, 6) AS INTEGER))"

    return f"({epoch(end)} - {epoch(start)})"


def _sqlite_within(start: str, end: str, seconds: str) -> str:
    """Count microseconds only where a quick comparison of milliseconds does not decide."""
    quick = f"(julianday({end}) - julianday({start})) * 86400 < {seconds} - 1"
    return f"({quick} OR {_sqlite_microseconds(start, end)} <= 1000000 * {seconds})"


def _sqlite_series(first: str, last: str) -> tuple[str, str]:
    """Join the numbered elements of a JSON list with a zero for each day; SQLite has no series."""
    days = f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"
    return (
        f"CROSS JOIN json_each('[0' || replace(hex(zeroblob({days})), '00', ',0') || ']') AS d",
        f"date({first}, '+' || d.key || ' days')",
    )


SQLITE = Dialect(
    name="sqlite",
    now="(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')",
    microseconds=_sqlite_microseconds,
    within=_sqlite_within,
    day=lambda instant: f"substr({instant}, 1, 10)",
    end_of_day=lambda day: f"(date({day}, '+1 day') || 'T00:00:00.000000Z')",
    series=_sqlite_series,
    json_each=lambda values, name: f"json_each({values}) AS {name}",
    is_empty=lambda values: f"json_array_length({values}) = 0",
    json_array=lambda value: f"json_array({value})",
    left_join_first=lambda table, first, name: (
        f"LEFT JOIN {table} {name} ON {name}.id = (SELECT x.id {first})"
    ),
    zero="0",
    greatest="max",
)

POSTGRES = Dialect(
    name="postgresql",
    now="now()",
    microseconds=lambda start, end: (
        f"(extract(epoch FROM {end} - {start}) * 1000000)::double precision"
    ),
    within=lambda start, end, seconds: f"({end} - {start} <= {seconds} * interval '1 second')",
    day=lambda instant: f"(({instant}) AT TIME ZONE 'UTC')::date",
    end_of_day=lambda day: f"(({day} + 1)::timestamp AT TIME ZONE 'UTC')",
    series=lambda first, last: (
        f"CROSS JOIN LATERAL generate_series({first}::timestamp, {last}, '1 day') AS d (day)",
        "d.day::date",
    ),
    json_each=lambda values, name: f"jsonb_array_elements_text({values}) AS {name} (value)",
    is_empty=lambda values: f"jsonb_array_length({values}) = 0",
    json_array=lambda value: f"jsonb_build_array({value})",
    # as for SQLite it would run the query twice for some rows
    left_join_first=lambda _table, first, name: (
        f"LEFT JOIN LATERAL (SELECT x.* {first}) AS {name} ON TRUE"
    ),
    zero="0::bigint",
    greatest="greatest",
)
