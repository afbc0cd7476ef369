"""The list of roles against a plain model: filters combined with orders and pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from crawler.items import Deadline, Pay, Posting
from monitor.config.values import MinPay
from monitor.database.engine import read_transaction
from monitor.queries.role_conditions import RoleList
from monitor.queries.role_list import list_roles
from tests.support.boards import START, posting, snapshot
from tests.support.history import History

Row = dict[str, Any]
TITLES = ("Research Engineer", "Senior Counsel", "Staff Engineer, Kernels", "Intern")
PLACES = ("London, UK", "Paris, France", "Remote", "")
COMPANIES = (None, "Deep Labs", "deep labs", "Zeta")
CURRENCIES = ("USD", "GBP")
NOW = START + timedelta(days=2)


def _random(key: str, chance: Random) -> Posting:
    least = chance.choice([90_000, 120_000, 150_000])
    pay = Pay(least, least + 10_000, chance.choice(CURRENCIES), "year", "as stated")
    at = NOW + timedelta(days=chance.randint(-3, 3))
    return posting(
        key,
        title=chance.choice(TITLES),
        location=chance.choice(PLACES),
        company=chance.choice(COMPANIES),
        workplace=chance.choice([None, "remote", "hybrid"]),
        pay=chance.choice([None, pay]),
        deadline=chance.choice([None, Deadline(at, "soon")]),
    )


@pytest.fixture(scope="module")
def stored_roles(shared_engine: Engine) -> tuple[Engine, list[Row]]:
    """Return a board's random history, and all of its roles."""
    chance, history = Random(7), History(shared_engine)
    found = [_random(str(number), chance) for number in range(60)]
    history.check(snapshot(found[:30]))
    history.check(snapshot(found), minutes=600)
    for _ in range(3):
        history.check(snapshot(found[12:]), minutes=600)
    with read_transaction(shared_engine) as connection:
        everything = RoleList(status="all", per_page=1_000)
        return shared_engine, list_roles(connection, everything, NOW).rows


FILTERS = st.builds(
    RoleList,
    words=st.sampled_from(["", "engineer", "deep", "research zeta", '"staff engineer"', "inter*"]),
    companies=st.sampled_from([(), ("DEEP LABS",), ("Zeta", "Example Labs")]),
    places=st.sampled_from([(), ("London",), ("Paris", "remote")]),
    countries=st.sampled_from([(), ("GB",), ("FR", "GB")]),
    status=st.sampled_from(["open", "closed", "all"]),
    since=st.sampled_from([None, START + timedelta(hours=5)]),
    min_pay=st.sampled_from([None, MinPay(125_000, "USD")]),
    workplace=st.sampled_from([(), ("remote",), ("remote", "hybrid")]),
    sort=st.sampled_from(["new", "deadline", "pay", "company"]),
    per_page=st.sampled_from([1, 7, 50]),
)


def _fits(row: Row, wanted: RoleList) -> bool:
    """Return whether a row fits, but for the words and the places, whose matching is tested."""
    company, place = str(row["company"]).casefold(), row["country"] or ""
    named = {name.casefold() for name in wanted.companies}
    return (
        (wanted.status in ("all", row["state"]))
        and (not named or company in named)
        and (not wanted.countries or any(code in place for code in wanted.countries))
        and (not wanted.workplace or row["workplace"] in wanted.workplace)
        and _pays(row, wanted.min_pay)
        and (wanted.since is None or _since(row, wanted.status, wanted.since))
    )


def _pays(row: Row, least: MinPay | None) -> bool:
    if least is None or row["pay_max"] is None or row["pay_currency"] != least.currency:
        return True
    return float(row["pay_max"]) >= least.amount


def _since(row: Row, status: str, since: datetime) -> bool:
    seen = _at(row["first_seen_at"]) >= since
    closed = row["closed_at"] is not None and _at(row["closed_at"]) >= since
    return {"open": seen, "closed": closed, "all": seen or closed}[status]


def _at(value: object) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.astimezone(UTC)


def _key(row: Row, wanted: RoleList) -> tuple[Any, ...]:
    """Return what the order compares before the newest."""
    if wanted.sort == "company":
        return (str(row["company"]).lower(),)
    if wanted.sort == "deadline":
        at = row["deadline_at"]
        return (0, _at(at)) if at is not None and _at(at) >= NOW else (1,)
    if wanted.sort == "pay":
        own = wanted.min_pay.currency if wanted.min_pay else ""
        if row["pay_max"] is None:
            return (2,)
        other = row["pay_currency"] != own
        return (int(other), row["pay_currency"], -float(row["pay_max"]))
    return ()


def _pages(engine: Engine, wanted: RoleList) -> list[Row]:
    rows: list[Row] = []
    with read_transaction(engine) as connection:
        for number in range(1, 70):
            page = list_roles(connection, replace(wanted, page=number), NOW)
            assert len(page.rows) <= wanted.per_page
            rows += page.rows
            if number * wanted.per_page >= page.total:
                assert len(rows) == page.total
                return rows
    raise AssertionError


@given(wanted=FILTERS)
@settings(max_examples=30, deadline=None)
def test_filters_orders_and_pages_lose_and_double_no_role(
    stored_roles: tuple[Engine, list[Row]], wanted: RoleList
) -> None:
    engine, everything = stored_roles
    found = _pages(engine, wanted)
    names = [row["posting"] for row in found]
    assert len(set(names)) == len(names)
    model = {row["posting"] for row in everything if _fits(row, wanted)}
    for words, places in ((wanted.words, ()), ("", wanted.places)):  # each alone, from the list
        if words or places:
            alone = RoleList(words=words, places=places, status="all", per_page=1_000)
            model &= {row["posting"] for row in _pages(engine, alone)}
    assert set(names) == model
    keys = [(*_key(row, wanted), -_at(row["first_seen_at"]).timestamp()) for row in found]
    assert keys == sorted(keys)
