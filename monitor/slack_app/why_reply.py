"""The answer to Why this?: which words fit each rule, or which condition fails. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from monitor.notify import wording
from monitor.notify.document import Composed, Line, Section, Text, bold, sign, text, typed
from monitor.rules.matcher import Explanation
from monitor.slack_app.replies import linked, reply

_RULES: Final = 40  # explained in one reply
_NO_RULE_FITS: Final = "No rule fits it now."
_FIELDS: Final = "title|description|department|company"
_SAID: Final = (
    (re.compile(rf"(?:^|(?<=; ))({_FIELDS}) has "), r"the \1 has "),
    (re.compile(r"(?:^|(?<=; ))location has (“[^;]*”)"), r"its places have \1"),
    (re.compile(rf"^none of (.+) in ({_FIELDS})$"), r"the \2 has none of \1"),
    (re.compile(rf"^no (“.+”) in ({_FIELDS})$"), r"the \2 does not have \1"),
)


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
