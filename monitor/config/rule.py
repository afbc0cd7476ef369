"""The keys of a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictStr

from monitor.channels import channel_forms
from monitor.config.values import (
    KINDS,
    Channels,
    Duration,
    Kinds,
    Line,
    Phrases,
    RevisionField,
    SlackIds,
    TextFields,
    YearlyPay,
    refuse_watch_name,
)

_FORMS: Final = ", ".join(re.sub(r"(\S+)", r"`\1`", form, count=1) for form in channel_forms())


@dataclass(frozen=True, slots=True)
class Rule:
    """A search for roles, and its channels. A rule needs phrases in `any` or `all`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: Annotated[
        Line,
        Field(
            description="The rule's name, one line of 1 to 80 characters.",
            examples=["research-engineer"],
            max_length=80,
        ),
        AfterValidator(refuse_watch_name),
    ]
    any: Annotated[
        Phrases,
        Field(
            description="At least one of these phrases must fit.", examples=[("research engineer",)]
        ),
    ] = ()
    all: Annotated[
        Phrases,
        Field(description="Every one of these phrases must fit.", examples=[("machine learning",)]),
    ] = ()
    none: Annotated[
        Phrases, Field(description="None of these phrases may fit.", examples=[("intern*",)])
    ] = ()
    read_in: Annotated[
        TextFields,
        Field(
            description="Where `any` and `all` are read: `title`, `description`, `department`,"
            " `location`, `company`.",
            validation_alias="in",  # a word of Python
        ),
    ] = ("title",)
    none_in: Annotated[TextFields, Field(description="Where `none` is read.")] = ("title",)
    locations: Annotated[
        Phrases,
        Field(
            description="At least one must fit the posting's location. Default: any location.",
            examples=[("London", "remote")],
        ),
    ] = ()
    boards: Annotated[
        tuple[StrictStr, ...],
        Field(description="Only these boards. Default: all.", examples=[("google:deepmind",)]),
    ] = ()
    min_pay: Annotated[
        YearlyPay | None,
        Field(
            description="The least pay per year. A posting without known pay fits, and its alert"
            " says so.",
            examples=["150000 USD"],
        ),
    ] = None
    on: Annotated[Kinds, Field(description="The kinds of change to alert about.")] = KINDS
    fields: Annotated[
        tuple[RevisionField, ...],
        Field(
            description="The fields whose revisions alert. Also `department`, `employment_type`,"
            " `workplace`, `url`."
        ),
    ] = ("title", "location", "pay", "deadline", "description")
    remind: Annotated[
        tuple[Duration, ...],
        Field(description="How long before the deadline to remind. `[]`: never."),
    ] = (timedelta(hours=72), timedelta(hours=24))
    notify: Annotated[
        Channels,
        Field(description=f"The channels: {_FORMS}."),
    ] = ("console",)
    mention: Annotated[
        SlackIds,
        Field(description="Slack users or groups to mention, by id.", examples=[("U012ABCDEF",)]),
    ] = ()
    mode: Annotated[
        Literal["instant", "digest"],
        Field(description='`"digest"`: only in the daily digest, by default at 09:00.'),
    ] = "instant"

    @property
    def label(self) -> str:
        """The name for people."""
        return self.name

    @property
    def watch(self) -> int | None:
        """The id of the personal watch that makes this rule; None for a rule of the file."""
        return None

    @property
    def begun_at(self) -> datetime | None:
        """The time at which the personal watch began; None for a rule of the file."""
        return None
