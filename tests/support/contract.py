"""A second, slow model of the history, written from the README and not from the code.

It keeps a board's postings in a dictionary and applies one check after another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Content = tuple[str, str, str, str]  # title, location, pay as a change shows it, description
FIELDS = ("title", "location", "pay", "description")
Answer = Literal["gone", "there", "silent"]
# at, key, kind, field, old, new
Change = tuple[datetime, str, str, str | None, str | None, str | None]


@dataclass(frozen=True)
class Listed:
    """A board read to its end: the content of each job by key, None for one that cannot be read."""

    jobs: Mapping[str, Content | None]
    answers: Mapping[str, Answer] = field(default_factory=dict)  # of probes
    nameless: int = 0  # jobs whose key cannot be read


@dataclass(frozen=True)
class Same:
    """The board says that nothing moved since it was last read."""

    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The board could not be read to its end."""


Check = Listed | Same | Failed


@dataclass
class Job:
    content: Content | None  # as last read; None while nobody could read it
    seen: datetime  # the last check that saw it
    before_watching: bool
    open: bool = True
    missed: datetime | None = None  # the first check that missed it, since one last saw it
    misses: int = 0  # in a row


@dataclass
class Contract:
    """One board, check by check."""

    jobs: dict[str, Job] = field(default_factory=dict)
    clock: datetime | None = None
    good: datetime | None = None  # the last check that was no failure
    shown: frozenset[str] = frozenset()  # what the last list had
    collapsed: bool = False
    changes: list[Change] = field(default_factory=list)
    closings: dict[tuple[str, datetime], tuple[datetime, datetime]] = field(
        default_factory=dict
    )  # last check that saw it, first that missed
    # what was open after each check
    past: list[tuple[datetime, dict[str, Content]]] = field(default_factory=list)

    def check(self, check: Check, now: datetime) -> None:
        at = (
            now
            if self.clock is None or now > self.clock
            else self.clock + timedelta(microseconds=1)
        )
        self.clock = at
        if isinstance(check, Listed):
            self._missing(
                at,
                frozenset(check.jobs),
                check.answers,
                len(check.jobs) + check.nameless,
                check.nameless,
            )
            for key, content in check.jobs.items():
                self._listed(at, key, content)
            self.shown = frozenset(check.jobs)
        elif isinstance(check, Same):
            there = [key for key in self._open() if key in self.shown]
            self._missing(at, self.shown, check.answers, len(there), 0)
            for key in there:
                self.jobs[key].seen = at
        if not isinstance(check, Failed):
            self.good = at
        self.past.append(
            (at, {key: job.content for key, job in self.jobs.items() if job.open and job.content})
        )

    def missing(self, check: Check) -> frozenset[str]:
        """Return the postings that the check does not list and that can be probed."""
        listed = frozenset(check.jobs) if isinstance(check, Listed) else self.shown
        return frozenset(self._open()) - listed

    def _open(self) -> list[str]:
        return [key for key, job in self.jobs.items() if job.open]

    def _missing(
        self,
        at: datetime,
        listed: frozenset[str],
        answers: Mapping[str, Answer],
        count: int,
        nameless: int,
    ) -> None:
        is_open = self._open()
        missing = [key for key in is_open if key not in listed]
        lost_much = (bool(is_open) and count == 0) or (
            len(missing) >= 5 and len(missing) > 0.3 * len(is_open)
        )
        self.collapsed = lost_much or (
            self.collapsed and any(self.jobs[key].missed for key in missing)
        )
        answering = any(answer != "silent" for answer in answers.values())
        for key in missing:
            job, answer = self.jobs[key], answers.get(key)
            if answer == "there":
                job.seen, job.missed, job.misses = at, None, 0
            elif answer == "gone":
                self._close(at, key, job)
            elif not nameless:  # else it may be the one whose key cannot be read
                job.missed = job.missed or at
                # a check makes a limited number of probes: it waits for its turn
                if answer is None and answering:
                    continue
                job.misses += 1
                if job.misses == (3 if self.collapsed else 2):
                    self._close(at, key, job)

    def _close(self, at: datetime, key: str, job: Job) -> None:
        job.open = False
        if job.content:
            self.changes.append((at, key, "closed", None, None, None))
            self.closings[key, at] = (job.seen, job.missed or at)

    def _listed(self, at: datetime, key: str, content: Content | None) -> None:
        job = self.jobs.get(key)
        if job is None:
            self.jobs[key] = Job(content, at, before_watching=self.good is None)
            self._opened(at, key, self.jobs[key])
            return
        if not job.open and content is None:  # it is there, and we cannot say with which content
            return
        back = not job.open
        before, job.content = job.content, content or job.content
        job.open, job.seen, job.missed, job.misses = True, at, None, 0
        if before is None:
            # what left unread has no history
            job.before_watching = job.before_watching and not back
            self._opened(at, key, job)
        elif back:
            self.changes.append((at, key, "reopened", None, None, None))
        if before and content:
            self.changes += _edits(at, key, before, content)

    def _opened(self, at: datetime, key: str, job: Job) -> None:
        if job.content and not job.before_watching:
            self.changes.append((at, key, "opened", None, None, None))


def _edits(at: datetime, key: str, before: Content, after: Content) -> Iterator[Change]:
    for name, old, new in zip(FIELDS, before, after, strict=True):
        if old != new:
            yield (at, key, "revised", name, old or None, new or None)
