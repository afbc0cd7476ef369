"""Countries of places: those that are clear, and none where the text allows two."""

from __future__ import annotations

import pytest

from crawler.read.country import country_codes

CLEAR = {
    "London": "GB",
    "Tübingen": "DE",
    "Gießen (hybrid)": "DE",
    "Bamberg, SC": "US",
    "Umeå": "SE",
    "Daejeon": "KR",
    "Kongens Lyngby": "DK",
    "Canton, OH": "US",
    "Santa Elena, Ecuador": "EC",
    "London, England, United Kingdom": "GB",
    "Cambridge, UK": "GB",
    "Cambridge, MA": "US",
    "Cambridge, Massachusetts, United States": "US",
    "Cambridge, ON": "CA",
    "San Francisco, CA": "US",
    "Irvine, CA": "US",
    "Toronto, CA": "CA",
    "Berlin, DE": "DE",
    "Wilmington, DE": "US",
    "Dublin, CA": "US",
    "Paris, Texas": "US",
    "London, Ontario": "CA",
    "Atlanta, Georgia": "US",
    "Tbilisi, Georgia": "GE",
    "Georgia, USA": "US",
    "Bengaluru, India": "IN",
    "Coimbatore, IN": "IN",
    "IN, TN, Chennai": "IN",
    "Fort Wayne, IN": "US",
    "Haifa, IL": "IL",
    "Geneva, IL": "US",
    "Columbia, MO": "US",
    "Eindhoven, NL": "NL",
    "Perth, WA, Australia": "AU",
    "Remote - US": "US",
    "Remote U.S.": "US",
    "Remote: Canada": "CA",
    "US-Remote": "US",
    "Lawrence, KS - CAN BE REMOTE": "US",
    "US-CA-Menlo Park": "US",
    "USA.VA.Reston": "US",
    "USA DC Washington": "US",
    "New Orleans, LA USA 70112": "US",
    "Hong Kong, China": "HK",
    "San Juan, Puerto Rico, United States": "PR",
    "Singapore, Singapore": "SG",
    "Bosnia and Herzegovina": "BA",
    "Deutschland": "DE",
    "Zürich": "CH",
    "東京": "JP",
    "San Jose, Costa Rica": "CR",
    "San Jose, CA": "US",
    "Chennai, TN": "IN",
    "Chennai, TN, IN": "IN",
    "Mumbai, MH, India": "IN",
    "Perth, WA": "AU",
    "Adelaide, SA": "AU",
    "Belo Horizonte, MG, BR": "BR",
    "Salvador, BA, Brazil": "BR",
    "Berlin, BE, Germany": "DE",
    "Bern, BE": "CH",
    "Antwerp, BE": "BE",
    "Johannesburg, SA": "ZA",
    "Amsterdam, NH, NL": "NL",
    "Monterrey, NL": "MX",
    "Valletta, MT": "MT",
    "Bozeman, MT": "US",
    "Panama City, PA": "PA",
    "Panama City, FL": "US",
    "CA-ON-Toronto": "CA",
    "Granada, Spain": "ES",
    "Lisbon, PT": "PT",
    "Tallinn, EST": "EE",
    "400 8th Ave SE, Calgary, AB": "CA",
    "500 W MADISON ST, CHICAGO, IL": "US",
    "Russian Federation": "RU",
    "CH - Beijing, China": "CN",
    "CH - Basel": "CH",
    "SE London": "GB",
    "Malmö, SE": "SE",
    "Chatham, NJ": "US",
    "St. John's, NL": "CA",
    "Whitehorse, YT": "CA",
    "Veldhoven, NL": "NL",
    "Johannesburg, GP": "ZA",
    "Johannesburg, GP, ZA": "ZA",
    "Modena, MO": "IT",
    "Como, CO": "IT",
    "Lodi, CA": "US",
    "Verona, WI": "US",
    "Guwahati, AS": "IN",
    "Tijuana, BC": "MX",
    "Sevilla, SE": "ES",
    "Bogotá, D.C.": "CO",
    "Bogotá, DC, CO": "CO",
    "Washington, D.C.": "US",
    "Shanghai, SH": "CN",
    "Isle of Man": "IM",
    "ON-SITE - Austin, TX": "US",
    "CO-WORKING, Berlin": "DE",
    "AI Lab, Berlin": "DE",
    "Bamako, ML": "ML",
    "Minsk, BLR": "BY",
    "Swansea": "GB",
    "Kuwait City": "KW",
}
SEVERAL = {
    "London; New York": ("GB", "US"),
    "New York or London": ("US", "GB"),
    "US, Canada": ("US", "CA"),
    "US - Canada": ("US", "CA"),
    "Remote (US or Canada)": ("US", "CA"),
    "Remote (Continental US + Hawaii + Canada Only)": ("US", "CA"),
    "London, Paris": ("GB", "FR"),
    "Berlin, Germany; Munich, Germany": ("DE",),
    "Berlin, Germany, France": ("DE", "FR"),
    "US-New York, US-Chicago, US-Texas": ("US",),
}
UNCLEAR = (
    "Remote", "Georgia", "Remote, Georgia", "Athens, Georgia", "Cambridge", "San Jose", "Victoria",
    "CA", "Remote - CA", "Remote, DE", "Ontario, CA", "Moscow, ID", "Davis", "Congo", "Kosovo",
    "EMEA", "Europe", "Remote, EU", "Worldwide", "North America", "Latin America", "Hybrid",
    "Remote - NA", "NA", "Remote (EST)", "Remote (ET)", "Remote - PT", "Remote (9 AM - 5 PM)",
    "Canton", "Bangi, Selangor", "Granada", "Richmond, Victoria", "Macon", "2 Locations",
    "Lebanon, New Hampshire", "",
    "Headquarters", "CPT", "SE Asia", "Milan, TN", "Chatham", "Midway",
    "America or EMEA", "Halifax, CA", "Unknown Town, GP", "Unknown Town, VG", "Man", "CAD", "BLR",
    "ON-SITE", "ON SITE", "IN-OFFICE", "AT-HOME", "NO-REMOTE", "AI",
    "TO BE DETERMINED", "TO BE CONFIRMED", "NO RELOCATION",
)  # fmt: skip


@pytest.mark.parametrize(("place", "code"), CLEAR.items())
def test_a_clear_place_has_its_country(place: str, code: str) -> None:
    assert country_codes([place]) == (code,)


@pytest.mark.parametrize(("place", "codes"), SEVERAL.items())
def test_several_places_have_their_countries_in_order(place: str, codes: tuple[str, ...]) -> None:
    assert country_codes([place]) == codes


@pytest.mark.parametrize("place", UNCLEAR)
def test_an_unclear_place_has_no_country(place: str) -> None:
    assert country_codes([place]) == ()


def test_a_country_counts_once_and_unclear_places_are_left_out() -> None:
    assert country_codes(["Remote", "London", "Paris", "Leeds", "Cambridge"]) == ("GB", "FR")


def test_a_very_long_place_is_read_quickly() -> None:
    assert country_codes(["Cambridge, " * 5000]) == ()
