"""Find the place that a range of pay in a text is for: "Colorado: $98,000 - $112,000".

The label of a range is the text before it in its line, or the line above, or "in Denver" behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from crawler.read.countries import names_of_state, zones_by_state
from crawler.read.country import country_codes
from crawler.read.country_names import countries_by_name, folded
from crawler.read.letters import fold_letters
from crawler.read.money_ranges import MoneyRange
from crawler.read.place import is_work_model, places

_BEFORE, _BEHIND = 160, 80  # characters of a label
_TRAILING = re.compile(
    r"\s?(?:\((?P<inside>[^()]{1,80})\)"
    r"|(?:per (?:year|annum)\s|annually\s)?(?:in|for|at)\s(?P<rest>[^.;,(]{1,80}))"
)
_SENTENCE_END = re.compile(  # and behind "Dallas, TX" if a word of its own follows
    r"[^\W_A-Z](?<!\b[SJ]r)[.;!?]\s+(?=[^\W\d_a-z])|\s?\.\s+(?=(?:The|This|For|Our|If)\s)"
)
_APART = re.compile(
    r"\([^()]*\b(?:outside|except|excluding|excl)\b[^()]*\)"
    r"|\b(?:outside|except|excluding|other than|not in|elsewhere|all other|rest of)\b.*",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?:[A-Z]\.){2,3}|[^\W\d_](?:[\w'\u2019-]*[^\W_])?")
_CODES = frozenset(
    {"US", "USA", "UK", "CAN", "UAE", "SF", "NYC"}
)  # others are also words or states
_SHORTEST = 4  # letters of a name
_WORDS = 3  # of a name, at most
_PIECE = re.compile(r"[,()\[\]/:]|\s[-\u2013\u2014]\s")
_NOISE = re.compile(
    r"(?<![^\W_])(?:remote|hybrid|on-?site|office|hq|based|anywhere|within|in|the|area|greater)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_NATION = re.compile(r"\b(?:U\.?S\.?A?|United States)(?![^\W_])")
_PRIMARY = re.compile(r"\bprimary location\b", re.IGNORECASE)
_ALSO = {
    "new york": ("NYC", "New York City", "Manhattan"),
    "new york city": ("NYC", "New York"),
    "nyc": ("New York", "New York City"),
    "san francisco": ("SF", "Bay Area"),
    "sf": ("San Francisco", "Bay Area"),
    "los angeles": ("LA",),
    "dc": ("D.C.",),
    "d.c.": ("DC",),
    "district of columbia": ("DC", "D.C."),
    "us": ("United States", "USA", "U.S."),
    "usa": ("United States", "US", "U.S."),
    "united states": ("US", "USA", "U.S."),
    "uk": ("United Kingdom", "U.K.", "Britain"),
    "united kingdom": ("UK", "U.K.", "Britain"),
    "canada": ("CAN",),
}

_STATES_OF_TOWNS = {  # large towns; and those whose names hold the name of another state
    "New York City": "NY", "NYC": "NY", "San Francisco": "CA", "SF": "CA", "Bay Area": "CA",
    "Los Angeles": "CA", "Seattle": "WA", "Denver": "CO", "Boulder": "CO", "Chicago": "IL",
    "Boston": "MA", "Austin": "TX", "Dallas": "TX", "Houston": "TX", "Atlanta": "GA",
    "Kansas City": "MO", "Washington, D.C.": "DC", "Washington, DC": "DC", "Washington D.C.": "DC",
    "Washington DC": "DC",
}  # fmt: skip
_NO_COMPANY = (  # no word with a capital follows, as in "Washington Post"
    r"(?![^\W_])(?!\s(?!(?:Pay|Salary|Base|Compensation|Hiring|Annual|State|City|Metro|Area|Residents"
    r"|Applicants|Candidates|Only|Office|Based|Range|Bay|Metropolitan|County|Employees|Locations?"
    r"|Region|Zone|Market|Hub|Team|Target|Total|Hourly|Full|Tier|Level|Remote|Hybrid)\b)[A-Z][a-z])"
)
_IS_NO_COMPANY = re.compile(_NO_COMPANY)
_LAW = (
    re.compile(  # it makes employers state pay, wherever the role is: "New York City Local Law 32"
        r"(?:(?:[A-Z][\w'\u2019]*|and|of|for|pay|transparency|equal)\s){1,9}?"
        r"(?:[Ll]aws?|[Aa]ct|[Oo]rdinance|[Rr]egulations?|[Ss]tatutes?|[Ll]egislation)(?![^\W_])"
    )
)
_METROS = (frozenset({"NY", "NJ", "CT"}), frozenset({"DC", "MD", "VA"}), frozenset({"MO", "KS"}))


def label_of(line: str, money: MoneyRange, *, begin: int, above: str) -> str:
    """Return the words that may name the place of a range, without exceptions ("outside NYC").

    `begin` is the end of the previous amount in the line, `above` the last line without money.
    """
    behind = _TRAILING.match(line, money.end, money.end + _BEHIND)
    trailing = (behind["inside"] or behind["rest"]) if behind else ""
    if trailing and countries_named(trailing):
        return _APART.sub(" ", trailing)
    before = line[begin : money.start]
    if begin and (of_previous := _TRAILING.match(before)):
        before = before[of_previous.end() :]
    before = _SENTENCE_END.split(before[-_BEFORE:])[-1]
    return _APART.sub(" ", before if before.strip("•*- ") else above[-_BEFORE:])


def is_elsewhere(label: str, countries: frozenset[str]) -> bool:
    """Return True if a label names countries, or places in them, and none of the posting's."""
    named = countries_named(label) if countries else frozenset()
    return bool(named) and named.isdisjoint(countries)


def is_in_other_states(label: str, place: str) -> bool:
    """Return True if a label names states, or large towns, and the posting is in other ones.

    False unless each place of the posting names its state. Suburbs in the state next to a city
    share its pay.
    """
    here = [_states_named(one) for one in places(place)]
    named = _states_named(_LAW.sub(" ", label)) if here and all(here) else frozenset()
    return bool(named) and frozenset().union(*map(_with_suburbs, here)).isdisjoint(named)


def _with_suburbs(states: frozenset[str]) -> frozenset[str]:
    return states.union(*(metro for metro in _METROS if metro & states))


@lru_cache(maxsize=256)
def _states_named(text: str) -> frozenset[str]:
    """Return the codes of the states that a text names, or whose large towns it names.

    A code alone may be a word. So codes count only behind a comma, or beside another state.
    """
    names, codes = _state_patterns()
    found = {
        _STATES_OF_TOWNS.get(name) or min(names_of_state(name), key=len)
        for match in names.finditer(text)
        if (name := match[0].removeprefix(", "))
    }
    return frozenset(found.union(codes.findall(text)) if found else found)


@lru_cache(maxsize=1)
def _state_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return a pattern for names and for codes behind a comma, and one for all codes."""
    known = {name for key in zones_by_state() for name in names_of_state(key)}
    codes = "|".join(sorted(name for name in known if name.isupper()))
    names = {name for name in known if not name.isupper()}.union(_STATES_OF_TOWNS)
    any_name = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return (
        re.compile(rf"(?<![^\W_])(?:{any_name}){_NO_COMPANY}|, (?:{codes})(?![^\W_])"),
        re.compile(rf"(?<![^\W_])(?:{codes})(?![^\W_])"),
    )


@lru_cache(maxsize=256)
def countries_named(label: str) -> frozenset[str]:
    """Return the ISO 3166 codes of the countries that a label names, or whose places it names.

    "Boston Scientific" is no place.
    """
    words = list(_WORD.finditer(label))
    found: set[str] = set()
    at = 0
    while at < len(words):
        for count in range(min(_WORDS, len(words) - at), 0, -1):
            if codes := _codes_of(label, words[at : at + count]):
                found.update(codes)
                at += count
                break
        else:
            at += 1
    return frozenset(found)


def _codes_of(label: str, words: Sequence[re.Match[str]]) -> tuple[str, ...]:
    """Return the codes of a place. Empty for other words, and for those of an employer's name."""
    name = " ".join(word[0] for word in words)
    if not (name[0].isupper() and words[-1][0][0].isupper()):
        return ()
    is_known_form = len(name) >= _SHORTEST or name in _CODES or "." in name
    codes = country_codes([name]) if is_known_form else ()
    is_alone = _IS_NO_COMPANY.match(label, words[-1].end())
    return codes if is_alone or name in _CODES or folded(name) in countries_by_name() else ()


def for_place(labels: Sequence[str], place: str) -> list[int]:
    """Return the indexes of the labels that name the first place of a posting.

    The most exact name that tells labels apart decides: the town, then its region and country.
    Else labels without a town or state count, if all others are for other states. Empty if none
    does.
    """
    for names in (_PRIMARY, *_names(place)):
        matching = [index for index, label in enumerate(labels) if names.search(label)]
        if 0 < len(matching) < len(labels):
            return matching
    usual = [index for index, label in enumerate(labels) if not is_in_other_states(label, place)]
    names_a_town = any(countries_named(_NATION.sub(" ", labels[index])) for index in usual)
    return [] if names_a_town else usual


@lru_cache(maxsize=256)
def _names(place: str) -> tuple[re.Pattern[str], ...]:
    """Return a pattern for each part of the first place, with its other names; exact ones first."""
    first = next((one for one in places(place) if not is_work_model(one)), "")
    pieces = [" ".join(_NOISE.sub(" ", piece).split()) for piece in _PIECE.split(first)]
    pieces = [piece.strip(" -.") or piece for piece in pieces if piece.strip(" -.")]
    return tuple(
        _any_of({piece, *_ALSO.get(fold_letters(piece), ()), *names_of_state(piece)})
        for piece, following in zip(pieces, [*pieces[1:], ""], strict=False)
        if not _is_other_state(piece, following)
    )


def _is_other_state(name: str, following: str) -> bool:
    """Return True for the town of Washington in D.C., whose name is that of a state elsewhere."""
    states, key = zones_by_state(), fold_letters(name)
    here = names_of_state(following)
    return key in states and bool(here or following in states) and name not in here


def _any_of(names: set[str]) -> re.Pattern[str]:
    """Return a pattern for whole names; those of two or three letters in capitals only."""
    written = (
        re.escape(name) if len(name) < _SHORTEST or "." in name else f"(?i:{re.escape(name)})"
        for name in sorted(names)
    )
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(written)})(?![^\W_])")
