"""Tell identifiers of single jobs from those that a site writes on every job.

Some sites write one identifier, such as the employer's number, on every job. It is no key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.spiders.jsonld_page import Job
from crawler.spiders.jsonld_posting import identifier, key_in

_SHARED = "shared"  # the note of identifiers that several jobs have
_FEW = 2  # jobs of one page, which may be one job at two places


class Identifiers:
    """The identifiers that several jobs of one board share."""

    def __init__(self, notes: dict[str, Any]) -> None:
        """Take the board's own notes."""
        noted = notes.get(_SHARED)
        self.shared = {each for each in noted if isinstance(each, str)} if noted else set()
        self._notes = notes

    def share(self, name: str) -> None:
        """Note that several jobs have this identifier."""
        self.shared.add(name)
        self._notes[_SHARED] = sorted(self.shared)

    def own(self, job: Job) -> Job:
        """Return a job, without an identifier that others have too."""
        if identifier(job) not in self.shared:
            return job
        return {name: value for name, value in job.items() if name != "identifier"}

    def compare(self, jobs: Sequence[tuple[Job, str]]) -> None:
        """Note the identifiers that jobs of one page share, given the jobs and their addresses.

        They share one if their addresses have different numbers, or if the page has no other one.
        """
        keys: dict[str, set[str]] = {}
        for job, address in jobs:
            if address and (name := identifier(job)):
                keys.setdefault(name, set()).add(key_in(address))
        is_only = len(keys) == 1
        for name, found in keys.items():
            numbers = {key for key in found if "/" not in key}
            if len(numbers) > 1 or (is_only and len(found) == len(jobs) > _FEW):
                self.share(name)
