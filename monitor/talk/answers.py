"""The short answers, as Slack shows them. Pure: data in, blocks out; what came from a board stands in `rich_text`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.db import AnyRow
from monitor.notify import plain, rich, words
from monitor.notify.rich import Part, Parts
from monitor.rules import Explanation

_RULES: Final = 40  # explained one by one
_ADMINS: Final = 10  # named


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: the text of its notification, escaped for Slack, and its blocks."""

    text: str
    blocks: Parts


def said(text: str, *parts: Part, buttons: Sequence[Part] = ()) -> Said:
    """The text, or the parts where they say it better, and a row of buttons."""
    body = rich.block(rich.section(*(parts or rich.said(text))))
    row = [{"type": "actions", "elements": list(buttons)}] if buttons else []
    return Said(plain.escape(text), [body, *row])


def button(action: str, label: str, value: str) -> Part:
    return {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": label, "emoji": True}, "value": value}


def wrong(text: str) -> Said:
    """A person's mistake, in one line that says what to do."""
    line = words.clean(text, 2500) or "That cannot be done."
    return said(line[0].upper() + line[1:])


UNKNOWN: Final = said("rolewatch does not know this button: its message is of another version. `/rolewatch help` says what there is.")
BROKEN: Final = said("That did not work: a fault in rolewatch, or its database is away. Please try again; the operator's log says more.")
NO_ROLE: Final = said("rolewatch does not know this role: its history has been begun anew since this message, or it was a sample.")


NOT_YOURS: Final = said("That is a mute of somebody else's direct messages: only they can change it.")
NOT_TOLD_HERE: Final = said("No rule sends anything to this channel now, so there is nothing to mute.")


def saved(title: str, url: str, posting: str, *, new: bool) -> Said:
    """What Save did."""
    head = "Saved for you: " if new else "You have saved it already: "
    parts = [rich.text(head), rich.link(url, title, bold=True), *rich.said(". `/rolewatch saved` lists yours.")]
    return said(f"{head}{title}", *parts, buttons=[button("role_unsave", "Take it off my list", posting)])


def unsaved(title: str) -> Said:
    return said(f"Taken off your list: {title}", rich.text("Taken off your list: "), rich.text(title, bold=True))


def may_not(admins: Sequence[str]) -> Said:
    """Say who may mute in a shared channel, and undo a mute there."""
    head = "A mute of a shared channel is for everyone in it"
    if not admins:
        return said(f"{head}, and nobody may change it yet: the operator names who may in `[slack] admins`.")
    who = [part for admin in admins[:_ADMINS] for part in (rich.mention(admin), rich.text(" "))]
    return said(f"{head}, so it is for rolewatch's admins", rich.text(f"{head}, so only these people may change it: "), *who)


def muted(mute: AnyRow, title: str, *, holds: bool) -> Said:
    """The announcement of a mute in its thread, as it stands: with a button while it holds."""
    who = [rich.mention(mute.user_id), rich.text(" muted ")]
    what = [rich.text("the rule "), rich.text(title, bold=True)] if mute.rule is not None else [rich.text("this role")]
    text = f"Muted: {title}"
    if mute.ended_at is not None:
        undone = [rich.text(" here; "), rich.mention(mute.ended_by), rich.text(" undid it. It is told again.")]
        return said(f"No longer muted: {title}", rich.emoji("bell"), rich.text(" "), *who, *what, *undone)
    for_ = (
        [rich.text(" here until "), rich.date(mute.until), rich.text(".")] if mute.until else [rich.text(" here: no news of it is told.")]
    )
    stays = rich.text(" Cards stay up to date, and history keeps everything.")
    undo = [button("mute_undo", "Undo", str(mute.id))] if holds else []
    return said(text, rich.emoji("no_bell"), rich.text(" "), *who, *what, *for_, stays, buttons=undo)


def mute_done(title: str, until: datetime | None, *, new: bool) -> Said:
    """What the person who muted is told, beside the announcement."""
    text = f"{'Muted' if new else 'It is muted already'}: {title}"
    ends = [rich.text(" until "), rich.date(until)] if until else []
    undo = rich.text(". The thread says so, with a button to undo it.")
    return said(text, rich.text("Muted: " if new else "It is muted already: "), rich.text(title, bold=True), *ends, undo)


def unmuted(title: str, *, new: bool) -> Said:
    head = f"{undone(new=new)}: "
    return said(head + title, rich.text(head), rich.text(title, bold=True))


def undone(*, new: bool) -> str:
    return "Told again from now on" if new else "That mute has ended already"


def no_rule(name: str) -> Said:
    return said(f"There is no rule {name} any more", rich.text("There is no rule "), rich.text(name, bold=True), rich.text(" any more."))


def never_revised(title: str) -> Said:
    return said(f"Never revised: {title}", rich.text(title, bold=True), rich.text(" has not been revised since it was first seen."))


def diff_there(title: str) -> Said:
    return _about("The full diff of that revision is in the thread already", title)


def diff_coming(title: str) -> Said:
    return _about("The full diff is on its way into the thread; press again in a minute if it does not appear", title)


def _about(text: str, title: str) -> Said:
    return said(f"{text}: {title}", rich.text(f"{text}: "), rich.text(title, bold=True))


def diff_failed(reason: str) -> Said:
    return wrong(f"The diff could not be put into the thread: {reason}")


def why(title: str, url: str, explained: Sequence[Explanation]) -> Said:
    """For each rule the words that fit, or the condition that failed; those that fit first."""
    rows = [_explained(one) for one in sorted(explained, key=lambda one: not one.fits)[:_RULES]]
    if len(explained) > _RULES:
        rows.append(rich.said(f"and {len(explained) - _RULES} more: `rolewatch rules explain` shows them"))
    if not rows:
        return said("There are no rules")
    head = rich.section(rich.text("Why "), rich.link(url, title, bold=True), rich.text("?"))
    return Said(plain.escape(f"Why {title}?"), [rich.block(head, rich.bullets(rows))])


def _explained(one: Explanation) -> Parts:
    name = rich.text(words.clean(one.rule, 100), bold=True)
    fits, because = ("white_check_mark", one.words) if one.fits else ("heavy_minus_sign", f"does not fit: {one.failed}")
    return [rich.emoji(fits), rich.text(" "), name, rich.text(f"  {words.clean(because, 180)}")]
