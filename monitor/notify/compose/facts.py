"""The facts of a role in one line: `London · Contract · £98,000 · apply by December 18`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from monitor.message_parts import Role, Why
from monitor.notify import wording
from monitor.notify.document import Line, Span, joined, text
from monitor.text.dates import FAR, stated_day, states_time
from monitor.text.money import format_stored_pay
from monitor.text.places import format_places, split_places

_COMPANY_LIMIT: Final = 60
_PLACE_LIMIT: Final = 80
_WRITTEN_LIMIT: Final = 80
_READ: Final = 1_000  # characters of a location or a deadline that are read
PAY_NOT_STATED: Final = "pay not stated"
_FULL_TIME: Final = re.compile(r"\bfull.?time\b|\bfte\b|^permanent$|^regular$", re.IGNORECASE)
# what full-time employment may be beside that: `Full-time contract`
_NOT_ONLY_FULL_TIME: Final = re.compile(
    r"part.?time|contract|intern|temp|fixed|freelance|apprentic|season|casual|volunteer|limited",
    re.IGNORECASE,
)
# the codes that several ATS write, by their letters
_EMPLOYMENT: Final = {
    "parttime": "Part-time",
    "contract": "Contract",
    "contractor": "Contract",
    "intern": "Internship",
    "internship": "Internship",
    "temporary": "Temporary",
    "temp": "Temporary",
    "fixedterm": "Fixed-term",
    "freelance": "Freelance",
    "volunteer": "Volunteer",
}


def company(role: Role) -> str:
    """Return the employer's name, or the board's without one."""
    return wording.sanitize(role.company, _COMPANY_LIMIT) or role.posting.rpartition(":")[0]


def title(role: Role, limit: int = wording.TITLE_LIMIT) -> str:
    return wording.sanitize(role.title, limit) or "(no title)"


def title_line(role: Role, *, strike: bool = False) -> Line:
    """Return the title with its link, if the link is safe."""
    return (Span(title(role), url=wording.safe_url(role.url) or "", bold=True, strike=strike),)


def place(role: Role) -> str:
    places = role.places or split_places(role.location[:_READ])
    return wording.sanitize(format_places(places, role.workplace), _PLACE_LIMIT)


def employment(role: Role) -> str:
    """Return the kind of employment. Empty for full-time, which goes without saying."""
    written = wording.sanitize(role.employment_type, 40)
    if _FULL_TIME.search(written) and not _NOT_ONLY_FULL_TIME.search(written):
        return ""
    letters = re.sub(r"[^a-z]", "", written.casefold())
    return _EMPLOYMENT.get(letters, written)


def pay(role: Role, why: Iterable[Why] = ()) -> str:
    """Return the pay, and that it is not stated if a rule asks for a minimum."""
    if role.pay:
        return format_stored_pay(role.pay) or ""
    return PAY_NOT_STATED if any(each.pay_unknown for each in why) else ""


def deadline(role: Role, reference: datetime | None = None) -> Line:
    """Return the deadline as an instant, or in the posting's words if they name none.

    `reference`: the message's time. A date over six months after it has its year.
    """
    if role.deadline_at is not None:
        return (instant(role.deadline_at, role.deadline_text, reference),)
    written = wording.sanitize(role.deadline_text, _WRITTEN_LIMIT)
    return text(f"“{written}”" if written else "")


def instant(at: datetime, written: str, reference: datetime | None = None) -> Span:
    """Return a deadline as a date, with its time if the words state one."""
    far = reference is not None and at - reference > FAR
    if states_time(written[:_READ]):
        return Span(at=at, with_year=far)
    return Span(at=stated_day(at, written[:_READ]), shows="day", with_year=far)


def apply_by(role: Role, reference: datetime | None = None, *, overdue: bool = False) -> Line:
    """Return `apply by December 18`, `deadline passed December 18`, or nothing."""
    line = deadline(role, reference)
    before = "deadline passed " if overdue else "apply by "
    return (*text(before), *line) if line else ()


def facts(
    role: Role,
    why: Sequence[Why] = (),
    reference: datetime | None = None,
    *,
    overdue: bool = False,
) -> Line:
    """Return every known fact of an open role."""
    words = [place(role), employment(role), pay(role, why)]
    return joined([*map(text, words), apply_by(role, reference, overdue=overdue)])


def closed_facts(role: Role, open_for: str) -> Line:
    """Return place, pay, and how long the role was open, if known."""
    words = [place(role), pay(role), f"was open {open_for}" if open_for else ""]
    return joined(map(text, words))
