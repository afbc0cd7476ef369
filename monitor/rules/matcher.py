"""Whether a posting fits a rule, and the words that say why: pure, so that history can be asked as well as a new snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.text.phrases import Phrase, PlaceCode, included, place_phrase

# how often the period comes in a year of work
_A_YEAR = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What of a posting a rule can look at. Empty texts and None where the board does not say."""

    board: str  # "greenhouse:deepmind"
    company: str
    title: str
    department: str = ""
    description: str = ""
    location: str = ""  # as the board writes it
    locations: tuple[str, ...] = ()  # its single places
    workplace: str | None = None  # remote hybrid onsite
    pay_min: float | None = None  # units of the currency
    pay_max: float | None = None  # units of the currency
    pay_currency: str | None = None  # ISO 4217
    pay_period: str | None = None  # year month week day hour


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rule's word on a posting."""

    rule: str
    fits: bool
    # 'title has “research engineer”; location has “Mountain View”'; empty when it does not fit
    words: str = ""
    # the first condition that failed: 'none of “research engineer” in title'; empty when it fits
    failed: str = ""


_FIELDS: dict[str, Callable[[Candidate], tuple[str, ...]]] = {
    "title": lambda candidate: (candidate.title,),
    "description": lambda candidate: (candidate.description,),
    "department": lambda candidate: (candidate.department,),
    "location": lambda candidate: (candidate.location, *candidate.locations),
    "company": lambda candidate: (candidate.company,),
}


class Matcher:
    """A rule made ready to look at many postings."""

    def __init__(self, rule: Rule) -> None:
        """Raises ValueError for a phrase that cannot be looked for; `config.load` has refused those already."""
        self.rule = rule
        self._any = tuple(Phrase(written) for written in rule.any)
        self._all = tuple(Phrase(written) for written in rule.all)
        self._none = tuple(Phrase(written) for written in rule.none)
        self._places = tuple(place_phrase(written) for written in rule.locations)
        self._boards = frozenset(rule.boards)
        self._no_any = f"none of {_quoted(rule.any)} in {_either(rule.within)}"
        self._no_place = f"location is none of {', '.join(rule.locations)}"

    def explain(self, candidate: Candidate) -> Explanation:
        """Whether the rule fits, and which words fitted or which condition failed first."""
        words: list[str] = []
        for condition in (
            self._board,
            self._phrases_any,
            self._phrases_all,
            self._phrases_none,
            self._place,
            self._pay,
        ):
            failed = condition(candidate, words)
            if failed:
                return Explanation(self.rule.name, fits=False, failed=failed)
        return Explanation(self.rule.name, fits=True, words="; ".join(words))

    def _board(self, candidate: Candidate, _words: list[str]) -> str:
        if not self._boards or candidate.board in self._boards:
            return ""
        return f"board is none of {', '.join(self.rule.boards)}"

    def _phrases_any(self, candidate: Candidate, words: list[str]) -> str:
        if not self._any:
            return ""
        found = _found(self._any, self.rule.within, candidate)
        words += found
        return "" if found else self._no_any

    def _phrases_all(self, candidate: Candidate, words: list[str]) -> str:
        for phrase in self._all:
            found = _found((phrase,), self.rule.within, candidate)
            if not found:
                return f"no “{phrase.written}” in {_either(self.rule.within)}"
            words += found
        return ""

    def _phrases_none(self, candidate: Candidate, _words: list[str]) -> str:
        for field in self.rule.none_in:
            excluding = _first(self._none, _FIELDS[field](candidate))
            if excluding:
                return f"excluded by “{excluding.written}” in {field}"
        return ""

    def _place(self, candidate: Candidate, words: list[str]) -> str:
        if not self._places:
            return ""
        places = tuple(map(included, (candidate.location, *candidate.locations)))
        found = [phrase.written for phrase in self._places if _has(phrase, places)]
        if found:
            words.append(f"location has {_quoted(found)}")
        elif candidate.workplace and _first(self._places, (candidate.workplace,)):
            words.append(f"workplace is {candidate.workplace}")
        else:
            return self._no_place
        return ""

    def _pay(self, candidate: Candidate, words: list[str]) -> str:
        wanted = self.rule.min_pay
        if wanted is None:
            return ""
        enough = _pays(candidate, wanted)
        if enough is False:
            return f"pay below {_amount(wanted)}"
        words.append(
            _unknown(candidate, wanted) if enough is None else f"pay reaches {_amount(wanted)}"
        )
        return ""


def _pays(candidate: Candidate, wanted: MinPay) -> bool | None:
    """Whether the top of the range reaches what is wanted a year; None when nobody can tell."""
    times = _A_YEAR.get(candidate.pay_period or "")
    if times is None or candidate.pay_currency != wanted.currency:
        return None
    if candidate.pay_max is not None:
        return candidate.pay_max * times >= wanted.amount
    if candidate.pay_min is not None and candidate.pay_min * times >= wanted.amount:
        return True
    return None  # "from 140000" says nothing of its top


def _unknown(candidate: Candidate, wanted: MinPay) -> str:
    """That nobody can tell, beside a pay in another currency too, which the reader sees."""
    if candidate.pay_currency in {None, wanted.currency}:
        return "pay unknown"
    return f"pay unknown in {wanted.currency}: it is in {candidate.pay_currency}"


def _found(phrases: tuple[Phrase, ...], fields: Iterable[str], candidate: Candidate) -> list[str]:
    """'title has “research engineer”' for each field that has one or more of the phrases."""
    found = []
    for field in fields:
        texts = _FIELDS[field](candidate)
        written = [phrase.written for phrase in phrases if _has(phrase, texts)]
        if written:
            found.append(f"{field} has {_quoted(written)}")
    return found


def _first(
    phrases: Sequence[Phrase | PlaceCode], texts: tuple[str, ...]
) -> Phrase | PlaceCode | None:
    return next((phrase for phrase in phrases if _has(phrase, texts)), None)


def _has(phrase: Phrase | PlaceCode, texts: tuple[str, ...]) -> bool:
    return any(phrase.found_in(text) for text in texts)


class Remembering(Matcher):
    """A matcher that is asked the same thing twice: before a transaction, and in it."""

    def __init__(self, other: Matcher) -> None:
        vars(self).update(vars(other))
        self._known: dict[Candidate, Explanation] = {}

    def explain(self, candidate: Candidate) -> Explanation:
        found = self._known.get(candidate)
        if found is None:
            found = self._known[candidate] = super().explain(candidate)
        return found


def _quoted(phrases: Iterable[str]) -> str:
    return ", ".join(f"“{phrase}”" for phrase in phrases)


def _either(fields: tuple[str, ...]) -> str:
    return " or ".join(fields)


def _amount(pay: MinPay) -> str:
    return f"{pay.amount:.15g} {pay.currency}"
