"""Column types of the migrations, frozen: a migration must not change when the program does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware datetime in UTC: `timestamptz` on PostgreSQL, text of 27 characters on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        on_sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(sa.String(27) if on_sqlite else sa.DateTime(timezone=True))

    # Any: SQLAlchemy's signature
    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        if value is None or dialect.name != "sqlite":
            return value
        plain = value.astimezone(UTC).replace(tzinfo=None)
        return plain.isoformat(timespec="microseconds") + "Z"

    # Any: SQLAlchemy's signature
    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ANN401
        if value is not None and dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        return value if isinstance(value, datetime) else None
