"""The program `rolewatch`: one thin file a group of commands.

`rolewatch --help` is quick because a command imports what it needs when it runs: Scrapy, SQLAlchemy, Slack's client and Alembic
are a second together.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from monitor.cli import (
    alerts,
    boards,
    changes,
    check,
    database,
    demo,
    diff,
    doctor,
    exporting,
    roles,
    rules,
    run,
    slack,
    sql,
    statistics,
    status,
)
from monitor.cli.common import Program
from monitor.cli.sections import ASK, COUNT, KEEP, START, TELL

app = typer.Typer(
    cls=Program,
    name="rolewatch",
    help="Watches employers' job boards, keeps the history of every posting, and tells you once when a role opens, changes or closes.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rolewatch {version('rolewatch')}")
        raise typer.Exit


@app.callback()
def _program(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            callback=_print_version,
            is_eager=True,
            expose_value=False,
        ),
    ] = False,
) -> None:
    pass


db = typer.Typer(no_args_is_help=True)
db.command()(database.upgrade)
db.command()(database.backup)
db.command()(database.check)
db.command("copy")(database.copy_all)

app.command(short_help="Write a commented rolewatch.toml.", rich_help_panel=START)(run.init)
app.command(short_help="The daemon: checks on schedule, alerts.", rich_help_panel=START)(run.run)
app.command(short_help="Check the boards once, now.", rich_help_panel=START)(check.check)
app.command(
    "status", short_help="Boards, health, what waits, the next check.", rich_help_panel=START
)(status.status)
app.command(short_help="A posting's life, offline, in seconds.", rich_help_panel=START)(demo.demo)
app.command(short_help="Postings: open ones, or as filtered.", rich_help_panel=ASK)(roles.roles)
app.command(short_help="Everything known of one posting.", rich_help_panel=ASK)(roles.show)
app.command(short_help="One posting's versions and changes.", rich_help_panel=ASK)(changes.history)
app.command(short_help="What happened, newest first.", rich_help_panel=ASK)(changes.changes)
app.command("diff", short_help="A board then and now.", rich_help_panel=ASK)(diff.diff)
app.add_typer(
    boards.app,
    name="boards",
    help="What is watched: list, add, remove, move, find.",
    rich_help_panel=TELL,
)
app.add_typer(
    rules.app,
    name="rules",
    help="What is told: list, test on history, explain.",
    rich_help_panel=TELL,
)
app.add_typer(
    alerts.app, name="alerts", help="The outbox: list, retry, discard, test.", rich_help_panel=TELL
)
app.add_typer(slack.app, name="slack", help="The Slack app: setup, manifest.", rich_help_panel=TELL)
app.command(short_help="Read-only SQL on the history.", rich_help_panel=COUNT)(sql.sql)
app.command(short_help="Open roles, time to close, pay; plots.", rich_help_panel=COUNT)(
    statistics.stats
)
app.command("export", short_help="The full history as files.", rich_help_panel=COUNT)(
    exporting.export
)
app.command(short_help="What works, and what to do if not.", rich_help_panel=KEEP)(doctor.doctor)
app.add_typer(
    db, name="db", help="The database: upgrade, backup, check, copy.", rich_help_panel=KEEP
)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a sign shows another
            stream.reconfigure(errors="replace")
    app()
