"""The shape of rolewatch.toml: which keys there are, and what each may hold."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
)

from monitor.config.model import KINDS, Kind, MinPay
from monitor.text.phrases import Phrase

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")
_APPRISE = re.compile(
    r"apprise:(?!.*_file$)[a-z0-9][a-z0-9_-]{0,39}", re.IGNORECASE
)  # $…_FILE is the file that holds another one's address
_SLACK = re.compile(r"slack:(?:#[^\s#@,:]{1,80}|[CGDUW][A-Z0-9]{5,})")
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


def duration(value: object) -> timedelta:
    """The span of "250ms", "30s", "15m", "6h" or "1d". Raises ValueError."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0 or int(found[1]) * _UNITS[found[2]] > 366 * 86400:
        raise ValueError('expected a duration such as "250ms", "30s", "15m", "6h" or "1d"')
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def delay(value: object) -> timedelta:
    """A duration that may be none at all: "0s". Raises ValueError."""
    return timedelta(0) if value in {"0ms", "0s"} else duration(value)


def channel(value: str) -> str:
    """A place for alerts, as it is spelled everywhere: Slack's names and apprise's are of lower case. Raises ValueError."""
    if value in {"console", "webhook"}:
        return value
    if _SLACK.fullmatch(value):
        return value.lower() if value.startswith("slack:#") else value
    if _APPRISE.fullmatch(value):
        return value.lower()
    if value.startswith("apprise:"):
        raise ValueError(
            "expected apprise:NAME of letters, digits, - and _ that does not end in _file; its address is $ROLEWATCH_APPRISE_NAME"
        )
    raise ValueError(
        "expected slack:#name, slack:C… (a channel's id), slack:U… (a person), apprise:NAME, webhook or console"
    )


def slack_id(value: str) -> str:
    """The id of a person or a group. Raises ValueError."""
    if not re.fullmatch(r"[UWS][A-Z0-9]{5,}", value):
        raise ValueError("expected Slack's id of a person or a group, such as U012ABCDEF")
    return value


def phrase(value: str) -> str:
    """A phrase that can be looked for. Raises ValueError."""
    Phrase(value)
    return value


def min_pay(value: object) -> MinPay:
    """The amount of "150000 USD". Raises ValueError."""
    found = (
        re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]+)?) ([A-Z]{3})", value)
        if isinstance(value, str)
        else None
    )
    if found is None:
        raise ValueError('expected an amount a year and its currency such as "150000 USD"')
    return MinPay(float(found[1]), found[2])


def clock(value: object) -> time:
    """The time of day of "09:00". Raises ValueError."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('expected a time of day such as "09:00"')
    return time(int(found[1]), int(found[2]))


def hours(value: object) -> tuple[time, time]:
    """The two times of "22:00-07:00". Raises ValueError."""
    start, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        found = clock(start), clock(end)
    except ValueError as error:
        raise ValueError('expected two times of day such as "22:00-07:00"') from error
    if found[0] == found[1]:
        raise ValueError('expected two different times of day such as "22:00-07:00"')
    return found


def zone(value: object) -> ZoneInfo:
    """The time zone of that name. Raises ValueError."""
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError('expected the name of a time zone such as "Europe/London"') from error


def web_address(value: str) -> str:
    """An http or https address. Raises ValueError."""
    if not re.fullmatch(
        r"https?://[^\s/@:?#\[\]]+(:[0-9]{1,5})?([/?#][!-~]*)?|https?://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?(/[!-~]*)?",
        value,
    ):
        raise ValueError("expected an address that begins with https:// or http://")
    return value


def contact(value: str) -> str:
    """What may stand in a header. Raises ValueError."""
    if not re.fullmatch(r"[!-~]{3,200}", value):
        raise ValueError("expected an e-mail address or a URL")
    return value


def listen(value: str) -> str:
    """A host and a port. Raises ValueError."""
    # the last port
    if not re.fullmatch(r"[\w.:\[\]-]+:\d{1,5}", value) or int(value.rsplit(":", 1)[1]) > 65535:  # noqa: PLR2004
        raise ValueError('expected a host and a port such as "127.0.0.1:9464"')
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Delay = Annotated[timedelta, BeforeValidator(delay)]
Channels = Annotated[list[Annotated[StrictStr, AfterValidator(channel)]], Field(min_length=1)]
Phrases = list[Annotated[StrictStr, AfterValidator(phrase)]]
Places = list[Literal["title", "description", "department", "location", "company"]]
Address = Annotated[StrictStr, AfterValidator(web_address)]
# named here: within a class, `contact` is the field
Contact = Annotated[StrictStr, AfterValidator(contact)]
HostAndPort = Annotated[StrictStr, AfterValidator(listen)]
Hours = Annotated[tuple[time, time], BeforeValidator(hours)]
SlackId = Annotated[StrictStr, AfterValidator(slack_id)]
TimeOfDay = Annotated[time, BeforeValidator(clock)]
YearlyPay = Annotated[MinPay, BeforeValidator(min_pay)]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Database(Part):
    url: StrictStr = "sqlite:///rolewatch.db"


class Crawl(Part):
    every: Duration = timedelta(minutes=15)
    contact: Contact | None = None
    timeout: Duration = timedelta(seconds=30)
    baseline: Literal["summary", "announce"] = "summary"


class Ats(Part):
    api_url: Address | None = None
    delay: Delay = timedelta(milliseconds=250)
    concurrency: Annotated[StrictInt, Field(ge=1, le=64)] = 4


class Board(Part):
    url: StrictStr | None = None
    board: StrictStr | None = None
    company: Annotated[StrictStr, Field(min_length=1)] | None = None
    every: Duration | None = None
    baseline: Literal["summary", "announce"] | None = None
    enabled: StrictBool = True


class RulePart(Part):
    name: Annotated[StrictStr, Field(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
    any: Phrases = []
    all: Phrases = []
    none: Phrases = []
    within: Places = Field(["title"], alias="in", min_length=1)
    none_in: Annotated[Places, Field(min_length=1)] = ["title"]
    locations: Phrases = []
    boards: list[StrictStr] = []
    min_pay: YearlyPay | None = None
    on: Annotated[list[Kind], Field(min_length=1)] = list(KINDS)
    fields: list[RevisionField] = ["title", "location", "pay", "deadline", "description"]
    remind: list[Duration] = [timedelta(hours=72), timedelta(hours=24)]
    notify: Channels = ["console"]
    mention: list[SlackId] = []
    mode: Literal["instant", "digest"] = "instant"


class Alerts(Part):
    operator: Channels = ["console"]
    digest: TimeOfDay | None = None
    quiet: Hours | None = None
    timezone: Zone | None = None


class Slack(Part):
    api_url: Address = "https://slack.com/api/"
    admins: list[SlackId] = []


class Webhook(Part):
    pass


class Log(Part):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Health(Part):
    listen: HostAndPort | None = None
    heartbeat_url: Address | None = None


class File(Part):
    """The whole file."""

    database: Database = Database()
    crawl: Crawl = Crawl()
    ats: dict[str, Ats] = {}
    boards: list[Board] = []
    rules: list[RulePart] = []
    alerts: Alerts = Alerts()
    slack: Slack = Slack()
    webhook: Webhook = Webhook()
    log: Log = Log()
    health: Health = Health()
