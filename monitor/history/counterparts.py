"""Match the postings of an employer's new board with those of its former board. Pure.

    by number   a requisition (or an internal job of the same ats) that one posting of each board
                has, with the same title or a town in common
    by text     the same title and towns, and at least 90 % of a text that is nearest to no other
    by place    the same title and towns, unique on both boards, where a text is missing or was
                rewritten for another ats

Titles are compared without the employer's name, and places by their towns (`plain_names.py`). A
wrong match is worse than none: where two readings are possible, nothing is matched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Final

from rapidfuzz import fuzz

from monitor.history.reposts import NEARLY_THE_SAME, JobNumbers

# per cent of words in common: texts of two employers reach 54, of one employer 69 at least
# (recorded boards)
REWRITTEN: Final = 60.0


@dataclass(frozen=True, slots=True)
class MovedPosting:
    """A posting of one of the two boards, with the fields to compare."""

    id: int
    title: str  # as `plain_title` gives it
    towns: Mapping[str, str | None]  # each with its country where that is clear
    numbers: JobNumbers
    is_open: bool = True
    text: str = ""  # empty: unknown

    @property
    def face(self) -> Hashable:
        """Title and towns. Only postings with the same face are compared by their texts."""
        return self.title, frozenset(self.towns)


@dataclass(frozen=True, slots=True)
class Match:
    """The former posting, and the reason for the match."""

    id: int
    reason: str


def match(
    former: Sequence[MovedPosting], new: Sequence[MovedPosting], *, same_ats: bool
) -> dict[int, Match]:
    """Return the former posting of each new one that has one, by the new posting's id.

    A former posting is matched once.
    """
    found: dict[int, Match] = {}
    # an internal job is a number of the ats
    numbers = ("internal_job", "requisition") if same_ats else ("requisition",)
    for step in (
        partial(_by_number, numbers),
        _by_text,
        partial(_by_place, may_be_rewritten=not same_ats),
    ):
        taken = {one.id for one in found.values()}
        left = (
            [one for one in former if one.id not in taken],
            [one for one in new if one.id not in found],
        )
        for old_id, new_id, reason in step(*left):
            if new_id not in found and old_id not in taken:
                found[new_id] = Match(old_id, reason)
                taken.add(old_id)
    return found


_Found = tuple[int, int, str]  # the former posting's id, the new one's, and the reason
_SAME_TEXT: Final = "the same title, place and text"


def _by_number(
    names: Sequence[str], former: Sequence[MovedPosting], new: Sequence[MovedPosting]
) -> Iterator[_Found]:
    """Yield the pairs that share a number.

    A number alone is proof only if one posting of each board has it. Some boards write the same
    word into all requisitions.
    """
    for name in names:
        for number, old, fresh in _groups(former, new, attrgetter(f"numbers.{name}")):
            words = f"the same {name.replace('_', ' ')} {number}"
            yield from (
                (*pair, f"{words}, title and place") for pair in _pairs(old, fresh, _same_face)
            )
            if len(fresh) == len([one for one in old if one.is_open] or old) == 1:
                yield from ((*pair, words) for pair in _pairs(old, fresh, _alike))


def _by_text(former: Sequence[MovedPosting], new: Sequence[MovedPosting]) -> Iterator[_Found]:
    """Yield the pairs of equal texts, then those whose texts are mutually nearest."""
    for _, olds, ones in _groups(former, new, lambda one: one.face):
        yield from ((*pair, _SAME_TEXT) for pair in _twins(olds, ones))
        yield from _nearest(olds, ones)


def _twins(olds: Sequence[MovedPosting], ones: Sequence[MovedPosting]) -> Iterator[tuple[int, int]]:
    """Yield pairs where both boards have equally many postings of one text.

    Open ones come before closed ones. Which is paired with which does not matter.
    """
    for _, old, fresh in _groups(olds, ones, lambda one: one.text or None):
        still = [one for one in old if one.is_open]
        same = still if len(still) == len(fresh) else old
        if len(same) == len(fresh) and all(
            _compatible(one, other) for one in same for other in fresh
        ):
            yield from zip(
                sorted(one.id for one in same), sorted(one.id for one in fresh), strict=True
            )


_Nearness = tuple[float, bool]  # of the texts, and is the former posting open?


def _nearest(olds: Sequence[MovedPosting], ones: Sequence[MovedPosting]) -> Iterator[_Found]:
    to_old: dict[int, dict[int, _Nearness]] = defaultdict(dict)
    to_new: dict[int, dict[int, _Nearness]] = defaultdict(dict)
    for old in olds:
        for one in ones:
            if old.text and one.text and _compatible(old, one):
                score = fuzz.ratio(old.text, one.text, score_cutoff=NEARLY_THE_SAME)
                if score:
                    to_old[old.id][one.id] = to_new[one.id][old.id] = score, old.is_open
    for old_id, found in to_old.items():
        new_id = _only_best(found)
        if new_id is not None and _only_best(to_new[new_id]) == old_id:
            score = found[new_id][0]
            # per cent
            yield (
                old_id,
                new_id,
                _SAME_TEXT if score == 100 else f"{_SAME_TEXT} that is {int(score)} % the same",  # noqa: PLR2004
            )


def _only_best(found: Mapping[int, _Nearness]) -> int | None:
    """Return the nearest posting, None if two are equally near."""
    best = max(found.values())
    first, *more = (number for number, nearness in found.items() if nearness == best)
    return None if more else first


def _by_place(
    former: Sequence[MovedPosting], new: Sequence[MovedPosting], *, may_be_rewritten: bool
) -> Iterator[_Found]:
    """Yield the pairs that are unique on both boards by title and place.

    Only where a text is missing, or was rewritten for another ats. A place is needed: a title alone
    proves nothing.
    """
    for _, old, fresh in _groups(former, new, lambda one: one.face if one.towns else None):
        texts = {one.id: one.text for one in old}, {one.id: one.text for one in fresh}
        for old_id, new_id in _pairs(old, fresh, _compatible):
            old_text, new_text = texts[0][old_id], texts[1][new_id]
            if not (old_text and new_text):
                yield old_id, new_id, "the same title and place"
            elif may_be_rewritten and fuzz.token_set_ratio(
                old_text, new_text, score_cutoff=REWRITTEN
            ):
                yield old_id, new_id, "the same title and place, and a text with most of its words"


def _groups(
    former: Iterable[MovedPosting],
    new: Iterable[MovedPosting],
    key: Callable[[MovedPosting], Hashable],
) -> Iterator[tuple[Hashable, list[MovedPosting], list[MovedPosting]]]:
    """Group the postings of both boards by a key. Postings whose key is None are left out."""
    groups: dict[Hashable, tuple[list[MovedPosting], list[MovedPosting]]] = defaultdict(
        lambda: ([], [])
    )
    for side, postings in enumerate((former, new)):
        for one in postings:
            if (name := key(one)) is not None:
                groups[name][side].append(one)
    return ((name, *both) for name, both in groups.items() if all(both))


def _pairs(
    former: Sequence[MovedPosting],
    new: Sequence[MovedPosting],
    fits: Callable[[MovedPosting, MovedPosting], bool],
) -> Iterator[tuple[int, int]]:
    """Yield the pairs that fit if neither fits another. Open former postings come first."""
    for one in new:
        olds = [old for old in former if fits(old, one)]
        olds = [old for old in olds if old.is_open] or olds
        if len(olds) == 1 and sum(fits(olds[0], other) for other in new) == 1:
            yield olds[0].id, one.id


def _same_face(old: MovedPosting, new: MovedPosting) -> bool:
    return old.face == new.face and _compatible(old, new)


def _alike(old: MovedPosting, new: MovedPosting) -> bool:
    """Return True for the same title or a common town: one number in two systems may be chance."""
    return _compatible(old, new) and (
        old.title == new.title or not old.towns.keys().isdisjoint(new.towns)
    )


def _compatible(old: MovedPosting, new: MovedPosting) -> bool:
    """Return False if a common town is in two countries: Cambridge (US) is not Cambridge (GB)."""
    return all(
        new.towns[town] in {None, old.towns[town]} or old.towns[town] is None
        for town in old.towns.keys() & new.towns.keys()
    )
