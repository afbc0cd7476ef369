"""An ATS in the registry: its title, pages for people, forms of tokens and keys, and spider."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_STEP = re.compile(r"[a-z0-9][a-z0-9_.&-]{0,99}", re.IGNORECASE | re.ASCII)
NAME = re.compile(r"\w[\w .,&'()!+@-]{0,99}")  # names that people typed, spaces and all
HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE | re.ASCII
)
_LABEL = re.compile(
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*",
    re.IGNORECASE | re.ASCII,
)
_KEY = re.compile(r"[a-z0-9][\w.~-]{0,127}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Product:
    """An ATS: its title, its pages for people, and the forms of its tokens and keys."""

    title: str
    page: str  # a board's page for people
    job: str = ""  # a posting's page, where token and key are enough to write it
    domain: str = ""  # around a tenant's label: ".teamtailor.com"
    steps: tuple[int, int] = (1, 1)  # of a token, at least and at most
    step: re.Pattern[str] = _STEP  # each of them, decoded
    first: re.Pattern[str] | None = None  # the first of them, where it has a form of its own
    key: re.Pattern[str] = _KEY
    lower: bool = False  # tokens are always lower case; otherwise they keep their case
    cased: bool = False  # two tokens that differ in case are two boards
    no_tokens: frozenset[str] = frozenset({"embed", "api"})  # steps of its own addresses
    spider: str = ""  # a dotted path; "" for an ATS that cannot be read yet
    # raised when it reads pay, deadline or workplace differently: stored postings are read again
    reader: int = 3
    # why it is off until `[ats.NAME] enabled = true`: one sentence; "" for one that is on
    opt_in: str = ""
    # the time between two checks, if a check costs the host many requests; None: as [crawl] says
    every: timedelta | None = None
    delay: timedelta = timedelta(milliseconds=250)  # between requests to one host, at least


def tenant_hosts(
    title: str,
    domain: str,
    page: str = "",
    job: str = "",
    *,
    cased: bool = False,
    spider: str = "",
    every: timedelta | None = None,
    delay: timedelta = timedelta(milliseconds=250),
) -> Product:
    """Return an ATS that gives each tenant a host."""
    job = "https://{host}" + job if job else ""
    return Product(
        title,
        "https://{host}" + page,
        job,
        domain,
        step=_LABEL,
        lower=not cased,
        cased=cased,
        spider=spider,
        every=every,
        delay=delay,
    )
