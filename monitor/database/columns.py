"""The base of all tables, and their column types, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Index,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine.processors import str_to_datetime
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

AnyRow = Row[*tuple[Any, ...]]  # of a query whose columns the type checker does not know


def iso(instant: datetime) -> str:
    """Return the instant as rolewatch stores it: `2024-05-19T19:00:00.000000Z`.

    A year before 1000 keeps its zeros, so that the texts sort.
    """
    return instant.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


_iso = lru_cache(maxsize=256)(iso)  # all rows of a check have its instant


def to_the_minute(instant: datetime) -> str:
    """Return the instant for people: `2024-05-19 19:00Z`."""
    return iso(instant)[: len("2024-05-19T19:00")].replace("T", " ") + "Z"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC.

    `timestamptz` on PostgreSQL. On SQLite ISO 8601 text of fixed width, so that it sorts.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            String(27) if dialect.name == "sqlite" else DateTime(timezone=True)
        )

    # Any: SQLAlchemy's signature
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401
        if value is None:
            return None
        return _iso(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    # not `process_result_value`: two calls in Python take 2 µs, and a board has eight instants
    def result_processor(
        self, dialect: Dialect, _coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        if dialect.name == "sqlite":
            read: Callable[[Any], datetime | None] = str_to_datetime
            return read
        return lambda value: value.astimezone(UTC) if isinstance(value, datetime) else None


class JsonValue(TypeDecorator[Any]):
    """A value as JSON; `jsonb` on PostgreSQL. None is NULL, as it is where it is not named."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(JSON(none_as_null=True))
        from sqlalchemy.dialects.postgresql import JSONB  # 30 ms  # noqa: PLC0415

        return dialect.type_descriptor(JSONB(none_as_null=True))


class Base(DeclarativeBase):
    """The base of all models, with our column types and names of constraints."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # SQLAlchemy wants a plain dictionary
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime(),
        str: Text(),
        dict[str, Any]: JsonValue(),
        list[str]: JsonValue(),
        bytes: LargeBinary(),
    }


def partial_index(name: str, *columns: str, only: str, sqlite: str | None = None) -> Index:
    """Return an index of the rows that meet a condition. `sqlite` is SQLite's spelling of it.

    The condition is SQL text: Alembic compares it with the text that the database stores.
    """
    return Index(name, *columns, info={"postgresql": only, "sqlite": sqlite or only})


def table(model: type[Base]) -> Table:
    """Return the table of a model, typed as one."""
    return cast("Table", model.__table__)
