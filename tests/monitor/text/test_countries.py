"""Countries as people write them in a filter."""

from __future__ import annotations

import pytest

from monitor.errors import UserError
from monitor.text.countries import country_code


@pytest.mark.parametrize("text", ["GB", "gb", "United Kingdom", "united kingdom"])
def test_a_code_and_an_english_name_are_a_country(text: str) -> None:
    assert country_code(text) == "GB"


@pytest.mark.parametrize("text", ["Europe", "150", "EU", "European Union", "ZZ", "world", "xx", ""])
def test_a_continent_a_union_and_an_unknown_code_are_no_country(text: str) -> None:
    with pytest.raises(UserError, match=f"country={text}: use a code of two letters"):
        country_code(text)
