"""Read the filters of an address. A wrong value is one sentence that says what is right."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, TypeVar, cast, get_args

from crawler.items import Workplace
from crawler.labels import Seniority
from monitor.config.model import Rule
from monitor.config.values import MinPay, parse_min_pay
from monitor.errors import UserError
from monitor.queries.resolve import find_board
from monitor.queries.role_conditions import RoleList, Sort
from monitor.queries.roles import Status
from monitor.rules.matches import rules_up_to_date
from monitor.text.countries import country_code
from monitor.text.phrases import place_phrase
from monitor.text.times import optional_time
from monitor.web.site import Visit

STATUSES: Final = cast("tuple[Status, ...]", get_args(Status))
SORTS: Final = cast("tuple[Sort, ...]", get_args(Sort))
SENIORITIES: Final = cast("tuple[Seniority, ...]", get_args(Seniority))
WORKPLACES: Final = cast("tuple[Workplace, ...]", get_args(Workplace))
_LAST_PAGE: Final = 100_000
_NUMBER: Final = re.compile("[0-9]{1,6}")
T = TypeVar("T", bound=str)


def role_list(visit: Visit) -> RoleList:
    """Return the list that `/` is asked for. Raise UserError for a filter's wrong value."""
    return RoleList(
        words=visit.value("q"),
        companies=visit.values("company"),
        boards=boards(visit),
        places=tuple(place(text) for text in visit.values("location")),
        countries=tuple(country_code(text) for text in visit.values("country")),
        rules=rules(visit),
        matched=frozenset(rules_up_to_date(visit.connection, visit.settings)),
        status=one(visit, "status", STATUSES, "open"),
        since=since(visit),
        min_pay=min_pay(visit),
        seniority=several(visit, "seniority", SENIORITIES),
        workplace=several(visit, "workplace", WORKPLACES),
        sort=one(visit, "sort", SORTS, "new"),
        page=page_number(visit),
    )


def one(visit: Visit, name: str, allowed: tuple[T, ...], default: T) -> T:
    """Return a filter's value, one of those that are allowed."""
    return _allowed(name, visit.value(name) or default, allowed)


def several(visit: Visit, name: str, allowed: tuple[T, ...]) -> tuple[T, ...]:
    """Return a filter's values, each of those that are allowed."""
    return tuple(_allowed(name, value, allowed) for value in visit.values(name))


def _allowed(name: str, value: str, allowed: tuple[T, ...]) -> T:
    found = next((known for known in allowed if known == value.casefold()), None)
    if found is None:
        raise UserError(f"{name}={value}: use one of {', '.join(allowed)}.")
    return found


def boards(visit: Visit) -> tuple[str, ...]:
    """Return the boards that `board` names."""
    return tuple(find_board(visit.connection, name) for name in visit.values("board"))


def rules(visit: Visit) -> tuple[Rule, ...]:
    """Return the configured rules that `rule` names."""
    names = visit.values("rule")
    known = {rule.name: rule for rule in visit.rules}
    for name in names:
        if name not in known:
            there_is = ", ".join(known) or "none"
            raise UserError(f"rule={name}: no rule has this name; there is {there_is}.")
    return tuple(known[name] for name in names)


def since(visit: Visit, default: str = "") -> datetime | None:
    """Return the instant that `since` names, as every TIME of the commands."""
    return optional_time(visit.value("since") or default or None, visit.now)


def min_pay(visit: Visit) -> MinPay | None:
    """Return the yearly pay that `min_pay` asks for: `150000 USD`, as in a rule."""
    text = visit.value("min_pay")
    try:
        return parse_min_pay(text) if text else None
    except ValueError as error:
        raise UserError(f"min_pay={text}: {error}.") from error


def place(text: str) -> str:
    """Return a place as a rule may name it."""
    try:
        place_phrase(text)
    except ValueError as error:
        raise UserError(f"location={text} {error}.") from error
    return text


def page_number(visit: Visit) -> int:
    """Return the number of the page, from 1."""
    text = visit.value("page") or "1"
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= _LAST_PAGE:
        raise UserError(f"page={text}: use a whole number from 1.")
    return int(text)
