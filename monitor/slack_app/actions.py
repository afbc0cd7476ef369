"""The work of each button: change or query the database, and return the effects in Slack.

Nothing here commits or calls Slack. `viewer.py` decides who may do what: the object that a
button names counts, not the channel of the click.

Every click may come twice and late. A role is saved once, an active mute stays as it is, an ended
mute does not end again, and a thread gets each diff once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from monitor.alerts import saved
from monitor.config.model import Settings
from monitor.errors import UserError
from monitor.notify.document import Composed
from monitor.queries.fits import explain
from monitor.slack_app import mute_actions, replies, why_reply
from monitor.slack_app.action_context import ActionContext, Role, named_role
from monitor.slack_app.diff_files import prepare_diff
from monitor.slack_app.effects import Effects, PublishHome, Respond, Upload
from monitor.slack_app.lookup import deadline_text
from monitor.slack_app.payloads import Click
from monitor.slack_app.viewer import viewer_of
from monitor.slack_app.watches import Watches


def changes_watches(click: Click) -> bool:
    """Return whether a click may begin or end a watch."""
    return "watch_" in f"{click.action} {click.value}"


def handle_action(
    connection: Connection, settings: Settings, click: Click, now: datetime
) -> Effects:
    """Do what the button says. Return the effects to run in turn; an unknown button has a reply."""
    action = _ACTIONS.get(click.action)
    if action is None:
        return (Respond(replies.UNKNOWN_BUTTON),)
    viewer = viewer_of(connection, settings, click)
    return action(ActionContext(connection, settings, click, now, viewer))


def _about_role(
    work: Callable[[ActionContext, Role], Effects],
) -> Callable[[ActionContext], Effects]:
    def action(context: ActionContext) -> Effects:
        role = named_role(context)
        return (Respond(replies.UNKNOWN_ROLE),) if role is None else work(context, role)

    return action


def _open(_context: ActionContext) -> Effects:
    """Do nothing: Slack opens the link and only reports the click."""
    return ()


def _save(context: ActionContext, role: Role) -> Effects:
    new = saved.save_role(context.connection, context.click.user, role.posting.id, context.now)
    reply = replies.saved(role.title, role.url, role.posting.posting, new=new)
    return (Respond(reply), PublishHome(context.click.user))


def _unsave(context: ActionContext, role: Role) -> Effects:
    saved.unsave_role(context.connection, context.click.user, role.posting.id)
    reply = Respond(replies.unsaved(role.title), in_place=context.click.private)
    return (reply, PublishHome(context.click.user))


def _drop(context: ActionContext) -> Effects:
    """Remove a role from the list under Home. The list itself is the reply."""
    role = named_role(context)
    if role is not None:
        saved.unsave_role(context.connection, context.click.user, role.posting.id)
    return (PublishHome(context.click.user),)


def _why(context: ActionContext, role: Role) -> Effects:
    rules = context.viewer.own_rules(context.settings.rules)
    try:
        explained = explain(context.connection, rules, role.posting)
    except UserError as error:  # the posting has no version yet
        return (Respond(replies.error_reply(str(error))),)
    written = deadline_text(context.connection, role.posting)
    return (Respond(why_reply.why(role.title, role.url, explained, written)),)


def _diff(context: ActionContext, role: Role) -> Effects:
    file = prepare_diff(context.connection, role.posting, role.version, context.click, context.now)
    if file is None:
        return (Respond(replies.never_revised(role.title)),)
    if file.state == "claimed":
        return (Upload(file),)
    reply = replies.diff_uploaded if file.state == "uploaded" else replies.diff_uploading
    return (Respond(reply(role.title)),)


def _end_watch(context: ActionContext) -> Effects:
    return _answer_watch(context, _watches(context).end(context.click.value))


def _watch_again(context: ActionContext) -> Effects:
    return _answer_watch(context, _watches(context).again(context.click.value))


def _watches(context: ActionContext) -> Watches:
    return Watches(context.connection, context.settings, context.click.user, context.now)


def _answer_watch(context: ActionContext, reply: Composed) -> Effects:
    """Return the reply, in place of the one with the button. Home itself shows what changed."""
    home = PublishHome(context.click.user)
    if context.click.at_home:
        return (home,)
    return (Respond(reply, in_place=context.click.private), home)


def _menu(context: ActionContext) -> Effects:
    """Do what the chosen entry of a card's menu says: `role_mute greenhouse:deepmind:7318204`."""
    name, _, value = context.click.value.partition(" ")
    action = _MENU.get(name)
    if action is None:
        return (Respond(replies.UNKNOWN_BUTTON),)
    return action(replace(context, click=replace(context.click, action=name, value=value)))


_MENU: Final[dict[str, Callable[[ActionContext], Effects]]] = {
    "role_page": _open,
    "role_why": _about_role(_why),
    "role_diff": _about_role(_diff),
    "role_mute": _about_role(mute_actions.mute_role),
    "rule_mute": _about_role(mute_actions.choose_rule),
    "watch_end": _end_watch,
}
_ACTIONS: Final[dict[str, Callable[[ActionContext], Effects]]] = {
    "role_open": _open,
    "role_save": _about_role(_save),
    "role_unsave": _about_role(_unsave),
    "role_why": _about_role(_why),
    "role_diff": _about_role(_diff),
    "role_mute": _about_role(mute_actions.mute_role),
    "rule_mute": mute_actions.mute_rule,
    "mute_undo": mute_actions.undo,
    "role_menu": _menu,
    "role_page": _open,
    "watch_end": _end_watch,
    "watch_again": _watch_again,
    "saved_drop": _drop,
}
