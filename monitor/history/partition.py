"""Sort the postings of a crawl result by what happened to them. Pure.

    partition        the snapshot's sightings into new, changed, back and missing
    missing_verdict  each missing posting into closed, still there, still missing, waiting (not
                     probed) or unknown (the list may hide it)

The raw job's digest shows that nothing changed. Contents are compared in `compare.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from crawler.items import Probe, Sighting
from monitor.history.values import KnownPosting

CHECKS_TO_CLOSE = 2  # successful checks in a row that miss a posting without probe answer
CHECKS_TO_CLOSE_COLLAPSED = 3  # the same, on a board that lost too many at once


@dataclass(frozen=True, slots=True)
class Partition:
    """A snapshot's sightings by what has to be done with them. Unchanged ones are in none."""

    new: tuple[Sighting, ...]
    changed: tuple[Sighting, ...]  # open, and its raw job is another
    back: tuple[Sighting, ...]  # closed, and listed again
    found: tuple[str, ...]  # keys that the last check did not list
    missing: tuple[str, ...]  # keys that are open and not listed


def partition(
    known: Mapping[str, KnownPosting], sightings: Iterable[Sighting], still: Collection[str] = ()
) -> Partition:
    """Compare a snapshot's sightings with the known postings.

    `still`: keys that are listed and did not change.
    """
    new, changed, back = [], [], []
    found = [key for key in still if key in known and known[key].open and known[key].unlisted]
    listed = set(still)
    for sighting in sightings:
        posting = known.get(sighting.key)
        listed.add(sighting.key)
        if posting is None:
            new.append(sighting)
        elif not posting.open:
            back.append(sighting)
        else:
            if posting.raw_digest != sighting.digest:
                changed.append(sighting)
            if posting.unlisted:
                found.append(posting.key)
    missing = tuple(
        posting.key for posting in known.values() if posting.open and posting.key not in listed
    )
    return Partition(tuple(new), tuple(changed), tuple(back), tuple(found), missing)


class Verdict(Enum):
    """The decision on a posting that the list does not show."""

    CLOSED = "closed"
    THERE = "there"
    MISSING = "missing"  # this check counts towards closing it
    WAITING = "waiting"  # not probed yet: this check does not count
    UNKNOWN = "unknown"  # this check proves nothing


def missing_verdict(
    posting: KnownPosting,
    probe: Probe | None,
    *,
    collapsed: bool,
    list_is_whole: bool,
    host_answers: bool = False,
) -> Verdict:
    """Return the decision on a missing posting.

    `list_is_whole` is false when a job of the list has no readable key: it may be this one.
    `host_answers`: at least one probe was answered. A posting that was not probed then waits for
    the next check.
    """
    if probe is Probe.GONE:
        return Verdict.CLOSED
    if probe is Probe.THERE:
        return Verdict.THERE
    if not list_is_whole:
        return Verdict.UNKNOWN
    if probe is None and host_answers:
        return Verdict.WAITING
    needed = CHECKS_TO_CLOSE_COLLAPSED if collapsed else CHECKS_TO_CLOSE
    return Verdict.CLOSED if posting.missed_checks + 1 >= needed else Verdict.MISSING
