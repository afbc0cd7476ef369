"""The keys of each section of rolewatch.toml, read from the models.

Error messages list them, and docs/configuration.md describes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import time, timedelta
from typing import Any, get_args, get_type_hints

from pydantic.fields import FieldInfo

from monitor.config.model import ConfigFile


@dataclass(frozen=True, slots=True)
class Key:
    """One key, with its values as Python has them."""

    name: str  # as the file has it
    description: str
    default: object  # None: no fixed default
    example: object  # None: the default is one
    is_required: bool


def section(place: tuple[int | str, ...]) -> type:
    """Return the model at a place such as ("rules", 0); the nearest one above if it has none."""
    model: type = ConfigFile
    for step in place:
        hints = get_type_hints(model)
        inner = (
            next(_models(hints[step]), None) if isinstance(step, str) and step in hints else None
        )
        model = inner or model
    return model


def keys(model: type) -> list[Key]:
    """Return the keys of a section in the order of its model."""
    hints = get_type_hints(model, include_extras=True)
    return [_key(field, hints[field.name]) for field in fields(model)]


def _key(field: Field[Any], hint: object) -> Key:
    info = FieldInfo.from_annotation(hint)  # type: ignore[arg-type]  # an Annotated is not a type
    return Key(
        name=info.validation_alias if isinstance(info.validation_alias, str) else field.name,
        description=info.description or "",
        default=None if field.default is MISSING else field.default,
        example=info.examples[0] if info.examples else None,
        is_required=field.default is MISSING and field.default_factory is MISSING,
    )


def _models(annotation: object) -> Iterator[type]:
    """Yield the models that an annotation such as `tuple[Rule, ...]` names."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def toml(value: object) -> str:
    """Return a value of the models as rolewatch.toml has it."""
    match value:
        case bool() | int():
            return str(value).lower()
        case (time() as start, time() as end):
            return f'"{start:%H:%M}-{end:%H:%M}"'
        case tuple():
            return f"[{', '.join(map(toml, value))}]"
        case timedelta():
            text = duration_text(value)
        case time():
            text = f"{value:%H:%M}"
        case _:
            text = str(value)
    return f'"{text}"'


def duration_text(value: timedelta) -> str:
    """Return the shortest form: "15m", "72h", "250ms". Days from a week on: "90d"."""
    milliseconds = round(value.total_seconds() * 1000)
    units = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
    if value >= timedelta(weeks=1):
        units = {"d": 86_400_000, **units}
    unit = next(unit for unit, size in units.items() if milliseconds % size == 0)
    return f"{milliseconds // units[unit]}{unit}"
