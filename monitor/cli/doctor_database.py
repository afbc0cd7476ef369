"""Checks of `doctor` in the database: its file, who uses it, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.cli.common import State
from monitor.cli.finding import Finding
from monitor.errors import UserError
from monitor.text.values import counted

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from monitor.config.model import Settings


def examine(current: State) -> Iterator[Finding]:
    """Yield findings for the database, the daemon on it, and its undelivered messages."""
    from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy

    try:
        if (finding := _not_ready(current)) is not None:
            yield finding
            return
        engine = current.history()
        yield _integrity(engine)
        yield from _work(engine, current.settings)
        if current.settings.workers.queue:
            yield _workers(engine)
    except UserError as error:
        yield Finding("database", ok=False, found=str(error))
    except DATABASE_ERRORS as error:
        yield Finding("database", ok=False, found=describe_with_remedy(error))


def _not_ready(current: State) -> Finding | None:
    """Report a database that the next `check` or `run` creates or upgrades.

    That is right on the first day. Later its name may be mistyped.
    """
    from monitor.config.database_url import shown_url
    from monitor.database.opening import engine_as_is, require_folder
    from monitor.database.schema import older

    if (file := current.no_database()) is not None:
        require_folder(file)
        remedy = "`rolewatch check` creates it; to use another file, name it in [database] url"
        return Finding("database", ok=True, found=f"{file} does not exist yet", remedy=remedy)
    with engine_as_is(current.settings.database_url.get_secret_value()) as engine:
        found = older(engine)
        if found is None or engine.dialect.name != "sqlite":
            return None
        place = shown_url(engine.url)
    if not found:
        return Finding(
            "database", ok=True, found=f"{place}: empty", remedy="`rolewatch check` fills it"
        )
    remedy = "`rolewatch run` or `rolewatch db upgrade` upgrades it, after a backup"
    return Finding(
        "database",
        ok=True,
        found=f"{place}: from an older rolewatch (schema {found})",
        remedy=remedy,
    )


def _integrity(engine: Engine) -> Finding:
    from monitor.config.database_url import shown_url
    from monitor.database.engine import read_transaction

    with read_transaction(engine) as connection:
        word = (
            connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if engine.dialect.name == "sqlite"
            else "ok"
        )
        postings: int = connection.exec_driver_sql("SELECT count(*) FROM posting").scalar_one()
    place = shown_url(engine.url)
    if word != "ok":
        return Finding(
            "database",
            ok=False,
            found=f"{place}: {' '.join(str(word).split())}",
            remedy="restore a backup",
        )
    if trouble := _trouble_of_writing(engine):
        return Finding("database", ok=False, found=f"{place}: {trouble}")
    return Finding("database", ok=True, found=f"{place}: {counted(postings, 'posting')}")


def _trouble_of_writing(engine: Engine) -> str | None:
    """Return why this user cannot write the database, with what to do. Nothing is written."""
    from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy

    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("UPDATE lease SET name = name WHERE 1 = 0")
    except DATABASE_ERRORS as error:
        return describe_with_remedy(error)
    return None


def _work(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """Report who uses the database, and what could not be delivered."""
    from monitor.database.engine import read_transaction
    from monitor.database.lease import running

    with read_transaction(engine) as connection:
        row = running(connection)
        stranded = list(_stranded(connection, settings))
    if row is None:
        yield Finding(
            "daemon", ok=True, found="not running", remedy="start it with `rolewatch run`"
        )
    else:
        yield Finding(
            "daemon",
            ok=True,
            found=f"`rolewatch {row.command}`, pid {row.pid} on {row.host}, since "
            f"{row.taken_at:%Y-%m-%d %H:%M} UTC",
        )
    yield from stranded
    yield from _refused(engine, settings)


def _workers(engine: Engine) -> Finding:
    """Report how many workers there are, and what waits for them."""
    from monitor.cli.status import describe_workers
    from monitor.database.engine import read_transaction
    from monitor.queries.workers import count_workers

    with read_transaction(engine) as connection:
        found = count_workers(connection)
    remedy = "" if found.alive else "start `rolewatch worker` with $ROLEWATCH_DATABASE_URL"
    return Finding("workers", ok=found.alive > 0, found=describe_workers(found), remedy=remedy)


def _refused(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """Report messages that a channel refused, with those that wait behind them."""
    from monitor.cli.sending import is_unwanted, undelivered, unwanted

    again = (
        "`rolewatch alerts list --state failed` shows them, `rolewatch alerts retry` sends "
        "them again"
    )
    for one in undelivered(engine):
        if one.failed and settings.effective_channel(one.channel) == one.channel:
            found = f"{one.messages} could not be delivered to {one.channel}: {one.reason}"
            yield Finding(
                "alerts",
                ok=False,
                found=found,
                remedy=unwanted(one.channel) if is_unwanted(settings, one.channel) else again,
            )


def _stranded(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Report messages for a channel whose token or address was removed."""
    from monitor.channels import secret_name
    from monitor.cli.sending import given_up

    query = (
        "SELECT channel, count(*) FROM delivery WHERE state IN ('pending', 'sending', 'held', "
        "'failed') GROUP BY channel ORDER BY channel"
    )
    for channel, count in connection.exec_driver_sql(query).all():
        if settings.effective_channel(channel) != channel:
            found = (
                f"{count} {'message waits' if count == 1 else 'messages wait'} for {channel}, "
                f"without ${secret_name(channel)}"
            )
            yield Finding(
                "alerts", ok=False, found=found, remedy=f"set it again, or {given_up(channel)}"
            )
