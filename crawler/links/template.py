"""The form of links of an ATS: patterns of host and path, from which a token and a key are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Query = Mapping[str, list[str]]
Parts = dict[str, str]  # the named parts of a template

UUID_WITHIN = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
UUID = UUID_WITHIN + "(?![0-9a-z-])"
LOCALE = "(?:/[a-z]{2}(?:-[a-z]{2})?(?=/|$))?"
NO_VENDOR = (  # hosts of the vendor itself, where each tenant has a host
    r"(?!(?:www|api|apidocs|apps?|help|support|docs?|developers?|documentation|status|blog"
    r"|(?:[a-z0-9]+-)?cdn[0-9]*|static|assets|resources|media|images|login|auth|sso"
    r"|secure|accounts?|id|my|partners|academy|community|marketplace|e?mail|links?|click|go|get"
    r"|info|social)\.)"
)
LABEL = rf"{NO_VENDOR}(?P<token>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
NUMBER = "(?P<key>[0-9]+)(?![0-9a-z])"
FILES = (
    r"[^/]+\.(?:txt|xml|ico|json|js|css|map|png|jpe?g|gif|svg|html?|php|webmanifest)"
    r"|_[^/]*|static|assets"
)
# the domain of a host of Oracle's: of a region, in the European Union, or of a newer number
ORACLE = r"\.fa(?:\.[a-z0-9]+)*\.oraclecloud(?:\.eu|(?:[1-9][0-9]?)?\.com)"


def token(*reserved: str) -> str:
    """Return the pattern of a path segment that is a token, and not a page of the vendor."""
    return rf"/(?!(?:{'|'.join((FILES, *reserved))})(?:/|$))(?P<token>[^/]+)"


@dataclass(frozen=True, slots=True)
class Template:
    """The links of one shape."""

    ats: str
    host: str
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)  # part to query parameter
    # composes the token from the parts
    form: str | Callable[[Parts, Query], str | None] = "{token}"
