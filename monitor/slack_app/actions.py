"""What a click does: the database changed or asked, and what is to be said then. Nothing here commits or calls Slack.

Who may do what is in `permissions.py`: the object that a button names decides, not the channel of
the click.

Every click may come twice and late: a role is saved once, a mute that holds stays as it is, one
that has ended is not ended again, and a thread gets each diff once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from monitor.alerts import mutes, saved
from monitor.config.model import Settings
from monitor.database.engine import AnyRow
from monitor.errors import UserError
from monitor.notify import wording
from monitor.notify.slack.buttons import unversioned
from monitor.queries.replay import explain
from monitor.queries.resolve import PostingRef, find_posting
from monitor.slack_app import lists, replies
from monitor.slack_app.channel import Place, place, told_here
from monitor.slack_app.diff_files import File, revision
from monitor.slack_app.mute_list import headline, title, visible_mutes
from monitor.slack_app.payloads import Click
from monitor.slack_app.permissions import is_direct
from monitor.slack_app.replies import SlackReply


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be said: to the one who clicked, to the thread, in the place of a message of ours; and a file to put into the thread."""

    answer: SlackReply | None = None
    in_place: bool = False  # the answer takes the place of the private one with the button
    announced: SlackReply | None = None
    mute: int | None = None  # that is announced
    replaced: SlackReply | None = None
    place: tuple[str, str] | None = None  # channel and ts of what is replaced
    file: File | None = None


@dataclass(frozen=True, slots=True)
class ActionContext:
    """A click, and what it needs."""

    connection: Connection
    settings: Settings
    click: Click
    now: datetime
    where: Place


def handle_action(
    connection: Connection, settings: Settings, click: Click, now: datetime
) -> Outcome:
    """Does what the button says; one that nobody knows is answered too."""
    work = _ACTIONS.get(click.action)
    return (
        work(ActionContext(connection, settings, click, now, place(connection, settings, click)))
        if work
        else Outcome(replies.UNKNOWN)
    )


@dataclass(frozen=True, slots=True)
class _Role:
    found: PostingRef
    title: str
    url: str
    version: int | None = None  # that the button names


def _role(clicked: ActionContext) -> _Role | None:
    """The posting that the button names; None when the history does not know it."""
    value = clicked.click.value
    # a key may look like one with a version
    for posting, version in dict.fromkeys((unversioned(value), (value, None))):
        try:
            found = find_posting(clicked.connection, posting)
        except UserError:
            continue
        title, url = headline(clicked.connection, found)
        return _Role(found, title, url, version)
    return None


def _about_role(
    work: Callable[[ActionContext, _Role], Outcome],
) -> Callable[[ActionContext], Outcome]:
    def do_it(clicked: ActionContext) -> Outcome:
        role = _role(clicked)
        return Outcome(replies.NO_ROLE) if role is None else work(clicked, role)

    return do_it


def _open(_clicked: ActionContext) -> Outcome:
    """The button opens an address by itself; Slack only says that somebody pressed it."""
    return Outcome()


def _save(clicked: ActionContext, role: _Role) -> Outcome:
    new = saved.save_role(clicked.connection, clicked.click.user, role.found.id, clicked.now)
    return Outcome(replies.saved(role.title, role.url, role.found.posting, new=new))


def _unsave(clicked: ActionContext, role: _Role) -> Outcome:
    saved.unsave_role(clicked.connection, clicked.click.user, role.found.id)
    return Outcome(replies.unsaved(role.title), in_place=clicked.click.private)


def _why(clicked: ActionContext, role: _Role) -> Outcome:
    try:
        explained = explain(clicked.connection, clicked.settings.rules, role.found)
    except UserError as error:  # nobody could read it yet
        return Outcome(replies.error_reply(str(error)))
    return Outcome(replies.why(role.title, role.url, explained))


def _diff(clicked: ActionContext, role: _Role) -> Outcome:
    file = revision(clicked.connection, role.found, role.version, clicked.click, clicked.now)
    if file is None:
        return Outcome(replies.never_revised(role.title))
    if file.state == "wanted":
        return Outcome(file=file)
    return Outcome(
        replies.diff_there(role.title) if file.state == "there" else replies.diff_coming(role.title)
    )


def _mute_role(clicked: ActionContext, role: _Role) -> Outcome:
    return _mute(clicked, role.title, posting_id=role.found.id, rule=None)


def _mute_rule(clicked: ActionContext) -> Outcome:
    name = clicked.click.value
    if all(rule.name != name for rule in clicked.settings.rules):
        return Outcome(replies.no_rule(wording.sanitize(name, 100)))
    return _mute(clicked, wording.sanitize(name, 100), posting_id=None, rule=name)


def _mute(
    clicked: ActionContext, named: str, *, posting_id: int | None, rule: str | None
) -> Outcome:
    channel = told_here(clicked.connection, clicked.settings, clicked.where, clicked.click)
    if channel is None:
        return Outcome(replies.NOT_TOLD_HERE)
    if not clicked.where.may_mute(channel):
        return Outcome(_refused(clicked, channel))
    by, now = clicked.click.user, clicked.now
    row, new = mutes.mute(
        clicked.connection, channel, posting_id=posting_id, rule=rule, by=by, now=now
    )
    announced = replies.muted(row, named, holds=True) if new else None
    return Outcome(replies.mute_done(named, row.until, new=new), announced=announced, mute=row.id)


def _undo(clicked: ActionContext) -> Outcome:
    value = clicked.click.value
    # as our ids are
    row = (
        mutes.find_mute(clicked.connection, int(value))
        if value.isdecimal() and len(value) < 10  # noqa: PLR2004
        else None
    )
    if row is None:
        return Outcome(replies.NO_ROLE)
    if not clicked.where.may_mute(row.channel):
        return Outcome(_refused(clicked, row.channel))
    new = mutes.undo(clicked.connection, row.id, clicked.click.user, clicked.now)
    after = mutes.find_mute(clicked.connection, row.id) or row
    named = title(clicked.connection, row)
    if clicked.click.private:  # the list, as it is now
        left = visible_mutes(clicked.connection, clicked.where, clicked.now)
        answer = lists.muted(left, clicked.where, f"{replies.undone(new=new)}: {named}")
    else:
        answer = replies.unmuted(named, new=new)
    place = _announcement(clicked.click, row)
    replaced = replies.muted(after, named, holds=False) if place else None
    return Outcome(answer, in_place=clicked.click.private, replaced=replaced, place=place)


def _announcement(click: Click, row: AnyRow) -> tuple[str, str] | None:
    """Where a mute was announced: as it was noted then, or the message whose button was pressed."""
    if row.ts is not None:
        return row.channel_id, row.ts
    return None if click.private else (click.channel_id, click.ts)


def _refused(clicked: ActionContext, channel: str) -> SlackReply:
    """Say who may mute there, without naming a channel that the person cannot see."""
    return (
        replies.NOT_YOURS
        if is_direct(channel)
        else replies.not_allowed(clicked.settings.slack.admins)
    )


_ACTIONS: Final[dict[str, Callable[[ActionContext], Outcome]]] = {
    "role_open": _open,
    "role_save": _about_role(_save),
    "role_unsave": _about_role(_unsave),
    "role_why": _about_role(_why),
    "role_diff": _about_role(_diff),
    "role_mute": _about_role(_mute_role),
    "rule_mute": _mute_rule,
    "mute_undo": _undo,
}
