"""Reposts: decided, recorded and named in alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.items import Probe
from monitor.history.reposts import (
    RECENTLY,
    FormerPosting,
    JobNumbers,
    Repost,
    find_repost,
    title_and_places,
)
from monitor.messages import RoleMessage, load
from monitor.notify.plain import lines
from tests.support.boards import BOARD, START, posting, postings, snapshot, unreadable
from tests.support.history import History

TEXT = "We look for an engineer who builds large things with care. " * 8
NONE = JobNumbers(None, None)


# as `posting`
def closed(
    row: int = 1,
    *,
    days: float = 1,
    requisition: str | None = None,
    internal_job: str | None = None,
    **fields: Any,
) -> FormerPosting:
    left = posting("1", **fields)
    numbers = JobNumbers(requisition, internal_job)
    return FormerPosting(
        row,
        numbers,
        title_and_places(left.title, left.locations, left.location),
        START - timedelta(days=days),
        left.description,
    )


def reason(
    new: dict[str, Any], *left: FormerPosting, listed: tuple[JobNumbers, ...] = ()
) -> str | None:
    found = find_repost(posting("2", **new), left, listed)
    return found.reason if found else None


OTHER_TITLE = {"title": "Chef"}


@pytest.mark.parametrize(
    ("new", "left", "expected"),
    [
        (
            {"requisition": "R-7", **OTHER_TITLE},
            closed(requisition="R-7"),
            "the same requisition R-7",
        ),
        ({"internal_job": "9", **OTHER_TITLE}, closed(internal_job="9"), "the same internal job 9"),
        (
            {"requisition": "R-7"},
            closed(requisition="R-7"),
            "the same requisition R-7, title and place",
        ),
        (
            {"description": TEXT},
            closed(description=TEXT),
            "the same title and place, and a text that is 100 % the same",
        ),
        (
            {"description": TEXT + "Now.", "title": "RESEARCH  engineer"},
            closed(description=TEXT),
            "the same title and place, and a text that is 99 % the same",
        ),
        (
            {"description": TEXT, "location": "Paris", "locations": ("Paris",)},
            closed(description=TEXT),
            None,
        ),
        ({"description": TEXT, **OTHER_TITLE}, closed(description=TEXT), None),
        (
            {"description": "Cook for us every day, from the market to the plate."},
            closed(description=TEXT),
            None,
        ),
        ({"description": ""}, closed(description=""), None),
        ({"requisition": None, **OTHER_TITLE}, closed(requisition=None), None),
        (
            {"requisition": "", "internal_job": "", **OTHER_TITLE},
            closed(requisition="", internal_job=""),
            None,
        ),
    ],
)
def test_a_posting_repeats_another_by_its_numbers_or_by_title_place_and_text(
    new: dict[str, Any], left: FormerPosting, expected: str | None
) -> None:
    assert reason({"description": "short", **new}, left) == expected


def test_the_order_of_places_is_nothing() -> None:
    left = closed(location="Paris; Rome", locations=("Paris", "Rome"), description=TEXT)
    assert (
        reason(
            {"location": "Rome; Paris", "locations": ("Rome", "Paris"), "description": TEXT}, left
        )
        is not None
    )


def test_a_number_that_a_listed_posting_carries_says_nothing_alone() -> None:
    shared = (JobNumbers("R-7", "9"),)
    new = {"requisition": "R-7", "internal_job": "9", "description": "short"}
    assert (
        reason({**new, **OTHER_TITLE}, closed(requisition="R-7", internal_job="9"), listed=shared)
        is None
    )
    assert (
        reason(new, closed(requisition="R-7", internal_job="9"), listed=shared)
        == "the same internal job 9, title and place"
    )


def test_a_requisition_shared_by_many_jobs_proves_nothing() -> None:
    left = [
        closed(1, requisition="TANK", title="Nurse"),
        closed(2, requisition="TANK", title="Porter"),
    ]
    assert reason({"requisition": "TANK", "title": "Physician"}, *left) is None
    found = find_repost(posting("2", requisition="TANK", title="Porter"), left, [])
    assert found == Repost(2, "the same requisition TANK, title and place")


def test_the_surest_reason_wins_and_then_what_left_last() -> None:
    by_text = closed(1, description=TEXT)
    by_number = closed(2, requisition="R-7", days=30, **OTHER_TITLE)
    found = find_repost(
        posting("2", requisition="R-7", description=TEXT), [by_text, by_number], [NONE]
    )
    assert found is not None
    assert found.id == 2
    latest = find_repost(
        posting("2", description=TEXT),
        [closed(1, days=9, description=TEXT), closed(2, days=2, description=TEXT)],
        [],
    )
    assert latest is not None
    assert latest.id == 2


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine)


def reposts(history: History) -> list[tuple[Any, ...]]:
    return history.ask(
        "SELECT key, repost_of FROM postings WHERE repost_of IS NOT NULL ORDER BY key"
    )


FIRST = f"{BOARD}:1"


def rest() -> list[Any]:
    return [posting(str(key), title=f"Analyst {key}") for key in range(2, 10)]


def test_a_repost_of_a_closed_posting_is_opened_reported_and_says_what_it_repeats(
    history: History,
) -> None:
    history.check(snapshot([posting("1", requisition="R-7"), *rest()]))
    history.check(snapshot(rest(), {"1": Probe.GONE}))
    history.check(
        snapshot([*rest(), posting("99", requisition="R-7", title="Research Engineer II")])
    )
    assert ("99", "opened", None, None, None) in history.changes()
    assert reposts(history) == [("99", FIRST)]
    assert history.ask("SELECT repost_reason FROM posting WHERE key = '99'") == [
        ("the same requisition R-7",)
    ]
    message = load(history.alerted("(SELECT message FROM alert WHERE id = alert_id)")[-1])
    assert isinstance(message, RoleMessage)
    assert (message.kind, message.role.repost_of) == ("opened", FIRST)
    assert "posted this role again" in lines(message)[0]
    assert "the earlier posting closed" in lines(message)[-1]


def test_a_posting_missing_in_the_same_check_can_be_repeated(history: History) -> None:
    history.check(snapshot([posting("1", description=TEXT), *rest()]))
    history.check(snapshot([posting("99", description=TEXT), *rest()]))
    assert history.states()["1"] == "open"
    assert reposts(history) == [("99", FIRST)]


def test_what_is_listed_or_proved_to_be_there_is_not_repeated(history: History) -> None:
    history.check(snapshot([posting("1", requisition="R-7", description=TEXT), *rest()]))
    history.check(
        snapshot(
            [
                posting("1", requisition="R-7", description=TEXT),
                *rest(),
                posting("98", requisition="R-7", description=TEXT),
            ]
        )
    )
    history.check(
        snapshot(
            [posting("99", requisition="R-7", description=TEXT), *rest()],
            {"1": Probe.THERE, "98": Probe.THERE},
        )
    )
    assert reposts(history) == []


@pytest.mark.parametrize(("days", "expected"), [(89, [("99", FIRST)]), (91, [])])
def test_what_left_long_ago_is_not_repeated(
    history: History, days: int, expected: list[tuple[str, str]]
) -> None:
    assert timedelta(days=89) < RECENTLY < timedelta(days=91)
    history.check(snapshot([posting("1", requisition="R-7"), *rest()]))
    history.check(snapshot(rest(), {"1": Probe.GONE}))
    history.check(snapshot([*rest(), posting("99", requisition="R-7")]), minutes=days * 24 * 60)
    assert reposts(history) == expected


def test_a_repost_that_could_not_be_read_at_first_is_known_when_it_can(history: History) -> None:
    history.check(snapshot([posting("1", requisition="R-7"), *rest()]))
    history.check(snapshot([unreadable("99"), *rest()], {"1": Probe.GONE}))
    history.check(snapshot([posting("99", requisition="R-7"), *rest()]))
    assert reposts(history) == [("99", FIRST)]


def test_a_baseline_repeats_nothing_and_what_returns_under_its_key_is_no_repost(
    history: History,
) -> None:
    twins = [posting("1", description=TEXT), posting("2", description=TEXT)]
    history.check(snapshot(twins))
    history.check(snapshot(twins[1:], {"1": Probe.GONE}))
    history.check(snapshot(twins))
    assert reposts(history) == []


def test_a_board_that_changes_all_its_keys_is_matched_one_by_one(history: History) -> None:
    history.check(snapshot(postings(60)))
    moved = [
        posting(f"9{one.key}", title=one.title, description=f"{one.description} {one.key}")
        for one in postings(60)
    ]
    history.check(snapshot(moved))
    assert sorted(reposts(history)) == sorted((one.key, f"{BOARD}:{one.key[1:]}") for one in moved)


def test_a_repost_keeps_saying_so_when_it_is_revised(history: History) -> None:
    history.check(snapshot([posting("1", requisition="R-7"), *rest()]))
    history.check(snapshot([posting("99", requisition="R-7"), *rest()], {"1": Probe.GONE}))
    history.check(
        snapshot([posting("99", requisition="R-7", title="Principal Research Engineer"), *rest()])
    )
    message = load(history.alerted("(SELECT message FROM alert WHERE id = alert_id)")[-1])
    assert isinstance(message, RoleMessage)
    assert (message.kind, message.role.repost_of) == ("revised", FIRST)
