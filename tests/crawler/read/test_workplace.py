"""The workplace that a location, or a field of an ATS, states."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.read.workplace import workplace

WORDS = st.lists(
    st.sampled_from(
        ["London", "Remote", "Hybrid", "On-site", "2 days", "not", " & ", ", ", "; ", "(", ")", " "]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("Remote - US", "remote"),
        ("REMOTE", "remote"),
        ("Home based - EMEA", "remote"),
        ("Remote, Canada; Remote, US", "remote"),
        ("Hybrid", "hybrid"),
        ("Hybrid - Lisbon, Portugal", "hybrid"),
        ("In-Office", "onsite"),
        ("Office Based - London, UK", "onsite"),
        ("On-site", "onsite"),
        ("Hybrid; In-Office", None),
        ("Austin, TX; Remote", None),
        ("Remote-Friendly (Travel-Required) | Seattle, WA", None),
        ("London, UK", None),
        ("Remoteville", None),
        ("", None),
    ],
)
def test_a_workplace_is_read_if_every_place_states_it(location: str, said: str | None) -> None:
    assert workplace(location) == said


@pytest.mark.parametrize(
    "location",
    [
        "Partially remote",
        "Initially remote",
        "80% remote",
        "2 days remote",
        "Remote 2 days a week, Leeds",
        "Leeds (remote on Fridays)",
        "On-site (4 days a week)",
        "Remote during the first year",
        "Remote work possible",
        "Hybrid optional",
        "Remote möglich",
        "Remote work unavailable",
        "Remote preferred, Tulsa",
        "Preferably remote",
        "Remote-capable, Tulsa",
        "Remote Flexible",
        "Remote after training",
        "Remote, then Tulsa",
        "Remote to start",
        "Leeds (remote on request)",
        "On-site at least 3 days",
        "On-site preferred",
        "Primarily remote",
        "Leeds, generally on-site",
        "Onsite in Leeds 4 days/week",
        "Office-based with remote options",
        "Remoto parcial",
        "Parcialmente remoto",
        "Praca częściowo zdalna",
        "Delvis på distans",
        "50/50 remote",
    ],
)
def test_a_workplace_on_some_days_or_on_request_is_none(location: str) -> None:
    assert workplace(location) is None


@pytest.mark.parametrize(
    "location",
    [
        "Remote & Tulsa, OK",
        "Leeds + Remote",
        "Remote (EMEA) and Leeds",
        "Several towns, including remote",
        "US-Remote, US-Tulsa, US-Reno",
        "US-Tulsa, US-West (Remote)",
        "Seattle, New York, Remote",
        "Austin, TX, Denver, CO, Remote",
        "Boston, Philadelphia, Remote",
    ],
)
def test_remote_beside_towns_is_a_choice(location: str) -> None:
    assert workplace(location) is None


@pytest.mark.parametrize(
    "location",
    [
        "Remote Sensing Lab",
        "Virtual Reality Studio, Leeds",
        "Distributed Systems Team, Leeds",
        "Hybrid Cloud Campus",
        "Remote Hub - Tulsa",
        "Remote Support Center, Leeds",
        "Remotely managed site, Tulsa",
        "Lead of a remote team in Leeds",
        "Virtual Office, Leeds",
        "Leeds - remote-first company",
    ],
)
def test_a_name_with_such_a_word_states_no_workplace(location: str) -> None:
    assert workplace(location) is None


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("100% remote", "remote"),
        ("Remote (25% travel)", "remote"),
        ("Remote - Texas, California", "remote"),
        ("Remote, Ontario, Canada", "remote"),
        ("New York, New York, USA, Remote", "remote"),
        ("US-Remote, CA-Remote", "remote"),
        ("Remote and flexible", "remote"),
        ("Hybrid (3 days on-site)", "hybrid"),
        ("Hybrid, 50% remote", "hybrid"),
        ("5 days in office", "onsite"),
        ("Remote, flexible hours", "remote"),
        ("Remote (flexible hours)", "remote"),
        ("Hybrid (flexible)", "hybrid"),
        ("Hybrid - 2 days/week in office", "hybrid"),
    ],
)
def test_words_beside_a_workplace_leave_it_as_it_is(location: str, said: str) -> None:
    assert workplace(location) == said


@settings(max_examples=200, deadline=None)
@given(WORDS | st.text())
def test_no_text_is_refused(text: str) -> None:
    assert workplace(text) in {"remote", "hybrid", "onsite", None}


@pytest.mark.parametrize(
    "hostile",
    [
        "not remote " * 9_000,
        "· Hybrid " * 9_000,
        "remote & " * 9_000,
        "2 days " * 15_000,
        "Remote, " * 9_000,
        "remote (" * 12_000,
    ],
)
def test_a_hostile_text_is_read_quickly(hostile: str) -> None:
    begun = time.process_time()
    workplace(hostile)
    assert time.process_time() - begun < 4
