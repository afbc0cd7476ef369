"""A board's result against what is stored of it: what happened to each posting, decided before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from crawler.items import Posting, Probe, Sighting, Snapshot, Unreadable
from monitor.database.engine import AnyRow
from monitor.history import schedule
from monitor.history.company import is_same_company
from monitor.history.compare import (
    Verdict,
    derived_fields,
    differences,
    keep_unsent,
    missing_verdict,
    partition,
    same_content,
)
from monitor.history.contents import load_contents, load_last_readable
from monitor.history.postings import PostingState, load_postings
from monitor.history.reposts import Repost
from monitor.messages import FieldChange


@dataclass(frozen=True, slots=True)
class Opened:
    sighting: Sighting
    posting: Posting | None  # None: it is there, and cannot be read
    stored: PostingState | None = None  # of one that could not be read before
    late: bool = False  # it was there at the board's first check, which did not show it

    @property
    def has_no_history(self) -> bool:
        """Does it appear with this look? So does what went away before anybody could read it: that has left no history."""
        return self.stored is None or not self.stored.open

    def is_baseline(self, *, baseline: bool) -> bool:
        """Was it open at the board's first snapshot?"""
        return (
            baseline or self.late
            if self.stored is None
            else self.stored.baseline and not self.has_no_history
        )


@dataclass(frozen=True, slots=True)
class Revised:
    stored: PostingState
    sighting: Sighting
    before: Posting
    after: Posting
    changes: tuple[FieldChange, ...]


class Reopened(Revised):
    """A closed posting that is listed again; its changes may be none."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The raw job is another, and no reader would see it."""

    stored: PostingState
    sighting: Sighting
    after: Posting
    amend: bool  # its stored content is read better now


@dataclass(slots=True)
class BoardChanges:
    """What one look brought."""

    opened: list[Opened] = field(default_factory=list)
    revised: list[Revised] = field(default_factory=list)
    reopened: list[Reopened] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    closed: list[PostingState] = field(default_factory=list)
    still_missing: list[PostingState] = field(default_factory=list)
    # missing too, and not asked about: a look has room for so many probes
    waiting: list[PostingState] = field(default_factory=list)
    undecided: list[PostingState] = field(default_factory=list)  # missed by a list that may hide it
    # missed by the list, and its probe found it; or listed again
    still_there: list[PostingState] = field(default_factory=list)
    probed: set[int] = field(default_factory=set)  # ids
    reposts: Mapping[str, Repost] = field(default_factory=dict)  # by the new posting's key
    company: str | None = None
    open_before: int = 0
    missing: int = 0
    unreadable: int = 0
    collapsed: bool = False

    def of(self, verdict: Verdict) -> list[PostingState]:
        """Where the postings of a verdict are gathered."""
        return {
            Verdict.CLOSED: self.closed,
            Verdict.THERE: self.still_there,
            Verdict.MISSING: self.still_missing,
            Verdict.WAITING: self.waiting,
            Verdict.UNKNOWN: self.undecided,
        }[verdict]

    def new(self, *, baseline: bool) -> list[Posting]:
        """The postings that open now: not those of a baseline, nor what cannot be read yet."""
        return [
            one.posting
            for one in self.opened
            if one.posting and not one.is_baseline(baseline=baseline)
        ]

    @property
    def reposted(self) -> set[str]:
        """The keys of those that are reposts."""
        known = [one.stored for one in (*self.revised, *self.reopened)] + [
            one.stored for one in self.opened if one.stored
        ]
        return {*self.reposts, *(one.key for one in known + self.closed if one.repeats)}

    def versions(self) -> Iterator[tuple[Posting, Sighting]]:
        """Every content that is to be stored, as a version of its own or in the place of one."""
        yield from ((one.posting, one.sighting) for one in self.opened if one.posting)
        yield from ((one.after, one.sighting) for one in (*self.revised, *self.reopened))
        yield from ((one.after, one.sighting) for one in self.touched if one.amend)

    def counts(self, *, baseline: bool) -> dict[str, int]:
        """The columns of the check; a baseline opens nothing, and a posting that nobody can read yet is not opened."""
        opened = len(self.new(baseline=baseline))
        counts = {"revised": len(self.revised) + sum(bool(one.changes) for one in self.reopened)}
        return counts | {
            "opened": opened,
            "closed": len(self.closed),
            "reopened": len(self.reopened),
            "unreadable": self.unreadable,
        }


def diff_snapshot(connection: Connection, board: AnyRow, snapshot: Snapshot) -> BoardChanges:
    """What a snapshot did to its board."""
    stored = load_postings(connection, board.id, [sighting.key for sighting in snapshot.sightings])
    sifted = partition(stored, snapshot.sightings, snapshot.still)
    again = sifted.moved + sifted.back
    open_before = sum(posting.open for posting in stored.values())
    missing = [stored[key] for key in sifted.missing]
    events = decide_missing(
        missing,
        snapshot.probes,
        open_before=open_before,
        listed=len(snapshot.sightings) + len(snapshot.still) + snapshot.without_key,
        held_back=board.collapsed_since is not None,
        list_is_whole=snapshot.without_key == 0 or snapshot.proves_missing,
    )
    events.company = snapshot.company
    events.unreadable += snapshot.without_key + snapshot.unread
    events.still_there += [stored[key] for key in sifted.found]
    for sighting in sifted.new:
        events.opened.append(
            Opened(
                sighting, _read(sighting, events, board.company), late=sighting.key in snapshot.late
            )
        )
    before = load_contents(connection, board.board, [stored[sighting.key] for sighting in again])
    for sighting in again:
        one, after = stored[sighting.key], _read(sighting, events, board.company)
        if after is not None:
            _judge_again(events, one, sighting, before.get(one.id), after)
        # it is there: so it is open again, as it was last read
        elif not one.open and (last := load_last_readable(connection, one, sighting)):
            _judge_again(events, one, last, before.get(one.id), last.read())
    return events


def _read(sighting: Sighting, events: BoardChanges, company: str) -> Posting | None:
    """Return the posting; None when it cannot be read. `company`: the board's name, as the configuration has it or as it was learned."""
    try:
        posting = sighting.read()
    except Unreadable:
        events.unreadable += 1
        return None
    # A posting names its own company only where that is another one than the board's, however the
    # configuration writes that.
    known = [name for name in (events.company, company) if name]
    own = posting.company is not None and not any(
        is_same_company(posting.company, name) for name in known
    )
    return posting if own else replace(posting, company=None)


def _judge_again(
    events: BoardChanges,
    stored: PostingState,
    sighting: Sighting,
    before: Posting | None,
    after: Posting,
) -> None:
    """A posting that is known, and whose raw job moved or that was closed."""
    if before is None:
        events.opened.append(Opened(sighting, after, stored))
        return
    after = keep_unsent(before, after)
    is_same = same_content(before, after)
    changes = () if is_same else differences(before, after)
    if not stored.open:
        events.reopened.append(Reopened(stored, sighting, before, after, changes))
    elif changes:
        events.revised.append(Revised(stored, sighting, before, after, changes))
    else:
        events.touched.append(
            Touched(
                stored,
                sighting,
                after,
                amend=not is_same or derived_fields(before) != derived_fields(after),
            )
        )


def decide_missing(
    missing: Collection[PostingState],
    probes: Mapping[str, Probe],
    *,
    open_before: int,
    listed: int,
    held_back: bool,
    list_is_whole: bool = True,
) -> BoardChanges:
    """What a look did to the postings that it does not show.

    `held_back`: the board collapsed before; what it missed then keeps its three looks, though some of it is settled by now.
    """
    undecided = held_back and any(posting.missing_since for posting in missing)
    host_answers = any(probe is not Probe.SILENT for probe in probes.values())
    collapsed = undecided or schedule.has_collapsed(open_before, len(missing), listed)
    events = BoardChanges(missing=len(missing), open_before=open_before, collapsed=collapsed)
    for posting in missing:
        probe = probes.get(posting.key)
        verdict = missing_verdict(
            posting,
            probe,
            collapsed=collapsed,
            list_is_whole=list_is_whole,
            host_answers=host_answers,
        )
        events.of(verdict).append(posting)
        if probe is not None:
            events.probed.add(posting.id)
    return events
