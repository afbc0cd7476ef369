"""What is wrong with the shape of rolewatch.toml, said as a person would: the key, its value, and what is allowed there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.config import shape
from monitor.logs import printable

_PRIVATE = {("database", "url"), ("health", "heartbeat_url")}  # may hold a password or a token
# stands in for what an entry lacks
_PLACEHOLDERS: Mapping[str, dict[str, Any]] = {"boards": {}, "rules": {"name": "a"}}
_SECRETS = {"slack": "$SLACK_BOT_TOKEN and $SLACK_APP_TOKEN", "webhook": "$SLACK_WEBHOOK_URL"}

Entry = tuple[int | str, ...]  # such as ("rules", 0)
# the keys of a board or rule that say nothing; "" where a key is unknown, and any may be meant
InvalidKeys = Mapping[Entry, frozenset[str]]


def validate(raw: Mapping[str, Any]) -> tuple[shape.File, list[str], InvalidKeys]:
    """What of the file is sound, a line for each mistake, and what of its boards and rules is left out for one."""
    try:
        return shape.File.model_validate(raw), [], {}
    except ValidationError as error:
        details = error.errors()
    lines = [_line(detail, raw) for detail in details]
    sound = deepcopy(dict(raw))
    for detail in details:
        _drop_invalid(sound, detail["loc"])
    broken: dict[Entry, frozenset[str]] = {}
    for detail in details:
        if detail["loc"][0] in _PLACEHOLDERS:
            broken[detail["loc"][:2]] = broken.get(detail["loc"][:2], frozenset()) | _broken(detail)
    return shape.File.model_validate(sound), lines, broken


def _broken(detail: ErrorDetails) -> frozenset[str]:
    if detail["type"] == "extra_forbidden":
        return frozenset({""})
    key = detail["loc"][2:3]
    return frozenset(map(str, key)) if key else frozenset({"", *_keys(detail["loc"])})


def _drop_invalid(raw: dict[str, Any], place: Entry) -> None:
    section = raw.get(str(place[0]))
    if (
        place[0] in _PLACEHOLDERS
        and len(place) > 1
        and isinstance(section, list)
        and isinstance(place[1], int)
    ):
        entry = section[place[1]] if len(place) > 2 else {}  # section, number, key  # noqa: PLR2004
        section[place[1]] = _PLACEHOLDERS[str(place[0])] | {
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
        detail["type"] in {"missing", "extra_forbidden"}
        or detail["loc"] in _PRIVATE
        or isinstance(value, dict)
    )
    said = "" if hidden else f" = {shown(value)}"
    return f"{key}{said}: {allowed}"


def shown(value: object) -> str:
    """A value as TOML has it, or nearly, on one line that is not too long."""
    text = printable(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= 80 else text[:79] + "…"  # a line's worth  # noqa: PLR2004


def _key(place: tuple[int | str, ...], raw: Mapping[str, Any]) -> str:
    """A place such as ("rules", 0, "notify", 1) as a person finds it: `rules[0].notify[1] (rule "research-engineer")`."""
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
    if kind == "extra_forbidden":
        return _unknown(detail["loc"])
    if kind == "missing":
        return "this key is required"
    if kind == "literal_error":
        return f"expected {context['expected']}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        return f"expected at {'least' if 'ge' in context else 'most'} {context.get('ge', context.get('le'))}"
    if kind == "value_error":
        return str(context["error"])
    return {
        "string_type": "expected a text in quotes",
        "int_type": "expected a whole number",
        "bool_type": "expected true or false",
        "list_type": 'expected a list such as ["…", "…"]',
        "too_short": "expected at least one",
        "string_pattern_mismatch": "expected a name of 1 to 80 characters on one line",
        "string_too_short": "expected a text that is not empty",
        "model_type": "expected a table of keys",
        "model_attributes_type": "expected a table of keys",
        "dict_type": "expected a table of keys",
    }.get(kind, detail["msg"])


def _unknown(place: tuple[int | str, ...]) -> str:
    keys = _keys(place[:-1])
    near = get_close_matches(str(place[-1]), keys, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    secret = (
        f"; secrets come from the environment: {_SECRETS[str(place[0])]}"
        if place[0] in _SECRETS
        else ""
    )
    return f"unknown key; {hint}allowed here: {', '.join(keys) or 'none'}{secret}"


def _keys(place: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = shape.File
    for step in place:
        if isinstance(step, str) and step in model.model_fields:
            found = [
                part
                for part in _parts(model.model_fields[step].annotation)
                if issubclass(part, BaseModel)
            ]
            model = found[0] if found else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _parts(annotation: Any) -> Iterator[type]:  # any annotation  # noqa: ANN401
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
