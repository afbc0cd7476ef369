"""The URL of the database: which ones are supported, and their drivers."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_DRIVERS: Final = {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}


def normal_url(url: str) -> str:
    """Return the URL with its driver: psycopg 3 for `postgres://` and `postgresql://`."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def connection_url(url: str) -> URL:
    """Return the URL to connect with. Raise what `make_url` raises.

    libpq reads a socket's folder in place of a host, `%2Frun%2Fpostgresql`. SQLAlchemy takes it as
    an option only.
    """
    target = make_url(normal_url(url))
    folder = unquote(target.host or "")
    if not folder.startswith("/"):
        return target
    return URL.create(
        target.drivername,
        target.username,
        target.password,
        port=target.port,
        database=target.database,
        query=target.query | {"host": folder},
    )


def shown_url(url: URL) -> str:
    """Return the URL as a person writes it: without the driver, and with `***` for a password."""
    plain = url.set(drivername=url.get_backend_name())
    shown = plain.render_as_string(hide_password=True)
    return unquote(shown) if plain.drivername == "sqlite" else shown  # a path is not encoded


def parse_url(url: str) -> URL:
    """Return the URL of a supported database with its driver.

    Raise ValueError, whose text has no part of the URL, since a password may be in it.
    """
    expected = "expected sqlite:///FILE or postgresql://USER@HOST/NAME"
    try:
        target = connection_url(url)
    except (ArgumentError, ValueError) as error:
        raise ValueError(expected) from error
    if target.drivername not in _DRIVERS:
        raise ValueError(f"{target.drivername} is not supported; {expected}")
    if target.get_backend_name() == "sqlite" and target.database in {None, "", ":memory:"}:
        raise ValueError("history needs a file: expected sqlite:///FILE")
    return target
