"""The work of each button: change or query the database, and return the effects in Slack.

Nothing here commits or calls Slack. `viewer.py` decides who may do what: the object that a
button names counts, not the channel of the click.

Every click may come twice and late. A role is saved once, an active mute stays as it is, an ended
mute does not end again, and a thread gets each diff once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from monitor.alerts import mutes, saved
from monitor.channels import Channel
from monitor.config.model import Settings
from monitor.database.engine import AnyRow
from monitor.errors import UserError
from monitor.notify import wording
from monitor.notify.compose.controls import unversioned
from monitor.queries.fits import explain
from monitor.queries.resolve import PostingRef, find_posting
from monitor.slack_app import overviews, replies
from monitor.slack_app.diff_files import DiffUpload, prepare_diff
from monitor.slack_app.lookup import alerted_channel, mute_title, title_and_url, visible_mutes
from monitor.slack_app.payloads import Click
from monitor.slack_app.replies import SlackReply
from monitor.slack_app.viewer import Viewer, viewer_of

_LONGEST_ID: Final = 9  # digits of a mute's id


@dataclass(frozen=True, slots=True)
class Respond:
    """Reply to the person alone. `in_place` replaces the private message with the button."""

    reply: SlackReply
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """Post the announcement of a mute in the thread of the click."""

    reply: SlackReply
    mute_id: int


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace an earlier message of the app."""

    channel_id: str
    ts: str
    reply: SlackReply


@dataclass(frozen=True, slots=True)
class Upload:
    """Upload a diff into the thread of the click."""

    file: DiffUpload


Effect = Respond | Announce | Replace | Upload
Effects = tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class ActionContext:
    """A click and what is needed to handle it."""

    connection: Connection
    settings: Settings
    click: Click
    now: datetime
    viewer: Viewer


def handle_action(
    connection: Connection, settings: Settings, click: Click, now: datetime
) -> Effects:
    """Do what the button says. Return the effects to run in turn; an unknown button has a reply."""
    action = _ACTIONS.get(click.action)
    if action is None:
        return (Respond(replies.UNKNOWN_BUTTON),)
    viewer = viewer_of(connection, settings, click)
    return action(ActionContext(connection, settings, click, now, viewer))


@dataclass(frozen=True, slots=True)
class _Role:
    posting: PostingRef
    title: str
    url: str
    version: int | None = None  # that the button names


def _role(context: ActionContext) -> _Role | None:
    """Return the posting that the button names. None if it is not in the history."""
    value = context.click.value
    # a posting's key may end like a version
    for name, version in dict.fromkeys((unversioned(value), (value, None))):
        try:
            posting = find_posting(context.connection, name)
        except UserError:
            continue
        title, url = title_and_url(context.connection, posting)
        return _Role(posting, title, url, version)
    return None


def _about_role(
    work: Callable[[ActionContext, _Role], Effects],
) -> Callable[[ActionContext], Effects]:
    def action(context: ActionContext) -> Effects:
        role = _role(context)
        return (Respond(replies.UNKNOWN_ROLE),) if role is None else work(context, role)

    return action


def _open(_context: ActionContext) -> Effects:
    """Do nothing: Slack opens the link and only reports the click."""
    return ()


def _save(context: ActionContext, role: _Role) -> Effects:
    new = saved.save_role(context.connection, context.click.user, role.posting.id, context.now)
    return (Respond(replies.saved(role.title, role.url, role.posting.posting, new=new)),)


def _unsave(context: ActionContext, role: _Role) -> Effects:
    saved.unsave_role(context.connection, context.click.user, role.posting.id)
    return (Respond(replies.unsaved(role.title), in_place=context.click.private),)


def _why(context: ActionContext, role: _Role) -> Effects:
    try:
        explained = explain(context.connection, context.settings.rules, role.posting)
    except UserError as error:  # the posting has no version yet
        return (Respond(replies.error_reply(str(error))),)
    return (Respond(replies.why(role.title, role.url, explained)),)


def _diff(context: ActionContext, role: _Role) -> Effects:
    file = prepare_diff(context.connection, role.posting, role.version, context.click, context.now)
    if file is None:
        return (Respond(replies.never_revised(role.title)),)
    if file.state == "claimed":
        return (Upload(file),)
    reply = replies.diff_uploaded if file.state == "uploaded" else replies.diff_uploading
    return (Respond(reply(role.title)),)


def _mute_role(context: ActionContext, role: _Role) -> Effects:
    return _mute(context, role.title, posting_id=role.posting.id, rule=None)


def _mute_rule(context: ActionContext) -> Effects:
    rule = context.click.value
    title = wording.sanitize(rule, 100)
    if all(each.name != rule for each in context.settings.rules):
        return (Respond(replies.no_rule(title)),)
    return _mute(context, title, posting_id=None, rule=rule)


def _mute(
    context: ActionContext, title: str, *, posting_id: int | None, rule: str | None
) -> Effects:
    click = context.click
    channel = alerted_channel(context.connection, context.settings, context.viewer, click)
    if channel is None:
        return (Respond(replies.NO_ALERTS_HERE),)
    if not context.viewer.may_mute(channel):
        return (Respond(_not_allowed(context, channel)),)
    row, new = mutes.mute(
        context.connection,
        channel,
        posting_id=posting_id,
        rule=rule,
        by=click.user,
        now=context.now,
    )
    done = Respond(replies.mute_done(title, row.until, new=new))
    return (Announce(replies.mute_announcement(row, title), row.id), done) if new else (done,)


def _undo(context: ActionContext) -> Effects:
    value = context.click.value
    is_id = value.isdecimal() and len(value) <= _LONGEST_ID
    mute = mutes.find_mute(context.connection, int(value)) if is_id else None
    if mute is None:
        return (Respond(replies.UNKNOWN_MUTE),)
    if not context.viewer.may_mute(mute.channel):
        return (Respond(_not_allowed(context, mute.channel)),)
    new = mutes.undo(context.connection, mute.id, context.click.user, context.now)
    title = mute_title(context.connection, mute)
    return (*_ended_announcement(context, mute, title), _undo_reply(context, title, new=new))


def _undo_reply(context: ActionContext, title: str, *, new: bool) -> Respond:
    """Return the confirmation, or the updated list if the button was in the private list."""
    if not context.click.private:
        return Respond(replies.unmuted(title, new=new))
    remaining = visible_mutes(context.connection, context.viewer, context.now)
    done = f"{replies.undone(new=new)}: {title}"
    return Respond(overviews.muted(remaining, context.viewer, done), in_place=True)


def _ended_announcement(context: ActionContext, mute: AnyRow, title: str) -> Effects:
    """Return the edit that removes the button from the announcement, if its place is known."""
    click = context.click
    if mute.ts is not None:
        place = (mute.channel_id, mute.ts)
    elif not click.private:
        place = (click.channel_id, click.ts)
    else:
        return ()
    after = mutes.find_mute(context.connection, mute.id) or mute
    return (Replace(*place, replies.mute_announcement(after, title, with_undo=False)),)


def _not_allowed(context: ActionContext, channel: str) -> SlackReply:
    """Say who may mute there, without naming a channel that the person cannot see."""
    if Channel.parse(channel).is_direct_message:
        return replies.NOT_YOUR_MUTE
    return replies.not_allowed(context.settings.slack.admins)


_ACTIONS: Final[dict[str, Callable[[ActionContext], Effects]]] = {
    "role_open": _open,
    "role_save": _about_role(_save),
    "role_unsave": _about_role(_unsave),
    "role_why": _about_role(_why),
    "role_diff": _about_role(_diff),
    "role_mute": _about_role(_mute_role),
    "rule_mute": _mute_rule,
    "mute_undo": _undo,
}
