"""The last moment to apply, where a text names one.

A deadline is a date that follows words which announce one ("Application deadline", "closes on", "apply by") with nothing but filling
words between. Of two readings the earlier instant is taken, since a reminder that comes early helps and one that comes late does not:
"PST" in summer is both California's time and the letter's, "before 4 October" ends with the 3rd, a weekday that disagrees with its date
may be the right one of the two. A date that is no day, or lacks a year that nothing gives, keeps its words and has no instant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from crawler.items import Deadline
from crawler.read import moments
from crawler.read.deadline_words import CLOSING, CUE, DAY_BEFORE, EXTENDED, FILLING, FORMAT, HINTS, OPENING, OTHER_END

_LABEL = re.compile(r"[\s:\uff1a()\[\]*/MDYmdy-]*")  # what may follow "Closing Date" in its line, when the date is in the next
_SENTENCE_END = re.compile(r"(?:(?<=[a-z)\]])|(?<=\d{4}))(?<![ap]\.m)\.\s(?=[A-Z])")
_DIGIT = re.compile(r"\d")
_LONGEST_LABEL = 120  # characters of a line whose date may stand in the next
_WINDOW = 160  # characters after the announcing words in which the date stands
_MOST_CUES = 40  # a hostile text may have thousands


def read_deadline(text: str, *, published: datetime | None, place: str) -> Deadline | None:
    """The deadline that a description names; None when it names none ("None, rolling basis", "until filled").

    `published` gives the year where none is written, `place` the zone where none is, and the order of day and month.
    """
    for cue, after in islice(_announcements(text), _MOST_CUES):
        found = moments.find(after)
        if found and FILLING.fullmatch(between := after[: found.start()]) and (last := _last_of(found, cue, after)):
            return _deadline(last, f"{cue}{between}", published, place)
    return None


def _last_of(found: re.Match[str], cue: str, after: str) -> re.Match[str] | None:
    """The date that ends a window, or that a deadline was extended to; None when the only date begins the window."""
    if extended := EXTENDED.search(after, found.end()):
        later = moments.find(after, extended.end())
        return later if later and later.start() == extended.end() else found
    end = moments.follows(found, after)
    announced = f"{cue}{after[: found.start()]}"
    if end is None and OPENING.search(announced) and not CLOSING.search(announced) and not moments.is_span(found):
        return None
    return end or found


def _announcements(text: str) -> Iterator[tuple[str, str]]:
    """Announcing words, each with what belongs to them: the rest of their sentence, or the next line where the date stands alone."""
    lowered = text.lower()
    if not any(hint in lowered for hint in HINTS):
        return
    lines = [line for line in text.split("\n") if line]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not _DIGIT.search(line) and not (len(line) <= _LONGEST_LABEL and _DIGIT.search(following[:_WINDOW])):
            continue
        for cue in CUE.finditer(line):
            if OTHER_END.search(cue[0]):
                continue
            after = line[cue.end() : cue.end() + _WINDOW]
            if _LABEL.fullmatch(after):
                after = f"{after} {following[:_WINDOW]}"
            yield cue[0], _SENTENCE_END.split(" ".join(after.split()), maxsplit=1)[0]


def _deadline(found: re.Match[str], announced: str, published: datetime | None, place: str) -> Deadline:
    written = FORMAT.search(announced)
    readings = moments.instants(
        found,
        published=published,
        place=place,
        month_first=bool(written["month_first"]) if written else None,
        day_before=bool(DAY_BEFORE.search(announced)),
    )
    words = found[0].strip()
    return Deadline(min(readings, default=None), words if "(" in words else words.rstrip(")"))
