"""The values that a key of rolewatch.toml can have: how each is read, and what is allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr, StrictStr

from monitor.channels import parse_channel
from monitor.text.phrases import Phrase

Baseline = Literal["summary", "announce"]
Kind = Literal["opened", "revised", "closed", "reopened"]
KINDS: tuple[Kind, ...] = ("opened", "revised", "closed", "reopened")
RevisionField = Literal[
    "title",
    "location",
    "department",
    "employment_type",
    "workplace",
    "pay",
    "deadline",
    "url",
    "description",
]
TextField = Literal["title", "description", "department", "location", "company"]

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = 366 * 86400  # seconds
_DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")
_URL = re.compile(
    r"https?://[^\s/@:?#\[\]]+(:[0-9]{1,5})?([/?#][!-~]*)?"
    r"|https?://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?(/[!-~]*)?"
)
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class MinPay:
    """The least pay that a rule asks for."""

    amount: float  # per year
    currency: str  # ISO 4217


def parse_duration(value: object) -> timedelta:
    """Return the span of "250ms", "30s", "15m", "6h" or "1d". Raise ValueError."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if seconds > _LONGEST:
        raise ValueError('expected a duration of at most "366d"')
    if not seconds:
        raise ValueError('expected a duration such as "250ms", "30s", "15m", "6h" or "1d"')
    return timedelta(seconds=seconds)


def _parse_delay(value: object) -> timedelta:
    """Return the span of a duration that may be zero: "0s". Raise ValueError."""
    return timedelta(0) if value in ("0ms", "0s") else parse_duration(value)


def _parse_slack_id(value: str) -> str:
    if not re.fullmatch(r"[UWS][A-Z0-9]{5,}", value):
        raise ValueError("expected Slack's id of a person or a group, such as U012ABCDEF")
    return value


def _parse_phrase(value: str) -> str:
    Phrase(value)  # raises ValueError
    return value


def _parse_line(value: str) -> str:
    """Return a name that people can see and PostgreSQL can store. Raise ValueError."""
    if not value.strip() or re.search(r"[\x00-\x1f\x7f]", value):
        raise ValueError("expected a name on one line")
    return value


def refuse_watch_name(value: str) -> str:
    """Return the name of a rule. Raise ValueError for one that a personal watch may have."""
    if re.fullmatch(r"watch:[0-9]+", value):
        raise ValueError("expected another name: personal watches have names like this one")
    return value


def parse_min_pay(value: object) -> MinPay:
    """Return the amount and currency of "150000 USD". Raise ValueError."""
    match = (
        re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]+)?) ([A-Z]{3})", value)
        if isinstance(value, str)
        else None
    )
    if match is None:
        raise ValueError('expected an amount a year and its currency such as "150000 USD"')
    if not _is_currency(match[2]):
        raise ValueError(f'expected a currency of ISO 4217 such as "{match[1]} USD"')
    return MinPay(float(match[1]), match[2])


def _is_currency(code: str) -> bool:
    """Return True for the code of a currency. Pay in any other would always count as unknown."""
    from babel.core import get_global  # noqa: PLC0415  # 20 ms, for rules with `min_pay` alone

    # the list has two codes that are no currency: "XXX" stands for none, "XTS" is for tests
    return code in get_global("all_currencies") and code not in {"XXX", "XTS"}


def _parse_time(value: object) -> time:
    """Return the time of day of "09:00". Raise ValueError."""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a time of day such as "09:00"')
    return time(int(match[1]), int(match[2]))


def _parse_hours(value: object) -> tuple[time, time]:
    """Return the two times of "22:00-07:00". Raise ValueError."""
    start, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = _parse_time(start), _parse_time(end)
    except ValueError as error:
        raise ValueError('expected two times of day such as "22:00-07:00"') from error
    if hours[0] == hours[1]:
        raise ValueError('expected two different times of day such as "22:00-07:00"')
    return hours


def _parse_zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError('expected the name of a time zone such as "Europe/London"') from error


def _parse_url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError("expected an address that begins with https:// or http://")
    return value


def _parse_secret_url(value: object) -> object:
    """Check a text. Pydantic refuses everything else."""
    return _parse_url(value) if isinstance(value, str) else value


def _end_with_slash(url: str) -> str:
    return url.rstrip("/") + "/"


def _require_one(value: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values, each once. Raise ValueError if there is none."""
    if not value:
        raise ValueError("expected at least one")
    return tuple(dict.fromkeys(value))


def _parse_contact(value: str) -> str:
    """Check that the value can stand in a header. Raise ValueError."""
    if not re.fullmatch(r"[!-~]{3,200}", value):
        raise ValueError("expected an e-mail address or a URL")
    return value


def parse_host_and_port(value: str) -> str:
    """Return a host and port such as "127.0.0.1:8460". Raise ValueError for anything else."""
    if (
        not re.fullmatch(r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}", value)
        or int(value.rsplit(":", 1)[1]) > _LAST_PORT
    ):
        raise ValueError('expected a host and a port such as "127.0.0.1:9464" or "[::1]:9464"')
    return value


Line = Annotated[StrictStr, AfterValidator(_parse_line)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Delay = Annotated[timedelta, BeforeValidator(_parse_delay)]
Channel = Annotated[StrictStr, AfterValidator(parse_channel)]
# not Field(min_length=1), which reports a list of one invalid item twice
AtLeastOne = AfterValidator(_require_one)
Channels = Annotated[tuple[Channel, ...], AtLeastOne]
Phrases = tuple[Annotated[StrictStr, AfterValidator(_parse_phrase)], ...]
TextFields = Annotated[tuple[TextField, ...], AtLeastOne]
Kinds = Annotated[tuple[Kind, ...], AtLeastOne]
Url = Annotated[StrictStr, AfterValidator(_parse_url)]
SlackApiUrl = Annotated[Url, AfterValidator(_end_with_slash)]
SecretUrl = Annotated[SecretStr, BeforeValidator(_parse_secret_url)]
Contact = Annotated[StrictStr, AfterValidator(_parse_contact)]
HostAndPort = Annotated[StrictStr, AfterValidator(parse_host_and_port)]
Hours = Annotated[tuple[time, time], BeforeValidator(_parse_hours)]
SlackIds = tuple[Annotated[StrictStr, AfterValidator(_parse_slack_id)], ...]
TimeOfDay = Annotated[time, BeforeValidator(_parse_time)]
YearlyPay = Annotated[MinPay, BeforeValidator(parse_min_pay)]
Zone = Annotated[ZoneInfo, BeforeValidator(_parse_zone)]
