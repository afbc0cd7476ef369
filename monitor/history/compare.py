"""What a look at a board did to its postings: pure, so it touches no database, clock or network.

    sift         the snapshot's sightings into new, moved, back and missing
    settle       each missing posting into closed, there or still missing
    read         the new, the moved and the back            (by `record`, who has them)
    differences  of a moved posting's two contents, field by field

A posting is compared as a reader sees it. Its raw job decides only that nothing moved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from crawler.items import Deadline, Pay, Posting, Probe, Sighting
from monitor.messages import FieldChange

DIGEST_VERSION = 1
LOOKS_TO_CLOSE = 2  # successful looks in a row that miss a posting whose probe has no answer
LOOKS_TO_CLOSE_COLLAPSED = 3  # the same, on a board that lost too many at once


class KnownPosting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is stored of one posting, as far as comparing needs it; light, since every look makes one for each open posting."""

    key: str
    open: bool
    raw_digest: str | None  # None: never read, or to be read again
    unlisted: bool = False  # the last good look at its board did not list it
    missing_looks: int = 0  # in a row, that missed it and got no answer to a probe


@dataclass(frozen=True, slots=True)
class Partition:
    """A snapshot's sightings by what has to be done with them; a sighting that has not moved is in none."""

    new: tuple[Sighting, ...]
    moved: tuple[Sighting, ...]  # open, and its raw job is another
    back: tuple[Sighting, ...]  # closed, and listed again
    found: tuple[str, ...]  # keys that the last look did not list
    missing: tuple[str, ...]  # keys that are open and not listed


def partition(
    known: Mapping[str, KnownPosting], sightings: Iterable[Sighting], still: Collection[str] = ()
) -> Partition:
    """The sightings of a snapshot against what is known of its board; `still` are keys that are listed and did not move."""
    new, moved, back = [], [], []
    found, listed = (
        [key for key in still if key in known and known[key].open and known[key].unlisted],
        set(still),
    )
    for sighting in sightings:
        posting = known.get(sighting.key)
        listed.add(sighting.key)
        if posting is None:
            new.append(sighting)
        elif not posting.open:
            back.append(sighting)
        else:
            if posting.raw_digest != sighting.digest:
                moved.append(sighting)
            if posting.unlisted:
                found.append(posting.key)
    missing = tuple(
        posting.key for posting in known.values() if posting.open and posting.key not in listed
    )
    return Partition(tuple(new), tuple(moved), tuple(back), tuple(found), missing)


class Verdict(Enum):
    """What became of a posting that the list does not show."""

    CLOSED = "closed"
    THERE = "there"
    MISSING = "missing"  # this look counts towards closing it
    WAITING = "waiting"  # it was not asked about yet, so that this look counts for nothing
    UNKNOWN = "unknown"  # this look proves nothing


def missing_verdict(
    posting: KnownPosting,
    probe: Probe | None,
    *,
    collapsed: bool,
    list_is_whole: bool,
    host_answers: bool = False,
) -> Verdict:
    """The verdict on a missing posting. `list_is_whole` is false when a job of the list has no readable key: it may be this one.

    `host_answers`: probes of this look brought answers, so that one without a probe waits for its turn and not for ever.
    """
    if probe is Probe.GONE:
        return Verdict.CLOSED
    if probe is Probe.THERE:
        return Verdict.THERE
    if not list_is_whole:
        return Verdict.UNKNOWN
    if probe is None and host_answers:
        return Verdict.WAITING
    needed = LOOKS_TO_CLOSE_COLLAPSED if collapsed else LOOKS_TO_CLOSE
    return Verdict.CLOSED if posting.missing_looks + 1 >= needed else Verdict.MISSING


# an edit's two texts, which are often the same, are compared and their digests made
@lru_cache(maxsize=4)
def one_line(text: str) -> str:
    """The text with every run of white space as one space: paragraph breaks are no change."""
    return " ".join(text.split())


def _places(posting: Posting) -> Collection[str]:
    return sorted(posting.locations) or [posting.location]


def _split_list(text: str) -> list[str]:
    return sorted(text.split("; "))


def digest(posting: Posting) -> str:
    """The identity of what a reader sees, "1:" and a SHA-256 in hex. Empty fields and what is derived from the text are no part of it."""
    content = msgspec.json.encode(_visible(posting), order="deterministic")
    return f"{DIGEST_VERSION}:{sha256(content).hexdigest()}"


def same_content(before: Posting, after: Posting) -> bool:
    """Does a reader see the same? What the digest is made of, compared without making two."""
    return _visible(before) == _visible(after)


def _visible(posting: Posting) -> dict[str, object]:
    stated = posting.stated
    visible = {
        "title": posting.title,
        "location": [place for place in _places(posting) if place],
        "department": _split_list(posting.department) if posting.department else "",
        "employment_type": posting.employment_type,
        "workplace": posting.workplace if "workplace" in stated else None,
        "pay": _amount(posting.pay) if "pay" in stated else None,
        "deadline": _instant(posting.deadline) if "deadline" in stated else None,
        "url": posting.url,
        "description": one_line(posting.description),
    }
    return {name: value for name, value in visible.items() if value}


def keep_unsent(before: Posting, after: Posting) -> Posting:
    """`after` with what its raw job no longer sends taken from `before`: a key that vanishes is the ats's doing and no edit.

    Pay that is sent less exactly than before is taken from `before` too, unless it contradicts it.
    """
    silent = after.unsent - before.unsent
    lost = {name for name in silent if name not in _DERIVED or name in before.stated}
    if "pay" in lost and _contradicts(after.pay, before.pay):
        lost.remove("pay")
    kept: dict[str, Any] = {name: getattr(before, name) for name in lost if hasattr(before, name)}
    if "description" in lost:
        unread = {
            name
            for name in ("pay", "deadline")
            if name not in after.stated or name in silent - before.stated
        }
        kept |= {name: getattr(before, name) for name in unread}
    if not lost:
        return after
    # else the next job without the key would seem to take it away
    stated = (after.stated - kept.keys()) | (before.stated & kept.keys())
    return replace(after, **kept, stated=stated, unsent=after.unsent - kept.keys() - lost)


def _contradicts(rough: Pay | None, exact: Pay | None) -> bool:
    """Does pay that may span several ranges leave out a part of one of them?"""
    if (
        rough is None
        or exact is None
        or (rough.currency, rough.period) != (exact.currency, exact.period)
    ):
        return False
    below = (
        rough.minimum is not None and exact.minimum is not None and exact.minimum < rough.minimum
    )
    above = (
        rough.maximum is not None and exact.maximum is not None and exact.maximum > rough.maximum
    )
    return below or above


_DERIVED = {"pay", "deadline", "workplace"}  # read from the text where the ats does not state them


def derived_fields(posting: Posting) -> tuple[object, ...]:
    """What may be read otherwise though a reader sees the same: a deadline's instant hangs on the year of publication, and on the place."""
    return posting.pay, posting.deadline, posting.workplace


def differences(before: Posting, after: Posting) -> tuple[FieldChange, ...]:
    """The fields in which a reader sees another content, in the order of the contract; a field that is newly sent is none of them."""
    newly_sent = before.unsent - after.unsent
    if "description" in newly_sent:  # what is read from a text that we see for the first time
        newly_sent |= {"pay", "deadline"} - before.stated
    no_edit = newly_sent | {"deadline"} if _is_read_otherwise(before, after) else newly_sent
    changes = []
    for field, (identity, words) in _FIELDS.items():
        if field not in no_edit and identity(before) != identity(after):
            changes.append(FieldChange(field, words(before), words(after)))
    return tuple(changes)


def _is_read_otherwise(before: Posting, after: Posting) -> bool:
    """Is the deadline written as it was, and only our reading another, which hangs on the place too? That is no edit of the board's."""
    old, new = before.deadline, after.deadline
    return (
        bool(old and new and old.text == new.text)
        and "deadline" not in before.stated | after.stated
    )


def pay_words(pay: Pay | None) -> str:
    """Pay as a change shows it: `133000-240000 USD/year`, or the words as written when it is unclear; "" for none."""
    if pay is None:
        return ""
    if pay.minimum is None and pay.maximum is None:
        return pay.text
    currency = f" {pay.currency}" if pay.currency else ""
    period = f"/{pay.period}" if pay.period else ""
    return f"{_range(pay.minimum, pay.maximum)}{currency}{period}"


def _range(minimum: float | None, maximum: float | None) -> str:
    if minimum is None:
        return f"up to {_number(maximum)}"
    if maximum is None:
        return f"from {_number(minimum)}"
    return _number(minimum) if minimum == maximum else f"{_number(minimum)}-{_number(maximum)}"


def _number(amount: float | None) -> str:
    return f"{amount:.2f}".rstrip("0").rstrip(".") if amount is not None else ""


def deadline_words(deadline: Deadline | None) -> str:
    """The deadline's instant as ISO 8601, or the words as written when they name none; "" for none."""
    if deadline is None:
        return ""
    return deadline.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if deadline.at else deadline.text


def _amount(pay: Pay | None) -> object:
    if pay is None:
        return None
    known = (pay.minimum, pay.maximum, pay.currency, pay.period)
    return known if any(part is not None for part in known[:2]) else pay.text


def _instant(deadline: Deadline | None) -> object:
    return deadline and (deadline.at or deadline.text)


# field: (what is compared, what is shown)  # noqa: ERA001
_FIELDS: dict[str, tuple[Callable[[Posting], object], Callable[[Posting], str]]] = {
    "title": (lambda p: p.title, lambda p: p.title),
    "location": (_places, lambda p: p.location),
    "department": (lambda p: _split_list(p.department), lambda p: p.department),
    "employment_type": (lambda p: p.employment_type, lambda p: p.employment_type),
    "workplace": (lambda p: p.workplace, lambda p: p.workplace or ""),
    "pay": (lambda p: _amount(p.pay), lambda p: pay_words(p.pay)),
    "deadline": (lambda p: _instant(p.deadline), lambda p: deadline_words(p.deadline)),
    "url": (lambda p: p.url, lambda p: p.url),
    "description": (lambda p: one_line(p.description), lambda p: p.description),
}
