import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.read.countries import country_name
from crawler.read.place import is_work_model, place_of, places

LOCATIONS = st.lists(
    st.sampled_from(
        ["London", "Remote", " / ", "/", ";", " or ", "|", "(US or Canada)", "(", ", ", " "]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("location", "single"),
    [
        ("Mountain View, California, US", ("Mountain View, California, US",)),
        (
            "London, UK; New York City, New York, US ;",
            ("London, UK", "New York City, New York, US"),
        ),
        ("San Francisco, CA | Seattle, WA", ("San Francisco, CA", "Seattle, WA")),
        ("Chicago, IL or Remote, USA", ("Chicago, IL", "Remote, USA")),
        ("Berlin and/or Paris", ("Berlin", "Paris")),
        ("Santa Monica, CA/Remote", ("Santa Monica, CA", "Remote")),
        ("Remote/London", ("Remote", "London")),
        ("Newark/Elizabeth, NJ", ("Newark/Elizabeth, NJ",)),
        ("Remote Germany | Stuttgart, Munich ", ("Remote Germany", "Stuttgart, Munich")),
        ("Remote (US or Canada)", ("Remote (US or Canada)",)),
        ("Remote - US", ("Remote - US",)),
        ("Oregon", ("Oregon",)),
        ("Leeds - 2 days/week in office", ("Leeds - 2 days/week in office",)),
        ("Paris; paris;  Paris", ("Paris",)),
        ("", ()),
        (" ; | ", ()),
    ],
)
def test_a_location_is_split_into_its_places(location: str, single: tuple[str, ...]) -> None:
    assert places(location) == single


@pytest.mark.parametrize(
    "location", ["Hybrid", "In-Office", "Remote", "Hybrid or Remote", "remote / hybrid"]
)
def test_a_workplace_alone_names_no_place(location: str) -> None:
    assert is_work_model(location)


@pytest.mark.parametrize(
    "location", ["", "London", "Remote - US", "Hybrid - Sydney", "Office Based - London, UK"]
)
def test_a_place_is_more_than_a_workplace(location: str) -> None:
    assert not is_work_model(location)


@settings(max_examples=200, deadline=None)
@given(LOCATIONS | st.text())
def test_places_of_any_text_are_whole_and_unique(location: str) -> None:
    found = places(location)
    assert all(place and place == place.strip() for place in found)
    assert len({place.casefold() for place in found}) == len(found)
    is_work_model(location)


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 100_000,
        "a or " * 20_000,
        " " * 100_000,
        " / " * 30_000,
        "remote/" * 15_000,
        "[(" * 50_000,
        "a/b" * 30_000,
    ],
)
def test_a_hostile_location_is_read_quickly(hostile: str) -> None:
    begun = time.process_time()
    places(hostile)
    assert time.process_time() - begun < 4


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        (("Austin", "Texas", "United States"), "Austin, Texas, United States"),
        (("New York", "New York", "United States"), "New York, New York, United States"),
        (("Szczecin", "", "Poland"), "Szczecin, Poland"),
        (("Singapore", "Singapore", "Singapore"), "Singapore"),
        ((" Remote ", None, "France"), "Remote, France"),
        (("", None), ""),
    ],
)
def test_parts_of_a_place_are_one_line(parts: tuple[object, ...], written: str) -> None:
    assert place_of(*parts) == written


@pytest.mark.parametrize(
    ("code", "name"), [("us", "United States"), ("DE", "Germany"), ("zq", "zq"), (None, "")]
)
def test_a_country_has_a_name_by_its_code(code: str | None, name: str) -> None:
    assert country_name(code) == name
