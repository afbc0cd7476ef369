from crawler.read.cldr import tables
from crawler.read.cldr_from_babel import make_tables


def test_the_stored_names_are_those_of_babel() -> None:
    made, stored = make_tables(), tables()

    assert stored == made, "python -m crawler.read.cldr_from_babel renews them"
    # the first of two names that are folded alike counts
    assert list(stored.countries) == list(made.countries)
    assert list(stored.cities) == list(made.cities)
