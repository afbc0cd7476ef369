"""Short replies to a click, as Slack shows them.

Pure. Text from a board goes into `rich_text`, where Slack reads no markup.
"""

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

_RULES: Final = 40  # explained in one reply
_ADMINS: Final = 10  # named


@dataclass(frozen=True, slots=True)
class SlackReply:
    """A reply: the text of its notification, escaped for Slack, and its blocks."""

    text: str
    blocks: Parts


def reply(text: str, *parts: Part, buttons: Sequence[Part] = ()) -> SlackReply:
    """Return a reply of the parts, or else of the text, with a row of buttons."""
    body = blockkit.block(blockkit.section(*(parts or blockkit.with_code(text))))
    return SlackReply(
        plain.escape(text), [body, *([blockkit.actions(*buttons)] if buttons else [])]
    )


def error_reply(text: str) -> SlackReply:
    """Return a person's mistake in one line that says what to do."""
    line = wording.sanitize(text, 2500) or "That is not possible."
    return reply(line[0].upper() + line[1:])


UNKNOWN_BUTTON: Final = reply(
    "This button is from another version of rolewatch. `/rolewatch help` lists the commands."
)
BROKEN: Final = reply("Something went wrong. Please try again. The daemon's log has the details.")
UNKNOWN_ROLE: Final = reply(
    "This role isn't in the database. It may have been recreated since this message was posted."
)
UNKNOWN_MUTE: Final = reply(
    "This mute isn't in the database. `/rolewatch muted` lists the mutes that you can see."
)
NOT_YOUR_MUTE: Final = reply(
    "This mute belongs to another person's direct messages. Only that person can change it."
)
NO_ALERTS_HERE: Final = reply("No rule alerts this channel, so there is nothing to mute.")


def saved(title: str, url: str, posting: str, *, new: bool) -> SlackReply:
    head = "Saved for you: " if new else "You have already saved this role: "
    return reply(
        f"{head}{title}",
        blockkit.text(head),
        blockkit.link(url, title, bold=True),
        *blockkit.with_code(". `/rolewatch saved` lists your roles."),
        buttons=[blockkit.button("role_unsave", "Remove from my list", value=posting)],
    )


def unsaved(title: str) -> SlackReply:
    return _about("Removed from your list", title)


def not_allowed(admins: Sequence[str]) -> SlackReply:
    """Say who may mute in a shared channel, and undo a mute there."""
    head = "A mute in a shared channel affects everyone there"
    if not admins:
        return reply(
            f"{head}, so only admins may change it."
            " There are none yet: the operator adds them to `[slack] admins`."
        )
    names = [
        part for admin in admins[:_ADMINS] for part in (blockkit.mention(admin), blockkit.text(" "))
    ]
    return reply(
        f"{head}, so only rolewatch's admins may change it",
        blockkit.text(f"{head}, so only these people may change it: "),
        *names,
    )


def mute_announcement(mute: AnyRow, title: str, *, with_undo: bool = True) -> SlackReply:
    """Return what the thread shows of a mute: active, or undone."""
    muted = [
        blockkit.mention(mute.user_id),
        blockkit.text(" muted "),
        *_muted_object(mute, title),
    ]
    if mute.ended_at is not None:
        return reply(
            f"No longer muted: {title}",
            blockkit.emoji("bell"),
            blockkit.text(" "),
            *muted,
            blockkit.text(" here. "),
            blockkit.mention(mute.ended_by),
            blockkit.text(" undid it, so alerts continue."),
        )
    until = (
        [blockkit.text(" here until "), blockkit.date(mute.until), blockkit.text(".")]
        if mute.until
        else [blockkit.text(" here. No more alerts about it will be posted.")]
    )
    undo = [blockkit.button("mute_undo", "Undo", value=str(mute.id))] if with_undo else []
    return reply(
        f"Muted: {title}",
        blockkit.emoji("no_bell"),
        blockkit.text(" "),
        *muted,
        *until,
        blockkit.text(" Cards stay up to date, and history keeps everything."),
        buttons=undo,
    )


def _muted_object(mute: AnyRow, title: str) -> Parts:
    if mute.rule is None:
        return [blockkit.text("this role")]
    return [blockkit.text("the rule "), blockkit.text(title, bold=True)]


def mute_done(title: str, until: datetime | None, *, new: bool) -> SlackReply:
    """Return the private confirmation beside the announcement."""
    head = f"{'Muted' if new else 'Already muted'}: "
    ends = [blockkit.text(" until "), blockkit.date(until)] if until else []
    return reply(
        head + title,
        blockkit.text(head),
        blockkit.text(title, bold=True),
        *ends,
        blockkit.text(". The message in the thread has a button to undo it."),
    )


def not_announced(reason: str) -> SlackReply:
    return error_reply(f"Muted, but the message in the thread could not be posted: {reason}")


def unmuted(title: str, *, new: bool) -> SlackReply:
    return _about(undone(new=new), title)


def undone(*, new: bool) -> str:
    return "No longer muted" if new else "That mute has already ended"


def no_rule(name: str) -> SlackReply:
    return reply(
        f"The rule {name} no longer exists",
        blockkit.text("The rule "),
        blockkit.text(name, bold=True),
        blockkit.text(" no longer exists."),
    )


def never_revised(title: str) -> SlackReply:
    return reply(
        f"Never revised: {title}",
        blockkit.text(title, bold=True),
        blockkit.text(" has not been revised since it was first seen."),
    )


def diff_uploaded(title: str) -> SlackReply:
    return _about("The thread already has the full diff of this revision", title)


def diff_uploading(title: str) -> SlackReply:
    return _about(
        "The full diff is being uploaded. If it does not appear, press again in a minute", title
    )


def _about(text: str, title: str) -> SlackReply:
    return reply(f"{text}: {title}", blockkit.text(f"{text}: "), blockkit.text(title, bold=True))


def diff_failed(reason: str) -> SlackReply:
    return error_reply(f"The diff could not be uploaded: {reason}")


def why(title: str, url: str, explained: Sequence[Explanation]) -> SlackReply:
    """Return the words that match each rule, or the condition that fails; matches first."""
    if not explained:
        return reply("There are no rules")
    matches_first = sorted(explained, key=lambda explanation: not explanation.fits)
    rows = [_explanation(explanation) for explanation in matches_first[:_RULES]]
    left = len(explained) - _RULES
    if left > 0:
        rows.append(blockkit.with_code(f"and {left} more: `rolewatch rules explain` shows them"))
    head = blockkit.section(
        blockkit.text("Why "), blockkit.link(url, title, bold=True), blockkit.text("?")
    )
    return SlackReply(plain.escape(f"Why {title}?"), [blockkit.block(head, blockkit.bullets(rows))])


def _explanation(explanation: Explanation) -> Parts:
    emoji, reason = (
        ("white_check_mark", explanation.words)
        if explanation.fits
        else ("heavy_minus_sign", f"does not fit: {explanation.failed}")
    )
    return [
        blockkit.emoji(emoji),
        blockkit.text(" "),
        blockkit.text(wording.sanitize(explanation.rule, 100), bold=True),
        blockkit.text(f"  {wording.sanitize(reason, 180)}"),
    ]
