"""A key opens one feed or calendar, and says nothing of the password."""

from __future__ import annotations

import re

import pytest

from monitor.web.keys import is_key, key_of

FEED = "/feeds/all.atom"
PATHS = (FEED, "/feeds/research-engineer.atom", "/calendar.ics", "/calendar/research-engineer.ics")


def test_each_path_has_a_key_of_its_own() -> None:
    keys = {path: key_of("secret", path) for path in PATHS}
    assert len(set(keys.values())) == len(PATHS)
    assert [
        (path, other) for path in PATHS for other in PATHS if is_key("secret", path, keys[other])
    ] == [(path, path) for path in PATHS]


def test_a_key_is_safe_in_an_address() -> None:
    for number in range(200):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", key_of(f"secret {number}", FEED))


def test_a_key_is_the_same_at_every_start() -> None:
    """People subscribe for years: this value may never change."""
    assert key_of("secret", FEED) == "9NJic_N8ExWD1u03Zq07dR8qAjTTlnw550OkIOB7jLM"


def test_a_new_password_makes_new_keys() -> None:
    assert not is_key("other", FEED, key_of("secret", FEED))


@pytest.mark.parametrize("given", ["", "secret", "x" * 43, "ü", "\ud800", "\x00", "a" * 100_000])
def test_a_wrong_key_opens_nothing(given: str) -> None:
    assert not is_key("secret", FEED, given)


def test_without_a_password_no_key_opens_anything() -> None:
    assert not is_key("", FEED, key_of("", FEED))


def test_a_password_may_have_any_characters() -> None:
    for password in ("pässwörd 🔑", "\udcff\udcfe"):  # the second: bytes that are no UTF-8
        assert is_key(password, FEED, key_of(password, FEED))
