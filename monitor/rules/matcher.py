"""Match a posting against a rule and explain the result. Pure: it serves history and snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crawler.items import PERIODS_PER_YEAR, Posting
from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.text.phrases import Phrase, PlaceCode, place_phrase, without_exclusions

VersionId = tuple[int, int]  # the posting's row id, and the version's number


@dataclass(frozen=True, slots=True)
class Candidate:
    """The parts of a posting that rules read. Empty or None if the board does not state them."""

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


def candidate_of_posting(board: str, company: str, posting: Posting) -> Candidate:
    """Return the candidate of a posting that a check has just read."""
    pay = posting.pay
    return Candidate(
        board=board,
        company=posting.company or company,
        title=posting.title,
        department=posting.department,
        description=posting.description,
        location=posting.location,
        locations=posting.locations,
        workplace=posting.workplace,
        pay_min=pay.minimum if pay else None,
        pay_max=pay.maximum if pay else None,
        pay_currency=pay.currency if pay else None,
        pay_period=pay.period if pay else None,
    )


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result of matching one rule with one posting."""

    rule: str
    fits: bool
    # 'title has “research engineer”; location has “Mountain View”'; empty when it does not fit
    words: str = ""
    # the first condition that failed: 'none of “research engineer” in title'; empty when it fits
    failed: str = ""
    places: tuple[str, ...] = ()  # the single places that the rule asks for
    pay_unknown: bool = False  # the pay cannot be compared with the rule's minimum
    label: str = ""  # the rule's name for people, if it has another one
    watch: int | None = None  # the id of the personal watch that makes the rule


_FIELDS: dict[str, Callable[[Candidate], tuple[str, ...]]] = {
    "title": lambda candidate: (candidate.title,),
    "description": lambda candidate: (candidate.description,),
    "department": lambda candidate: (candidate.department,),
    "location": lambda candidate: (candidate.location, *candidate.locations),
    "company": lambda candidate: (candidate.company,),
}


class _Result(NamedTuple):
    """The result of one condition: the words that fit, or the reason why it failed."""

    words: tuple[str, ...] = ()
    failed: str = ""
    places: tuple[str, ...] = ()
    pay_unknown: bool = False


_NO_CONDITION = _Result()


class Matcher:
    """A compiled rule."""

    def __init__(self, rule: Rule) -> None:
        """Compile the phrases. Raises ValueError for an invalid one."""
        self.rule = rule
        self._label = rule.label if rule.label != rule.name else ""
        self._any = tuple(Phrase(written) for written in rule.any)
        self._all = tuple(Phrase(written) for written in rule.all)
        self._none = tuple(Phrase(written) for written in rule.none)
        self._places = tuple(place_phrase(written) for written in rule.locations)
        self._boards = frozenset(rule.boards)
        self._no_any = _Result(failed=f"none of {_quoted(rule.any)} in {_either(rule.read_in)}")
        self._no_place = _Result(failed=f"location is none of {', '.join(rule.locations)}")
        self._conditions = (
            self._match_board,
            self._match_any,
            self._match_all,
            self._match_none,
            self._match_place,
            self._match_pay,
        )

    def explain(self, candidate: Candidate) -> Explanation:
        """Return whether the rule fits, with the words or the first failed condition."""
        results: list[_Result] = []
        for condition in self._conditions:
            result = condition(candidate)
            if result.failed:
                return Explanation(
                    self.rule.name, fits=False, failed=result.failed, label=self._label
                )
            results.append(result)
        return Explanation(
            self.rule.name,
            fits=True,
            words="; ".join(words for result in results for words in result.words),
            places=tuple(place for result in results for place in result.places),
            pay_unknown=any(result.pay_unknown for result in results),
            label=self._label,
            watch=self.rule.watch,
        )

    def _match_board(self, candidate: Candidate) -> _Result:
        if not self._boards or candidate.board in self._boards:
            return _NO_CONDITION
        return _Result(failed=f"board is none of {', '.join(self.rule.boards)}")

    def _match_any(self, candidate: Candidate) -> _Result:
        if not self._any:
            return _NO_CONDITION
        words = _fitting_words(self._any, self.rule.read_in, candidate)
        return _Result(words) if words else self._no_any

    def _match_all(self, candidate: Candidate) -> _Result:
        words: tuple[str, ...] = ()
        for phrase in self._all:
            fitting = _fitting_words((phrase,), self.rule.read_in, candidate)
            if not fitting:
                return _Result(failed=f"no “{phrase.written}” in {_either(self.rule.read_in)}")
            words += fitting
        return _Result(words)

    def _match_none(self, candidate: Candidate) -> _Result:
        for field in self.rule.none_in:
            excluding = _first_in(self._none, _FIELDS[field](candidate))
            if excluding:
                return _Result(failed=f"excluded by “{excluding.written}” in {field}")
        return _NO_CONDITION

    def _match_place(self, candidate: Candidate) -> _Result:
        if not self._places:
            return _NO_CONDITION
        places = tuple(map(without_exclusions, (candidate.location, *candidate.locations)))
        fitting = [phrase.written for phrase in self._places if _is_in(phrase, places)]
        if fitting:
            return _Result((f"location has {_quoted(fitting)}",), places=self._fitting(candidate))
        if candidate.workplace and _first_in(self._places, (candidate.workplace,)):
            return _Result((f"workplace is {candidate.workplace}",))
        return self._no_place

    def _fitting(self, candidate: Candidate) -> tuple[str, ...]:
        """Return the single places that the rule asks for."""
        return tuple(
            place
            for place in candidate.locations
            if _first_in(self._places, (without_exclusions(place),))
        )

    def _match_pay(self, candidate: Candidate) -> _Result:
        minimum = self.rule.min_pay
        if minimum is None:
            return _NO_CONDITION
        reaches = _reaches(candidate, minimum)
        if reaches is None:
            return _Result((_unknown_pay(candidate, minimum),), pay_unknown=True)
        if not reaches:
            return _Result(failed=f"pay below {_amount(minimum)}")
        return _Result((f"pay reaches {_amount(minimum)}",))


def _reaches(candidate: Candidate, minimum: MinPay) -> bool | None:
    """Return whether the top of the range reaches the minimum for a year. None if it is unknown."""
    per_year = PERIODS_PER_YEAR.get(candidate.pay_period or "")
    if per_year is None or candidate.pay_currency != minimum.currency:
        return None
    if candidate.pay_max is not None:
        return candidate.pay_max * per_year >= minimum.amount
    if candidate.pay_min is not None and candidate.pay_min * per_year >= minimum.amount:
        return True
    return None  # "from 140000" leaves the top open


def _unknown_pay(candidate: Candidate, minimum: MinPay) -> str:
    """Return the words for unknown pay. They name the other currency if the posting states one."""
    if candidate.pay_currency in {None, minimum.currency}:
        return "pay unknown"
    return f"pay unknown in {minimum.currency}: it is in {candidate.pay_currency}"


def _fitting_words(
    phrases: tuple[Phrase, ...], fields: Iterable[str], candidate: Candidate
) -> tuple[str, ...]:
    """Return 'title has “research engineer”' for each field that has one or more of the phrases."""
    words = []
    for field in fields:
        texts = _FIELDS[field](candidate)
        written = [phrase.written for phrase in phrases if _is_in(phrase, texts)]
        if written:
            words.append(f"{field} has {_quoted(written)}")
    return tuple(words)


def _first_in(
    phrases: Sequence[Phrase | PlaceCode], texts: tuple[str, ...]
) -> Phrase | PlaceCode | None:
    return next((phrase for phrase in phrases if _is_in(phrase, texts)), None)


def _is_in(phrase: Phrase | PlaceCode, texts: tuple[str, ...]) -> bool:
    return any(phrase.found_in(text) for text in texts)


def _quoted(phrases: Iterable[str]) -> str:
    return ", ".join(f"“{phrase}”" for phrase in phrases)


def _either(fields: tuple[str, ...]) -> str:
    return " or ".join(fields)


def _amount(pay: MinPay) -> str:
    return f"{pay.amount:.15g} {pay.currency}"
