"""Short replies to a click, as documents.

Pure. Text from a board or a person stands in spans, where nothing is markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from monitor.database.engine import AnyRow
from monitor.notify import wording
from monitor.notify.document import (
    Block,
    Composed,
    Confirm,
    Control,
    Controls,
    Line,
    Section,
    Span,
    Text,
    bold,
    paragraph,
    sign,
    text,
    typed,
)
from monitor.rules.matcher import Explanation
from monitor.slack_app.payloads import in_thread

_RULES: Final = 40  # explained in one reply
_ADMINS: Final = 10  # named
_NO_RULE_FITS: Final = "No rule fits it now."
_FIELDS: Final = "title|description|department|company"
_SAID: Final = (
    (re.compile(rf"(?:^|(?<=; ))({_FIELDS}) has "), r"the \1 has "),
    (re.compile(r"(?:^|(?<=; ))location has (“[^;]*”)"), r"its places have \1"),
    (re.compile(rf"^none of (.+) in ({_FIELDS})$"), r"the \2 has none of \1"),
    (re.compile(rf"^no (“.+”) in ({_FIELDS})$"), r"the \2 does not have \1"),
)
_BUTTONS: Final = 5  # rules that one reply offers to mute


def reply(*lines: Line, blocks: Sequence[Block] = (), sentence: Line = ()) -> Composed:
    """Return a reply of those lines, then the blocks. Its sentence is the first line."""
    return Composed(sentence or without_sign(lines[0]), (paragraph(*lines), *blocks))


def without_sign(line: Line) -> Line:
    """Return a line as a phone or a screen reader gets it."""
    return line[2:] if line and line[0].sign else line


def button(action: str, label: str, value: str) -> Controls:
    """Return a row with one button."""
    return Controls((Control(action, label, value=value),))


def error_reply(words: str) -> Composed:
    """Return a person's mistake in one line that says what to do."""
    line = wording.sanitize(words, 2500) or "That is not possible."
    return reply(typed(line[0].upper() + line[1:]))


UNKNOWN_BUTTON: Final = reply(
    typed("This button is from another version of rolewatch. `/rolewatch help` lists the commands.")
)
BROKEN: Final = reply(
    text("Something went wrong. Please try again. The daemon's log has the details.")
)
UNKNOWN_ROLE: Final = reply(
    text("This role isn't in the database. It may have been recreated since this was posted.")
)
UNKNOWN_MUTE: Final = reply(
    typed("This mute isn't in the database. `/rolewatch muted` lists the mutes that you can see.")
)
NOT_YOUR_MUTE: Final = reply(
    text("This mute belongs to another person's direct messages. Only that person can change it.")
)
NO_ALERTS_HERE: Final = reply(text("No rule alerts this channel, so there is nothing to mute."))


def saved(title: str, url: str, posting: str, *, new: bool) -> Composed:
    head = "Saved for you: " if new else "You have already saved this role: "
    line = (
        *text(head),
        linked(title, url),
        *typed(". It is under Home and in `/rolewatch saved`."),
    )
    return reply(line, blocks=[button("role_unsave", "Remove from my list", posting)])


def linked(title: str, url: str, *, is_bold: bool = True) -> Span:
    return Span(title, url=wording.safe_url(url) or "", bold=is_bold)


def unsaved(title: str) -> Composed:
    return _about("Removed from your list", title)


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
    return _about(undone(new=new), title)


def undone(*, new: bool) -> str:
    return "No longer muted" if new else "That mute has already ended"


def no_rule(name: str) -> Composed:
    return reply((*text("The rule "), *bold(name), *text(" no longer exists.")))


def never_revised(title: str) -> Composed:
    return reply((*bold(title), *text(" has not changed since it was first seen.")))


def diff_uploaded(title: str) -> Composed:
    return _about("The thread already has the full diff of this revision", title)


def diff_uploading(title: str) -> Composed:
    return _about(
        "The full diff is being uploaded. If it does not appear, press again in a minute", title
    )


def _about(words: str, title: str) -> Composed:
    return reply((*text(f"{words}: "), *bold(title)))


def diff_failed(reason: str) -> Composed:
    return error_reply(f"The diff could not be uploaded: {reason}")


def why(
    title: str, url: str, explained: Sequence[Explanation], deadline_text: str = ""
) -> Composed:
    """Return the words that match each rule, or the condition that fails; matches first."""
    if not explained:
        return reply(text("There are no rules yet."))
    matches_first = sorted(explained, key=lambda explanation: not explanation.fits)
    rows = [_explanation(explanation) for explanation in matches_first[:_RULES]]
    left = len(explained) - _RULES
    if left > 0:
        rows.append(typed(f"and {left} more: `rolewatch rules explain` shows them"))
    head = (*text("Why "), linked(title, url), *text("?"))
    written = wording.sanitize(deadline_text, 200)
    closing = [text(f"The deadline is written “{written}”.")] if written else []
    fitting = [one for one in matches_first if one.fits]
    said = f"It fits {_name(fitting[0])}: {_reason(fitting[0])}." if fitting else _NO_RULE_FITS
    sections = tuple(Section((line,)) for line in (head, *rows, *closing))
    return Composed(text(f"Why {title}? {said}"), (Text(sections),))


def _explanation(explanation: Explanation) -> Line:
    mark = "white_check_mark" if explanation.fits else "heavy_minus_sign"
    return (*sign(mark), *bold(_name(explanation)), *text(f": {_reason(explanation)}"))


def _name(explanation: Explanation) -> str:
    return wording.sanitize(explanation.label or explanation.rule, 100)


def _reason(explanation: Explanation) -> str:
    """Return the stored words as a person says them: `the title has “research engineer”`."""
    words = explanation.words if explanation.fits else explanation.failed
    for pattern, said in _SAID:
        words = pattern.sub(said, words)
    return wording.sanitize(words, 180)
