"""The columns of every view, in their order, and what a view shows for an unknown value."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

from crawler.items import Deadline, Failure, Pay, Period
from monitor.alerts.mutes import mute, undo
from monitor.database.engine import read_transaction
from monitor.database.views import VIEWS
from monitor.queries.view_tables import kind, view_columns
from tests.support.boards import BOARD, START, posting, snapshot
from tests.support.history import History
from tests.support.story import save_and_mute, tell

_CONTENT = """title location department employment_type workplace pay_min pay_max pay_currency
    pay_period pay_text pay_year_min pay_year_max deadline_at deadline_text url"""
COLUMNS = {
    "boards": "board ats token company url state open_postings last_check_at last_ok_at"
    " next_check_at failures",
    "checks": "check_id board company started_at finished_at result status seen opened revised"
    " closed reopened unreadable bytes seconds reason",
    "postings": f"posting board company key {_CONTENT} country seniority description state"
    " first_seen_at last_seen_at closed_at ats_first_published ats_updated_at requisition repost_of"
    " version",
    "posting_locations": "posting board company title url location",
    "posting_versions": "posting board company version valid_from valid_to is_current"
    f" {_CONTENT} description",
    "posting_changes": "change_id check_id at not_before posting board company title url kind field"
    " old new pay_old_max pay_new_max pay_change_percent version",
    "posting_lifetimes": "posting board company title url spell opened_earliest opened_latest"
    " closed_earliest closed_latest days_open left_censored right_censored repost_of",
    "rule_matches": "rule posting board company title url version words",
    "coverage": "board company from_at to_at known",
    "daily_counts": "day board company open opened closed revised reopened",
    "saved": "user_id posting board company title url state saved_at",
    "mutes": "channel kind posting title rule by at until",
    "alerts": "alert_id delivery_id check_id rule why channel message_url posting board company"
    " title url kind state created_at sent_at attempts reason",
    "workers": "worker_id host pid version started_at last_seen_at state board done",
}


def test_every_view_has_its_columns_in_this_order(engine: Engine) -> None:
    assert view_columns(engine) == {view: tuple(names.split()) for view, names in COLUMNS.items()}


def test_no_view_shows_an_empty_text(engine: Engine) -> None:
    history = tell(engine)
    save_and_mute(engine)
    bare = posting(
        "99",
        location="",
        locations=(),
        department="",
        url="",
        description="",
        company=None,
        requisition="",
        pay=Pay(None, None, None, None, ""),
        deadline=Deadline(None, ""),
    )
    history.check(snapshot([bare]))
    history.check(Failure(BOARD, ""))
    with engine.begin() as connection:
        for change in (
            "UPDATE alert SET why = '', rule = ''",
            "UPDATE delivery SET reason = '', message_url = ''",
            "UPDATE rule_match SET words = ''",
            "UPDATE posting_change SET old = '' WHERE old IS NULL",
        ):
            connection.execute(text(change))
    with read_transaction(engine) as connection:
        for view in VIEWS:
            rows = connection.execute(text(f"SELECT * FROM {view}")).mappings().all()
            assert rows or view == "workers", view
            empty = {name for row in rows for name, value in row.items() if value == ""}
            assert empty == set(), view


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine)


def _one(history: History, query: str) -> tuple[Any, ...]:
    (row,) = history.ask(query)
    return row


@pytest.mark.parametrize(
    ("period", "least", "most"),
    [
        ("year", 50, 60),
        ("month", 600, 720),
        ("week", 2600, 3120),
        ("day", 13_000, 15_600),
        ("hour", 104_000, 124_800),
        (None, None, None),
    ],
)
def test_yearly_pay_is_a_years_worth(
    history: History, period: Any, least: float | None, most: float | None
) -> None:
    pay = Pay(50.0, 60.0, "USD", period, "50 to 60 dollars")
    history.check(snapshot([posting("1", pay=pay)]))
    for view in ("postings", "posting_versions"):
        found = _one(history, f"SELECT pay_year_min, pay_year_max FROM {view}")
        assert found == (least, most)


def _paid(
    minimum: float | None, maximum: float | None, currency: str | None, period: Period | None
) -> Pay:
    return Pay(minimum, maximum, currency, period, "as written")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (_paid(80e3, 100e3, "USD", "year"), _paid(90e3, 110e3, "USD", "year"), (100e3, 110e3, 10)),
        (_paid(40, 50, "USD", "hour"), _paid(80e3, 78e3, "USD", "year"), (104e3, 78e3, -25)),
        (_paid(80e3, 100e3, "USD", "year"), _paid(80e3, 100e3, "EUR", "year"), (None, None, None)),
        (_paid(80e3, 100e3, "USD", "year"), _paid(8e3, 9e3, "USD", None), (100e3, None, None)),
        (_paid(80e3, 100e3, "USD", "year"), _paid(90e3, None, "USD", "year"), (100e3, None, None)),
        (None, _paid(80e3, 100e3, "USD", "year"), (None, 100e3, None)),
        (_paid(80e3, 100e3, None, "year"), _paid(80e3, 110e3, None, "year"), (None, None, None)),
    ],
)
def test_a_pay_change_has_both_maxima_as_a_years_worth_and_their_change(
    history: History, before: Pay | None, after: Pay | None, expected: tuple[float | None, ...]
) -> None:
    history.check(snapshot([posting("1", pay=before)]))
    history.check(snapshot([posting("1", pay=after, title="Other", stated=frozenset({"pay"}))]))
    moved = "pay_old_max, pay_new_max, pay_change_percent FROM posting_changes WHERE"
    assert _one(history, f"SELECT {moved} field = 'pay'") == expected
    assert _one(history, f"SELECT {moved} field = 'title'") == (None, None, None)


def test_country_and_seniority_follow_the_newest_version(history: History) -> None:
    first = posting("1", title="Senior Engineer", location="Paris; Zürich", locations=())
    history.check(snapshot([first, posting("2", title="Counsel", location="", locations=())]))
    query = "SELECT country, seniority FROM postings WHERE key = "
    assert _one(history, query + "'1'") == ("FR; CH", "senior")
    assert _one(history, query + "'2'") == (None, None)
    moved = posting("1", title="Staff Engineer", location="London", locations=("London",))
    history.check(snapshot([moved, posting("2", title="Counsel", location="", locations=())]))
    assert _one(history, query + "'1'") == ("GB", "staff")


def test_mutes_are_those_that_still_hold(engine: Engine) -> None:
    history = tell(engine)
    now = history.now
    with engine.begin() as connection:
        mute(connection, "slack:#a", posting_id=1, rule=None, by="U1", now=now)
        mute(connection, "slack:#a", posting_id=None, rule="kernels", by="U1", now=now)
        mute(connection, "slack:#b", posting_id=None, rule="kernels", by="U1", now=START)  # is over
        undone, _ = mute(connection, "slack:#c", posting_id=1, rule=None, by="U1", now=now)
        undo(connection, undone.id, "U2", now)
    asked = history.ask("SELECT channel, kind, rule, by, until FROM mutes ORDER BY kind")
    assert [row[:4] for row in asked] == [
        ("slack:#a", "posting", None, "U1"),
        ("slack:#a", "rule", "kernels", "U1"),
    ]
    assert asked[0][4] is None
    assert asked[1][4] is not None


def test_columns_of_time_are_instants() -> None:
    timed = {name for names in COLUMNS.values() for name in names.split() if name.endswith("_at")}
    assert {kind(name) for name in (*timed, "at", "until", "not_before")} == {"instant"}
