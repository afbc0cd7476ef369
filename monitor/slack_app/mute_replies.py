"""Replies about mutes: the question, the announcement in the thread, and private answers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.database.columns import AnyRow
from monitor.notify import wording
from monitor.notify.document import (
    Composed,
    Confirm,
    Control,
    Controls,
    Line,
    Span,
    bold,
    sign,
    text,
    typed,
)
from monitor.slack_app.payloads import in_thread
from monitor.slack_app.replies import about, button, error_reply, reply

_ADMINS: Final = 10  # named
_BUTTONS: Final = 5  # rules that one reply offers to mute
UNKNOWN_MUTE: Final = reply(
    typed("This mute isn't in the database. `/rolewatch muted` lists the mutes that you can see.")
)
NOT_YOUR_MUTE: Final = reply(
    text("This mute belongs to another person's direct messages. Only that person can change it.")
)
NO_ALERTS_HERE: Final = reply(text("No rule alerts this channel, so there is nothing to mute."))


def not_allowed(admins: Sequence[str]) -> Composed:
    """Say who may mute in a shared channel, and undo a mute there."""
    head = "A mute here affects everyone in the channel"
    if not admins:
        return reply(
            typed(
                f"{head}, so only admins may change it. There are none yet: the operator names them"
                " in `[slack] admins`."
            )
        )
    names = [span for admin in admins[:_ADMINS] for span in (Span(" "), Span(user=admin))]
    return reply(
        (*text(f"{head}, so only these people may change it:"), *names),
        sentence=text(f"{head}, so only rolewatch's admins may change it."),
    )


_ASK_CHANNEL: Final = (
    "Mute a rule here for a day? The whole channel stops hearing of it.",
    (
        "Nobody in this channel hears of it for 24 hours."
        " Cards stay up to date, and anyone sees it under /rolewatch muted."
    ),
)
_ASK_DIRECT: Final = (
    "Mute a rule for a day? You stop hearing of it.",
    "You hear nothing of it for 24 hours. Cards stay up to date.",
)


def ask_rule(rules: Sequence[str], thread_ts: str, *, direct: bool) -> Composed:
    """Offer the rules of a card to mute. Each button asks again: it affects everyone here."""
    head, words = _ASK_DIRECT if direct else _ASK_CHANNEL
    buttons = tuple(
        Control(
            "rule_mute",
            wording.sanitize(f"Mute {rule}", 75),
            value=rule,
            confirm=Confirm(f"Mute {rule} for a day?", words, "Mute for a day"),
            is_own=False,
        )
        for rule in rules[:_BUTTONS]
    )
    return reply(text(head), blocks=[Controls(buttons, in_thread(thread_ts))])


NO_RULE_HERE: Final = reply(
    typed("No rule of this channel fits this role any more. `/rolewatch rules` lists the rules.")
)


def mute_announcement(
    mute: AnyRow, title: str, name: str = "", *, with_undo: bool = True
) -> Composed:
    """Return what the thread shows of a mute, active or undone. `name` is who just acted."""
    muted = (Span(user=mute.user_id), *text(" muted "), *_muted_object(mute, title))
    who = wording.sanitize(name, 60) or "Somebody"
    named = f"the rule {title}" if mute.rule is not None else "this role"
    if mute.ended_at is not None:
        undone = (*text(" here; "), Span(user=mute.ended_by), *text(" undid it."))
        return reply(
            (*sign("bell"), *muted, *undone),
            sentence=text(f"{who} undid the mute of {named} here."),
        )
    until = (
        (*text(" here until "), Span(at=mute.until), *text("."))
        if mute.until
        else text(" here. Its card stays up to date.")
    )
    undo = [button("mute_undo", "Undo", str(mute.id))] if with_undo else []
    return reply(
        (*sign("no_bell"), *muted, *until),
        blocks=undo,
        sentence=(*text(f"{who} muted {named}"), *until),
    )


def _muted_object(mute: AnyRow, title: str) -> Line:
    return text("this role") if mute.rule is None else (*text("the rule "), *bold(title))


def mute_done(mute: AnyRow, title: str, *, new: bool) -> Composed:
    """Return the private confirmation of a mute that the thread announces."""
    head = text("Muted: " if new else "Already muted: ")
    ends = (*text(" until "), Span(at=mute.until)) if mute.until else ()
    return reply((*head, *bold(title), *ends, *text(". The thread has a button to undo it.")))


def not_announced(reason: str) -> Composed:
    return error_reply(f"Muted, but the message in the thread could not be posted: {reason}")


def unmuted(title: str, *, new: bool) -> Composed:
    return about(undone(new=new), title)


def undone(*, new: bool) -> str:
    return "No longer muted" if new else "That mute has already ended"


def no_rule(name: str) -> Composed:
    return reply((*text("The rule "), *bold(name), *text(" no longer exists.")))
