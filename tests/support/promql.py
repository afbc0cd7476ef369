"""The metrics that an expression of Prometheus asks for, and the labels it asks by.

It reads what our rules and dashboard use of the language, and refuses the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_RANGE = re.compile(r"\[\d+[smhd]\]")
_GROUPING = re.compile(r"\b(?:by|without)\s*\(([\w\s,]*)\)")
_MATCHER = re.compile(r'([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_PART = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\s*(?:(?P<call>\()|\{(?P<matchers>[^{}]*)\})?"
    r"|(?P<other>\d[\d.e]*|[=!<>]=|[-+*/<>(),]|\s+)"
)
_FUNCTIONS = {
    "absent", "avg", "changes", "delta", "histogram_quantile", "increase", "max", "rate", "sum",
    "topk",
}  # fmt: skip
_OPERATORS = {"and", "or", "unless"}


@dataclass
class Selector:
    """One metric of an expression, with its matchers: label, operator, value."""

    metric: str
    matchers: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Expression:
    """The series that an expression asks for."""

    selectors: list[Selector] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)  # that it groups by


def parse(text: str) -> Expression:
    """Return what the expression asks for. Raise ValueError if it cannot be read."""
    grouped = {label.strip() for names in _GROUPING.findall(text) for label in names.split(",")}
    found, rest = Expression(labels=grouped), _RANGE.sub("", _GROUPING.sub("", text))
    if rest.count("(") != rest.count(")"):
        raise ValueError(f"{text}: a parenthesis is missing")
    at = 0
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            raise ValueError(f"{text}: {rest[at:]!r} cannot be read")
        at = part.end()
        if part["call"] and part["name"] not in _FUNCTIONS | _OPERATORS:
            raise ValueError(f"{text}: no function {part['name']}")
        if part["name"] and not part["call"] and part["name"] not in _OPERATORS:
            found.selectors.append(Selector(part["name"], _matchers(part["matchers"] or "")))
    if not found.selectors:
        raise ValueError(f"{text}: it asks for no metric")
    return found


def _matchers(text: str) -> list[tuple[str, str, str]]:
    """Return the matchers of a selector. Raise ValueError if there is anything else."""
    if _MATCHER.sub("", text).strip(" ,"):
        raise ValueError(f"{text}: not a list of matchers")
    return _MATCHER.findall(text)
