"""Writes what a look brought, and gives it back in the form that rules are matched against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from crawler.items import Posting, Sighting
from monitor.config.values import Kind
from monitor.database import tables
from monitor.database.engine import AnyRow, table
from monitor.database.json_values import in_json_list, json_list
from monitor.history import postings
from monitor.history.decide import BoardChanges, Opened, Reopened, Revised, Touched
from monitor.history.former_postings import reposts_by_posting
from monitor.history.postings import PostingState
from monitor.history.prepare import Ready
from monitor.history.reposts import Repost, RepostOf
from monitor.messages import FieldChange
from monitor.rules import matches
from monitor.rules.matcher import Matcher


@dataclass(frozen=True, slots=True)
class PostingEvent:
    """One thing that happened to one posting, with its content before and after."""

    kind: Kind
    posting_id: int
    key: str
    before: Posting | None  # None of an opened one
    after: Posting  # of a closed one: its last content
    changes: tuple[FieldChange, ...] = ()
    not_before: datetime | None = None
    first_seen_at: datetime | None = None  # None: open before we watched
    repost: RepostOf | None = None
    late: bool = False  # opened: it was there at the board's first check, which did not show it
    version: int | None = None  # that a revision made
    # its description was edited as most of its board's were, and is told with them
    template: bool = False

    @property
    def told_alone(self) -> tuple[FieldChange, ...]:
        """The changes that are told of this posting alone."""
        return tuple(
            change
            for change in self.changes
            if not (self.template and change.field == "description")
        )


def write_events(
    connection: Connection,
    board: AnyRow,
    check_id: int,
    at: datetime,
    events: BoardChanges,
    *,
    baseline: bool,
    ready: Ready,
    matchers: Sequence[Matcher],
) -> list[PostingEvent]:
    """Stores the events of one look whose instant is `at`; gives what may be told, a baseline's postings among it as `opened`."""
    return _Writer(connection, board, check_id, at, matchers, ready, baseline).write(events)


@dataclass(frozen=True, slots=True)
class _Writer:
    connection: Connection
    board: AnyRow
    check_id: int
    at: datetime
    matchers: Sequence[Matcher]
    ready: Ready
    is_baseline: bool
    versions_to_match: list[matches.VersionContent] = field(default_factory=list)

    def write(self, events: BoardChanges) -> list[PostingEvent]:
        postings.keep_descriptions(
            self.connection, (posting for posting, _ in events.versions()), self.ready.words
        )
        self._company(events.company)
        self._missing(events)
        self._touched(events.touched)
        told = (
            self._opened(events.opened, events.reposts)
            + self._revised(events.revised)
            + self._reopened(events.reopened)
        )
        told += self._closed(events.closed)
        company = events.company if events.company and self._name_unknown else self.board.company
        matches.store_matches(
            self.connection, self.board.board, company, self.matchers, self.versions_to_match
        )
        reposted = events.reposted
        reposts = reposts_by_posting(
            self.connection, [one.posting_id for one in told if one.key in reposted]
        )
        return (
            [replace(one, repost=reposts.get(one.posting_id)) for one in told] if reposts else told
        )

    @property
    def _name_unknown(self) -> bool:
        """Does the board take its company's name from what it sends?"""
        return bool(self.board.company == self.board.token)

    def _company(self, company: str | None) -> None:
        if company and self._name_unknown:
            self.connection.execute(
                update(tables.Board).where(tables.Board.id == self.board.id).values(company=company)
            )

    def _opened(self, opened: list[Opened], reposts: Mapping[str, Repost]) -> list[PostingEvent]:
        ids = postings.add_postings(
            self.connection,
            [self._new_posting(one, reposts) for one in opened if one.stored is None],
        )
        ids |= {one.sighting.key: one.stored.id for one in opened if one.stored}
        told, versions, changes = [], [], []
        for one in opened:
            if one.posting is None:
                continue
            posting_id = ids[one.sighting.key]
            baseline = one.is_baseline(baseline=self.is_baseline)
            versions.append(self._version(posting_id, 1, one.posting, one.sighting))
            not_before = self.board.last_ok_at if one.has_no_history else None
            first_seen_at = (
                self.at if one.stored is None or one.has_no_history else one.stored.first_seen_at
            )
            if one.stored:
                self._fill_first_reading(one.stored.id, one, reposts)
            if not baseline:
                changes.append(
                    self._change(posting_id, 1, not_before)
                    | {"kind": "opened", "field": None, "old": None, "new": None}
                )
            if one.stored is None or not baseline:
                first = None if baseline else first_seen_at
                told.append(
                    PostingEvent(
                        "opened",
                        posting_id,
                        one.posting.key,
                        None,
                        one.posting,
                        (),
                        not_before,
                        first,
                        late=one.late,
                    )
                )
        postings.add_versions(self.connection, versions)
        postings.add_changes(self.connection, changes)
        return told

    def _new_posting(self, one: Opened, reposts: Mapping[str, Repost]) -> dict[str, object]:
        unread = dict.fromkeys(
            ("company", "requisition", "internal_job", "ats_first_published", "ats_updated_at")
        )
        return {
            "board_id": self.board.id,
            "key": one.sighting.key,
            "name": f"{self.board.board}:{one.sighting.key}",
            "state": "open",
            "version": 1 if one.posting else 0,
            "raw_digest": one.sighting.digest if one.posting else None,
            "baseline": one.is_baseline(baseline=self.is_baseline),
            "first_seen_at": self.at,
            **(postings.posting_columns(one.posting) if one.posting else unread),
            **_repost_columns(reposts.get(one.sighting.key)),
        }

    def _fill_first_reading(
        self, posting_id: int, one: Opened, reposts: Mapping[str, Repost]
    ) -> None:
        if one.posting:
            columns = postings.posting_columns(one.posting) | _repost_columns(
                reposts.get(one.sighting.key)
            )
            if one.has_no_history:
                columns |= _LISTED_AGAIN | {"baseline": False, "first_seen_at": self.at}
            postings.change_posting(
                self.connection, posting_id, version=1, raw_digest=one.sighting.digest, **columns
            )

    def _version(
        self, posting_id: int, number: int, posting: Posting, sighting: Sighting
    ) -> dict[str, object]:
        self.versions_to_match.append((posting_id, number, posting))
        columns = self.ready.version(self.board.ats, posting, sighting)
        return {
            "posting_id": posting_id,
            "number": number,
            "valid_from": self.at,
            "valid_to": None,
        } | columns

    def _change(
        self,
        posting_id: int,
        version: int,
        not_before: datetime | None,
        not_after: datetime | None = None,
    ) -> dict[str, object]:
        span = {"at": self.at, "not_before": not_before, "not_after": not_after or self.at}
        return {"check_id": self.check_id, "posting_id": posting_id, "version": version, **span}

    def _next_versions(self, ones: Sequence[Revised], **columns: object) -> None:
        """A statement a table, however many postings moved."""
        numbered = [(one, one.stored.version + 1) for one in ones]
        postings.add_versions(
            self.connection,
            [
                self._version(one.stored.id, number, one.after, one.sighting)
                for one, number in numbered
            ],
        )
        rows = [
            postings.posting_columns(one.after)
            | columns
            | {"row": one.stored.id, "version": number, "raw_digest": one.sighting.digest}
            for one, number in numbered
        ]
        postings.change_postings(self.connection, rows)

    def _revised(self, revised: Sequence[Revised]) -> list[PostingEvent]:
        postings.replace_versions(
            self.connection, [(one.stored.id, one.stored.version) for one in revised], self.at
        )
        self._next_versions(revised)
        postings.add_changes(
            self.connection,
            [
                row
                for one in revised
                for row in postings.change_rows(one.changes, **self._change_row(one))
            ],
        )
        return [self._told("revised", one) for one in revised]

    def _reopened(self, reopened: Sequence[Reopened]) -> list[PostingEvent]:
        postings.supersede_versions(
            self.connection, [(one.stored.id, one.stored.version) for one in reopened]
        )
        self._next_versions(reopened, **_LISTED_AGAIN)
        for one in reopened:
            common = self._change_row(one)
            back = common | {"kind": "reopened", "field": None, "old": None, "new": None}
            postings.add_changes(
                self.connection, [back, *postings.change_rows(one.changes, **common)]
            )
        return [self._told("reopened", one) for one in reopened]

    def _change_row(self, one: Revised) -> dict[str, object]:
        return self._change(one.stored.id, one.stored.version + 1, self.board.last_ok_at)

    def _told(self, kind: Kind, one: Revised) -> PostingEvent:
        first = None if one.stored.baseline else one.stored.first_seen_at
        then, version = self.board.last_ok_at, one.stored.version + 1
        return PostingEvent(
            kind,
            one.stored.id,
            one.stored.key,
            one.before,
            one.after,
            one.changes,
            then,
            first,
            version=version,
        )

    def _closed(self, closed: list[PostingState]) -> list[PostingEvent]:
        return [told for one in closed if (told := self._close(one, self.ready.last.get(one.id)))]

    def _close(self, one: PostingState, last: Posting | None) -> PostingEvent | None:
        seen, missed = one.last_seen_at or self.board.last_ok_at, one.missing_since or self.at
        closing = {
            "state": "closed",
            "closed_at": self.at,
            "last_seen_at": seen,
            "missing_since": missed,
        }
        postings.change_posting(self.connection, one.id, **closing)
        if last is None:  # it came and went without a job that could be read
            return None
        postings.end_versions(self.connection, [(one.id, one.version)], self.at)
        row = self._change(one.id, one.version, seen, missed) | {
            "kind": "closed",
            "field": None,
            "old": None,
            "new": None,
        }
        postings.add_changes(self.connection, [row])
        first = None if one.baseline else one.first_seen_at
        return PostingEvent("closed", one.id, one.key, last, last, (), seen, first)

    def _missing(self, events: BoardChanges) -> None:
        for one, looks in [
            *((one, 1) for one in events.still_missing),
            *((one, 0) for one in events.waiting),
        ]:
            seen, missed = one.last_seen_at or self.board.last_ok_at, one.missing_since or self.at
            columns = {
                "last_seen_at": seen,
                "missing_since": missed,
                "missing_looks": one.missing_looks + looks,
            }
            postings.change_posting(self.connection, one.id, **columns)
        for one in events.undecided:
            postings.change_posting(
                self.connection, one.id, last_seen_at=one.last_seen_at or self.board.last_ok_at
            )
        for one in events.still_there:
            seen_at = self.at if one.id in events.probed else None
            postings.change_posting(
                self.connection, one.id, last_seen_at=seen_at, missing_since=None, missing_looks=0
            )
        if events.probed:
            self.connection.execute(_PROBED, {"at": self.at, "ids": json_list(events.probed)})

    def _touched(self, touched: list[Touched]) -> None:
        rows = [
            {"row": one.stored.id, "raw_digest": one.sighting.digest}
            | postings.posting_columns(one.after)
            for one in touched
        ]
        if rows:  # boards touch every job at once, so this is one statement
            self.connection.execute(_TOUCH, rows)
        for one in touched:
            if one.amend:
                better = self.ready.version(self.board.ats, one.after, one.sighting)
                postings.amend_version(self.connection, one.stored.id, one.stored.version, better)
                self.versions_to_match.append((one.stored.id, one.stored.version, one.after))
        matches.delete_matches(self.connection, self.versions_to_match)


_LISTED_AGAIN: dict[str, object] = {
    "state": "open",
    "closed_at": None,
    "last_seen_at": None,
    "missing_since": None,
    "missing_looks": 0,
}
_TOUCHED = (
    "raw_digest",
    "company",
    "requisition",
    "internal_job",
    "ats_first_published",
    "ats_updated_at",
)
_TOUCH = (
    # the table itself, since the ORM's bulk update wants other names
    update(table(tables.Posting))
    .where(tables.Posting.id == bindparam("row"))
    .values({name: bindparam(name) for name in _TOUCHED})
)


# as above
_PROBED = (
    update(table(tables.Posting))
    .where(in_json_list(tables.Posting.id, "ids"))
    .values(probed_at=bindparam("at"))
)


def _repost_columns(repost: Repost | None) -> dict[str, object]:
    return {"repost_of": repost and repost.id, "repost_reason": repost and repost.reason}
