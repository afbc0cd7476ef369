"""Templates and what they may call: everything is escaped, and an unknown name is an error."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.notify.wording import safe_url
from monitor.text.dates import format_day, format_moment, format_time
from monitor.text.money import format_pay
from monitor.text.page_addresses import role_path
from monitor.text.places import format_places, split_places
from monitor.text.values import age, clean, counted
from monitor.web.change_words import format_deadline_day
from monitor.web.site import board_path, rule_path


@cache
def environment() -> Environment:
    """Return the environment of the page's templates."""
    made = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "role_path": role_path,
        "board_path": board_path,
        "rule_path": rule_path,
        "clean": _clean,
        "link": _link,
        "iso": _iso,
        "age": age,
        "counted": counted,
    }
    made.globals |= {"pay_of": pay_of, "place_of": place_of}
    return made


def render(name: str, context: dict[str, Any], now: datetime, zone: tzinfo) -> str:
    """Return a template's text. Dates are shown in `zone`."""

    def moment(at: object) -> str:
        return format_moment(_instant(at), zone, with_year=_is_other_year(at, now))

    def day(at: object) -> str:
        return format_day(_instant(at), zone, with_year=_is_other_year(at, now))

    def clock(at: object) -> str:
        return format_time(_instant(at), zone)

    def deadline(row: dict[str, Any]) -> str:
        written = row["deadline_text"] or ""
        return format_deadline_day(_instant(row["deadline_at"]), written, zone, now)

    def has_passed(at: object) -> bool:
        return _instant(at) < now

    times = {"now": now, "moment": moment, "day": day, "clock": clock}
    times |= {"deadline_day": deadline, "has_passed": has_passed}
    return environment().get_template(name).render(context | times)


def _instant(at: object) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromisoformat(str(at))


def _is_other_year(at: object, now: datetime) -> bool:
    return _instant(at).year != now.year


def _iso(at: object) -> str:
    return _instant(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clean(text: object) -> str:
    """Return a board's text without control characters and what turns the writing's direction."""
    return clean(str(text)) if text is not None else ""


def _link(url: object) -> str:
    """Return an address that may be linked, or ""."""
    return safe_url(str(url)) or "" if url else ""


def pay_of(row: dict[str, Any]) -> str:
    """Return a role's pay as people write it, else the posting's own words."""
    read = format_pay(row["pay_min"], row["pay_max"], row["pay_currency"], row["pay_period"])
    return read or _clean(row["pay_text"] or "")


def place_of(row: dict[str, Any]) -> str:
    """Return at most two places of a role, and whether it is remote or hybrid."""
    return _clean(format_places(split_places(row["location"] or ""), row["workplace"] or ""))
