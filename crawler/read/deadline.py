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
from crawler.read.deadline_words import CLOSING, CUES, DAY_BEFORE, EARLIEST, EXTENDED, FILLING, FORMAT, OPENING, OTHER_END

_LABEL = re.compile(r"[\s:\uff1a()\[\]*/MDYmdy-]*")  # what may follow "Closing Date" in its line, when the date is in the next
_SENTENCE_END = re.compile(r"(?:(?<=[a-z)\]])|(?<=\d{4}))(?<![ap]\.m)\.\s(?=[A-Z])")
_LONGEST_LABEL = 120  # characters of a line whose date may stand in the next
_WINDOW = 160  # characters after the announcing words in which the date stands
_REACH = 280  # characters before a date in which the announcing words begin
_MOST_CUES = 40  # a hostile text may have thousands


def read_deadline(text: str, *, published: datetime | None, place: str) -> Deadline | None:
    """The deadline that a description names; None when it names none ("None, rolling basis", "until filled").

    `published` gives the year where none is written, `place` the zone where none is, and the order of day and month.
    """
    for cue, after in islice(_announcements(text), _MOST_CUES):
        found = moments.find(after)
        if found and FILLING.fullmatch(between := after[: found.start()]) and (last := _last_of(found, cue, after)):
            return _deadline(last, f"{cue} {between}", published, place)
    return None


def _last_of(found: re.Match[str], cue: str, after: str) -> re.Match[str] | None:
    """The date that ends a window, or that a deadline was extended to; None when the only date begins the window."""
    if extended := EXTENDED.search(after, found.end()):
        later = moments.find(after, extended.end())
        return later if later and later.start() == extended.end() else found
    end = moments.follows(found, after)
    announced = f"{cue} {after[: found.start()]}"
    if end is None and OPENING.search(announced) and not CLOSING.search(announced) and not moments.is_span(found):
        return None
    return end or found


def _announcements(text: str) -> Iterator[tuple[str, str]]:
    """Announcing words, each with what belongs to them: the rest of their sentence, or the next line where the date stands alone."""
    lowered = text.lower()
    cues = [(stems, cue) for stems, cue in CUES if any(stem in lowered for stem in stems)]
    if not cues:
        return
    lines = [line for line in text.split("\n") if line]
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        small = line.lower()
        here = [cue for stems, cue in cues if any(stem in small for stem in stems)]
        found = (
            (match for begin, end in _stretches(line, following) for cue in here for match in cue.finditer(line, begin, end))
            if here
            else ()
        )
        for match in sorted(islice(found, _MOST_CUES), key=lambda match: match.start()):
            if not OTHER_END.search(match[0]) and not EARLIEST.search(line[max(0, match.start() - 24) : match.start()]):
                yield match[0], _sentence(line[match.end() : match.end() + _WINDOW], following)


def _stretches(line: str, following: str) -> Iterator[tuple[int, int]]:
    """The parts of a line that may announce a date: what stands before one, or a whole label above one."""
    if len(line) <= _LONGEST_LABEL and next(moments.places_of_dates(following[:_WINDOW]), None) is not None:
        yield 0, len(line)
        return
    begin = end = 0
    for place in moments.places_of_dates(line):
        if place - _REACH > end:
            yield begin, end
            begin = place - _REACH
        end = place
    yield begin, end


def _sentence(after: str, following: str) -> str:
    """What belongs to announcing words: the rest of their sentence, or the next line where the date stands alone."""
    if _LABEL.fullmatch(after):
        after = f"{after} {following[:_WINDOW]}"
    return _SENTENCE_END.split(" ".join(after.split()), maxsplit=1)[0]


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
