"""The strip of coverage: a cell a day, and the same in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.web.coverage_strip import DAYS, Stretch, since, strip_of

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0)
A_DAY = timedelta(days=1)
LONG_AGO = NOW - timedelta(days=90)


def kinds(*stretches: Stretch) -> str:
    """Return the first letters of the cells: k(nown), p(art), u(nknown), n(one)."""
    return "".join(cell.kind[0] for cell in strip_of(stretches, NOW, UTC).cells)


def sentence(*stretches: Stretch) -> str:
    return strip_of(stretches, NOW, UTC).sentence


def test_a_board_that_was_always_read_is_known_every_day() -> None:
    always = Stretch(LONG_AGO, None, known=True)
    assert kinds(always) == "k" * DAYS
    assert sentence(always) == "Known all the time in the last 30 days."


def test_a_board_without_two_checks_is_not_known() -> None:
    assert kinds() == "n" * DAYS
    assert sentence() == "Not known at any time in the last 30 days."


def test_a_new_board_is_watched_from_its_first_day() -> None:
    new = Stretch(NOW - timedelta(hours=30), None, known=True)
    assert kinds(new) == "n" * 28 + "kk"
    assert sentence(new) == "Known all the time in the 2 days that it was watched."
    assert sentence(Stretch(NOW - timedelta(hours=1), None, known=True)) == (
        "Known all the time in one day."
    )


def test_a_gap_is_on_its_days() -> None:
    gap = (MIDNIGHT - 3 * A_DAY + timedelta(hours=18), MIDNIGHT - A_DAY)
    rows = (
        Stretch(LONG_AGO, gap[0], known=True),
        Stretch(*gap, known=False),
        Stretch(gap[1], None, known=True),
    )
    assert kinds(*rows) == "k" * 26 + "pukk"
    strip = strip_of(rows, NOW, UTC)
    assert strip.cells[26].title == "Mar 27: known 75% of the day"
    assert strip.cells[27].title == "Mar 28: not known"
    assert strip.sentence == "Known 96% of the last 30 days, with gaps on 2 days."


def test_a_board_that_is_not_read_any_more_is_not_known() -> None:
    assert kinds(Stretch(LONG_AGO, None, known=False)) == "u" * DAYS
    assert sentence(Stretch(LONG_AGO, None, known=False)) == "Not known in the last 30 days."


def test_the_strip_of_an_unwatched_board_ends_with_its_coverage() -> None:
    assert kinds(Stretch(LONG_AGO, MIDNIGHT - A_DAY, known=True)) == "k" * 28 + "nn"


def test_a_minute_without_state_leaves_a_day_known() -> None:
    at = MIDNIGHT - A_DAY + timedelta(hours=3)
    rows = (
        Stretch(LONG_AGO, at, known=True),
        Stretch(at, at + timedelta(minutes=10), known=False),
        Stretch(at + timedelta(minutes=10), None, known=True),
    )
    assert kinds(*rows) == "k" * DAYS


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")])
def test_days_are_those_of_the_readers_zone(zone: ZoneInfo) -> None:
    begin = since(NOW, zone)
    assert begin.astimezone(zone).hour == 0
    assert timedelta(days=29) - timedelta(hours=2) <= NOW - begin <= timedelta(days=30)
    strip = strip_of([Stretch(begin, None, known=True)], NOW, zone)
    assert [cell.kind for cell in strip.cells] == ["known"] * DAYS
