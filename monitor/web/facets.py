"""The values to choose from in the filters: employers, boards, and countries with open roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, select

from monitor.database.tables import Board, Posting
from monitor.text.countries import country_name
from monitor.web.site import Visit

_KEEP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Facets:
    """Names of employers, and countries by code, in alphabetical order."""

    companies: tuple[str, ...]
    countries: tuple[tuple[str, str], ...]  # code and name


def facets(visit: Visit) -> Facets:
    """Return the choices, at most a minute old."""
    return visit.cache.get("facets", lambda: _read(visit.connection), visit.now, _KEEP)


def board_choices(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Return every board with its employer, by employer. At most a minute old."""
    return visit.cache.get("boards", lambda: _boards(visit.connection), visit.now, _KEEP)


def _boards(connection: Connection) -> tuple[tuple[str, str], ...]:
    rows = connection.execute(select(Board.board, Board.company))
    choices = [(row.board, row.company) for row in rows]
    return tuple(sorted(choices, key=lambda one: (one[1].casefold(), one[0])))


def _read(connection: Connection) -> Facets:
    boards = connection.scalars(select(Board.company).where(Board.watched)).all()
    own = select(Posting.company).where(Posting.company.is_not(None)).distinct()
    names = {*boards, *connection.scalars(own)}
    joined = connection.scalars(
        select(Posting.country).where(Posting.state == "open", Posting.country > "").distinct()
    )
    codes = {code for text in joined for code in (text or "").split("; ")}
    return Facets(
        tuple(sorted(filter(None, names), key=str.casefold)),
        tuple(sorted(((code, country_name(code)) for code in codes), key=lambda one: one[1])),
    )
