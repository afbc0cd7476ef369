"""`web`: serve the page of roles."""

from __future__ import annotations

import asyncio
from functools import partial
from types import ModuleType
from typing import Annotated

import typer

from monitor.cli.common import log_to_stderr, now, state
from monitor.errors import UserError

MISSING = "the page needs the extra `web`: pip install 'rolewatch[web]'"


def web(
    ctx: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Host and port. [web] listen by default, else 127.0.0.1:8460.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve the page of roles, beside a running daemon or without one. Ctrl-C stops it."""
    from monitor.config.fresh import FreshSettings
    from monitor.config.load import load
    from monitor.config.values import parse_host_and_port

    service = import_service()
    shared = state(ctx)
    try:
        address = parse_host_and_port(listen or shared.settings.web.listen or service.LISTEN)
    except ValueError as error:
        raise UserError(f"--listen {listen}: {error}") from error
    log_to_stderr(shared, shared.settings)
    shared.history()  # says in words that the database is missing or too old
    settings = FreshSettings(shared.settings, partial(load, shared.settings.file, shared.environ))

    def say_where(served: str) -> None:
        if shared.verbosity >= 0:
            typer.echo(f"The page is at http://{served}/ (Ctrl-C stops it)")

    asyncio.run(service.serve_alone(address, settings, now, say_where))


def import_service() -> ModuleType:
    """Return the module that serves the page. Raise UserError without its libraries."""
    try:
        from monitor.web import service
    except ModuleNotFoundError as error:
        raise UserError(MISSING) from error
    return service
