"""Decide which posting a new one repeats. Pure: no database, clock or network.

Boards take a job down and put it up again under a new key. Ids that vanish from real boards come
back after up to 45 days. Twice that is "recently" here: a job that is advertised again later is a
new round of hiring.

A requisition or an internal job names the same job only while no listed posting carries it too.
Several posts share one when an employer advertises a job in several places, and some boards write
one word into the requisition of nearly all ("TANK" on 307 of 333). Then title and place decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from crawler.items import Posting

RECENTLY = timedelta(days=90)
# per cent; two roles of one employer share its boilerplate and reach 75 (real boards, 2025 and
# 2026)
NEARLY_THE_SAME = 90.0


@dataclass(frozen=True, slots=True)
class JobNumbers:
    """A job's numbers in the employer's own system."""

    requisition: str | None
    internal_job: str | None


Face = tuple[str, tuple[str, ...]]  # title and places, whatever their case, spacing and order


def title_and_places(title: str, locations: Iterable[str], location: str) -> Face:
    """Return the title and places in the form in which two postings are compared."""
    return plain(title), tuple(sorted(map(plain, locations))) or (plain(location),)


def plain(words: str) -> str:
    """Return the words in lower case, with single spaces."""
    return " ".join(words.casefold().split())


@dataclass(frozen=True, slots=True)
class FormerPosting:
    """A posting that left its board, or is missing from it."""

    id: int
    numbers: JobNumbers
    face: Face
    since: datetime  # the first check that missed it
    # None: not loaded, since only one with a new posting's face is asked for its text
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Repost:
    """The posting that is repeated, and the reason."""

    id: int
    reason: str


def find_repost(
    new: Posting, former: Sequence[FormerPosting], listed: Sequence[JobNumbers]
) -> Repost | None:
    """Return the posting that the new one repeats, by the surest reason, then the latest closed.

    `listed` are the numbers of the other open postings.
    """
    mine = title_and_places(new.title, new.locations, new.location)
    found = [(*why, one) for one in former for why in _by_number(new, one, mine, former, listed)]
    found += [(*why, one) for one in former if one.face == mine for why in _by_text(new, one)]
    if not found:
        return None
    _, reason, best = max(found, key=lambda each: (each[0], each[2].since, each[2].id))
    return Repost(best.id, reason)


_Why = tuple[int, str]  # the surer the higher, and the reason
_SURENESS = {"internal_job": 3, "requisition": 2}


def _by_number(
    new: Posting,
    one: FormerPosting,
    mine: Face,
    former: Sequence[FormerPosting],
    listed: Sequence[JobNumbers],
) -> Iterator[_Why]:
    for name, sureness in _SURENESS.items():
        number = getattr(new, name)
        if number and number == getattr(one.numbers, name):
            words = f"the same {name.replace('_', ' ')} {number}"
            if one.face == mine:
                yield sureness + len(_SURENESS), f"{words}, title and place"
            elif _names_one_job(name, number, former, listed):
                yield sureness, words


def _names_one_job(
    name: str, number: str, former: Sequence[FormerPosting], listed: Sequence[JobNumbers]
) -> bool:
    """Return True if no listed posting carries the number, and its former postings were one job."""
    if any(getattr(other, name) == number for other in listed):
        return False
    return (
        name == "internal_job"
        or len({one.face[0] for one in former if getattr(one.numbers, name) == number}) == 1
    )


def _by_text(new: Posting, one: FormerPosting) -> Iterator[_Why]:
    if new.description and one.text:
        score = fuzz.ratio(new.description, one.text, score_cutoff=NEARLY_THE_SAME)
        if score:
            yield 1, f"the same title and place, and a text that is {int(score)} % the same"


@dataclass(frozen=True, slots=True)
class RepostOf:
    """The posting that another one repeats, as a message names it."""

    posting: str  # "greenhouse:deepmind:5938712"
    reason: str
    closed_at: datetime | None = None
