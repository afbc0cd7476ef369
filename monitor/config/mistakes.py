"""Mistakes in rolewatch.toml as a person reads them: the key, its value, what is allowed there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from monitor.config.keys import keys, section
from monitor.config.model import ConfigFile
from monitor.redaction import printable

_FILE: Final = TypeAdapter(ConfigFile)
_MOST_SHOWN: Final = 80  # characters of a value

_PRIVATE = {("database", "url"), ("health", "heartbeat_url")}  # may hold a password or a token
# the keys that an entry needs, in place of invalid ones
_PLACEHOLDERS: Mapping[str, dict[str, Any]] = {"boards": {}, "rules": {"name": "a"}}
_SECRETS = {"slack": "$SLACK_BOT_TOKEN and $SLACK_APP_TOKEN", "webhook": "$SLACK_WEBHOOK_URL"}

Entry = tuple[int | str, ...]  # such as ("rules", 0)
# the invalid keys of each board and rule; "" stands for an unknown key, which may be a misspelling
InvalidKeys = Mapping[Entry, frozenset[str]]


def validate(raw: Mapping[str, Any]) -> tuple[ConfigFile, list[str], InvalidKeys]:
    """Return the valid part of the file, a line for each mistake, and the invalid keys."""
    try:
        return _FILE.validate_python(raw), [], {}
    except ValidationError as error:
        details = error.errors()
    lines = [_line(detail, raw) for detail in details]
    valid = deepcopy(dict(raw))
    for detail in details:
        _drop_invalid(valid, detail["loc"])
    invalid: dict[Entry, frozenset[str]] = {}
    for detail in details:
        if detail["loc"][0] in _PLACEHOLDERS:
            entry = detail["loc"][:2]
            invalid[entry] = invalid.get(entry, frozenset()) | _invalid_keys(detail)
    return _FILE.validate_python(valid), lines, invalid


def _invalid_keys(detail: ErrorDetails) -> frozenset[str]:
    if detail["type"] == "unexpected_keyword_argument":
        return frozenset({""})
    key = detail["loc"][2:3]
    return frozenset(map(str, key)) if key else frozenset({"", *_key_names(detail["loc"])})


def _drop_invalid(raw: dict[str, Any], place: Entry) -> None:
    """Remove the invalid key from its entry; an entry or table that is invalid as a whole too."""
    entries = raw.get(str(place[0]))
    if (
        place[0] in _PLACEHOLDERS
        and len(place) > 1
        and isinstance(entries, list)
        and isinstance(place[1], int)
    ):
        # section, number, key
        entry = entries[place[1]] if len(place) > 2 else {}  # noqa: PLR2004
        entries[place[1]] = _PLACEHOLDERS[str(place[0])] | {
            key: value for key, value in entry.items() if key not in place[2:3]
        }
        return
    table = raw
    for step in map(str, place):
        inner = table.get(step)
        if step == str(place[-1]) or not isinstance(inner, dict):
            table.pop(step, None)
            return
        table = inner


def _line(detail: ErrorDetails, raw: Mapping[str, Any]) -> str:
    key = _key(detail["loc"], raw)
    allowed = _allowed(detail)
    value = detail["input"]
    hidden = (
        detail["type"] in {"missing", "unexpected_keyword_argument"}
        or detail["loc"] in _PRIVATE
        or isinstance(value, dict)
    )
    return f"{key}: {allowed}" if hidden else f"{key} = {shown(value)}: {allowed}"


def shown(value: object) -> str:
    """Return a value on one line of at most 80 characters, nearly as TOML has it."""
    text = printable(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"


def _key(place: tuple[int | str, ...], raw: Mapping[str, Any]) -> str:
    """Return a place as a person finds it: `rules[0].notify[1] (rule "research-engineer")`."""
    words = ""
    for step in place:
        words += f"[{step}]" if isinstance(step, int) else f".{printable(step)}"
    words = words.removeprefix(".")
    if place[:1] == ("rules",) and len(place) > 1 and isinstance(place[1], int):
        name = (
            raw["rules"][place[1]].get("name") if isinstance(raw["rules"][place[1]], dict) else None
        )
        words += f" (rule {shown(name)})" if isinstance(name, str) else ""
    return words


def _allowed(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        return _unknown(detail["loc"])
    if kind == "literal_error":
        return f"expected {context['expected']}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = "least" if "ge" in context else "most"
        return f"expected at {bound} {context.get('ge', context.get('le'))}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "tuple_type" and len(detail["loc"]) == 1:
        return f"expected tables that each begin with [[{detail['loc'][0]}]]"
    return {
        "missing": "this key is required",
        "string_type": "expected a text in quotes",
        "int_type": "expected a whole number",
        "too_long": f"expected at most {context.get('max_length')} characters",
        "bool_type": "expected true or false",
        "tuple_type": 'expected a list such as ["…", "…"]',
        "dataclass_type": "expected a table of keys",
        "dict_type": "expected a table of keys",
    }.get(kind, detail["msg"])


def _unknown(place: tuple[int | str, ...]) -> str:
    names = _key_names(place[:-1])
    near = get_close_matches(str(place[-1]), names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    secret = (
        f"; secrets come from the environment: {_SECRETS[str(place[0])]}"
        if place[0] in _SECRETS
        else ""
    )
    return f"unknown key; {hint}allowed here: {', '.join(names) or 'none'}{secret}"


def _key_names(place: tuple[int | str, ...]) -> list[str]:
    return [key.name for key in keys(section(place))]
