"""Write the changes that a check found. Return them as events for alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, update

from crawler.items import Posting
from monitor.config.values import Kind
from monitor.database import tables
from monitor.database.columns import table
from monitor.database.texts import store_texts
from monitor.history import postings
from monitor.history.check_rows import LISTED_AGAIN, CheckRows
from monitor.history.decide import BoardChanges, Reopened, Revised, Touched
from monitor.history.former_postings import reposts_by_posting
from monitor.history.opened_rows import OpenedRows
from monitor.history.values import PostingEvent, PostingState
from monitor.history.write_opened import OpenedWriter
from monitor.rules import matches

_BOARD = table(tables.Board)  # Core, as in postings.py


def write_events(
    connection: Connection, rows: CheckRows, changes: BoardChanges
) -> list[PostingEvent]:
    """Store the changes of one check. Return the events for alerts.

    The postings of a baseline are returned as `opened`.
    """
    return _Writer(connection, rows).write(changes)


@dataclass(frozen=True, slots=True)
class _Writer:
    connection: Connection
    rows: CheckRows

    def write(self, changes: BoardChanges) -> list[PostingEvent]:
        ready = self.rows.ready
        store_texts(self.connection, ready.new_texts)
        self._learn_company(changes.company)
        self._write_missing(changes)
        self._write_touched(changes.touched)
        events = self._write_opened(ready.opened, changes)
        events += self._write_revised(changes.revised)
        events += self._write_reopened(changes.reopened)
        events += self._write_closed(changes.closed)
        matches.store_fits(self.connection, self.rows.fits)
        return self._with_reposts(self._with_times(events), changes)

    def _write_opened(self, opened: OpenedRows | None, changes: BoardChanges) -> list[PostingEvent]:
        if opened is None:
            return []
        return OpenedWriter(self.connection, self.rows, changes.reposts).write(opened)

    def _learn_company(self, company: str | None) -> None:
        """Store the company's name if the board sends it."""
        board = self.rows.board
        if company and board.learned_company is None:
            row = update(_BOARD).where(_BOARD.c.id == board.id)
            self.connection.execute(row.values(company=company))

    def _with_times(self, events: Sequence[PostingEvent]) -> list[PostingEvent]:
        """Add when closed postings had opened, and when reopened ones had closed."""
        reopened = self._last("reopened", [event for event in events if event.kind == "closed"])
        closed = self._last("closed", [event for event in events if event.kind == "reopened"])
        times = {
            event.posting_id: reopened.get(event.posting_id, event.first_seen_at)
            for event in events
            if event.kind == "closed"
        } | closed
        return [
            replace(event, before_at=times[event.posting_id])
            if event.posting_id in times
            else event
            for event in events
        ]

    def _last(self, kind: Kind, events: Sequence[PostingEvent]) -> dict[int, datetime]:
        ids = [event.posting_id for event in events]
        return postings.last_changes(self.connection, kind, ids, before=self.rows.at)

    def _with_reposts(
        self, events: list[PostingEvent], changes: BoardChanges
    ) -> list[PostingEvent]:
        keys = changes.reposted
        ids = [event.posting_id for event in events if event.key in keys]
        reposts = reposts_by_posting(self.connection, ids)
        if not reposts:
            return events
        return [replace(event, repost=reposts.get(event.posting_id)) for event in events]

    def _write_revised(self, revised: Sequence[Revised]) -> list[PostingEvent]:
        replaced = [(change.stored.id, change.stored.version) for change in revised]
        postings.replace_versions(self.connection, replaced, self.rows.at)
        self._add_next_versions(revised)
        rows = [row for change in revised for row in self.rows.field_changes(change)]
        postings.add_changes(self.connection, rows)
        return [self._revision_event("revised", change) for change in revised]

    def _write_reopened(self, reopened: Sequence[Reopened]) -> list[PostingEvent]:
        superseded = [(change.stored.id, change.stored.version) for change in reopened]
        postings.supersede_versions(self.connection, superseded)
        self._add_next_versions(reopened, **LISTED_AGAIN)
        for change in reopened:
            posting, since = change.stored, self.rows.board.last_ok_at
            row = self.rows.change("reopened", posting.id, posting.version + 1, since)
            postings.add_changes(self.connection, [row, *self.rows.field_changes(change)])
        return [self._revision_event("reopened", change) for change in reopened]

    def _add_next_versions(self, changes: Sequence[Revised], **columns: object) -> None:
        """Add a version to each posting: one statement per table, however many changed."""
        numbered = [(change, change.stored.version + 1) for change in changes]
        versions = [
            self.rows.version(change.stored.id, number, change.after) for change, number in numbered
        ]
        postings.add_versions(self.connection, versions)
        rows = [
            self.rows.ready.posting(change.after)
            | columns
            | {"row": change.stored.id, "version": number, "raw_digest": change.sighting.digest}
            for change, number in numbered
        ]
        postings.change_postings(self.connection, rows)

    def _revision_event(self, kind: Kind, change: Revised) -> PostingEvent:
        return PostingEvent(
            kind,
            change.stored.id,
            change.stored.key,
            change.before,
            change.after,
            change.changes,
            not_before=self.rows.board.last_ok_at,
            first_seen_at=change.stored.opened_at,
            version=change.stored.version + 1,
        )

    def _write_closed(self, closed: Sequence[PostingState]) -> list[PostingEvent]:
        last = self.rows.ready.last
        events = [self._close(posting, last.get(posting.id)) for posting in closed]
        return [event for event in events if event is not None]

    def _close(self, posting: PostingState, last: Posting | None) -> PostingEvent | None:
        """Close a posting. Return None if it was never readable: there is nothing to report."""
        seen, missed = self._seen_and_missed(posting)
        postings.change_posting(
            self.connection,
            posting.id,
            state="closed",
            closed_at=self.rows.at,
            last_seen_at=seen,
            missing_since=missed,
        )
        if last is None:
            return None
        postings.end_versions(self.connection, [(posting.id, posting.version)], self.rows.at)
        row = self.rows.change("closed", posting.id, posting.version, seen, missed)
        postings.add_changes(self.connection, [row])
        return PostingEvent(
            "closed",
            posting.id,
            posting.key,
            before=last,
            after=last,
            not_before=seen,
            first_seen_at=posting.opened_at,
        )

    def _seen_and_missed(self, posting: PostingState) -> tuple[datetime | None, datetime]:
        """Return when a missing posting was last seen, and first missed."""
        seen = posting.last_seen_at or self.rows.board.last_ok_at
        return seen, posting.missing_since or self.rows.at

    def _write_missing(self, changes: BoardChanges) -> None:
        for posting in changes.still_missing:
            self._count_missed(posting, checks=1)
        for posting in changes.waiting:
            self._count_missed(posting, checks=0)
        for posting in changes.undecided:
            seen, _ = self._seen_and_missed(posting)
            postings.change_posting(self.connection, posting.id, last_seen_at=seen)
        for posting in changes.still_there:
            postings.change_posting(
                self.connection,
                posting.id,
                last_seen_at=self.rows.at if posting.id in changes.probed else None,
                missing_since=None,
                missing_looks=0,
            )
        postings.mark_probed(self.connection, changes.probed, self.rows.at)

    def _count_missed(self, posting: PostingState, *, checks: int) -> None:
        seen, missed = self._seen_and_missed(posting)
        postings.change_posting(
            self.connection,
            posting.id,
            last_seen_at=seen,
            missing_since=missed,
            missing_looks=posting.missed_checks + checks,
        )

    def _write_touched(self, touched: Sequence[Touched]) -> None:
        rows = [
            {"row": change.stored.id, "raw_digest": change.sighting.digest}
            | self.rows.ready.posting(change.after)
            for change in touched
        ]
        postings.change_postings(self.connection, rows)
        for change in touched:
            if change.amend:
                posting, better = change.stored, self.rows.ready.columns[change.after.key]
                postings.amend_version(self.connection, posting.id, posting.version, better)
                matches.delete_matches(self.connection, [(posting.id, posting.version)])
                self.rows.add_fits(posting.id, posting.version, change.after)
