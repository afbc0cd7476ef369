"""Messages for the operator: what is true in one line, then at most two plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.messages import OperatorMessage
from monitor.notify import wording
from monitor.notify.document import Composed, Line, Span, emphasized, paragraph, sign, text

_SIGNS: Final = {
    "failing": "red_circle",
    "recovered": "large_green_circle",
    "moved": "large_green_circle",
    "collapsed": "large_yellow_circle",
    "drained": "large_green_circle",
    "unwatched": "white_circle",
    "refused": "no_entry",
    "works": "large_green_circle",
    "restarted": "warning",
    "configuration": "warning",
    "in order": "large_green_circle",
    "late": "hourglass",
    "in time": "large_green_circle",
    "network": "red_circle",
    "network back": "large_green_circle",
    "test": "test_tube",
}
_LINES: Final = 25  # a refused configuration names every mistake
_HEADLINE_LIMIT: Final = 250  # UTF-16 units
_LINE_LIMIT: Final = 400
_MARK: Final = re.compile(r"<(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(\|time)?>|`([^`]+)`")


def operator(message: OperatorMessage) -> Composed:
    """Return the message as it stands alone, or as its incident's first message now is."""
    if message.past:
        head = (*_subject(message), *_marked(message.past))
        sentence = (*text(message.subject), *_marked(message.past.rstrip(".")), *text("."))
        return Composed(sentence, (paragraph((*sign(_SIGNS[message.event]), *head)),))
    rows = [_marked(line, _LINE_LIMIT) for line in message.lines[:_LINES]]
    headline = emphasized(_headline(message))
    if not message.subject and len(headline) == 1:
        headline = (replace(headline[0], url=wording.safe_url(message.url) or ""),)
    head = (*sign(_SIGNS[message.event]), *_subject(message), *headline)
    return Composed(_sentence(message), (paragraph(head, *rows),))


def operator_reply(message: OperatorMessage) -> Composed:
    """Return an incident's end as one line, or its news without what the first message says."""
    subject = wording.sanitize(message.subject, _HEADLINE_LIMIT)
    head = (*sign(_SIGNS[message.event]), *text(subject), *_headline(message))
    return Composed(_sentence(message), (paragraph(head),))


def _subject(message: OperatorMessage) -> Line:
    """Return what the message is about, with its link."""
    name = wording.sanitize(message.subject, _HEADLINE_LIMIT)
    return (Span(name, url=wording.safe_url(message.url) or "", bold=True),) if name else ()


def _headline(message: OperatorMessage) -> Line:
    line = _marked(message.headline, _HEADLINE_LIMIT) or text(f"rolewatch: {message.event}")
    return (Span(" "), *line) if message.subject else line


def _sentence(message: OperatorMessage) -> Line:
    """Return one sentence for a phone."""
    if message.sentence:
        return _marked(message.sentence)
    headline = wording.sanitize(f"{message.subject} {message.headline}", _HEADLINE_LIMIT)
    return _marked(headline.strip().rstrip(".") + ".") if headline else text("rolewatch")


def _marked(value: str, limit: int = _HEADLINE_LIMIT) -> Line:
    """Return a text with its instants and commands."""
    return tuple(_spans(wording.sanitize(value, limit), leading=value[:1] == " "))


def _spans(value: str, *, leading: bool) -> Iterator[Span]:
    if leading:
        yield Span(" ")
    done = 0
    for mark in _MARK.finditer(value):
        yield from text(value[done : mark.start()])
        at, time, command = mark.groups()
        yield (
            Span(at=datetime.fromisoformat(at), shows="time" if time else "moment")
            if at
            else Span(command, code=True)
        )
        done = mark.end()
    yield from text(value[done:])
