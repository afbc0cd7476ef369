"""`demo`: one posting's life on a local board, through the same code as a real one."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import webbrowser
from pathlib import Path
from shlex import quote
from shutil import which
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import CHANCE, State, begin_work, now, state
from monitor.cli.web import import_service
from monitor.errors import UserError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from monitor.config.model import Settings
    from monitor.delivery.outbox import Outbox
    from monitor.demo.board_server import ServedBoard
    from monitor.demo.story import Scene

_QUERY = "SELECT at, title, old, new FROM posting_changes WHERE field = 'pay'"


def demo(
    ctx: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            metavar="DIR",
            help="Folder for the database. A new temporary folder by default.",
        ),
    ] = None,
    web: Annotated[
        bool, typer.Option("--web", help="Then show the page of roles in the browser.")
    ] = False,
) -> None:
    """Play a posting's life on a local board, without network or token.

    It opens, is revised, changes its pay, closes and reopens. The alerts appear here.
    """
    current = state(ctx)
    if web:
        import_service()  # before half a minute of play
    place = _make(folder)
    asyncio.run(_play(current, place))
    _say_next(current, place / "rolewatch.toml")
    if web:
        _show(current, place / "rolewatch.toml")


def _make(folder: Path | None) -> Path:
    """Create the folder. It must not hold a configuration."""
    if folder is None:
        return Path(mkdtemp(prefix="rolewatch-demo-"))
    if (folder / "rolewatch.toml").exists() or (folder / "rolewatch.db").exists():
        raise UserError(f"{folder} holds a rolewatch already: name a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the folder {folder} cannot be made: {error.strerror}") from error
    return folder.resolve()


async def _play(current: State, folder: Path) -> None:
    from monitor.cli.sending import make_outbox
    from monitor.config.load import load
    from monitor.database.opening import open_database
    from monitor.demo.board_server import BoardServer
    from monitor.demo.story import CONFIGURATION, TOKEN, scenes
    from monitor.logs import set_up

    async with BoardServer() as server:
        board = server.board(TOKEN)
        file = folder / "rolewatch.toml"
        file.write_text(CONFIGURATION.format(api_url=server.url), encoding="utf-8")
        settings = load(file, {})  # no token of the caller's: nothing leaves this machine
        set_up("error", "text", sys.stderr)
        engine = open_database(settings.database_url.get_secret_value())
        begin_work()
        stage = _Stage(current, settings, engine, make_outbox(engine, sys.stdout)(settings), board)
        for number, scene in enumerate(scenes(now()), 1):
            await stage.play(number, scene)
        await stage.outbox.close()
        engine.dispose()


class _Stage:
    """Play the scenes: change the board, run a round, send the alerts."""

    def __init__(
        self, current: State, settings: Settings, engine: Engine, outbox: Outbox, board: ServedBoard
    ) -> None:
        self.current = current
        self.settings = settings
        self.engine = engine
        self.outbox = outbox
        self.board = board

    async def play(self, number: int, scene: Scene) -> None:
        from rich.text import Text

        from monitor.cli.reporting import line
        from monitor.database.engine import read_transaction
        from monitor.rounds.report import report
        from monitor.rounds.round import run_round

        console = self.current.console
        console.print(
            Text(f"\n{number}. {scene.headline}. ", style="bold").append(
                scene.text, style="not bold"
            ),
            soft_wrap=True,
        )
        self.board.jobs = list(scene.jobs)
        round_id = await run_round(
            self.engine, self.settings, None, alerts=True, announce=False, clock=now, random=CHANCE
        )
        with read_transaction(self.engine) as connection:
            (seen,) = report(connection, round_id)
        console.print(line(seen), soft_wrap=True)
        await self.outbox.deliver(until_idle=True)


def _say_next(current: State, file: Path) -> None:
    from monitor.demo.story import POSTING

    questions = (
        "roles",
        f"show {POSTING}",
        f"history {POSTING}",
        "changes",
        f"rules explain {POSTING}",
        f'sql "{_QUERY}"',
    )
    program = _program()
    asked = [f"  {program} {question} --config {quote(_short(file))}" for question in questions]
    ending = f"For real boards: {program} init, then {program} run."
    for line in ("", "The history is kept. Ask it:", *asked, "", ending):
        current.console.print(line, soft_wrap=True)


def _show(current: State, file: Path) -> None:
    """Serve the page on the demo's data until Ctrl-C, and open it for a person at a terminal."""
    from monitor.config.load import load

    settings = load(file, {})
    address = _free_address()

    def say_where(served: str) -> None:
        url = f"http://{served}/"
        current.console.print(f"\nThe page is at {url} (Ctrl-C stops it)", soft_wrap=True)
        if sys.stdout.isatty():
            webbrowser.open(url)

    asyncio.run(import_service().serve_alone(address, lambda: settings, now, say_where))


def _free_address() -> str:
    """Return the page's usual address on this machine, or one with a free port."""
    usual: str = import_service().LISTEN
    host, _, port = usual.partition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            probe.bind((host, 0))
        return f"{host}:{probe.getsockname()[1]}"


def _program() -> str:
    """Return the command that runs this program: its name if it is on PATH, else its path."""
    here = Path(sys.argv[0])
    found = which(here.name)
    return here.name if found and Path(found).resolve() == here.resolve() else quote(_short(here))


def _short(file: Path) -> str:
    """Return the path relative to here if that is not longer."""
    near = os.path.relpath(file)
    return near if len(near) < len(str(file)) else str(file)
