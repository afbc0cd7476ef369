"""The buttons that mute a role or a rule in a channel, and end a mute."""

from __future__ import annotations

from typing import Final

from monitor.alerts import mutes
from monitor.channels import Channel
from monitor.database.columns import AnyRow
from monitor.notify import wording
from monitor.notify.document import Composed
from monitor.slack_app import mute_replies, overviews
from monitor.slack_app.action_context import ActionContext, Role, named_role
from monitor.slack_app.effects import Announce, Effects, Replace, Respond
from monitor.slack_app.lookup import alerted_channel, mute_title, rules_of_card, visible_mutes

_LONGEST_ID: Final = 9  # digits of a mute's id


def mute_role(context: ActionContext, role: Role) -> Effects:
    return _mute(context, role.title, posting_id=role.posting.id, rule=None)


def choose_rule(context: ActionContext, role: Role) -> Effects:
    """Offer the rules of the card to mute: a menu cannot ask before one of its entries."""
    channel = alerted_channel(context.connection, context.settings, context.viewer, context.click)
    if channel is None:
        return (Respond(mute_replies.NO_ALERTS_HERE),)
    if not context.viewer.may_mute(channel):
        return (Respond(_not_allowed(context, channel)),)
    known = {rule.name for rule in context.settings.rules}
    named = rules_of_card(context.connection, context.viewer, channel, role.posting.id)
    rules = [rule for rule in named if rule in known]
    if not rules:
        return (Respond(mute_replies.NO_RULE_HERE),)
    direct = Channel.parse(channel).is_direct_message
    return (Respond(mute_replies.ask_rule(rules, context.click.thread_ts, direct=direct)),)


def mute_rule(context: ActionContext) -> Effects:
    rule = context.click.value
    title = wording.sanitize(rule, 100)
    if all(each.name != rule or each.watch is not None for each in context.settings.rules):
        # the card's only option for a rule, which names the role, is a button of that value
        role = named_role(context)
        return (
            (Respond(mute_replies.no_rule(title)),) if role is None else choose_rule(context, role)
        )
    return _mute(context, title, posting_id=None, rule=rule)


def _mute(
    context: ActionContext, title: str, *, posting_id: int | None, rule: str | None
) -> Effects:
    click = context.click
    channel = alerted_channel(context.connection, context.settings, context.viewer, click)
    if channel is None:
        return (Respond(mute_replies.NO_ALERTS_HERE),)
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
    done = Respond(mute_replies.mute_done(row, title, new=new), in_place=click.private)
    if not new:
        return (done,)
    announcement = Announce(mute_replies.mute_announcement(row, title, click.user_name), row.id)
    return (announcement, *([done] if click.private else []))


def undo(context: ActionContext) -> Effects:
    value = context.click.value
    is_id = value.isdecimal() and len(value) <= _LONGEST_ID
    mute = mutes.find_mute(context.connection, int(value)) if is_id else None
    if mute is None or _is_of_another(context, mute):
        return (Respond(mute_replies.UNKNOWN_MUTE),)
    if not context.viewer.may_mute(mute.channel):
        return (Respond(_not_allowed(context, mute.channel)),)
    new = mutes.undo(context.connection, mute.id, context.click.user, context.now)
    title = mute_title(context.connection, mute)
    edit = _ended_announcement(context, mute, title)
    is_shown = new and edit and not context.click.private  # the announcement says it
    return edit if is_shown else (*edit, _undo_reply(context, title, new=new))


def _is_of_another(context: ActionContext, mute: AnyRow) -> bool:
    """Return whether the button is in another mute's announcement.

    After a restored backup, an older announcement may have the id of a newer mute.
    """
    click = context.click
    return not click.private and mute.ts not in {None, click.ts}


def _undo_reply(context: ActionContext, title: str, *, new: bool) -> Respond:
    """Return the confirmation, or the updated list if the button was in the private list."""
    if not context.click.private:
        return Respond(mute_replies.unmuted(title, new=new))
    remaining = visible_mutes(context.connection, context.viewer, context.now)
    done = f"{mute_replies.undone(new=new)}: {title}"
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
    edit = mute_replies.mute_announcement(after, title, click.user_name, with_undo=False)
    return (Replace(*place, edit),)


def _not_allowed(context: ActionContext, channel: str) -> Composed:
    """Say who may mute there, without naming a channel that the person cannot see."""
    if Channel.parse(channel).is_direct_message:
        return mute_replies.NOT_YOUR_MUTE
    return mute_replies.not_allowed(context.settings.slack.admins)
