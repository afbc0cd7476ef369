"""The estimate against lifelines', and against what can be counted by hand."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.queries.stats_input import Spell
from monitor.reports.survival import Step, median, survival

spells = st.lists(
    st.builds(Spell, st.integers(1, 60).map(float), st.booleans()), min_size=1, max_size=40
)


@settings(deadline=None, max_examples=25)
@given(spells)
def test_the_curve_and_the_median_are_those_of_lifelines(found: list[Spell]) -> None:
    from lifelines import KaplanMeierFitter  # a second, for each worker  # noqa: PLC0415

    theirs = KaplanMeierFitter().fit(
        [spell.days for spell in found], [spell.closed for spell in found]
    )
    for days, share in survival(found):
        assert theirs.predict(days) == pytest.approx(share, abs=1e-12) or days == 0
    if any(share == pytest.approx(1 / 2, abs=1e-12) for _, share in survival(found)):
        # just a half: their product of shares may come out a little above it, and then they see no
        # median there
        return
    ours = median(found)
    assert (inf if ours is None else ours) == theirs.median_survival_time_


@pytest.mark.parametrize(
    ("found", "days"),
    [
        ([], None),
        ([Spell(5, closed=False)], None),
        ([Spell(5, closed=True)], 5),
        ([Spell(1, closed=True), Spell(9, closed=True)], 1),
        ([Spell(1, closed=True), Spell(9, closed=False), Spell(9, closed=False)], None),
        ([Spell(2, closed=False), Spell(3, closed=True), Spell(4, closed=False)], 3),
    ],
)
def test_what_is_still_open_counts_as_long_as_it_was_seen(
    found: list[Spell], days: float | None
) -> None:
    assert median(found) == days


def test_all_roles_stay_open_where_none_closed() -> None:
    assert survival([Spell(3, closed=False)]) == [Step(0.0, 1.0)]
