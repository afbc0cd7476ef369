"""The answer to `/rolewatch status`: boards, those in trouble first, and what waits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from monitor.notify import wording
from monitor.notify.compose.role_lines import Detail
from monitor.notify.document import (
    DOT,
    Composed,
    Document,
    Line,
    Section,
    Span,
    Text,
    bold,
    joined,
    sign,
    text,
)
from monitor.queries.status import Status
from monitor.slack_app.lists import Row, instant_of, page, rest

_CHANNELS: Final = 10  # with waiting alerts that are listed
_SIGNS: Final = {"failing": "red_circle", "collapsed": "large_yellow_circle", "new": "white_circle"}
_Reasons = Mapping[str, tuple[str, datetime | None]]
_NEAR: Final = timedelta(hours=12)  # a time of day alone is clear
_TROUBLE: Final = frozenset({"failing", "collapsed"})


def status(status: Status, fitting: int, now: datetime) -> Composed:
    """Return the boards, those in trouble first, and the alerts that wait.

    `fitting` is the number of open roles that a rule of the workspace fits.
    """
    boards = sorted(status.boards, key=_board_order)
    open_roles = sum(int(row["open_postings"]) for row in boards)
    trouble = [row for row in boards if row["state"] in _TROUBLE]
    reasons = status.failing
    fine = (
        f"All {len(boards)} boards are fine"
        if not trouble
        else f"{len(boards) - len(trouble)} of {len(boards)} boards are fine"
    )
    if len(boards) < 2:  # noqa: PLR2004  # one board alone
        fine = wording.count(len(boards), "board") if boards else "No board is watched"
    counted = f"{wording.count(open_roles, 'open role')}, {fitting:,} fit"
    head = joined([bold(fine), text(counted), text(_next_check(boards, now))])
    waiting = [*_waiting(status.waiting, status.refused), *_muted_roles(status.muted_roles)]

    def compose(length: int, _detail: Detail) -> Document:
        lines = [head, *(_board(row, reasons, now) for row in boards[:length])]
        lines += rest(len(boards), length, ": `rolewatch boards list` shows all")
        return (Text(tuple(Section((line,)) for line in [*lines, *waiting])),)

    troubles = [
        (*text(f"{_board_text(row)}: "), *_trouble(row, reasons, now), Span("."))
        for row in trouble[:3]
    ]
    sentence = joined([text(f"{fine}."), *troubles, text(f"{counted}."), *waiting], " ")
    return page(sentence, compose, len(boards))


def _board_order(row: Row) -> tuple[bool, str]:
    """Return the key that sorts boards: those in trouble first, then by employer."""
    return row["state"] not in _TROUBLE, _board_text(row).casefold()


def _next_check(boards: Sequence[Row], now: datetime) -> str:
    due = [at for row in boards if (at := instant_of(row["next_check_at"])) and at > now]
    return f"next check in {wording.span(min(due) - now)}" if due else ""


def _waiting(counts: Sequence[tuple[str, str, int]], refused: Mapping[str, str]) -> list[Line]:
    """Return a line for each channel with messages that wait, from (channel, state, number)."""
    lines = []
    for channel, state, number in counts[:_CHANNELS]:
        name = channel.removeprefix("slack:")
        # what helps stands behind Slack's word for the error
        reason = wording.sanitize(refused.get(name, "").rpartition(": ")[2], 150)
        why = f": {reason}" if reason and state != "held" else ""
        alerts = f"{wording.count(number, 'alert')} {_wait(state, number)}"
        lines.append(text(f"{alerts} {wording.sanitize(name, 60)}{why}."))
    return lines


def _wait(state: str, number: int) -> str:
    if state == "failed":
        return "could not be sent to"
    verb = "waits" if number == 1 else "wait"
    return f"{verb} until quiet hours end, for" if state == "held" else f"{verb} for"


def _muted_roles(number: int) -> list[Line]:
    return [text(f"{wording.count(number, 'role')} muted.")] if number else []


def _board(row: Row, reasons: _Reasons, now: datetime) -> Line:
    state, name = str(row["state"]), _board_name(row)
    if state in _TROUBLE:
        open_roles = wording.count(int(row["open_postings"]), "role")
        stays = "stays as it is" if int(row["open_postings"]) == 1 else "stay as they are"
        closing = text(f". Its {open_roles} {stays}.")
        return (*sign(_SIGNS[state]), *name, *text(": "), *_trouble(row, reasons, now), *closing)
    checked = instant_of(row["last_ok_at"])
    read = f"read {wording.span(now - checked)} ago" if checked else "not read yet"
    failures = int(row["failures"])
    rows = [
        text(f"{int(row['open_postings']):,} open"),
        text(read),
        text(f"{wording.count(failures, 'failure')} in a row" if failures else ""),
    ]
    mark = sign(_SIGNS.get(state, "large_green_circle"))
    return (*mark, *name, *text(DOT), *joined(rows))


def _trouble(row: Row, reasons: _Reasons, now: datetime) -> Line:
    """Return what is wrong with a board: `HTTP 503 since 8:02 AM`."""
    if row["state"] == "collapsed":
        return text("its list is empty or much shorter, and is not believed yet")
    reason, since = reasons.get(str(row["board"]), ("", None))
    words = wording.sanitize(reason, 150) or f"{row['failures']} failed checks in a row"
    if since is None:
        return text(words)
    is_near = now - since < _NEAR
    return (*text(f"{words} since "), Span(at=since, shows="time" if is_near else "moment"))


def _board_name(row: Row) -> Line:
    return (Span(_board_text(row), url=wording.safe_url(str(row["url"] or "")) or ""),)


def _board_text(row: Row) -> str:
    return wording.sanitize(str(row["company"] or ""), 60) or str(row["board"])
