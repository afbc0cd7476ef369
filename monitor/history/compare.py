"""Compare two contents of a posting as a reader sees them. Pure: no database, clock or network.

keep_unsent   fields that the new raw job does not send any more, from the old content
same_content  whether a reader sees the same
differences   the two contents, field by field
digest        the identity of a content, as it is stored
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from crawler.items import Deadline, Pay, Posting
from monitor.message_parts import FieldChange

DIGEST_VERSION = 1


# caches both texts of an edit: they are compared, then hashed
@lru_cache(maxsize=4)
def one_line(text: str) -> str:
    """Return the text with each run of white space as one space: paragraph breaks are no change."""
    # quicker than to split at every space, and enough for a text as `crawler.read.text` makes it
    line = " ".join(filter(None, text.split("\n")))
    # no white space but the plain space is printable
    if "  " in line or line[:1] == " " or line[-1:] == " " or not line.isprintable():
        return " ".join(text.split())
    return line


def _places(posting: Posting) -> Collection[str]:
    return sorted(posting.locations) or [posting.location]


def _split_list(text: str) -> list[str]:
    return sorted(text.split("; "))


def digest(posting: Posting) -> str:
    """Return the digest of what a reader sees: "1:" and a SHA-256 in hex.

    Empty fields and values that are derived from the text are left out.
    """
    content = msgspec.json.encode(_visible(posting), order="deterministic")
    return f"{DIGEST_VERSION}:{sha256(content).hexdigest()}"


def same_content(before: Posting, after: Posting) -> bool:
    """Return True if a reader sees the same. Cheaper than comparing two digests."""
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
    """Return `after`, with fields that its raw job no longer sends taken from `before`.

    A key that vanishes is the ats's doing and not an edit. Pay that is sent less exactly than
    before is taken from `before` too, unless it contradicts it. So are the ats's own numbers and
    times, which another of its answers may lack.
    """
    silent = after.unsent - before.unsent
    lost = {name for name in silent if name not in _DERIVED or name in before.stated}
    if "pay" in lost and _contradicts(after.pay, before.pay):
        lost.remove("pay")
    kept: dict[str, Any] = {
        name: getattr(before, name) for name in lost - _OF_ATS if hasattr(before, name)
    }
    if not kept.keys().isdisjoint(_PLACES):  # both are read from the same fields
        kept |= {name: getattr(before, name) for name in _PLACES}
    if "description" in lost:
        unread = {
            name
            for name in ("pay", "deadline")
            if name not in after.stated or name in silent - before.stated
        }
        kept |= {name: getattr(before, name) for name in unread}
    kept |= {
        name: value
        for name in _OF_ATS
        if (value := getattr(before, name)) is not None
        and (name in lost or getattr(after, name) is None)
    }
    if not lost and not kept:
        return after
    # else the next job without the key would seem to take it away
    stated = (after.stated - kept.keys()) | (before.stated & kept.keys())
    # what was unknown before, and is kept so, is no edit when it arrives
    unsent = (after.unsent - kept.keys() - lost) | (before.unsent & kept.keys())
    return replace(after, **kept, stated=stated, unsent=unsent)


def _contradicts(rough: Pay | None, exact: Pay | None) -> bool:
    """Return True if pay that may span several ranges excludes a part of one of them."""
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


_OF_ATS = frozenset({"requisition", "internal_job", "first_published", "updated_at"})
_PLACES = ("location", "locations")
_DERIVED = {"pay", "deadline", "workplace"}  # read from the text where the ats does not state them


def derived_fields(posting: Posting) -> tuple[object, ...]:
    """Return the fields that may be read differently although a reader sees the same.

    A deadline's instant depends on the year of publication and on the place.
    """
    return posting.pay, posting.deadline, posting.workplace


def differences(before: Posting, after: Posting) -> tuple[FieldChange, ...]:
    """Return the fields in which a reader sees other content. Newly sent fields are left out."""
    newly_sent = _newly_sent(before, after)
    no_edit = newly_sent | {"deadline"} if _is_read_otherwise(before, after) else newly_sent
    changes = []
    for field, (identity, words) in _FIELDS.items():
        if field not in no_edit and identity(before) != identity(after):
            changes.append(FieldChange(field, words(before), words(after)))
    return tuple(changes)


def _newly_sent(before: Posting, after: Posting) -> frozenset[str]:
    """Return the fields whose difference may only be that the board did not send them before."""
    newly_sent = before.unsent - after.unsent
    if "description" in newly_sent:  # what is read from a text that we see for the first time
        return newly_sent | ({"pay", "deadline"} - before.stated)
    if before.locations[:1] == after.locations[:1] and "locations" in newly_sent:
        newly_sent |= {"location"}
    # what is not sent now either is read from the text, as it was before
    return newly_sent - (_DERIVED - before.stated - after.stated)


def _is_read_otherwise(before: Posting, after: Posting) -> bool:
    """Return True if the deadline's text is unchanged and only our reading differs.

    The reading depends on the place too, so this is not an edit of the board's.
    """
    old, new = before.deadline, after.deadline
    return (
        bool(old and new and old.text == new.text)
        and "deadline" not in before.stated | after.stated
    )


def pay_words(pay: Pay | None) -> str:
    """Return pay as a change shows it: `133000-240000 USD/year`. Unclear: its words."""
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
    """Return the deadline as ISO 8601, as its text where that names no instant, "" for none."""
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
    # a board whose token is spelled in other capitals has its postings at such addresses
    "url": (lambda p: p.url.casefold(), lambda p: p.url),
    "description": (lambda p: one_line(p.description), lambda p: p.description),
}
