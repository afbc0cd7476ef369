from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.health.watchdog import Lateness, Part
from monitor.queries.overdue import PendingWork


def waits(what: str, patience: float = 600) -> dict[Part, list[PendingWork]]:
    return {"rounds": [PendingWork(what, patience, f"{what} waits")]}


def test_what_waits_no_longer_than_it_may_is_in_time() -> None:
    lateness = Lateness()
    assert lateness.late(waits("a"), 0) == {}
    assert lateness.late(waits("a"), 599) == {}


def test_an_item_past_its_patience_is_late_with_its_own_reason() -> None:
    lateness = Lateness()
    lateness.late(waits("a"), 0)
    assert lateness.late(waits("a"), 600) == {"rounds": ["a waits"]}


def test_progress_restarts_the_wait() -> None:
    lateness = Lateness()
    lateness.late(waits("a 09:00"), 0)
    assert lateness.late(waits("a 09:15"), 600) == {}
    assert lateness.late(waits("a 09:15"), 1200) == {"rounds": ["a 09:15 waits"]}


def test_an_item_done_in_between_waits_again() -> None:
    lateness = Lateness()
    lateness.late(waits("a"), 0)
    lateness.late({}, 300)
    assert lateness.late(waits("a"), 600) == {}


def test_a_part_is_not_late_for_another() -> None:
    lateness = Lateness()
    lateness.late({"delivery": [PendingWork("a", 10, "slow")], "rounds": []}, 0)
    assert lateness.late(
        {"delivery": [PendingWork("a", 10, "slow")], "rounds": [PendingWork("a", 10, "new")]}, 10
    ) == {"delivery": ["slow"]}


@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.floats(0.1, 100)), max_size=30),
    st.floats(1, 300),
)
def test_an_item_seen_at_every_check_for_that_long_is_late(
    checks: list[tuple[set[str], float]], patience: float
) -> None:
    lateness, now, since = Lateness(), 0.0, dict[str, float]()
    for seen, passed in checks:
        now += passed
        since = {what: since.get(what, now) for what in seen}
        late = lateness.late(
            {"rounds": [PendingWork(what, patience, what) for what in sorted(seen)]}, now
        )
        assert late.get("rounds", []) == sorted(
            what for what in seen if now - since[what] >= patience
        )
