"""The short answers, as Slack shows them. Pure: data in, blocks out; what came from a board stands in `rich_text`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.database.engine import AnyRow
from monitor.notify import plain, wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts
from monitor.rules.matcher import Explanation

_RULES: Final = 40  # explained one by one
_ADMINS: Final = 10  # named


@dataclass(frozen=True, slots=True)
class SlackReply:
    """An answer: the text of its notification, escaped for Slack, and its blocks."""

    text: str
    blocks: Parts


def reply(text: str, *parts: Part, buttons: Sequence[Part] = ()) -> SlackReply:
    """The text, or the parts where they say it better, and a row of buttons."""
    body = blockkit.block(blockkit.section(*(parts or blockkit.with_code(text))))
    row = [{"type": "actions", "elements": list(buttons)}] if buttons else []
    return SlackReply(plain.escape(text), [body, *row])


def button(action: str, label: str, value: str) -> Part:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "value": value,
    }


def error_reply(text: str) -> SlackReply:
    """A person's mistake, in one line that says what to do."""
    line = wording.sanitize(text, 2500) or "That cannot be done."
    return reply(line[0].upper() + line[1:])


UNKNOWN: Final = reply(
    "rolewatch does not know this button: its message is of another version. `/rolewatch help` says what there is."
)
BROKEN: Final = reply(
    "That did not work: a fault in rolewatch, or its database is away. Please try again; the operator's log says more."
)
NO_ROLE: Final = reply(
    "rolewatch does not know this role: its history has been begun anew since this message, or it was a sample."
)


NOT_YOURS: Final = reply(
    "That is a mute of somebody else's direct messages: only they can change it."
)
NOT_TOLD_HERE: Final = reply(
    "No rule sends anything to this channel now, so there is nothing to mute."
)


def saved(title: str, url: str, posting: str, *, new: bool) -> SlackReply:
    """What Save did."""
    head = "Saved for you: " if new else "You have saved it already: "
    parts = [
        blockkit.text(head),
        blockkit.link(url, title, bold=True),
        *blockkit.with_code(". `/rolewatch saved` lists yours."),
    ]
    return reply(
        f"{head}{title}", *parts, buttons=[button("role_unsave", "Take it off my list", posting)]
    )


def unsaved(title: str) -> SlackReply:
    return reply(
        f"Taken off your list: {title}",
        blockkit.text("Taken off your list: "),
        blockkit.text(title, bold=True),
    )


def not_allowed(admins: Sequence[str]) -> SlackReply:
    """Say who may mute in a shared channel, and undo a mute there."""
    head = "A mute of a shared channel is for everyone in it"
    if not admins:
        return reply(
            f"{head}, and nobody may change it yet: the operator names who may in `[slack] admins`."
        )
    who = [
        part for admin in admins[:_ADMINS] for part in (blockkit.mention(admin), blockkit.text(" "))
    ]
    return reply(
        f"{head}, so it is for rolewatch's admins",
        blockkit.text(f"{head}, so only these people may change it: "),
        *who,
    )


def muted(mute: AnyRow, title: str, *, holds: bool) -> SlackReply:
    """The announcement of a mute in its thread, as it stands: with a button while it holds."""
    who = [blockkit.mention(mute.user_id), blockkit.text(" muted ")]
    what = (
        [blockkit.text("the rule "), blockkit.text(title, bold=True)]
        if mute.rule is not None
        else [blockkit.text("this role")]
    )
    text = f"Muted: {title}"
    if mute.ended_at is not None:
        undone = [
            blockkit.text(" here; "),
            blockkit.mention(mute.ended_by),
            blockkit.text(" undid it. It is told again."),
        ]
        return reply(
            f"No longer muted: {title}",
            blockkit.emoji("bell"),
            blockkit.text(" "),
            *who,
            *what,
            *undone,
        )
    for_ = (
        [blockkit.text(" here until "), blockkit.date(mute.until), blockkit.text(".")]
        if mute.until
        else [blockkit.text(" here: no news of it is told.")]
    )
    stays = blockkit.text(" Cards stay up to date, and history keeps everything.")
    undo = [button("mute_undo", "Undo", str(mute.id))] if holds else []
    return reply(
        text, blockkit.emoji("no_bell"), blockkit.text(" "), *who, *what, *for_, stays, buttons=undo
    )


def mute_done(title: str, until: datetime | None, *, new: bool) -> SlackReply:
    """What the person who muted is told, beside the announcement."""
    text = f"{'Muted' if new else 'It is muted already'}: {title}"
    ends = [blockkit.text(" until "), blockkit.date(until)] if until else []
    undo = blockkit.text(". The thread says so, with a button to undo it.")
    return reply(
        text,
        blockkit.text("Muted: " if new else "It is muted already: "),
        blockkit.text(title, bold=True),
        *ends,
        undo,
    )


def unmuted(title: str, *, new: bool) -> SlackReply:
    head = f"{undone(new=new)}: "
    return reply(head + title, blockkit.text(head), blockkit.text(title, bold=True))


def undone(*, new: bool) -> str:
    return "Told again from now on" if new else "That mute has ended already"


def no_rule(name: str) -> SlackReply:
    return reply(
        f"There is no rule {name} any more",
        blockkit.text("There is no rule "),
        blockkit.text(name, bold=True),
        blockkit.text(" any more."),
    )


def never_revised(title: str) -> SlackReply:
    return reply(
        f"Never revised: {title}",
        blockkit.text(title, bold=True),
        blockkit.text(" has not been revised since it was first seen."),
    )


def diff_there(title: str) -> SlackReply:
    return _about("The full diff of that revision is in the thread already", title)


def diff_coming(title: str) -> SlackReply:
    return _about(
        "The full diff is on its way into the thread; press again in a minute if it does not appear",
        title,
    )


def _about(text: str, title: str) -> SlackReply:
    return reply(f"{text}: {title}", blockkit.text(f"{text}: "), blockkit.text(title, bold=True))


def diff_failed(reason: str) -> SlackReply:
    return error_reply(f"The diff could not be put into the thread: {reason}")


def why(title: str, url: str, explained: Sequence[Explanation]) -> SlackReply:
    """For each rule the words that fit, or the condition that failed; those that fit first."""
    rows = [_explained(one) for one in sorted(explained, key=lambda one: not one.fits)[:_RULES]]
    if len(explained) > _RULES:
        rows.append(
            blockkit.with_code(
                f"and {len(explained) - _RULES} more: `rolewatch rules explain` shows them"
            )
        )
    if not rows:
        return reply("There are no rules")
    head = blockkit.section(
        blockkit.text("Why "), blockkit.link(url, title, bold=True), blockkit.text("?")
    )
    return SlackReply(plain.escape(f"Why {title}?"), [blockkit.block(head, blockkit.bullets(rows))])


def _explained(one: Explanation) -> Parts:
    name = blockkit.text(wording.sanitize(one.rule, 100), bold=True)
    fits, because = (
        ("white_check_mark", one.words)
        if one.fits
        else ("heavy_minus_sign", f"does not fit: {one.failed}")
    )
    return [
        blockkit.emoji(fits),
        blockkit.text(" "),
        name,
        blockkit.text(f"  {wording.sanitize(because, 180)}"),
    ]
