"""Places as people write them."""

from __future__ import annotations

import pytest

from monitor.text.places import difference, format_places, split_places


@pytest.mark.parametrize(
    ("places", "workplace", "shown"),
    [
        (["London (UK)"], "", "London (UK)"),
        (["Cambridge (MA)", "Cambridge (UK)"], "", "Cambridge (MA), Cambridge (UK)"),
        (["Berlin (Mitte, Wedding), Germany"], "", "Berlin (Mitte, Wedding)"),
        (["[London]"], "", "London"),
        (["Remote (US)"], "", "Remote (US)"),
        (["Remote, (US)"], "", "Remote (US)"),
        (["London (not remote)"], "", "London"),
        (["No remote, Paris"], "", "Paris"),
        (["The Hague (Remote)"], "", "Remote (The Hague)"),
        (["Remote, First Avenue"], "", "Remote (First Avenue)"),
        (["Remote-first, within the UK"], "", "Remote (UK)"),
        (["Remote-Friendly (Travel-Required)"], "", "Remote"),
        (["USA", "United States"], "", "US"),
        (["london, UK", "London, Ontario"], "", "london, UK, London, Ontario"),
        ([",,,"], "hybrid", "Hybrid"),
        ([",,,"], "", ""),
        (["Hybrid - London"], "hybrid", "Hybrid - London"),
    ],
)
def test_a_place_keeps_its_own_words(places: list[str], workplace: str, shown: str) -> None:
    assert format_places(places, workplace) == shown


@pytest.mark.parametrize(
    ("old", "new", "dropped", "added"),
    [
        ("London, UK", "London, UK; London, Ontario", [], ["London, Ontario"]),
        ("Cambridge, UK", "Cambridge, MA; Boston", ["Cambridge, UK"], ["Cambridge, MA", "Boston"]),
        ("London", "London, UK; Paris", [], ["Paris"]),
        ("London, UK; Paris", "London", ["Paris"], []),
        ("USA", "United States; Canada", [], ["Canada"]),
        ("London", "Remote, London", ["London"], ["Remote (London)"]),
        ("London; London", "London", ["London"], []),
    ],
)
def test_two_places_of_one_name_are_not_the_same_place(
    old: str, new: str, dropped: list[str], added: list[str]
) -> None:
    assert difference(split_places(old), split_places(new)) == (dropped, added)
