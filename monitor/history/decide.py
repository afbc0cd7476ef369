"""Decide what a check did to the postings of its board. Pure: rows are loaded in `load.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from crawler.items import Posting, Probe, Sighting, Snapshot
from monitor.history import schedule
from monitor.history.compare import derived_fields, differences, keep_unsent, same_content
from monitor.history.partition import Partition, Verdict, missing_verdict
from monitor.history.reposts import Repost
from monitor.history.values import PostingState
from monitor.message_parts import FieldChange


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """A snapshot's sightings, read where they are new or changed, and the stored postings."""

    parts: Partition
    stored: Mapping[str, PostingState]  # by key
    before: Mapping[int, Posting]  # stored contents of changed and relisted postings, by id
    read: Mapping[str, Posting | None]  # new contents by key; None: unreadable
    # of unreadable postings that are listed again: the sighting with their last readable job
    last: Mapping[str, Sighting]


@dataclass(frozen=True, slots=True)
class Opened:
    """A posting that opens, or that is read for the first time."""

    sighting: Sighting
    posting: Posting | None  # None: it is listed, and cannot be read
    stored: PostingState | None = None  # of one that could not be read before
    late: bool = False  # it existed at the board's first check, which did not show it

    @property
    def has_no_history(self) -> bool:
        """True if it is new, or was closed before it could ever be read."""
        return self.stored is None or not self.stored.open

    def is_baseline(self, *, baseline: bool) -> bool:
        """Return True if it was open at the board's first snapshot."""
        if self.stored is None:
            return baseline or self.late
        return self.stored.baseline and not self.has_no_history


@dataclass(frozen=True, slots=True)
class Revised:
    """A posting whose content changed."""

    stored: PostingState
    sighting: Sighting
    before: Posting
    after: Posting
    changes: tuple[FieldChange, ...]


class Reopened(Revised):
    """A closed posting that is listed again. Its changes may be empty."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A posting whose raw job changed, without a change that a reader sees."""

    stored: PostingState
    sighting: Sighting
    after: Posting
    amend: bool  # its stored content is now read better


@dataclass(slots=True)
class BoardChanges:
    """The changes that one check found."""

    opened: list[Opened] = field(default_factory=list)
    revised: list[Revised] = field(default_factory=list)
    reopened: list[Reopened] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    closed: list[PostingState] = field(default_factory=list)
    still_missing: list[PostingState] = field(default_factory=list)
    # missing too, and not probed yet: a check has a limited number of probes
    waiting: list[PostingState] = field(default_factory=list)
    undecided: list[PostingState] = field(default_factory=list)  # the list may hide them
    # not listed, and found by a probe; or listed again
    still_there: list[PostingState] = field(default_factory=list)
    probed: set[int] = field(default_factory=set)  # ids
    reposts: Mapping[str, Repost] = field(default_factory=dict)  # by the new posting's key
    company: str | None = None
    open_before: int = 0
    missing: int = 0
    unreadable: int = 0
    collapsed: bool = False

    @property
    def collapse_reason(self) -> str | None:
        """The reason why the board is not believed. None if it did not collapse."""
        if not self.collapsed:
            return None
        return f"collapsed: {self.missing} of {self.open_before} open postings are not listed"

    def list_for(self, verdict: Verdict) -> list[PostingState]:
        """Return the list that collects the postings of a verdict."""
        return {
            Verdict.CLOSED: self.closed,
            Verdict.THERE: self.still_there,
            Verdict.MISSING: self.still_missing,
            Verdict.WAITING: self.waiting,
            Verdict.UNKNOWN: self.undecided,
        }[verdict]

    def new(self, *, baseline: bool) -> list[Posting]:
        """Return the postings that open now, without a baseline's and without unreadable ones."""
        return [
            opened.posting
            for opened in self.opened
            if opened.posting and not opened.is_baseline(baseline=baseline)
        ]

    @property
    def reposted(self) -> set[str]:
        """The keys of the postings that are reposts."""
        known = [change.stored for change in (*self.revised, *self.reopened)]
        known += [opened.stored for opened in self.opened if opened.stored]
        return {*self.reposts, *(posting.key for posting in known + self.closed if posting.repeats)}

    def versions(self) -> Iterator[tuple[Posting, Sighting]]:
        """Yield every content to store, as a new version or in place of one."""
        yield from ((opened.posting, opened.sighting) for opened in self.opened if opened.posting)
        yield from ((one.after, one.sighting) for one in (*self.revised, *self.reopened))
        yield from ((one.after, one.sighting) for one in self.touched if one.amend)

    def counts(self, *, baseline: bool) -> dict[str, int]:
        """Return the count columns of the check. A baseline opens nothing."""
        revised = len(self.revised) + sum(bool(change.changes) for change in self.reopened)
        return {
            "revised": revised,
            "opened": len(self.new(baseline=baseline)),
            "closed": len(self.closed),
            "reopened": len(self.reopened),
            "unreadable": self.unreadable,
        }


def diff_snapshot(
    snapshot: Snapshot, loaded: LoadedSnapshot, *, still_collapsed: bool
) -> BoardChanges:
    """Return the changes that a snapshot brings. `still_collapsed`: see `decide_missing`."""
    parts, stored = loaded.parts, loaded.stored
    changes = decide_missing(
        [stored[key] for key in parts.missing],
        snapshot.probes,
        open_before=sum(posting.open for posting in stored.values()),
        listed=len(snapshot.sightings) + len(snapshot.still) + snapshot.without_key,
        still_collapsed=still_collapsed,
        list_is_whole=snapshot.without_key == 0 or snapshot.proves_missing,
    )
    changes.company = snapshot.company
    unread = sum(posting is None for posting in loaded.read.values())
    changes.unreadable = snapshot.without_key + snapshot.unread + unread
    changes.still_there += [stored[key] for key in parts.found]
    changes.opened += [
        Opened(sighting, loaded.read[sighting.key], late=sighting.key in snapshot.late)
        for sighting in parts.new
    ]
    for sighting in parts.changed + parts.back:
        _diff_known(changes, loaded, sighting)
    return changes


def _diff_known(changes: BoardChanges, loaded: LoadedSnapshot, sighting: Sighting) -> None:
    """Decide on a known posting whose raw job changed, or that is listed again."""
    posting, after = loaded.stored[sighting.key], loaded.read[sighting.key]
    if after is None:
        last = loaded.last.get(sighting.key)
        if last is None:
            return
        sighting, after = last, last.read()  # it is listed, so it reopens as it was last read
    before = loaded.before.get(posting.id)
    if before is None:
        changes.opened.append(Opened(sighting, after, posting))
        return
    after = keep_unsent(before, after)
    is_same = same_content(before, after)
    fields = () if is_same else differences(before, after)
    if not posting.open:
        changes.reopened.append(Reopened(posting, sighting, before, after, fields))
    elif fields:
        changes.revised.append(Revised(posting, sighting, before, after, fields))
    else:
        amend = not is_same or derived_fields(before) != derived_fields(after)
        amend |= not before.unsent <= after.unsent  # else its next edit would be none
        changes.touched.append(Touched(posting, sighting, after, amend))


def decide_missing(
    missing: Collection[PostingState],
    probes: Mapping[str, Probe],
    *,
    open_before: int,
    listed: int,
    still_collapsed: bool,
    list_is_whole: bool = True,
) -> BoardChanges:
    """Return the changes to the postings that a check does not list.

    `still_collapsed`: a missing posting then needs three checks, not two.
    """
    undecided = still_collapsed and any(posting.missing_since for posting in missing)
    host_answers = any(probe is not Probe.SILENT for probe in probes.values())
    collapsed = undecided or schedule.has_collapsed(open_before, len(missing), listed)
    changes = BoardChanges(missing=len(missing), open_before=open_before, collapsed=collapsed)
    for posting in missing:
        probe = probes.get(posting.key)
        verdict = missing_verdict(
            posting,
            probe,
            collapsed=collapsed,
            list_is_whole=list_is_whole,
            host_answers=host_answers,
        )
        changes.list_for(verdict).append(posting)
        if probe is not None:
            changes.probed.add(posting.id)
    return changes
