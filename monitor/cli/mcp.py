"""`mcp`: tools for an assistant, over standard input and output."""

from __future__ import annotations

import signal
import sys
from functools import partial
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import now, state

if TYPE_CHECKING:
    from monitor.assistant.source import Source
    from monitor.cli.common import State

_OF_THE_EXTRA = {"anyio", "mcp", "mcp_types"}


def mcp(ctx: typer.Context) -> None:
    """Let an assistant search roles and ask the history. Nothing can be written.

    It speaks the Model Context Protocol on standard input and output: an assistant starts it.
    """
    # Ctrl-C ends it at once, since nothing is written that could be lost. The SDK's reader would
    # wait for the next line.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        _serve(state(ctx))
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(shared: State) -> None:
    try:
        from monitor.assistant.server import serve
    except ModuleNotFoundError as error:
        from monitor.errors import UserError

        if (error.name or "").partition(".")[0] not in _OF_THE_EXTRA:
            raise
        raise UserError(
            "Tools for assistants need the extra `mcp`: pip install 'rolewatch[mcp]'"
        ) from error
    from importlib.metadata import version

    import anyio

    from monitor.logs import set_up

    source = _source(shared)
    # standard output is the protocol's
    set_up("warning", shared.settings.log.format, sys.stderr, verbosity=shared.verbosity)
    if sys.stdin.isatty():
        typer.echo("An assistant starts this command and talks to it. Ctrl-C ends it.", err=True)
    anyio.run(serve, source, version("rolewatch"))


def _source(shared: State) -> Source:
    """Return what the tools read. Raise UserError without a database of this schema."""
    import secrets

    from monitor.assistant.source import Source
    from monitor.config.fresh import FreshSettings
    from monitor.config.load import load
    from monitor.database.reading import reading_engine

    shared.history().dispose()
    return Source(
        reading_engine(shared.settings.database_url.get_secret_value()),
        FreshSettings(shared.settings, partial(load, shared.settings.file, shared.environ)),
        now,
        lambda: secrets.token_hex(8),
    )
